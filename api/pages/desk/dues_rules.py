"""`/desk/members/dues/rules`: what the association asks of its members, and who sits in its committee (MLC-15 to MLC-17)."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from api.pages.desk import persons
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.texts import later
from api.pages.frame.visit import Visit
from ledger.community.dues import DuesRules

router = page_router()

COLLEGES: dict[str, str] = {
    "members": later("Members"), "professionals": later("Professionals"), "associations": later("Associations"),
    "public": later("Public bodies"), "employees": later("Employees"), "founders": later("Founders and partners"),
}  # fmt: skip
"""Who may sit in the committee; a decision needs all that the association has chosen."""
MONEY = ("person_floor", "person_suggested", "starter", "small", "large")


@router.get("/desk/members/dues/rules")
def rules(visit: Visit = page("desk.read")) -> Response:
    """The rules in force, and what they were."""
    book, c = visit.use.association.own_rules, visit.caller.community
    return visit.show(
        "desk/dues_rules.html", now=book.of(c), history=book.history(c), words=COLLEGES, may=persons.may(visit),
        euros=persons.EUROS,
    )  # fmt: skip


class Asked(Filled):
    """What is no money."""

    grace_days: int = Field(ge=0, le=366)
    college: list[str] = Field(min_length=1)


@router.post("/desk/members/dues/rules")
@or_again(rules)
def change(visit: Visit = page("desk.operate", step_up=True)) -> Response:
    """Keep them from now on; what was received stays as it is."""
    sent = visit.read(Asked)
    cents = {name: visit.money(name, persons.EUROS, zero=True) for name in MONEY}
    if cents["person_suggested"] < cents["person_floor"]:
        raise visit.misfilled({"person_suggested": visit.text("Type at least the lowest dues.")})
    if not cents["starter"] <= cents["small"] <= cents["large"]:
        raise visit.misfilled({"large": visit.text("Larger firms cannot pay less than smaller ones.")})
    colleges = tuple(name for name in COLLEGES if name in sent.college)
    visit.use.association.own_rules.put(
        visit.caller.community, DuesRules(**cents, grace_days=sent.grace_days), colleges, visit.caller.principal.actor
    )
    return visit.go("/desk/members/dues/rules", visit.text("That is asked from now on."))
