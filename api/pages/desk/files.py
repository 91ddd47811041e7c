"""`/desk/members/files`: professionals' files, from the draft to the committee's decision and the appeal (MLC-17)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.association.agreements import File
from api.pages.desk import persons
from api.pages.desk.dues_rules import COLLEGES
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled, Revision
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.texts import later
from api.pages.frame.visit import Visit
from ledger.community.agreement import COMMITMENTS, NEXT, UNDECIDED, Step, Verdict
from ledger.community.dues import DuesRules, Firm, firm_dues

router = page_router()

QUESTIONS: dict[str, str] = {
    "siren": later("SIREN number"), "naf": later("Activity code (NAF)"), "posts": later("Full-time posts"),
    "employees": later("Employees"), "years": later("Age in years"), "address": later("Address"), "iban": later("IBAN"),
    "suppliers": later("Suppliers nearby"), "wants": later("What they look for in the network"),
}  # fmt: skip
BY_COMMITTEE = frozenset({Step.APPROVED, Step.REFUSED, Step.SUSPENDED})


@router.get("/desk/members/files")
def waiting(visit: Visit = page("desk.read")) -> Response:
    """Files that somebody has to do something about, oldest first."""
    found = visit.use.association.agreements.waiting(visit.caller.community)
    names = persons.names(visit, {each.member for each in found})
    return visit.show("desk/files.html", found=found, names=names, persons=persons)


@router.get("/desk/members/{member}/file")
def new(member: UUID, visit: Visit = page("desk.read")) -> Response:
    """The questions of a new file."""
    found = visit.use.identity.people.get(visit.caller.community, member)
    return visit.show("desk/file_new.html", member=found, questions=QUESTIONS, may=persons.may(visit))


def _says(visit: Visit) -> dict[str, str]:
    """The answers that the form brought."""
    return {name: visit.form.get(name).strip() for name in QUESTIONS if visit.form.get(name).strip()}


@router.post("/desk/members/{member}/file")
@or_again(new)
def begin(member: UUID, visit: Visit = page("desk.operate")) -> Response:
    """Begin a file."""
    life, caller = visit.use.association, visit.caller
    made = life.agreements.open(
        caller.community, member, _says(visit), caller.principal.actor, life.dues.today()
    )
    return visit.go(f"/desk/members/files/{made.id}", visit.text("The file is open. Hand it in when it is complete."))


@router.get("/desk/members/files/{file}")
def one(file: UUID, visit: Visit = page("desk.read")) -> Response:
    """A file with its steps, and what can follow."""
    c, life = visit.caller.community, visit.use.association
    found = life.agreements.get(c, file)
    nexts = sorted(NEXT[found.step])
    return visit.show(
        "desk/file.html", file=found, member=visit.use.identity.people.get(c, found.member), persons=persons,
        questions=QUESTIONS, words=COLLEGES, colleges=life.own_rules.of(c).colleges, may=persons.may(visit),
        today=life.dues.today().isoformat(), undecided=found.step in UNDECIDED, due=_due(found, life.own_rules.of(c).dues),
        steps=[each for each in nexts if each not in BY_COMMITTEE], least=COMMITMENTS,
        verdicts=[(each.value, visit.text(persons.STEPS[each])) for each in nexts if each in BY_COMMITTEE],
        history=[_told(each) for each in found.history],
    )  # fmt: skip


def _due(found: File, rules: DuesRules) -> int | None:
    """A month of dues by the grid, in cents, where the answers say enough."""
    said = [found.says.get(name, "").replace(",", ".").strip() for name in ("posts", "employees", "years")]
    if not all(re.fullmatch(r"\d{1,4}(\.\d{1,2})?", each) for each in said):
        return None
    posts, employees, years = map(Decimal, said)
    return firm_dues(Firm(years=int(years), posts=posts, employees=int(employees)), rules)


def _told(said: dict[str, Any]) -> tuple[str, int, dict[str, Any]]:
    """A step of the history: its word, its day in ns, and what was said."""
    return persons.STEPS[Step(said["step"])], persons.noon(date.fromisoformat(said["on"])), said


@router.get("/desk/members/files/{file}/answers")
def answers(file: UUID, visit: Visit = page("desk.read")) -> Response:
    """The answers to mend, while nothing is decided."""
    c = visit.caller.community
    found = visit.use.association.agreements.get(c, file)
    return visit.show(
        "desk/file_answers.html", file=found, member=visit.use.identity.people.get(c, found.member), questions=QUESTIONS,
        may=persons.may(visit) and found.step in UNDECIDED,
    )  # fmt: skip


class Answered(Filled):
    """What was looked at."""

    version: Revision


@router.post("/desk/members/files/{file}/answers")
@or_again(answers)
def answer(file: UUID, visit: Visit = page("desk.operate")) -> Response:
    """Keep other answers; the history says which questions."""
    sent, caller, life = visit.read(Answered), visit.caller, visit.use.association
    life.agreements.answer(
        caller.community, file, sent.version, _says(visit), caller.principal.actor, life.dues.today()
    )
    return visit.go(f"/desk/members/files/{file}", visit.text("That is kept."))


class Stepped(Filled):
    """A step that needs no committee."""

    step: Step
    version: Revision
    note: str = Field("", max_length=1_000)


@router.post("/desk/members/files/{file}/step")
@or_again(one)
def step(file: UUID, visit: Visit = page("desk.operate")) -> Response:
    """Handed in, visited, appealed, withdrawn; with what was said."""
    sent, caller, life = visit.read(Stepped), visit.caller, visit.use.association
    kept = life.agreements.step(
        caller.community, file, sent.version, sent.step, caller.principal.actor, life.dues.today(), sent.note
    )
    return visit.go(f"/desk/members/files/{file}", visit.text(persons.STEPS[kept.step]) + ".")


class Decision(Filled):
    """What the committee said."""

    verdict: Step
    version: Revision
    on: date
    college: list[str] = Field(default_factory=list)
    commitments: str = Field("", max_length=2_000)
    reasons: str = Field("", max_length=2_000)


@router.post("/desk/members/files/{file}/decision")
@or_again(one)
def decide(file: UUID, visit: Visit = page("desk.operate")) -> Response:
    """The committee's decision; an approval lets the professional receive."""
    sent, caller, life = visit.read(Decision), visit.caller, visit.use.association
    if sent.verdict not in BY_COMMITTEE:
        raise visit.misfilled({"verdict": visit.text("Choose one of the list.")})
    if sent.on > life.dues.today():
        raise visit.misfilled({"on": visit.text("Type a day that is not in the future.")})
    colleges = life.own_rules.of(caller.community).colleges
    verdict = Verdict(
        step=sent.verdict, on=sent.on, colleges=frozenset(sent.college) & set(colleges), reasons=sent.reasons,
        commitments=tuple(line.strip() for line in sent.commitments.splitlines() if line.strip()),
    )  # fmt: skip
    kept = life.agreements.decide(
        caller.community, file, sent.version, verdict, colleges, caller.principal.actor
    )
    return visit.go(f"/desk/members/files/{file}", visit.text(persons.STEPS[kept.step]) + ".")
