"""A decision in the making: transfers, effects, and the limits asked of their net result.

Limits are rules about changes, not about states: a line may be cut below a debt, and then every payment out is
refused while every payment in is welcome. An account is asked only if the entry as a whole worsens its position,
holds counted against it and promises not counted for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ledger.core.accounts import Account, AccountKind, Books, Currency, Form, Model, Transfer
from ledger.core.checks import currency_of, technical
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Decision, Effect, Reason
from ledger.core.money import MAX_TOTAL, format_minor


class Draft:
    """Collects what a command would do; `done()` asks the limits and gives the decision."""

    __slots__ = ("_changes", "_effects", "_transfers", "books", "budget", "force")

    def __init__(self, books: Books, force: bool = False) -> None:
        self.books = books
        self.force = force
        self.budget: int | None = None
        """What the programme of this command may spend in all, where the rules in force say so."""
        self._transfers: list[Transfer] = []
        self._effects: list[Effect] = []
        # account no -> account, field, [debit posted, debit held, credit posted, credit held]
        self._changes: dict[int, tuple[Account, str, list[int]]] = {}

    def move(
        self, debit: Account, credit: Account, posted: int, reason: Reason, *,
        held: int = 0, payer: str = "", payee: str = "",
    ) -> None:  # fmt: skip
        """Add one transfer; `payer` and `payee` name the command's fields that brought them in, for a refusal."""
        self._transfers.append(_transfer((debit.no, credit.no, posted, held, _NUMBERS[reason])))
        changes = self._changes
        if debit.no in changes:
            out = changes[debit.no][2]
            out[0] += posted
            out[1] += held
        else:
            changes[debit.no] = (debit, payer, [posted, held, 0, 0])
        if credit.no in changes:
            into = changes[credit.no][2]
            into[2] += posted
            into[3] += held
        else:
            changes[credit.no] = (credit, payee, [0, 0, posted, held])

    def add(self, effect: Effect) -> None:
        self._effects.append(effect)

    def done(self) -> Decision:
        """The decision, or Rejected: totals, then who pays, then who receives, then the guarantee."""
        changes, guaranteed = self._changes.values(), False
        for held, field, (out, out_held, into, into_held) in changes:
            if (
                held.debits_posted + out + held.debits_held + out_held > MAX_TOTAL
                or held.credits_posted + into + held.credits_held + into_held > MAX_TOTAL
            ):
                raise _too_large(field)
            if held.kind in _GUARANTEE:
                guaranteed = True
        for held, field, delta in changes:
            if held.floor is not None or self.budget is not None:
                self._may_fall(held, field, delta)
        if not self.force:
            for held, field, delta in changes:
                if held.ceiling is not None:
                    self._may_rise(held, held.ceiling, field, delta)
        if guaranteed:
            self._guaranteed()
        return _decision((tuple(self._transfers), tuple(self._effects)))

    def _may_fall(self, held: Account, field: str, delta: list[int]) -> None:
        if self.force and currency_of(self.books, held).model in CREDIT:
            return
        floor = held.floor
        if self.budget is not None and held.kind is AccountKind.FUNDER:
            floor = -self.budget
        if floor is None:
            return
        falls = delta[0] + delta[1] - delta[2]
        if falls <= 0:
            return
        left = held.credits_posted - held.debits_posted - held.debits_held - floor
        if falls > left:
            unit = currency_of(self.books, held)
            said = format_minor(max(left, 0), unit.scale)
            if held.kind is AccountKind.FUNDER:
                raise Rejected(Code.BUDGET_EXCEEDED, f"the programme's budget has {said} {unit.code} left", field)
            needed = format_minor(falls, unit.scale)
            raise Rejected(Code.INSUFFICIENT_FUNDS, f"{said} {unit.code} available, {needed} needed", field)

    def _may_rise(self, held: Account, ceiling: int, field: str, delta: list[int]) -> None:
        rises = delta[2] + delta[3] - delta[0]
        if rises <= 0:
            return
        room = ceiling - (held.credits_posted - held.debits_posted) - held.credits_held
        if rises > room:
            # no figure: the payer hears this, and it would tell what the payee holds
            raise Rejected(Code.OVER_CEILING, "this would take the account above its ceiling; pay less, or later", field)

    def _guaranteed(self) -> None:
        for unit in self.books.currencies.values():
            if unit.model is Model.BACKED:
                for form in Form:
                    self._covered(unit, form)

    def _covered(self, unit: Currency, form: Form) -> None:
        issued = technical(self.books, unit.code, AccountKind.ISSUANCE, form)
        reserve = technical(self.books, MIRROR_CODE, AccountKind.RESERVE, form, unit.code)
        before = reserve.balance + issued.balance
        after = before + self._net(reserve) + self._net(issued)
        # a fund that is short already may be mended, never worsened
        if after < 0 and after < before:
            short = format_minor(-after, unit.scale)
            raise Rejected(Code.RESERVE_BREACH, f"the {form} guarantee fund would be {short} EUR short of the units it backs")

    def _net(self, held: Account) -> int:
        change = self._changes.get(held.no)
        return 0 if change is None else change[2][2] - change[2][0]


# half the time of the named tuples' own constructors, once in every payment
_transfer: Callable[[tuple[int, int, int, int, int]], Transfer] = partial(tuple.__new__, Transfer)
_decision: Callable[[tuple[tuple[Transfer, ...], tuple[Effect, ...]]], Decision] = partial(tuple.__new__, Decision)

CREDIT = (Model.MUTUAL, Model.TIME)
"""Where a balance below 0 may exist: in the others each unit is backed, so not even force goes below the floor."""

MIRROR_CODE = "EUR"
"""The currency that mirrors euros at the bank."""


_GUARANTEE = frozenset({AccountKind.ISSUANCE, AccountKind.RESERVE})
"""What a guarantee is about: the units and the euros behind them."""

_NUMBERS = {reason: int(reason) for reason in Reason}


def _too_large(field: str) -> Rejected:
    return Rejected(Code.TOTAL_TOO_LARGE, "an account has reached the largest total it can record", field)
