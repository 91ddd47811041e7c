"""Entries in plain words: what was done, between whom, how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.pages.desk.persons import FREEZES
from api.pages.frame.texts import later
from api.pages.frame.visit import Visit
from ledger.core.accounts import Currency, Freeze, Transfer
from ledger.core.commands import FreezeAccount, SetCeiling, SetLine
from ledger.core.journal import AccountSet, Entry, Reason
from ledger.store.views import EntryView

WORDS: dict[str, str] = {
    "found": later("The journal begins"), "define_currency": later("New currency"),
    "change_policy": later("Change of rules"), "seal_period": later("Period closed"),
    "open_account": later("Account opened"), "set_line": later("Line set"), "set_ceiling": later("Ceiling set"),
    "set_terms": later("Terms of a firm set"), "freeze_account": later("Account frozen or freed"),
    "close_account": later("Account closed"), "add_key": later("Device may sign"), "revoke_key": later("Device may sign no more"),
    "leave": later("Notice given"), "pay": later("Payment"), "pay_batch": later("Payment to several"),
    "place_hold": later("Amount set aside"), "capture_hold": later("Amount set aside is paid"),
    "void_hold": later("Amount set aside is given back"), "expire_hold": later("Amount set aside has expired"),
    "refund": later("Refund"), "reverse": later("Entry undone"), "issue": later("Units issued"),
    "redeem": later("Reconversion into euros"), "move_reserve": later("Guarantee fund moved"),
    "exchange_form": later("Notes and digital units exchanged"), "grant": later("Purse funded"),
    "expire_purse": later("Purse expired"), "charge_fee": later("Dues or fee charged"),
    "charge_demurrage": later("Charge on idle units"), "forfeit": later("Balance left behind"),
    "settle_debt": later("Debt settled in euros"), "write_off": later("Debt written off"),
    "import_opening": later("Opening balance brought in"), "import_payment": later("Payment brought in from elsewhere"),
    "change_signing_key": later("New key of the community"),
}  # fmt: skip
"""What a command is called at the desk."""

KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "payments": (later("Payments"), ("pay", "pay_batch", "capture_hold", "import_payment")),
    "holds": (later("Amounts set aside"), ("place_hold", "void_hold", "expire_hold", "capture_hold")),
    "corrections": (later("Refunds and corrections"), ("refund", "reverse")),
    "supply": (
        later("Issue, reconversion, guarantee"), ("issue", "redeem", "move_reserve", "exchange_form", "grant", "expire_purse"),
    ),
    "charges": (later("Fees, charges and debts"), ("charge_fee", "charge_demurrage", "forfeit", "settle_debt", "write_off")),
    "limits": (later("Lines, ceilings and terms"), ("set_line", "set_ceiling", "set_terms")),
    "accounts": (
        later("Accounts opened, frozen, closed"), ("open_account", "freeze_account", "close_account", "leave", "import_opening"),
    ),
    "devices": (later("Devices"), ("add_key", "revoke_key")),
    "rules": (later("Currencies and rules"), ("found", "define_currency", "change_policy", "seal_period", "change_signing_key")),
}  # fmt: skip
"""What a reader of the journal can ask for: its words, and the commands that it stands for."""


REASONS: dict[int, str] = {
    Reason.PAYMENT: later("payment"), Reason.FEE: later("fee"), Reason.FEE_RESERVE: later("part kept against losses"),
    Reason.REFUND: later("refund"), Reason.FEE_REFUND: later("fee given back"), Reason.REVERSAL: later("undone"),
    Reason.CAPTURE: later("payment of what was set aside"), Reason.ISSUE: later("issue"), Reason.REDEEM: later("reconversion"),
    Reason.RESERVE_IN: later("into the guarantee"), Reason.RESERVE_OUT: later("out of the guarantee"),
    Reason.COMMISSION: later("commission"), Reason.COMMISSION_GIFT: later("gift out of the commission"),
    Reason.GRANT: later("grant"), Reason.PURSE_EXPIRY: later("purse expired"), Reason.DUES: later("dues or fee"),
    Reason.DEMURRAGE: later("charge on idle units"), Reason.FORFEIT: later("left behind"),
    Reason.DEBT_SETTLED: later("debt settled"), Reason.LOSS: later("loss"), Reason.OPENING: later("opening balance"),
    Reason.IMPORTED: later("brought in"), Reason.FORM_OUT: later("out of one form"), Reason.FORM_IN: later("into the other form"),
}  # fmt: skip
"""Why something moved; what is only set aside moves nothing."""
_EUROS = frozenset({Reason.RESERVE_IN, Reason.RESERVE_OUT})


@dataclass(frozen=True, slots=True)
class Told:
    """An entry for a line of the journal; `amount` None where nothing was moved."""

    view: EntryView
    what: str
    who: str
    amount: int | None
    unit: Currency | None


def word(visit: Visit, command: str) -> str:
    """What a command is called."""
    return visit.text(WORDS[command]) if command in WORDS else command


def reason(visit: Visit, number: int) -> str:
    """Why something moved."""
    return visit.text(REASONS[number]) if number in REASONS else str(number)


def told(visit: Visit, views: Sequence[EntryView]) -> list[Told]:
    """Entries by their weightiest movement, else by the account or the currency that they are about."""
    use, c = visit.use, visit.caller.community
    decoded = [(view, view.decoded()) for view in views]
    moved = {entry.seq: main for _, entry in decoded if (main := _main(entry)) is not None}
    limits = {entry.seq: set_to for _, entry in decoded if (set_to := _limit(entry)) is not None}
    numbers = {no for t in moved.values() for no in (t.debit, t.credit)} | {no for no, _ in limits.values()}
    accounts = use.facts.accounts(c, numbers)
    about = {entry.seq: _about(entry.command) for _, entry in decoded}
    uids = {each.uid for each in accounts.values()} | {each for each in about.values() if isinstance(each, UUID)}
    names = use.identity.names(c, uids)
    ours = visit.face.name
    found = []
    for view, entry in decoded:
        said = about[entry.seq]
        who, amount, unit = names.get(said, "") if isinstance(said, UUID) else said, None, None
        if isinstance(entry.command, FreezeAccount):
            who += " · " + visit.text(FREEZES[_freeze(entry.command)])
        if limit := limits.get(entry.seq):
            amount, unit = limit[1], accounts[limit[0]].currency
        if main := moved.get(entry.seq):
            payees = {t.credit for t in entry.transfers if t.debit == main.debit and t.reason == main.reason}
            to = names.get(accounts[main.credit].uid, ours)
            if len(payees) > 1:
                to = visit.many("%(num)s payee", "%(num)s payees", len(payees))
            who = f"{names.get(accounts[main.debit].uid, ours)} → {to}"
            amount = sum(t.posted or abs(t.held) for t in entry.transfers if t.debit == main.debit and t.reason == main.reason)
            unit = accounts[main.debit].currency
        found.append(Told(view, word(visit, view.command), who, amount, unit))
    return found


def _main(entry: Entry) -> Transfer | None:
    """What moved first, units before the euros behind them; what is set aside only where nothing moved."""
    moved = [t for t in entry.transfers if t.posted] or list(entry.transfers)
    return next((t for t in moved if t.reason not in _EUROS), moved[0] if moved else None)


def _limit(entry: Entry) -> tuple[int, int] | None:
    """The number of an account and the line or ceiling that it got; None where neither was set, or the ceiling removed."""
    command = entry.command
    limit = command.line if isinstance(command, SetLine) else command.ceiling if isinstance(command, SetCeiling) else None
    no = next((each.no for each in entry.effects if isinstance(each, AccountSet)), None)
    return None if limit is None or no is None else (no, limit)


def _freeze(command: FreezeAccount) -> Freeze:
    return Freeze(command.debits * Freeze.DEBITS | command.credits * Freeze.CREDITS)


def _about(command: Any) -> UUID | str:
    """The account that a command is about, else its currency, else ""."""
    found = getattr(command, "account", None) or getattr(command, "currency", None) or getattr(command, "code", "")
    return found if isinstance(found, UUID | str) else ""
