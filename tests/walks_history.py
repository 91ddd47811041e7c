"""The walks of history from elsewhere."""

from __future__ import annotations

from ledger.core.accounts import Form
from ledger.core.commands import ImportOpening, ImportPayment
from ledger.core.errors import Code
from tests.walks import BUSINESS, CLOSED, HUGE, LEAVING, OPEN, OPERATOR, PERSON, Walk, at, force, full
from tests.world import START


def import_payment() -> Walk:
    walk = Walk(ImportPayment, payer="rita", payee="rita", amount=0, occurred_at=0)
    world = walk.world
    walk.mend(Code.INVALID_FIELD, occurred_at=START + 10**18)
    walk.mend(Code.AMOUNT_NOT_POSITIVE, amount=HUGE)
    walk.mend(Code.AMOUNT_TOO_LARGE, amount=30)
    walk.mend(Code.SAME_ACCOUNT, payee="nobody")
    walk.mend(Code.TIME_IN_FUTURE, occurred_at=START)
    walk.mend(Code.ACCOUNT_NOT_FOUND, payer=world.own("operator", "EUR", owner="RIV").uid, payee="mona")
    walk.mend(Code.WRONG_MODEL, payer="rita")
    walk.mend(Code.CURRENCY_MISMATCH, payee="riv notes")
    notes = full(force(world["riv notes"], kind=world.own("issuance", "RIV").kind, state=CLOSED, frozen=3))
    rita = force(world["rita"], state=CLOSED, frozen=3, signed_only=True)
    walk.heal(Code.FORM_MISMATCH, notes, form=Form.DIGITAL)
    walk.heal(Code.FLOW_NOT_ALLOWED, notes, kind=BUSINESS)
    walk.heal(Code.SIGNATURE_REQUIRED, rita, signed_only=False)
    walk.mend(Code.ACCOUNT_CLOSED, lambda: (force(rita, state=OPEN), force(notes, state=LEAVING)))
    walk.heal(Code.ACCOUNT_FROZEN, rita, notes, frozen=0)
    walk.heal(Code.ACCOUNT_LEAVING, notes, state=OPEN)
    world.books.sealed_through = START
    walk.mend(Code.PERIOD_SEALED, lambda: setattr(world.books, "sealed_through", 0))
    walk.mend(Code.TOTAL_TOO_LARGE, at(notes, 0))
    walk.mend(Code.INSUFFICIENT_FUNDS, at(rita, 30))
    return walk


def _import_opening() -> Walk:
    walk = Walk(ImportOpening, account="nobody", balance=0, occurred_at=START + 10**18)
    world = walk.world
    rita = full(force(world["rita"], kind=OPERATOR, state=CLOSED, frozen=2, version=1))
    world.books.sealed_through = START
    walk.mend(Code.INVALID_FIELD, balance=30)
    walk.mend(Code.TIME_IN_FUTURE, occurred_at=START)
    walk.mend(Code.ACCOUNT_NOT_FOUND, account=world.own("operator", "EUR", owner="RIV").uid)
    walk.mend(Code.WRONG_MODEL, account="rita")
    walk.heal(Code.FLOW_NOT_ALLOWED, rita, kind=PERSON)
    walk.heal(Code.ACCOUNT_CLOSED, rita, state=LEAVING)
    walk.heal(Code.ACCOUNT_FROZEN, rita, frozen=0)
    walk.heal(Code.ACCOUNT_LEAVING, rita, state=OPEN)
    walk.heal(Code.ACCOUNT_NOT_EMPTY, rita, version=0)
    walk.mend(Code.PERIOD_SEALED, lambda: setattr(world.books, "sealed_through", 0))
    return walk


def import_opening() -> Walk:
    walk = _import_opening()
    rita, reserve = walk.world["rita"], walk.world.own("reserve", "EUR", owner="RIV")
    walk.mend(Code.TOTAL_TOO_LARGE, at(rita, 0))
    walk.mend(Code.RESERVE_BREACH, at(reserve, 30))
    return walk


def import_opening_of_a_debt() -> Walk:
    """Backed units have no debts: the member has to be one of another model."""
    walk = _import_opening()
    walk.mends[Code.INVALID_FIELD] = lambda: walk.values.update(balance=-30)
    rita = walk.world["rita"]
    walk.mend(Code.TOTAL_TOO_LARGE, at(rita, 0))
    walk.mend(Code.INSUFFICIENT_FUNDS, account="mona")
    return walk


HISTORY = [import_payment, import_opening, import_opening_of_a_debt]
