"""Running totals of every account, kept by an audit on its own account: `core.apply` is not asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ledger.core import checks
from ledger.core.accounts import Account, AccountKind, Books, Form, Model, Transfer
from ledger.core.commands import Command, ImportOpening, ImportPayment, Reverse, WriteOff
from ledger.core.draft import MIRROR_CODE
from ledger.core.journal import Entry


class Totals(NamedTuple):
    """An account's four totals, minor units, and how many transfers made them."""

    debits_held: int = 0
    debits_posted: int = 0
    credits_held: int = 0
    credits_posted: int = 0
    version: int = 0

    @property
    def balance(self) -> int:
        """Posted balance."""
        return self.credits_posted - self.debits_posted

    def debited(self, transfer: Transfer) -> Totals:
        """After this transfer took from the account."""
        held, posted = self.debits_held + transfer.held, self.debits_posted + transfer.posted
        return Totals(held, posted, self.credits_held, self.credits_posted, self.version + 1)

    def credited(self, transfer: Transfer) -> Totals:
        """After this transfer gave to the account."""
        held, posted = self.credits_held + transfer.held, self.credits_posted + transfer.posted
        return Totals(self.debits_held, self.debits_posted, held, posted, self.version + 1)


    @property
    def shown(self) -> tuple[int, int, int]:
        """What a posting shows: balance, what is set aside, what is promised."""
        return self.balance, self.debits_held, self.credits_held


ZERO = Totals()
NEVER = (0, 0)


class Ledgers:
    """The totals of all accounts, by account number, and each one's last transfer: (seq, leg)."""

    def __init__(self) -> None:
        self.of: dict[int, Totals] = {}
        self.moved: dict[int, tuple[int, int]] = {}

    def carry(self, entry: Entry) -> tuple[dict[int, Totals], list[tuple[int, ...]]]:
        """Carry an entry's transfers.

        Gives the totals that its accounts had before, and for each transfer the columns of its two postings, the debit's
        first: version, seq and leg of the transfer before, and what the account shows after it.
        """
        before: dict[int, Totals] = {}
        postings = []
        for leg, transfer in enumerate(entry.transfers):
            columns: tuple[int, ...] = ()
            for no, after in ((transfer.debit, Totals.debited), (transfer.credit, Totals.credited)):
                known = self.of.get(no, ZERO)
                before.setdefault(no, known)
                totals = self.of[no] = after(known, transfer)
                columns += (totals.version, *self.moved.get(no, NEVER), *totals.shown)
                self.moved[no] = (entry.seq, leg)
            postings.append(columns)
        return before, postings


def may_cross(command: Command) -> bool:
    """Whether limits do not bind this command: forced, imported, or a debt moved to the losses."""
    return isinstance(command, (ImportPayment, ImportOpening, WriteOff)) or (
        isinstance(command, Reverse) and command.force
    )


def worsened(account: Account, before: Totals, after: Totals) -> str:
    """Which limit of an account lies behind it and was left further behind, or ""."""
    if account.floor is not None:
        left, left_before = (each.balance - each.debits_held - account.floor for each in (after, before))
        if left < 0 and left < left_before:
            return f"account {account.no} is {-left} minor units beyond its floor of {account.floor}"
    if account.ceiling is not None:
        room, room_before = (account.ceiling - each.balance - each.credits_held for each in (after, before))
        if room < 0 and room < room_before:
            return f"account {account.no} is {-room} minor units above its ceiling of {account.ceiling}"
    return ""


def shortfalls(books: Books, ledgers: Ledgers) -> Iterator[str]:
    """The backed currencies and forms whose guarantee fund is below what circulates."""
    for unit in books.currencies.values():
        if unit.model is Model.BACKED:
            for form in Form:
                issued = checks.technical(books, unit.code, AccountKind.ISSUANCE, form)
                reserve = checks.technical(books, MIRROR_CODE, AccountKind.RESERVE, form, unit.code)
                short = -ledgers.of.get(issued.no, ZERO).balance - ledgers.of.get(reserve.no, ZERO).balance
                if short > 0:
                    yield f"{unit.code} {form}: the guarantee fund is {short} minor units short"
