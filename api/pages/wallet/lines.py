"""Lines of an account as its owner looks for them: by name, memo, amount, days and direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from api.identity.names import search_key
from api.pages.frame.texts import later
from api.pages.frame.units import read_amount
from api.pages.frame.visit import Visit
from api.pages.wallet.mine import Held
from ledger.core.journal import Reason
from ledger.store.views import Line

BATCH = 200
MOST = 4_000
"""Lines that one page looks through before it offers to go on."""

WORDS: dict[int, str] = {
    Reason.FEE: later("Fee"), Reason.FEE_RESERVE: later("Fee"), Reason.REFUND: later("Given back"),
    Reason.FEE_REFUND: later("Fee given back"), Reason.REVERSAL: later("Correction"), Reason.HOLD: later("Set aside"),
    Reason.CAPTURE: later("Payment"), Reason.VOID: later("No longer set aside"),
    Reason.EXPIRY: later("No longer set aside"), Reason.ISSUE: later("Top-up"), Reason.REDEEM: later("Reconversion"),
    Reason.GRANT: later("Put on the card"), Reason.PURSE_EXPIRY: later("Not used in time"), Reason.DUES: later("Dues"),
    Reason.DEMURRAGE: later("Charge on idle units"), Reason.FORFEIT: later("Given up"),
    Reason.DEBT_SETTLED: later("Settled in euros"), Reason.LOSS: later("Written off"), Reason.OPENING: later("Brought along"),
    Reason.FORM_OUT: later("Changed for notes"), Reason.FORM_IN: later("Changed from notes"),
}  # fmt: skip
RECEIPTS = frozenset({"pay", "place_hold"})
"""Commands that the receipt page shows."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line with the words for people."""

    line: Line
    name: str
    """The other side, or what it was where there is none with a name."""
    what: str
    """What it was, where it was no plain payment."""
    memo: str

    @property
    def amount(self) -> int:
        """What came (above 0) or went; of a hold, what was set aside."""
        return self.line.posted or self.line.held

    @property
    def moved(self) -> bool:
        """Whether the balance changed; setting aside and letting go do not change it."""
        return self.line.posted != 0

    @property
    def receipt(self) -> str:
        """The address of the receipt, if there is one."""
        return f"/receipt/{self.line.command_id}" if self.line.command in RECEIPTS else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; empty finds everything."""

    words: str = ""
    start: date | None = None
    end: date | None = None
    way: str = ""
    """ "in", "out" or both."""

    @property
    def given(self) -> bool:
        """Whether anything is looked for."""
        return self != Wanted()


def search(
    visit: Visit, held: Held, wanted: Wanted, before: int | None = None, limit: int = 30
) -> tuple[list[Told], int | None]:
    """Lines newest first, and the version before which to go on; None at the end."""
    c, zone = visit.caller.community, visit.face.timezone
    first = 0 if wanted.start is None else midnight(wanted.start, zone)
    fits, places = _fits(wanted, held), _conventions(visit)
    found: list[Told] = []
    seen = visit.use.ledger.reader  # no snapshot: lines are only added, and the names need the connection
    at = before
    if before is None and wanted.end is not None:
        end = seen.first_since(c, midnight(wanted.end + timedelta(days=1), zone))
        at = seen.version_before(c, held.account.uid, end) + 1
    for _ in range(MOST // BATCH):
        size = BATCH if wanted.given else limit + 1
        lines = seen.statement(c, held.account.uid, before_version=at, limit=size)
        memos = seen.memos(c, [line.seq for line in lines])
        names = places | visit.use.identity.names(c, {line.counterparty for line in lines})
        for line in lines:
            if line.ts < first:
                return found, None
            if len(found) == limit:
                return found, at
            told = tell(visit, line, names, memos)
            if fits(told):
                found.append(told)
            at = line.version
        if len(lines) < size:
            return found, None
    return found, at


def tell(visit: Visit, line: Line, names: dict[UUID, str], memos: dict[int, str]) -> Told:
    """A line in words."""
    word = WORDS.get(line.reason, "")
    what = visit.text(word) if word else ""
    name = names.get(line.counterparty, "")
    return Told(line, name or what or visit.face.name, what if name else "", memos.get(line.seq, ""))


def _conventions(visit: Visit) -> dict[UUID, str]:
    """By the account that stands for another community, what that one is called."""
    use = visit.use
    return {
        each.account: use.identity.communities.name(each.other) or use.facts.community(each.other).code
        for each in use.association.links.of(visit.caller.community)
    }


def midnight(day: date, zone: str) -> int:
    """How a day begins, ns since 1970."""
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp()) * 10**9


def _fits(wanted: Wanted, held: Held) -> Callable[[Told], bool]:
    key = search_key(wanted.words)
    amount = read_amount(wanted.words, held.unit) if wanted.words else None

    def fits(told: Told) -> bool:
        if wanted.way and (told.amount > 0) != (wanted.way == "in"):
            return False
        if not wanted.words:
            return True
        return abs(told.amount) == amount or (
            bool(key) and key in search_key(f"{told.name} {told.memo} {told.what}")
        )

    return fits
