"""decide(): may this command happen, and what would it do? Pure: no I/O, no clock, no chance, no fractions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.core import (
    charges,
    commands,
    corrections,
    demurrage,
    governance,
    holds,
    membership,
    payments,
    supply,
)
from ledger.core.accounts import Books
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Decision

_RULES: dict[type[commands.Command], Callable[[Any, Books, int], Decision]] = {
    commands.Found: governance.found,
    commands.DefineCurrency: governance.define_currency,
    commands.ChangePolicy: governance.change_policy,
    commands.SealPeriod: governance.seal_period,
    commands.OpenAccount: membership.open_account,
    commands.SetLine: membership.set_line,
    commands.SetCeiling: membership.set_ceiling,
    commands.SetTerms: membership.set_terms,
    commands.FreezeAccount: membership.freeze,
    commands.CloseAccount: membership.close,
    commands.AddKey: membership.add_key,
    commands.RevokeKey: membership.revoke_key,
    commands.Pay: payments.pay,
    commands.PayBatch: payments.pay_batch,
    commands.Refund: corrections.refund,
    commands.Reverse: corrections.reverse,
    commands.PlaceHold: holds.place,
    commands.CaptureHold: holds.capture,
    commands.VoidHold: holds.void,
    commands.ExpireHold: holds.expire,
    commands.Issue: supply.issue,
    commands.Redeem: supply.redeem,
    commands.MoveReserve: supply.move_reserve,
    commands.ExchangeForm: supply.exchange_form,
    commands.Grant: supply.grant,
    commands.ExpirePurse: supply.expire_purse,
    commands.ChargeFee: charges.fee,
    commands.ChargeDemurrage: demurrage.charge,
    commands.Leave: charges.leave,
    commands.Forfeit: charges.forfeit,
    commands.SettleDebt: charges.settle_debt,
    commands.WriteOff: charges.write_off,
    commands.ImportOpening: supply.import_opening,
    commands.ImportPayment: payments.import_payment,
    commands.ChangeSigningKey: governance.change_signing_key,
}


def decide(command: commands.Command, books: Books, now: int) -> Decision:
    """The decision on a command at a moment (ns), or raises Rejected with the first refusal in the order of `Code`.

    `books` is only read. The same command, books and moment always give the same answer.
    """
    if not books.founded and type(command) is not commands.Found:
        raise Rejected(Code.COMMUNITY_NOT_FOUND, "no such community here", "community")
    return _RULES[type(command)](command, books, now)
