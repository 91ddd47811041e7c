"""The walks of supply, charges and leaving."""

from __future__ import annotations

from dataclasses import replace

from ledger.core.accounts import Form, Lot
from ledger.core.commands import (
    ChargeDemurrage,
    ChargeFee,
    ExchangeForm,
    ExpirePurse,
    Forfeit,
    Grant,
    Issue,
    Leave,
    MoveReserve,
    Redeem,
    SettleDebt,
    WriteOff,
)
from ledger.core.errors import Code
from ledger.core.supply import invoice_claim
from tests.walks import (
    BOOKS,
    BUSINESS,
    CLOSED,
    ENDED,
    HUGE,
    KEY,
    LEAVING,
    OPEN,
    OPERATOR,
    PERSON,
    SIGNATURE,
    STRANGER,
    Walk,
    at,
    force,
    full,
)
from tests.world import DAY, START


def issue() -> Walk:
    walk = Walk(Issue, account="nobody", currency="NONE", amount=0, euros=True)
    walk.rules("RIV", four_eyes_over=29)
    rita = full(force(walk.world["rita"], kind=OPERATOR, state=CLOSED, frozen=2, ceiling=0))
    walk.mend(Code.INVALID_FIELD, euros=1)
    walk.mend(Code.AMOUNT_NOT_POSITIVE, amount=HUGE)
    walk.mend(Code.AMOUNT_TOO_LARGE, amount=30)
    walk.mend(Code.CURRENCY_NOT_FOUND, currency="MUT")
    walk.mend(Code.ACCOUNT_NOT_FOUND, account="mona")
    walk.mend(Code.WRONG_MODEL, currency="RIV")
    walk.mend(Code.CURRENCY_MISMATCH, account="rita")
    walk.heal(Code.FLOW_NOT_ALLOWED, rita, kind=PERSON)
    walk.mend(Code.NOT_AT_PAR, euros=30)
    walk.mend(Code.APPROVAL_REQUIRED, approver="treasurer")
    walk.heal(Code.ACCOUNT_CLOSED, rita, state=LEAVING)
    walk.heal(Code.ACCOUNT_FROZEN, rita, frozen=0)
    walk.heal(Code.ACCOUNT_LEAVING, rita, state=OPEN)
    walk.mend(Code.TOTAL_TOO_LARGE, at(rita, 0))
    walk.heal(Code.OVER_CEILING, rita, ceiling=None)
    return walk


def redeem() -> Walk:
    walk = Walk(Redeem, account="nobody", currency="NONE", amount=0, invoice="")
    world = walk.world
    walk.rules("RIV", four_eyes_over=29)
    shop = full(force(world["riv shop"], kind=PERSON, state=CLOSED, frozen=1))
    claim = invoice_claim(shop.uid, "2026/1")
    world.books.claims.add(claim)
    walk.mend(Code.INVALID_FIELD, invoice="2026/1")
    walk.mend(Code.AMOUNT_NOT_POSITIVE, amount=HUGE)
    walk.mend(Code.AMOUNT_TOO_LARGE, amount=30)
    walk.mend(Code.CURRENCY_NOT_FOUND, currency="MUT")
    walk.mend(Code.ACCOUNT_NOT_FOUND, account="mona")
    walk.mend(Code.WRONG_MODEL, currency="RIV")
    walk.mend(Code.CURRENCY_MISMATCH, account="riv shop")
    walk.heal(Code.FLOW_NOT_ALLOWED, shop, kind=BUSINESS)
    walk.mend(Code.APPROVAL_REQUIRED, approver="treasurer")
    walk.mend_state(shop)
    walk.mend(Code.ALREADY_CLAIMED, invoice="2026/2")
    walk.mend(Code.TOTAL_TOO_LARGE, at(shop, 0))
    reserve = world.own("reserve", "EUR", owner="RIV")
    walk.mend(Code.INSUFFICIENT_FUNDS, lambda: (at(shop, 30)(), at(reserve, 30)()))
    return walk


