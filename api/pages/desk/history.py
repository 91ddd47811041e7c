"""Histories: of an account's limits, from the journal; of a membership, from the register. When, by whom, from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from api.identity.people import Became, Member
from api.pages.desk.acting import names_of
from api.pages.desk.persons import Owned
from api.pages.frame.visit import Visit
from ledger.core.journal import AccountOpened, AccountSet
from ledger.store.views import EntryView

SETS = ("open_account", "set_line", "set_ceiling", "leave")
"""Commands by which a member's account gets its limits."""
MOST = 100
SECONDS = 0.5
"""How long a page looks back; a long journal is looked through further on its own page."""

Limits = tuple[int | None, int | None]
"""Line and ceiling, minor units; None: no limit."""


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that set a limit. `before` None: the account was opened, or an older entry was not looked for."""

    view: EntryView
    by: str
    before: Limits | None
    after: Limits
    opened: bool


@dataclass(frozen=True, slots=True)
class History:
    """Changes, newest first. `whole`: back to the account's opening."""

    changes: list[Change]
    whole: bool


def limits(visit: Visit, held: Owned) -> History:
    """What an account was allowed, since it was opened or as far as there was time to look."""
    views, whole = _views(visit, held)
    names = names_of(visit, {view.actor for view in views})
    changes: list[Change] = []
    before: Limits | None = None
    for view in reversed(views):
        after, opened = _after(view, held)
        if after is not None and after != before:
            changes.append(Change(view, names[view.actor], before, after, opened))
            before = after
    return History(changes[::-1], whole)


def _views(visit: Visit, held: Owned) -> tuple[list[EntryView], bool]:
    """The entries that set a limit, newest first, and whether these are all."""
    reader, c, ends = visit.use.ledger.reader, visit.caller.community, monotonic() + SECONDS
    found: list[EntryView] = []
    before: int | None = None
    while len(found) < MOST:
        some = reader.search(
            c, start=held.account.opened_seq, before=before, commands=SETS, accounts=[held.account.uid], limit=MOST
        )
        found += some.views
        if some.before is None:
            return found, True
        if monotonic() > ends:
            break
        before = some.before
    return found, False


def _after(view: EntryView, held: Owned) -> tuple[Limits | None, bool]:
    """The limits after an entry, and whether it opened the account."""
    for effect in view.decoded().effects:
        if isinstance(effect, AccountOpened) and effect.uid == held.account.uid:
            return _limits(effect), True
        if isinstance(effect, AccountSet) and effect.no == held.account.no:
            return _limits(effect), False
    return None, False


def _limits(effect: AccountOpened | AccountSet) -> Limits:
    return None if effect.floor is None else -effect.floor, effect.ceiling


def memberships(visit: Visit, member: Member) -> list[tuple[Became, str]]:
    """What became of a membership, newest first, with who changed it ("" where that was not noted)."""
    found = visit.use.identity.people.states(visit.caller.community, member.id)
    names = names_of(visit, {each.by for each in found if each.by is not None})
    return [(each, names[each.by] if each.by is not None else "") for each in found]
