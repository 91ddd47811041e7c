"""`/observatory/programmes`: what public money in purses became in the months that have ended; few people are hidden (PRIV-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from starlette.responses import Response

from api.association.programme_months import Month, Months, ended, shown, together
from api.association.programmes import in_force
from api.pages.frame.guard import page
from api.pages.frame.looking import month_of, this_month
from api.pages.frame.sheets import CSV, Cell, Number, Sheet, as_csv
from api.pages.frame.surface import page_router
from api.pages.frame.texts import later
from api.pages.frame.visit import Visit
from ledger.core.accounts import Currency
from ledger.core.policy import Programme

router = page_router()

PERSONS, SHOPS = 11, 3
"""Fewer purses that moved in a month, or fewer shops that were paid, and it is hidden (as in the reports)."""


HEADS = (
    later("Community"), later("Programme"), later("Currency"), later("Budget"), later("Granted"), later("Spent"),
    later("Left in purses"), later("Expired"), later("Purses that moved"), later("Not used at all"),
)  # fmt: skip


MONTHLY = (
    later("Community"), later("Programme"), later("Currency"), later("Month"), later("Granted"), later("Spent"),
    later("Expired"), later("Purses that moved"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Funded:
    """A programme of a community."""

    community: str
    unit: Currency
    programme: Programme
    moved: Month | None
    """What moved in the month that was asked for, else in all that are shown; None where nothing may be read."""
    waits: bool
    """It may not be read because the month, or the first one, is under way."""
    whole: bool
    """No month that has ended is hidden."""

    @property
    def left(self) -> int | None:
        """Minor units in purses; None where a month is hidden."""
        some = self.moved
        return some.granted - some.spent - some.expired if some and self.whole else None

    @property
    def untouched(self) -> int | None:
        """Purses from which nothing was spent; None where a month is hidden or some have expired."""
        some = self.moved
        return len(some.purses - some.users) if some and self.whole and not some.expired else None

    @property
    def used_bp(self) -> int | None:
        """Share of what was granted that was spent, basis points rounded down; None where a month is hidden."""
        some = self.moved
        return some.spent * 10_000 // some.granted if some and self.whole and some.granted else None


def funded(visit: Visit) -> list[Funded]:
    """The programmes of every community of the server."""
    use, month, now, found = visit.use, asked(visit), this_month(visit.use.clock()), list[Funded]()
    for each in use.ledger.reader.communities():
        name = use.identity.communities.name(each.uid) or each.code
        for unit, programmes in in_force(use.ledger.reader, each.uid, use.clock()):
            every = use.association.programme_months.of(use.ledger.reader, each.uid, unit)
            for programme in programmes:
                some = ended(every.get(programme.code, {}), now)
                good = shown(some, PERSONS, SHOPS)
                waits = month >= now if month else not some
                moved = None if waits else _readable(some, good, month)
                found.append(Funded(name, unit, programme, moved, waits, len(good) == len(some)))
    return found


def asked(visit: Visit) -> date | None:
    """The month that the address names."""
    return month_of(visit.request.query_params.get("month", ""))


def _readable(some: Months, good: set[date], month: date | None) -> Month | None:
    """A month that has ended, or all that may be shown; None where few stand behind it."""
    if month is not None:
        return None if month in some and month not in good else some.get(month, Month())
    return together(some[each] for each in good) if good else None


@router.get("/observatory/programmes")
def programmes(visit: Visit = page("observatory.compare", platform=True)) -> Response:
    """Budget, granted, spent, left, expired and not used, of each."""
    now = this_month(visit.use.clock())
    return visit.show(
        "observatory/programmes.html", some=funded(visit), persons=PERSONS, shops=SHOPS, month=asked(visit),
        last=date.fromordinal(now.toordinal() - 1).replace(day=1),
    )  # fmt: skip


@router.get("/observatory/programmes.csv")
def programmes_file(visit: Visit = page("observatory.compare", platform=True)) -> Response:
    """The same for a spreadsheet."""
    month, lines = asked(visit), list[list[Cell]]()
    lines.append([visit.text(head) for head in (MONTHLY if month else HEADS)])
    for each in funded(visit):
        of: list[Cell] = [each.community, each.programme.code, each.unit.code]
        of.append(month.isoformat()[:7] if month else _units(each, each.programme.budget))
        lines.append([*of, *_moved(visit, each, month)])
    answer = Response(as_csv([Sheet(visit.text("Public programmes"), lines)], visit.lang), media_type=CSV)
    visit.dress(answer)
    answer.headers["content-disposition"] = 'attachment; filename="programmes.csv"'
    return answer


def _moved(visit: Visit, each: Funded, month: date | None) -> list[Cell]:
    some = each.moved
    if some is None:
        return [visit.text("under way") if each.waits else visit.text("hidden")] * (4 if month else 6)
    granted, spent, expired = (_units(each, minor) for minor in (some.granted, some.spent, some.expired))
    purses = Number(len(some.purses), "#,##0")
    if month:
        return [granted, spent, expired, purses]
    left = None if each.left is None else _units(each, each.left)
    untouched = None if each.untouched is None else Number(each.untouched, "#,##0")
    return [granted, spent, left, expired, purses, untouched]


def _units(of: Funded, minor: int) -> Number:
    return Number(Decimal(minor).scaleb(-of.unit.scale), "#,##0.00")