def move_reserve() -> Walk:
    walk = Walk(MoveReserve, currency="NONE", form=Form.DIGITAL, euros=0)
    walk.rules("RIV", four_eyes_over=29)
    reserve = full(walk.world.own("reserve", "EUR", owner="RIV"))
    issuance = at(walk.world.own("issuance", "RIV"), -100)()
    walk.mend(Code.INVALID_FIELD, euros=-30)
    walk.mend(Code.CURRENCY_NOT_FOUND, currency="MUT")
    walk.mend(Code.WRONG_MODEL, currency="RIV")
    walk.mend(Code.APPROVAL_REQUIRED, approver="treasurer")
    walk.mend(Code.TOTAL_TOO_LARGE, at(reserve, 0))
    walk.mend(Code.INSUFFICIENT_FUNDS, at(reserve, 100))
    walk.mend(Code.RESERVE_BREACH, at(issuance, -70))
    return walk


def exchange_form() -> Walk:
    walk = Walk(
        ExchangeForm, payer="riv notes", payee="riv notes", currency="NONE", amount=0,
        signature=STRANGER._replace(value=b""),
    )  # fmt: skip
    world = walk.world
    notes = force(world["riv notes"], kind=OPERATOR, state=CLOSED, frozen=3, keys=(KEY,), signed_only=True)
    rita = full(force(world["rita"], state=CLOSED, frozen=3, form=Form.PAPER, ceiling=0))
    reserve = world.own("reserve", "EUR", Form.PAPER, "RIV")
    walk.mend(Code.INVALID_FIELD, signature=None)
    walk.mend(Code.AMOUNT_NOT_POSITIVE, amount=HUGE)
    walk.mend(Code.AMOUNT_TOO_LARGE, amount=30)
    walk.mend(Code.SAME_ACCOUNT, payee="nobody")
    walk.mend(Code.CURRENCY_NOT_FOUND, currency="MUT")
    walk.mend(Code.ACCOUNT_NOT_FOUND, payee="mona")
    walk.mend(Code.WRONG_MODEL, currency="RIV")
    walk.mend(Code.CURRENCY_MISMATCH, payee="rita")
    walk.heal(Code.FORM_MISMATCH, rita, form=Form.DIGITAL)
    walk.heal(Code.FLOW_NOT_ALLOWED, notes, kind=BUSINESS)
    walk.mend(Code.SIGNATURE_REQUIRED, signature=STRANGER)
    walk.mend(Code.SIGNATURE_INVALID, signature=SIGNATURE)
    walk.mend(Code.ACCOUNT_CLOSED, lambda: (force(notes, state=OPEN), force(rita, state=LEAVING)))
    walk.heal(Code.ACCOUNT_FROZEN, notes, rita, frozen=0)
    walk.heal(Code.ACCOUNT_LEAVING, rita, state=OPEN)
    walk.mend(Code.TOTAL_TOO_LARGE, at(rita, 0))
    walk.mend(Code.INSUFFICIENT_FUNDS, lambda: (at(notes, 30)(), at(reserve, 30)()))
    walk.heal(Code.OVER_CEILING, rita, ceiling=None)
    return walk


