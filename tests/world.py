"""A small world for tests: the pure core, a clock, and accounts by name. No store, no salt, no waiting."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from functools import cache
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from ledger.core.accounts import Account, AccountKind, Books, Form, Model
from ledger.core.apply import apply
from ledger.core.checks import DAY, technical
from ledger.core.commands import (
    COMMANDS,
    Command,
    DefineCurrency,
    Found,
    Grant,
    ImportPayment,
    Issue,
    OpenAccount,
    Pay,
)
from ledger.core.decide import decide
from ledger.core.draft import MIRROR_CODE
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Entry
from ledger.core.policy import Policy, Programme

__all__ = ["COMMUNITY", "DAY", "SECOND", "START", "World", "check_books", "uid"]

SECOND = 10**9
START = 1_767_225_600 * SECOND
"""2026-01-01 00:00:00 UTC, in ns."""


@cache
def uid(name: str) -> UUID:
    """The id that goes by a name, the same in every test."""
    return uuid5(NAMESPACE_OID, name)


COMMUNITY = uid("community")


_ID_FIELDS = {
    kind: frozenset(field.name for field in fields(kind) if str(field.type).startswith("UUID"))
    for kind in COMMANDS.values()
}


class World:
    """One community. `now` (ns) is the test's to move; each entry is at least 1 ns later than the one before."""

    def __init__(self) -> None:
        self.books = Books(community=COMMUNITY, track_credits=True)
        self.now = START
        self.log: list[Entry] = []
        self.unit = ""
        """The currency defined last, which the shortcuts use."""
        self._asked = 0
        self.do(Found, code="TEST", public_key=bytes(32))

    # --- commands ---

    def command(self, kind: type[Command], /, **values: Any) -> Command:
        """A command with a new id; where an id is wanted, a text is a name."""
        self._asked += 1
        given = {"id": f"command {self._asked}", "community": COMMUNITY, "actor": "operator", **values}
        names = _ID_FIELDS[kind]
        return kind(**{k: uid(v) if k in names and type(v) is str else v for k, v in given.items()})

    def submit(self, command: Command) -> Entry:
        """Decide and apply, or raise Rejected."""
        self.now = max(self.now, self.books.ts + 1)
        decision = decide(command, self.books, self.now)
        entry = Entry(self.books.seq + 1, self.now, bytes(16), command, decision.transfers, decision.effects)
        apply(self.books, entry.seq, entry.ts, command, decision)
        self.log.append(entry)
        return entry

    def do(self, kind: type[Command], /, **values: Any) -> Entry:
        """Build and submit."""
        return self.submit(self.command(kind, **values))

    def expect_refused(self, code: Code, field: str, kind: type[Command], /, **values: Any) -> Rejected:
        """The command is refused with this code and field, and nothing changes."""
        return self.expect_refused_command(code, field, self.command(kind, **values))

    def expect_refused_command(self, code: Code, field: str, command: Command) -> Rejected:
        """The same for a command that is built already."""
        before = repr(self.books)
        try:
            self.submit(command)
        except Rejected as refused:
            assert (refused.code, refused.field) == (code, field), f"{refused!r} instead of {code}, {field}"
            assert repr(self.books) == before, f"a refused {command.name} changed the books"
            assert refused.detail
            return refused
        raise AssertionError(f"{command} was accepted; expected {code}")

    def wait(self, *, days: int = 0, seconds: int = 0, ns: int = 0) -> None:
        """Move the clock."""
        self.now = max(self.now, self.books.ts) + days * DAY + seconds * SECOND + ns

    # --- currencies ---

    def define(self, model: Model, code: str, scale: int, **policy: Any) -> World:
        """Define a currency, which the shortcuts then use."""
        self.do(DefineCurrency, code=code, scale=scale, model=model, policy=Policy(**policy))
        self.unit = code
        return self

    def mutual(self, code: str = "MUT", **policy: Any) -> World:
        """A mutual credit currency."""
        return self.define(Model.MUTUAL, code, 2, **policy)

    def backed(self, code: str = "RIV", **policy: Any) -> World:
        """A euro-backed currency."""
        return self.define(Model.BACKED, code, 2, **policy)

    def time(self, code: str = "HOUR", **policy: Any) -> World:
        """A time currency in minutes, quarters of an hour, spheres asked."""
        return self.define(Model.TIME, code, 0, **{"step": 15, "spheres": True, **policy})

    def earmarked(self, *programmes: Programme, code: str = "PASS", **policy: Any) -> World:
        """A currency of purses."""
        return self.define(Model.EARMARKED, code, 2, programmes=programmes, **policy)

    # --- accounts ---

    def open(self, name: str, kind: str = "business", **values: Any) -> Account:
        """Open an account in the current currency."""
        self.do(OpenAccount, **{"account": name, "currency": self.unit, "kind": AccountKind(kind), **values})
        return self[name]

    def __getitem__(self, name: str) -> Account:
        return self.books.accounts[uid(name)]

    def own(self, kind: str, code: str = "", form: Form = Form.DIGITAL, owner: str = "") -> Account:
        """One of the community's own accounts."""
        return technical(self.books, code or self.unit, AccountKind(kind), form, owner)

    def reserve(self, form: Form = Form.DIGITAL) -> Account:
        """The guarantee fund of the current currency."""
        return self.own("reserve", MIRROR_CODE, form, self.unit)

    def totals(self, name: str) -> tuple[int, int, int, int]:
        """Debits held and posted, credits held and posted."""
        a = self[name]
        return a.debits_held, a.debits_posted, a.credits_held, a.credits_posted

    def balances(self, *names: str) -> tuple[int, ...]:
        """Posted balances, minor units."""
        return tuple(self[name].balance for name in names)

    # --- the commonest commands ---

    def pay(self, payer: str, payee: str, amount: int, **values: Any) -> Entry:
        """A payment in the current currency."""
        return self.do(Pay, payer=payer, payee=payee, amount=amount, **{"currency": self.unit, **values})

    def fund(self, name: str, amount: int) -> None:
        """Give an account units: issued, granted, or paid by a treasury outside every limit."""
        held = self[name]
        model = self.books.currencies[self.unit].model
        if model is Model.BACKED:
            self.do(Issue, account=name, currency=self.unit, amount=amount, euros=amount)
        elif held.kind is AccountKind.PURSE:
            self.do(Grant, account=name, amount=amount)
        else:
            if uid("treasury") not in self.books.accounts:
                self.open("treasury", "association")
            self.do(ImportPayment, payer="treasury", payee=name, amount=amount, occurred_at=self.now)


