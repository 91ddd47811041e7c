"""`/desk`: the figures of the day, what waits for somebody, and how near the law's limits are (LEG-3, LEG-4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response

from api.association.links import Standing
from api.pages.desk.persons import may
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.units import moment_of
from api.pages.frame.visit import Visit
from ledger.community.exchanges import Listing
from ledger.community.membership import MemberState
from ledger.core.accounts import Currency, Form, Model

router = page_router()

THRESHOLD_CENTS = 100_000_000
"""Of LEG-4: 1,000,000 € in circulation."""
STEPS = (70, 90, 100)
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Money:
    """One form of a currency: units out, euros behind them (None where nothing must)."""

    unit: Currency
    form: Form
    circulation: int
    reserve: int | None
    whole: int
    """Units out in both forms together, which the law looks at."""

    @property
    def ratio_bp(self) -> int | None:
        """Guarantee ratio in basis points; None without units or without a reserve (MLC-2)."""
        if self.reserve is None or not self.circulation:
            return None
        return self.reserve * 10_000 // self.circulation

    @property
    def gauge(self) -> int | None:
        """Percent of the threshold of LEG-4 that is in circulation; None where it does not apply."""
        cents = self.whole * 100 // 10**self.unit.scale
        return cents * 100 // THRESHOLD_CENTS if self.unit.model is Model.BACKED else None


def money(visit: Visit) -> list[Money]:
    """What is out, by currency and form."""
    use, c = visit.use, visit.caller.community
    supply, whole = use.ledger.reader.supply(c), Counter[str]()
    for each in supply:
        whole[each.currency] += each.circulation
    return [
        Money(use.facts.currency(c, each.currency), each.form, each.circulation, each.reserve, whole[each.currency])
        for each in supply
        if each.model is not Model.MIRROR
    ]


def members(visit: Visit) -> Counter[str]:
    """How many members are in each state; `paid` counts those whose dues cover today."""
    use, c = visit.use, visit.caller.community
    counted: Counter[str] = Counter()
    through = use.association.dues.through(c)
    today = use.association.dues.today()
    after: UUID | None = None
    while some := use.identity.people.page(c, after, None, PAGE):
        for each in some:
            counted[each.state.value] += 1
            counted["paid"] += each.id in through and through[each.id] >= today and each.state is not MemberState.LEFT
        after = some[-1].id
    return counted


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that somebody has to do."""

    text: str
    count: int
    path: str


def waiting(visit: Visit) -> list[Waiting]:
    """The work that is open, each with where it is done."""
    life, c = visit.use.association, visit.caller.community
    approvals = visit.use.identity.approvals.page(c, "open", None, 100)
    stretched = [each for each in life.links.of(c) if each.state == "open" and life.links.use(each).standing is not Standing.OK]
    counts = (
        (visit.text("to approve by a second person"), len(approvals), "/desk/approvals"),
        (visit.text("applications"), len(life.applications.waiting(c)), "/desk/members/applications"),
        (visit.text("files of professionals"), len(life.agreements.waiting(c)), "/desk/members/files"),
        (visit.text("reconversions asked for"), len(life.reconversions.waiting(c)), "/desk/money"),
        (visit.text("dues ending within 30 days"), len(life.dues.reminders(c)), "/desk/members/dues"),
        (visit.text("offers of time to look at"), len(life.exchanges.board(c, Listing.PROPOSED)), "/desk/members/offers"),
        (visit.text("questions of the Region"), len(life.region.questions(c, open_only=True)), "/desk/figures"),
        (visit.text("conventions to look at"), len(stretched), "/desk/links"),
    )  # fmt: skip
    return [Waiting(*each) for each in counts if each[1]]


@router.get("/desk")
def today(visit: Visit = page("desk.read")) -> Response:
    """The desk in the morning."""
    use, c = visit.use, visit.caller.community
    now = moment_of(use.clock(), visit.face.timezone)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start = int(midnight.timestamp()) * 10**9
    head = use.ledger.reader.head(c)
    written = paid = 0
    after = max(head.seq - PAGE, 0)
    for view in use.ledger.reader.entries(c, after, PAGE):
        written += view.ts >= start
        paid += view.ts >= start and view.command in ("pay", "pay_batch", "capture_hold")
    counted = members(visit)
    return visit.show(
        "desk/today.html", money=money(visit), counted=counted, waiting=waiting(visit), head=head, written=written,
        paid=paid, many=written >= PAGE, steps=STEPS, needs=use.association.needs.unmet(c)[:5],
        keys=may(visit, "keys.list"),
        registered=sum(counted[state.value] for state in MemberState if state not in (MemberState.LEFT, MemberState.PENDING)),
    )  # fmt: skip
