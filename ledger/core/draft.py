"""A decision in the making: transfers, effects, and the limits asked of their net result.

Limits are rules about changes, not about states: a line may be cut below a debt, and then every payment out is
refused while every payment in is welcome. An account is asked only if the entry as a whole worsens its position,
holds counted against it and promises not counted for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from ledger.core.accounts import Account, AccountKind, Books, Currency, Form, Model, Transfer
from ledger.core.checks import currency_of, technical
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Decision, Effect, Reason
from ledger.core.money import MAX_TOTAL, format_minor


class Draft:
    """Collects what a command would do; `done()` asks the limits and gives the decision."""

    __slots__ = ("_effects", "_moves", "_transfers", "books", "budget", "force")

    def __init__(self, books: Books, force: bool = False) -> None:
        self.books = books
        self.force = force
        self.budget: int | None = None
        """What the programme of this command may spend in all, where the rules in force say so."""
        self._moves: list[_Move] = []
        self._transfers: list[Transfer] = []
        self._effects: list[Effect] = []

    def move(
        self, debit: Account, credit: Account, posted: int, reason: Reason,
        payer: str = "", payee: str = "", *, held: int = 0,
    ) -> None:  # fmt: skip
        """Add one transfer; `payer` and `payee` name the command's fields that brought them in, for a refusal."""
        self._transfers.append(_transfer((debit.no, credit.no, posted, held, _NUMBERS[reason])))
        self._moves.append((debit, payer, credit, payee, posted, held))

    def add(self, effect: Effect) -> None:
        self._effects.append(effect)

    def done(self) -> Decision:
        """The decision, or Rejected: totals, then who pays, then who receives, then the guarantee."""
        changes, guaranteed = self._changes(), False
        for held, field, out, out_held, into, into_held in changes:
            if (
                held.debits_posted + out + held.debits_held + out_held > MAX_TOTAL
                or held.credits_posted + into + held.credits_held + into_held > MAX_TOTAL
            ):
                raise _too_large(field)
            if held.kind in _GUARANTEE:
                guaranteed = True
        for held, field, out, out_held, into, _ in changes:
            if held.floor is not None or self.budget is not None:
                self._may_fall(held, field, out + out_held - into)
        if not self.force:
            for held, field, out, _, into, into_held in changes:
                if held.ceiling is not None:
                    self._may_rise(held, held.ceiling, field, into + into_held - out)
        if guaranteed:
            self._guaranteed({held.no: into - out for held, _, out, _, into, _ in changes})
        return _decision((tuple(self._transfers), tuple(self._effects)))

    def _changes(self) -> Sequence[_Change]:
        """The net result of the moves, each account once, in the order in which they name them."""
        if len(self._moves) == 1:
            debit, payer, credit, payee, posted, held = self._moves[0]
            return (debit, payer, posted, held, 0, 0), (credit, payee, 0, 0, posted, held)
        sums: dict[int, tuple[Account, str, list[int]]] = {}
        for debit, payer, credit, payee, posted, held in self._moves:
            for account, field, at in ((debit, payer, 0), (credit, payee, 2)):
                if account.no not in sums:
                    sums[account.no] = (account, field, [0, 0, 0, 0])
                sides = sums[account.no][2]
                sides[at] += posted
                sides[at + 1] += held
        return [(account, field, a, b, c, d) for account, field, (a, b, c, d) in sums.values()]

    def _may_fall(self, held: Account, field: str, falls: int) -> None:
        if self.force and currency_of(self.books, held).model in CREDIT:
            return
        floor = held.floor
        if self.budget is not None and held.kind is AccountKind.FUNDER:
            floor = -self.budget
        if floor is None or falls <= 0:
            return
        left = held.credits_posted - held.debits_posted - held.debits_held - floor
        if falls > left:
            unit = currency_of(self.books, held)
            said = format_minor(max(left, 0), unit.scale)
            if held.kind is AccountKind.FUNDER:
                raise Rejected(Code.BUDGET_EXCEEDED, f"the programme's budget has {said} {unit.code} left", field)
            needed = format_minor(falls, unit.scale)
            raise Rejected(Code.INSUFFICIENT_FUNDS, f"{said} {unit.code} available, {needed} needed", field)

    def _may_rise(self, held: Account, ceiling: int, field: str, rises: int) -> None:
        if rises <= 0:
            return
        room = ceiling - (held.credits_posted - held.debits_posted) - held.credits_held
        if rises > room:
            # no figure: the payer hears this, and it would tell what the payee holds
            raise Rejected(Code.OVER_CEILING, "this would take the account above its ceiling; pay less, or later", field)

    def _guaranteed(self, net: Mapping[int, int]) -> None:
        """`net`: by account number, what is posted to it less what is posted from it."""
        for unit in self.books.currencies.values():
            if unit.model is Model.BACKED:
                for form in Form:
                    self._covered(unit, form, net)

    def _covered(self, unit: Currency, form: Form, net: Mapping[int, int]) -> None:
        issued = technical(self.books, unit.code, AccountKind.ISSUANCE, form)
        reserve = technical(self.books, MIRROR_CODE, AccountKind.RESERVE, form, unit.code)
        before = reserve.balance + issued.balance
        after = before + net.get(reserve.no, 0) + net.get(issued.no, 0)
        # a fund that is short already may be mended, never worsened
        if after < 0 and after < before:
            short = format_minor(-after, unit.scale)
            raise Rejected(Code.RESERVE_BREACH, f"the {form} guarantee fund would be {short} EUR short of the units it backs")


_Move = tuple[Account, str, Account, str, int, int]
"""Debit account and the field it came from, credit account and its field, posted, held."""
_Change = tuple[Account, str, int, int, int, int]
"""An account and its field, with the sums of debits posted, debits held, credits posted and credits held."""


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