def check_books(books: Books) -> None:
    """What must hold of any books after any entry, counted from the accounts and holds alone."""
    posted: Counter[int] = Counter()
    held: Counter[int] = Counter()
    for account in books.by_no.values():
        totals = (account.debits_held, account.debits_posted, account.credits_held, account.credits_posted)
        assert min(totals) >= 0, f"account {account.no} has a total below 0"
        posted[account.currency] += account.balance
        held[account.currency] += account.credits_held - account.debits_held
    assert not any(posted.values()), f"posted balances sum to {dict(posted)}"
    assert not any(held.values()), f"held amounts sum to {dict(held)}"
    outgoing: Counter[int] = Counter()
    incoming: Counter[int] = Counter()
    for hold in books.holds.values():
        if not hold.resolved:
            outgoing[hold.debit] += hold.amount
            incoming[hold.credit] += hold.amount
    for account in books.by_no.values():
        assert (account.debits_held, account.credits_held) == (outgoing[account.no], incoming[account.no])
    check_guarantee(books)


def check_guarantee(books: Books) -> None:
    """Each form's reserve covers the units issued and what accounts hold of that form."""
    for unit in books.currencies.values():
        if unit.model is not Model.BACKED:
            continue
        for form in Form:
            reserve = technical(books, MIRROR_CODE, AccountKind.RESERVE, form, unit.code)
            issued = -technical(books, unit.code, AccountKind.ISSUANCE, form).balance
            in_hands = sum(
                max(account.balance, 0)
                for account in books.by_no.values()
                if account.currency == unit.no and account.form is form and account.kind is not AccountKind.ISSUANCE
            )
            assert reserve.balance >= issued, f"{unit.code} {form}: {reserve.balance} for {issued} issued"
            assert issued == in_hands, f"{unit.code} {form}: {issued} issued, {in_hands} in hands"
