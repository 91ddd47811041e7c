"""The stage of a community: its people, a plan of dated commands, and the clock that the ledger is shown.

Everything random comes from one seed and is drawn as integers, so that two runs make the same payments with the
same ids (the signing keys and salts of the journal differ: they are secrets).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Generic, TypeVar
from uuid import UUID

from ledger.core.accounts import AccountKind, Form, Model
from ledger.core.checks import technical_uid
from ledger.core.commands import Command, DefineCurrency, OpenAccount
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Receipt
from ledger.core.money import allocate
from ledger.core.policy import Policy
from ledger.service import Ledger

T = TypeVar("T")

SECOND = 10**9
HOUR = 3_600 * SECOND
DAY = 24 * HOUR


def moment(year: int, month: int, day: int = 1, hour: int = 9) -> int:
    """A date as nanoseconds since 1970; months beyond 12 run on into the next years."""
    years, month = divmod(month - 1, 12)
    return int(datetime(year + years, month + 1, day, hour, tzinfo=UTC).timestamp()) * SECOND


class SceneFailed(Exception):
    """The ledger answered otherwise than the scene expects: the demo is wrong, or the ledger is."""


class Clock:
    """The time that the ledger is shown, ns."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


@dataclass(slots=True, eq=False)
class Holder:
    """An account as its owner knows it. `balance` is what the owner reckons, minor units; the ledger decides."""

    account: UUID
    member: UUID
    kind: AccountKind
    form: Form = Form.DIGITAL
    sectors: tuple[str, ...] = ()
    weight: int = 1
    """Size beside the others of its kind."""
    balance: int = 0
    received: int = 0
    """Received by payments since the owner last looked."""


@dataclass(slots=True)
class Person:
    """A row of the register of members: never in the journal."""

    name: str
    kind: AccountKind
    place: str
    sectors: tuple[str, ...] = ()
    listed: bool = False
    accounts: list[UUID] = field(default_factory=list)


@dataclass(slots=True)
class Planned:
    """A command with its date; `refused` is the answer expected when it is not a receipt."""

    at: int
    command: Command
    refused: Code | None = None


class Scene:
    """One community while its story is being told."""

    def __init__(
        self, ledger: Ledger, clock: Clock, code: str, place: str, start: int, seed: int | str,
        community: UUID | None = None,
    ) -> None:  # fmt: skip
        """Found a community at `start`, ns; with `community` go on with one that is there."""
        self.rng = Random(f"{seed}/{code}")
        self.code = code
        self.place = place
        self.clock = clock
        self.ledger = ledger
        self.community = community or self.uid()
        self.operator, self.treasurer, self.board = self.uid(), self.uid(), self.uid()
        self.people: dict[UUID, Person] = {}
        self.committed = 0
        self.refused: Counter[Code] = Counter()
        self._names: Counter[str] = Counter()
        self._plan: list[Planned] = []
        clock.now = start
        if community is None:
            ledger.found_community(code, community=self.community, actor=self.operator)

    def uid(self) -> UUID:
        """The next id of the seed."""
        return UUID(int=self.rng.getrandbits(128), version=4)

    def plan(self, at: int, what: type[Command], /, refused: Code | None = None, **fields: Any) -> UUID:
        """Put a command on the plan; `actor` is the operator unless given. Returns its id."""
        fields.setdefault("actor", self.operator)
        command = what(id=self.uid(), community=self.community, **fields)
        self._plan.append(Planned(at, command, refused))
        return command.id

    def play(self) -> None:
        """Submit the plan in the order of its dates, a day at a time. Raises SceneFailed."""
        self._plan.sort(key=lambda planned: planned.at)
        day: list[Planned] = []
        for planned in self._plan:
            if day and planned.at // DAY != day[0].at // DAY:
                self._submit(day)
                day = []
            day.append(planned)
        if day:
            self._submit(day)
        self._plan = []

    def _submit(self, day: Sequence[Planned]) -> None:
        self.clock.now = day[0].at
        for planned, answer in zip(day, self.ledger.submit_many([p.command for p in day]), strict=True):
            if isinstance(answer, Receipt) and planned.refused is None:
                self.committed += 1
            elif isinstance(answer, Rejected) and answer.code is planned.refused:
                self.refused[answer.code] += 1
            else:
                expected = planned.refused or "a receipt"
                raise SceneFailed(f"{self.code}: {planned.command.name}: expected {expected}, got {answer!r}")

    # --- what most communities begin with ---

    def currency(self, at: int, code: str, model: Model, policy: Policy) -> None:
        """Define a currency; hours count in minutes, the others in cents."""
        scale = 0 if model is Model.TIME else 2
        self.plan(at, DefineCurrency, code=code, scale=scale, model=model, policy=policy, actor=self.board)

    def member(self, noun: str, kind: AccountKind, sectors: tuple[str, ...] = ()) -> UUID:
        """Somebody new, called by a noun and a number."""
        self._names[noun] += 1
        uid = self.uid()
        number = self._names[noun]
        name = f"{noun} {number:04d}" if kind is AccountKind.PERSON else f"{noun} {number}"
        listed = kind is not AccountKind.PERSON
        self.people[uid] = Person(name, kind, self.place, sectors, listed)
        return uid

    def open(self, at: int, member: UUID, currency: str, **terms: Any) -> Holder:
        """Open one of a member's accounts."""
        person = self.people[member]
        kind = terms.pop("kind", person.kind)
        held = Holder(self.uid(), member, kind, terms.get("form", Form.DIGITAL), person.sectors)
        if kind is AccountKind.BUSINESS:
            terms["sectors"] = person.sectors
        self.plan(at, OpenAccount, account=held.account, currency=currency, kind=kind, **terms)
        person.accounts.append(held.account)
        return held

    def technical(self, currency: str, kind: AccountKind, form: Form = Form.DIGITAL) -> UUID:
        """One of the community's own accounts."""
        return technical_uid(self.community, currency, kind, form, "")

    # --- chance ---

    def day(self, year: int, month: int, first: int = 1, last: int = 28) -> int:
        """A moment of some day of a month, in opening hours."""
        return moment(year, month, self.rng.randint(first, last), self.rng.randint(8, 19))

    def share(self, amount: int, percent: int, spread: int = 0) -> int:
        """About so many percent of an amount: evenly spread on both sides."""
        basis = 100 * percent + (self.rng.randint(-100 * spread, 100 * spread) if spread else 0)
        return amount * basis // 10_000

    def parts(self, total: int, most: int, unit: int = 1) -> list[int]:
        """A total in 1 to `most` unequal parts, each a multiple of `unit` but the last."""
        count = min(self.rng.randint(1, most), max(total // unit, 1))
        weights = [self.rng.randint(2, 6) for _ in range(count)]
        some = [part * unit for part in allocate(total // unit, weights)]
        some[-1] += total % unit
        return [part for part in some if part]


class Deck(Generic[T]):
    """Cards dealt in chance order, each once before any comes again: a small sample keeps its proportions."""

    def __init__(self, rng: Random, cards: Sequence[T]) -> None:
        self._rng = rng
        self._cards = tuple(cards)
        self._left: list[T] = []

    def deal(self) -> T:
        """The next card."""
        if not self._left:
            self._left = list(self._cards)
            self._rng.shuffle(self._left)
        return self._left.pop()


SIZES = (8, 14, 20, 26, 32, 40, 48, 58, 70, 84, 100, 120, 145, 175, 215, 270, 345, 460, 680, 1_400)
"""Twenty even steps of a long-tailed distribution of sizes, the middle about 100."""
