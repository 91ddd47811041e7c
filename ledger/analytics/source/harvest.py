"""What an extract takes from the entries of a journal: movements, accounts, terms, reversals, and the reserve.

Entries are read as plain arrays (`ledger.core.codec`): only the few effects that matter become objects.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple
from uuid import UUID

from ledger.analytics.source.mapping import kind_of
from ledger.analytics.source.scene import Kind
from ledger.core import codec
from ledger.core.accounts import MEMBER_KINDS, AccountKind, Form, Model
from ledger.core.checks import technical_uid
from ledger.core.commands import COMMANDS
from ledger.core.draft import MIRROR_CODE
from ledger.core.errors import Corrupt
from ledger.core.journal import (
    EFFECTS,
    ENTRY_VERSION,
    AccountOpened,
    AccountSet,
    CurrencyDefined,
    HoldPlaced,
    HoldResolved,
    Reason,
    Reversed,
)

SECOND = 10**9
OUTSIDE = -1
"""In the columns of movements: not a member's account."""
KINDS = tuple(Kind)
OWN = tuple(kind.value for kind in AccountKind if kind not in MEMBER_KINDS)
SPHERES = ("individual", "collective", "associative")

_TAGS = {"currency", "opened", "set", "hold", "resolved", "reversed"}


def _positions(name: str) -> dict[str, int]:
    """Where the commands that have a field keep it."""
    return {
        command: at
        for command, cls in COMMANDS.items()
        for at, each in enumerate(fields(cls))
        if each.name == name
    }


_OCCURRED, _SPHERE = _positions("occurred_at"), _positions("sphere")


class Unit(NamedTuple):
    """A currency as the extract knows it."""

    no: int
    code: str
    scale: int
    model: str


def reserve_uids(community: UUID, unit: Unit) -> dict[UUID, int]:
    """The ids of the accounts that mirror the euros behind a currency → its number; none where nothing backs it."""
    if unit.model != Model.BACKED:
        return {}
    return {
        technical_uid(community, MIRROR_CODE, AccountKind.RESERVE, form, unit.code): unit.no for form in Form
    }


class Held(NamedTuple):
    """An account: its currency, its place in the scene of that currency (OUTSIDE: not a member's), its kind and form."""

    currency: int
    number: int
    kind: str
    form: str


class Terms(NamedTuple):
    """What changes of an account and matters here."""

    floor: int | None
    ceiling: int | None
    state: str
    sector: str | None
    frozen: int


@dataclass(slots=True)
class Known:
    """What later entries need to know of earlier ones; kept between two runs."""

    units: dict[int, Unit] = field(default_factory=dict)
    held: dict[int, Held] = field(default_factory=dict)
    """By account number."""
    members: dict[int, int] = field(default_factory=dict)
    """How many members' accounts each currency has."""
    terms: dict[int, Terms] = field(default_factory=dict)
    spheres: dict[bytes, int] = field(default_factory=dict)
    """Sphere of each open hold that names one."""
    reserves: dict[int, int] = field(default_factory=dict)
    """Account number of a reserve → number of the currency that it backs."""


MOVEMENT = ("currency", "entry", "leg", "time", "kind", "src", "dst", "amount", "outside", "sphere")
"""Columns of movements, all whole numbers: `kind`, `outside` and `sphere` are places in KINDS, OWN and SPHERES, or -1."""


