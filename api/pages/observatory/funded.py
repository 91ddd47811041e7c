"""`/observatory/programmes`: what public money in purses became, programme by programme; small ones hidden (PRIV-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from starlette.responses import Response

from api.association.programme_months import Month, Months, shown
from api.association.programmes import Standing, standings
from api.pages.frame.guard import page
from api.pages.frame.looking import month_of, this_month
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


MONTHLY = (
    later("Community"), later("Programme"), later("Currency"), later("Month"), later("Granted"), later("Spent"),
    later("Expired"), later("Purses that moved"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Funded:
    """A programme of a community. `shown`: its money may be read. `month`: what moved in the month that was asked for,
    None where it may not be read or none was asked for.
    """

    community: str
    of: Standing
    month: Month | None = None

    @property
    def shown(self) -> bool:
        """Whether enough stand behind it."""
        return self.of.purses >= PERSONS and self.of.shops >= SHOPS


def funded(visit: Visit) -> list[Funded]:
    """The programmes of every community of the server."""
    use, month, found = visit.use, asked(visit), []
    for each in use.ledger.reader.communities():
        name, every = use.identity.communities.name(each.uid) or each.code, dict[str, dict[str, Months]]()
        for of in standings(use.ledger.reader, each.uid, use.clock()):
            if month is not None and of.unit.code not in every:
                every[of.unit.code] = use.association.programme_months.of(use.ledger.reader, each.uid, of.unit)
            some = every.get(of.unit.code, {}).get(of.programme.code, {})
            found.append(Funded(name, of, _readable(some, month)))
    return found


def asked(visit: Visit) -> date | None:
    """The month that the address names."""
    return month_of(visit.request.query_params.get("month", ""))


def _readable(some: Months, month: date | None) -> Month | None:
    """A month of a programme; None where few stand behind it, or it would betray another one."""
    if month is None or (month in some and month not in shown(some, PERSONS, SHOPS)):
        return None
    return some.get(month, Month())


@router.get("/observatory/programmes")
def programmes(visit: Visit = page("observatory.compare", platform=True)) -> Response:
    """Budget, granted, spent, left, expired and not used, of each."""
    return visit.show(
        "observatory/programmes.html", some=funded(visit), persons=PERSONS, shops=SHOPS, month=asked(visit),
        now=this_month(visit.use.clock()),
    )  # fmt: skip


@router.get("/observatory/programmes.csv")
def programmes_file(visit: Visit = page("observatory.compare", platform=True)) -> Response:
    """The same for a spreadsheet."""
    month, lines = asked(visit), list[list[Cell]]()
    lines.append([visit.text(head) for head in (MONTHLY if month else HEADS)])
    for each in funded(visit):
        of = each.of
        if month is not None:
            lines.append([each.community, of.programme.code, of.unit.code, month.isoformat()[:7], *_moved(visit, each)])
            continue
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


def _moved(visit: Visit, each: Funded) -> list[Cell]:
    moved = each.month if each.shown else None
    if moved is None:
        return [visit.text("hidden")] * 4
    amounts: list[Cell] = [_units(each.of, amount) for amount in (moved.granted, moved.spent, moved.expired)]
    return [*amounts, _count(len(moved.purses))]


def _units(of: Standing, minor: int) -> Number:
    return Number(Decimal(minor).scaleb(-of.unit.scale), "#,##0.00")


def _count(many: int) -> Number:
    return Number(many, "#,##0")
