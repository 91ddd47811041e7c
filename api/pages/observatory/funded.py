"""`/observatory/programmes`: what public money in purses became, programme by programme; small ones hidden (PRIV-3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from starlette.responses import Response

from api.association.programmes import Standing, standings
from api.pages.frame.guard import page
from api.pages.frame.sheets import CSV, Cell, Number, Sheet, as_csv
from api.pages.frame.surface import page_router
from api.pages.frame.texts import later
from api.pages.frame.visit import Visit

router = page_router()

PERSONS, SHOPS = 11, 3
"""Fewer purses, or fewer shops that could have received it, and only the budget is shown (as in the reports)."""


HEADS = (
    later("Community"), later("Programme"), later("Currency"), later("Budget"), later("Granted"), later("Spent"),
    later("Left in purses"), later("Expired"), later("Purses"), later("Not used at all"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Funded:
    """A programme of a community. `shown`: its money may be read."""

    community: str
    of: Standing

    @property
    def shown(self) -> bool:
        """Whether enough stand behind it."""
        return self.of.purses >= PERSONS and self.of.shops >= SHOPS


def funded(visit: Visit) -> list[Funded]:
    """The programmes of every community of the server."""
    use = visit.use
    return [
        Funded(use.identity.communities.name(each.uid) or each.code, of)
        for each in use.ledger.reader.communities()
        for of in standings(use.ledger.reader, each.uid, use.clock())
    ]


@router.get("/observatory/programmes")
def programmes(visit: Visit = page("observatory.compare", platform=True)) -> Response:
    """Budget, granted, spent, left, expired and not used, of each."""
    return visit.show("observatory/programmes.html", some=funded(visit), persons=PERSONS, shops=SHOPS)


@router.get("/observatory/programmes.csv")
def programmes_file(visit: Visit = page("observatory.compare", platform=True)) -> Response:
    """The same for a spreadsheet."""
    lines: list[list[Cell]] = [[visit.text(head) for head in HEADS]]
    for each in funded(visit):
        of = each.of
        money = (of.granted, of.spent, of.left, of.expired)
        hidden: list[Cell] = [visit.text("hidden")] * 6
        counts: list[Cell] = [_count(of.purses), None if of.untouched is None else _count(of.untouched)]
        shown: list[Cell] = [*(_units(of, amount) for amount in money), *counts]
        budget = _units(of, of.programme.budget)
        lines.append([each.community, of.programme.code, of.unit.code, budget, *(shown if each.shown else hidden)])
    answer = Response(as_csv([Sheet(visit.text("Public programmes"), lines)], visit.lang), media_type=CSV)
    visit.dress(answer)
    answer.headers["content-disposition"] = 'attachment; filename="programmes.csv"'
    return answer


def _units(of: Standing, minor: int) -> Number:
    return Number(Decimal(minor).scaleb(-of.unit.scale), "#,##0.00")


def _count(many: int) -> Number:
    return Number(many, "#,##0")
