"""Commands that break every rule they can, and for each refusal what mends it; `test_refusal_order.py` walks them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ledger.core.accounts import Account, AccountKind, AccountState, Form, PolicyVersion
from ledger.core.commands import Command, Signature
from ledger.core.errors import Code
from ledger.core.money import MAX_TOTAL
from ledger.core.policy import Programme
from tests.world import START, World

KEY = b"k" * 32
SIGNATURE = Signature(KEY, bytes(64))
STRANGER = Signature(b"s" * 32, bytes(64))
HUGE = 2**53
CLOSED, OPEN, LEAVING = AccountState.CLOSED, AccountState.OPEN, AccountState.LEAVING
BUSINESS, PERSON, OPERATOR = AccountKind.BUSINESS, AccountKind.PERSON, AccountKind.OPERATOR
BOOKS = Programme(code="books", budget=1_000, sectors=("books",))
ENDED = replace(BOOKS, ends_at=START - 1, starts_at=START + 10**18)
"""A programme that is over and has not begun."""


class Walk:
    """A command in the making in a world of its own, both still broken."""

    def __init__(self, kind: type[Command], /, **values: Any) -> None:
        self.kind = kind
        self.world = everything()
        self.values: dict[str, Any] = {"id": "the command", **values}
        self.mends: dict[Code, Callable[[], object]] = {}
        self.world.books.founded = False
        self.mend(Code.COMMUNITY_NOT_FOUND, lambda: setattr(self.world.books, "founded", True))

    def mend(self, code: Code, do: Callable[[], object] | None = None, /, **values: Any) -> None:
        """When refused with this code: change the world by `do`, and the command's fields to `values`."""

        def mended() -> None:
            if do is not None:
                do()
            self.values.update(values)

        assert code not in self.mends, code
        self.mends[code] = mended

    def heal(self, code: Code, *accounts: Account, **terms: Any) -> None:
        """When refused with this code, these terms of the accounts are put right."""
        self.mend(code, lambda: [force(held, **terms) for held in accounts])

    def mend_state(self, first: Account, *others: Account) -> None:
        """Closed accounts are opened, then frozen ones thawed."""
        self.heal(Code.ACCOUNT_CLOSED, first, *others, state=OPEN)
        self.heal(Code.ACCOUNT_FROZEN, first, *others, frozen=0)

    def rules(self, currency: str, /, **parameters: Any) -> Callable[[], None]:
        """Overwrite a currency's parameters as if they had always been so; gives what does it again."""
        books = self.world.books
        unit = books.currencies[currency]
        policy = replace(books.policies[unit.no][0].policy, **parameters)

        def again() -> None:
            books.policies[unit.no] = [PolicyVersion(0, 0, policy)]

        again()
        return again


def everything() -> World:
    """A community with every model, some accounts in each, and nothing in them."""
    world = World()
    world.backed("RIV")
    world.open("rita", "person")
    world.open("riv shop", "business")
    world.open("riv notes", "business", form=Form.PAPER)
    world.time("HOUR")
    world.open("tim", "person")
    world.earmarked(BOOKS, code="PASS")
    world.open("purse", "purse", programme="books")
    world.open("shop", "business", sectors=("books",))
    world.mutual("MUT")
    world.open("mona")
    world.open("max")
    return world


def force(held: Account, **terms: Any) -> Account:
    """Set an account's terms, whatever the rules say."""
    for term, value in terms.items():
        setattr(held, term, value)
    return held


def full(held: Account) -> Account:
    """Fill an account's totals to the brim; its balance is 0."""
    return force(held, debits_posted=MAX_TOTAL, credits_posted=MAX_TOTAL)


def at(held: Account, balance: int) -> Callable[[], Account]:
    """What gives an account small totals with this balance."""
    return lambda: force(held, debits_posted=max(-balance, 0), credits_posted=max(balance, 0))
