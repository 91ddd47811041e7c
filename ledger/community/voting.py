"""Votes: one member one vote, or colleges with weights; quorum and abstentions (GOV-2).

What is adopted is a resolution, which a change of policy names (GOV-3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from ledger.core.errors import Code, Rejected


class Choice(StrEnum):
    """What a ballot says."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Mode(StrEnum):
    """How ballots are counted."""

    MEMBERS = "members"
    """One member, one vote."""
    COLLEGES = "colleges"
    """Each college speaks with its weight, split as its members voted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VotingRules:
    """How a community decides. Percentages are whole numbers."""

    mode: Mode = Mode.MEMBERS
    weights: Mapping[str, int] | None = None
    """College to its percentage, 10 to 50 each, 100 in all."""
    quorum_percent: int = 0
    """Of those who may vote, how many must have voted; abstentions count as there."""
    majority_percent: int = 50
    """Adopted when the yes share of yes and no is above it."""

    def check(self) -> None:
        """Raises Rejected when the rules make no sense."""
        if not 0 <= self.quorum_percent <= 100 or not 50 <= self.majority_percent < 100:
            raise Rejected(
                Code.INVALID_FIELD, "quorum_percent is 0 to 100, majority_percent 50 to 99", "quorum_percent"
            )
        if self.mode is Mode.COLLEGES:
            weights = self.weights or {}
            if sum(weights.values()) != 100 or any(not 10 <= weight <= 50 for weight in weights.values()):
                raise Rejected(
                    Code.INVALID_FIELD, "weights: each college has 10 to 50 percent, all together 100", "weights"
                )


@dataclass(frozen=True, slots=True)
class Ballot:
    """One member's choice, and the college it is counted in."""

    college: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class Count:
    """The outcome. Shares are exact fractions of what was cast as yes or no."""

    entitled: int
    cast: int
    yes: Fraction
    no: Fraction
    quorate: bool
    adopted: bool
    by_college: Mapping[str, tuple[int, int, int]]
    """Yes, no, abstentions of each college."""


def count(ballots: Iterable[Ballot], entitled: Mapping[str, int], rules: VotingRules) -> Count:
    """Count ballots; `entitled` says how many may vote in each college.

    By colleges, a college nobody of which said yes or no gives its weight to none, so the others decide.
    """
    rules.check()
    tally: dict[str, list[int]] = {college: [0, 0, 0] for college in entitled}
    for ballot in ballots:
        if ballot.college not in tally:
            raise Rejected(Code.INVALID_FIELD, f"college: {ballot.college} does not vote here", "college")
        tally[ballot.college][list(Choice).index(ballot.choice)] += 1
    for college, said in tally.items():
        if sum(said) > entitled[college]:
            raise Rejected(Code.INVALID_FIELD, f"ballots: more than may vote in {college}", "ballots")
    cast, all_entitled = sum(map(sum, tally.values())), sum(entitled.values())
    yes, no = Fraction(0), Fraction(0)
    for college, (for_it, against, _) in tally.items():
        if rules.mode is Mode.MEMBERS:
            yes, no = yes + for_it, no + against
        elif for_it + against:
            weight = (rules.weights or {}).get(college, 0)
            yes += Fraction(weight * for_it, for_it + against)
            no += Fraction(weight * against, for_it + against)
    spoken = yes + no
    quorate = cast > 0 and 100 * cast >= rules.quorum_percent * all_entitled
    adopted = quorate and spoken > 0 and 100 * yes > rules.majority_percent * spoken
    share = (yes / spoken, no / spoken) if spoken else (Fraction(0), Fraction(0))
    return Count(
        all_entitled, cast, *share, quorate, adopted, {name: (a, b, c) for name, (a, b, c) in tally.items()}
    )