class Harvest:
    """Fills columns from entries, in their order; see `take`."""

    def __init__(self, community: UUID, known: Known) -> None:
        self._community, self._known = community, known
        self.movements: dict[str, array[int]] = {name: array("q") for name in MOVEMENT}
        self._columns = tuple(self.movements.values())
        self.accounts: list[tuple[Any, ...]] = []
        """no, uid, the four parts of `Held`, entry, opened (seconds)."""
        self.terms: list[tuple[Any, ...]] = []
        """no, entry, time (seconds), and the parts of `Terms`."""
        self.reversals: list[tuple[bytes, int]] = []
        """Id of the command that was reversed, number of the entry that did it."""
        self.reserve: list[tuple[int, int, int, int, str, int]] = []
        """Currency that is backed, entry, leg, time (seconds), form, change of the reserve in minor units."""
        self._reserve_uids: dict[UUID, int] = {}
        for unit in known.units.values():
            self._reserve_uids |= reserve_uids(community, unit)

    def take(self, seq: int, body: bytes) -> None:
        """One entry. Raises Corrupt when it is not what the journal writes."""
        try:
            version, number, ts, _, name, command, transfers, effects = codec.loads(body)
            if version != ENTRY_VERSION or number != seq:
                raise ValueError("another version or number")
            at = _OCCURRED.get(name)
            time = (ts if at is None else command[at]) // SECOND
            captured = -1
            for tag, plain in effects:
                if tag in _TAGS:
                    captured = max(captured, self._effect(seq, time, name, command, tag, plain))
            sphere = max(captured, self._sphere(name, command))
            if transfers:
                self._transfers(seq, time, transfers, sphere)
        except (ValueError, TypeError, LookupError) as error:
            raise Corrupt(f"entry {seq} cannot be read ({error}); run `ricochet verify`") from error

    # --- effects ---

    def _effect(self, seq: int, time: int, name: str, command: list[Any], tag: str, plain: Any) -> int:
        """Take an effect; gives the sphere of a hold that was resolved, else -1."""
        known = self._known
        effect = codec.from_plain(EFFECTS[tag], plain)
        match effect:
            case CurrencyDefined():
                unit = Unit(effect.no, effect.code, effect.scale, effect.model.value)
                known.units[unit.no] = unit
                self._reserve_uids |= reserve_uids(self._community, unit)
            case AccountOpened():
                self._opened(seq, time, effect)
            case AccountSet():
                sector = effect.sectors[0] if effect.sectors else None
                terms = Terms(effect.floor, effect.ceiling, effect.state.value, sector, effect.frozen)
                if known.held[effect.no].number != OUTSIDE and known.terms[effect.no] != terms:
                    self._terms(effect.no, seq, time, terms)
            case HoldPlaced():
                sphere = self._sphere(name, command)
                if sphere >= 0:
                    known.spheres[effect.id.bytes] = sphere
            case HoldResolved():
                return known.spheres.pop(effect.id.bytes, -1)
            case Reversed():
                self.reversals.append((effect.entry.bytes, seq))
        return -1

    def _opened(self, seq: int, time: int, effect: AccountOpened) -> None:
        known = self._known
        number = OUTSIDE
        if effect.kind in MEMBER_KINDS:
            number = known.members.get(effect.currency, 0)
            known.members[effect.currency] = number + 1
        elif effect.uid in self._reserve_uids:
            known.reserves[effect.no] = self._reserve_uids[effect.uid]
        held = Held(effect.currency, number, effect.kind.value, effect.form.value)
        known.held[effect.no] = held
        self.accounts.append((effect.no, str(effect.uid), *held, seq, time))
        if number != OUTSIDE:
            sector = effect.sectors[0] if effect.sectors else None
            self._terms(effect.no, seq, time, Terms(effect.floor, effect.ceiling, "open", sector, 0))

    def _terms(self, no: int, seq: int, time: int, terms: Terms) -> None:
        self._known.terms[no] = terms
        self.terms.append((no, seq, time, *terms))

    @staticmethod
    def _sphere(name: str, command: list[Any]) -> int:
        at = _SPHERE.get(name)
        said = command[at] if at is not None and at < len(command) else None
        return -1 if said is None else SPHERES.index(said)

    # --- transfers ---

    def _transfers(self, seq: int, time: int, transfers: list[list[int]], sphere: int) -> None:
        held, reserves = self._known.held, self._known.reserves
        notes: Held | None = None
        for leg, (debit, credit, posted, _, reason) in enumerate(transfers):
            if not posted:
                continue
            payer, payee = held[debit], held[credit]
            if debit in reserves:
                self.reserve.append((reserves[debit], seq, leg, time, payer.form, -posted))
            if credit in reserves:
                self.reserve.append((reserves[credit], seq, leg, time, payee.form, posted))
            if reason == Reason.FORM_OUT:
                notes = payer
                continue
            if reason == Reason.FORM_IN and notes is not None:
                payer = notes
            kind = kind_of(reason, payer.number != OUTSIDE, payee.number != OUTSIDE)
            if kind is not None:
                own = payer if payer.number == OUTSIDE else payee
                row = (
                    payee.currency, seq, leg, time, KINDS.index(kind), payer.number, payee.number, posted,
                    OWN.index(own.kind) if own.number == OUTSIDE else -1, sphere if reason in _PAID else -1,
                )  # fmt: skip
                for column, value in zip(self._columns, row, strict=True):
                    column.append(value)


_PAID = frozenset({Reason.PAYMENT, Reason.CAPTURE})