def grant() -> Walk:
    walk = Walk(Grant, account="nobody", amount=0, once=b"short")
    world = walk.world
    open_ended = walk.rules("PASS", programmes=(BOOKS,))
    walk.rules("PASS", programmes=(ENDED,))
    purse = full(force(world["purse"], programme="none", state=CLOSED, frozen=2, ceiling=0))
    world.books.claims.add(b"c" * 32)
    funder = at(world.own("funder", "PASS", owner="books"), -980)()
    walk.mend(Code.INVALID_FIELD, once=b"c" * 32)
    walk.mend(Code.AMOUNT_NOT_POSITIVE, amount=HUGE)
    walk.mend(Code.AMOUNT_TOO_LARGE, amount=30)
    walk.mend(Code.ACCOUNT_NOT_FOUND, account="purse")
    walk.mend(Code.PROGRAMME_NOT_FOUND, lambda: force(purse, programme="books"), account="mona")
    walk.mend(Code.WRONG_MODEL, account="shop")
    walk.mend(Code.FLOW_NOT_ALLOWED, account="purse")
    walk.heal(Code.ACCOUNT_CLOSED, purse, state=LEAVING)
    walk.heal(Code.ACCOUNT_FROZEN, purse, frozen=0)
    walk.heal(Code.ACCOUNT_LEAVING, purse, state=OPEN)
    walk.mend(Code.WINDOW_PASSED, open_ended)
    walk.mend(Code.ALREADY_CLAIMED, once=b"d" * 32)
    walk.mend(Code.TOTAL_TOO_LARGE, at(purse, 0))
    walk.mend(Code.BUDGET_EXCEEDED, at(funder, -970))
    walk.heal(Code.OVER_CEILING, purse, ceiling=None)
    return walk


def expire_purse() -> Walk:
    walk = Walk(ExpirePurse, account="nobody")
    world = walk.world
    ended = walk.rules("PASS", programmes=(replace(ENDED, starts_at=0),))
    walk.rules("PASS", programmes=(BOOKS,))
    purse = force(world["purse"], programme="none")
    funder = full(world.own("funder", "PASS", owner="books"))
    walk.mend(Code.ACCOUNT_NOT_FOUND, account="purse")
    walk.mend(Code.PROGRAMME_NOT_FOUND, lambda: force(purse, programme="books"), account="mona")
    walk.mend(Code.WRONG_MODEL, account="shop")
    walk.mend(Code.FLOW_NOT_ALLOWED, account="purse")
    walk.mend(Code.NOTHING_TO_DO, at(purse, 10))
    walk.mend(Code.TOO_EARLY, ended)
    walk.mend(Code.TOTAL_TOO_LARGE, at(funder, -10))
    return walk


def charge_fee() -> Walk:
    walk = Walk(ChargeFee, account="nobody", amount=0, purpose="")
    walk.rules("MUT", step=15)
    operator = full(walk.world.own("operator", "MUT"))
    mona = force(walk.world["mona"], kind=OPERATOR, state=CLOSED, frozen=1)
    walk.mend(Code.INVALID_FIELD, purpose="dues")
    walk.mend(Code.AMOUNT_NOT_POSITIVE, amount=HUGE)
    walk.mend(Code.AMOUNT_TOO_LARGE, amount=7)
    walk.mend(Code.ACCOUNT_NOT_FOUND, account="shop")
    walk.mend(Code.WRONG_MODEL, account="mona")
    walk.heal(Code.FLOW_NOT_ALLOWED, mona, kind=BUSINESS)
    walk.mend(Code.OFF_STEP, amount=15)
    walk.mend_state(mona)
    walk.mend(Code.TOTAL_TOO_LARGE, at(operator, 0))
    walk.mend(Code.INSUFFICIENT_FUNDS, at(mona, 15))
    return walk


def charge_demurrage() -> Walk:
    walk = Walk(ChargeDemurrage, account="nobody", through=0)
    world = walk.world
    mona = force(world["mona"], kind=world.own("common_fund", "MUT").kind, frozen=1, charged_through=START)
    walk.mend(Code.INVALID_FIELD, through=START + 10**18)
    walk.mend(Code.TIME_IN_FUTURE, through=START)
    walk.mend(Code.ACCOUNT_NOT_FOUND, account="tim")
    walk.mend(Code.WRONG_MODEL, account="mona")
    walk.heal(Code.FLOW_NOT_ALLOWED, mona, kind=BUSINESS)
    walk.heal(Code.ACCOUNT_FROZEN, mona, frozen=0)
    walk.mend(Code.ALREADY_CHARGED, lambda: world.wait(days=1), through=START + DAY)
    walk.mend(Code.NOTHING_TO_DO, lambda: walk.rules("MUT", demurrage_bp_year=600, demurrage_free_days=0))
    world.books.credits[mona.no] = [Lot(10**6, START)]
    fund = full(world.own("common_fund", "MUT"))
    at(mona, 10**6)()
    walk.mend(Code.TOTAL_TOO_LARGE, at(fund, 0))
    return walk


