"""The approval of a professional: file, visit, committee, decision with commitments, review, appeal (MLC-17)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.core.errors import Code, Rejected

REVIEW_YEARS = 3
COMMITMENTS = 2
"""How many commitments a professional chooses at least."""

COLLEGES = ("members", "professionals", "associations", "public", "employees", "founders")
"""Who may sit in a committee (GOV-1); an association chooses among them."""
USUAL_COLLEGES = COLLEGES[:3]


class Step(StrEnum):
    """Where a file is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    VISITED = "visited"
    APPROVED = "approved"
    REFUSED = "refused"
    APPEALED = "appealed"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


_S = Step
NEXT: dict[Step, frozenset[Step]] = {
    _S.DRAFT: frozenset({_S.SUBMITTED, _S.WITHDRAWN}),
    _S.SUBMITTED: frozenset({_S.VISITED, _S.WITHDRAWN}),
    _S.VISITED: frozenset({_S.APPROVED, _S.REFUSED, _S.WITHDRAWN}),
    _S.APPROVED: frozenset({_S.SUSPENDED, _S.WITHDRAWN}),
    _S.REFUSED: frozenset({_S.APPEALED}),
    _S.APPEALED: frozenset({_S.APPROVED, _S.REFUSED}),
    _S.SUSPENDED: frozenset({_S.APPROVED, _S.WITHDRAWN}),
    _S.WITHDRAWN: frozenset(),
}
"""What may follow. A refusal after an appeal may be appealed again only with a new file."""
UNDECIDED = frozenset({_S.DRAFT, _S.SUBMITTED, _S.VISITED, _S.APPEALED})
"""Steps at which the answers may still be mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a committee says, and who was there."""

    step: Step
    on: date
    colleges: frozenset[str]
    """The colleges that sat in the committee."""
    commitments: tuple[str, ...] = ()
    reasons: str = ""


def advance(now: Step, to: Step) -> Step:
    """The next step of a file. Raises Rejected when it cannot follow."""
    if to not in NEXT[now]:
        allowed = ", ".join(sorted(NEXT[now])) or "nothing"
        raise Rejected(Code.INVALID_FIELD, f"step: a file that is {now} can become {allowed}", "step")
    return to


def decide(now: Step, verdict: Verdict, colleges: Collection[str]) -> Step:
    """A committee's decision: every college must have sat, an approval names commitments, a refusal its reasons."""
    advance(now, verdict.step)
    absent = sorted(set(colleges) - verdict.colleges)
    if absent:
        raise Rejected(
            Code.INVALID_FIELD, f"colleges: {', '.join(absent)} did not sit; the committee needs them all", "colleges"
        )
    if verdict.step is Step.APPROVED and len(set(verdict.commitments)) < COMMITMENTS:
        raise Rejected(
            Code.INVALID_FIELD, f"commitments: an approval names at least {COMMITMENTS} of them", "commitments"
        )
    if verdict.step is Step.REFUSED and not verdict.reasons.strip():
        raise Rejected(Code.INVALID_FIELD, "reasons: a refusal says why, so that it can be appealed", "reasons")
    return verdict.step


def review_due(approved_on: date) -> date:
    """When an approval is looked at again."""
    year = approved_on.year + REVIEW_YEARS
    return approved_on.replace(year=year, day=28 if (approved_on.month, approved_on.day) == (2, 29) else approved_on.day)