def leave() -> Walk:
    walk = Walk(Leave, account="nobody")
    mona = force(walk.world["mona"], kind=OPERATOR, state=CLOSED)
    walk.mend(Code.ACCOUNT_NOT_FOUND, account="purse")
    walk.mend(Code.WRONG_MODEL, account="mona")
    walk.heal(Code.FLOW_NOT_ALLOWED, mona, kind=BUSINESS)
    walk.heal(Code.ACCOUNT_CLOSED, mona, state=LEAVING)
    walk.heal(Code.ACCOUNT_LEAVING, mona, state=OPEN)
    return walk


def forfeit() -> Walk:
    walk = Walk(Forfeit, account="nobody")
    mona = force(walk.world["mona"], kind=OPERATOR, spend_until=START + DAY)
    at(mona, 10)()
    fund = full(walk.world.own("loss_fund", "MUT"))
    walk.mend(Code.ACCOUNT_NOT_FOUND, account="purse")
    walk.mend(Code.WRONG_MODEL, account="mona")
    walk.heal(Code.FLOW_NOT_ALLOWED, mona, kind=BUSINESS)
    walk.heal(Code.NOTHING_TO_DO, mona, state=LEAVING)
    walk.mend(Code.TOO_EARLY, lambda: walk.world.wait(days=1))
    walk.mend(Code.TOTAL_TOO_LARGE, at(fund, 0))
    return walk


def settle_debt() -> Walk:
    walk = Walk(SettleDebt, account="nobody", amount="1")
    mona = force(walk.world["mona"], kind=OPERATOR, state=CLOSED)
    settled = full(walk.world.own("settled", "MUT"))
    walk.mend(Code.INVALID_FIELD, amount=0)
    walk.mend(Code.AMOUNT_NOT_POSITIVE, amount=HUGE)
    walk.mend(Code.AMOUNT_TOO_LARGE, amount=31)
    walk.mend(Code.ACCOUNT_NOT_FOUND, account="rita")
    walk.mend(Code.WRONG_MODEL, account="mona")
    walk.heal(Code.FLOW_NOT_ALLOWED, mona, kind=BUSINESS)
    walk.heal(Code.ACCOUNT_CLOSED, mona, state=OPEN)
    walk.mend(Code.NOTHING_TO_DO, at(mona, -30))
    walk.mend(Code.TOTAL_TOO_LARGE, at(settled, 0))
    walk.mend(Code.OVER_CEILING, amount=30)
    return walk


def write_off() -> Walk:
    walk = Walk(WriteOff, account="nobody")
    walk.rules("MUT", four_eyes_over=29)
    mona = at(force(walk.world["mona"], kind=OPERATOR), -30)()
    loss = full(walk.world.own("loss", "MUT"))
    walk.mend(Code.ACCOUNT_NOT_FOUND, account="rita")
    walk.mend(Code.WRONG_MODEL, account="mona")
    walk.heal(Code.FLOW_NOT_ALLOWED, mona, kind=BUSINESS)
    walk.mend(Code.APPROVAL_REQUIRED, at(mona, 0), approver="treasurer")
    walk.mend(Code.NOTHING_TO_DO, at(mona, -30))
    walk.mend(Code.TOTAL_TOO_LARGE, at(loss, 0))
    return walk


SUPPLY = [
    issue, redeem, move_reserve, exchange_form, grant, expire_purse, charge_fee, charge_demurrage, leave, forfeit,
    settle_debt, write_off,
]  # fmt: skip
