"""History from elsewhere with its own dates, and periods that are closed (ledger-engine.md 5.6.3)."""

from __future__ import annotations

import pytest

from ledger.core.accounts import Form
from ledger.core.commands import (
    Command,
    FreezeAccount,
    ImportOpening,
    ImportPayment,
    MoveReserve,
    Pay,
    Reverse,
    SealPeriod,
    SetCeiling,
)
from ledger.core.errors import Code
from tests.world import DAY, START, World, check_books

LAST_YEAR = START - 200 * DAY


@pytest.fixture
def world() -> World:
    world = World().mutual()
    for name in ("ada", "bo"):
        world.open(name)
    return world


def test_imported_payments_ask_no_limit(world: World) -> None:
    world.do(SetCeiling, account="bo", ceiling=0)
    entry = world.do(ImportPayment, payer="ada", payee="bo", amount=500, occurred_at=LAST_YEAR)
    assert (world.balances("ada", "bo"), entry.effective_at) == ((-500, 500), LAST_YEAR)
    assert entry.ts >= START, "recorded now"
    check_books(world.books)


def test_a_debt_that_was_imported_allows_no_new_one(world: World) -> None:
    world.do(ImportPayment, payer="ada", payee="bo", amount=500, occurred_at=LAST_YEAR)
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", Pay, payer="ada", payee="bo", amount=1, currency="MUT")
    world.pay("bo", "ada", 500)


@pytest.mark.parametrize("balance", [300, -300])
def test_an_opening_balance_comes_first(world: World, balance: int) -> None:
    entry = world.do(ImportOpening, account="ada", balance=balance, occurred_at=LAST_YEAR)
    assert (world["ada"].balance, world.own("opening").balance, entry.effective_at) == (balance, -balance, LAST_YEAR)
    again = {"account": "ada", "balance": 1, "occurred_at": LAST_YEAR}
    world.expect_refused(Code.ACCOUNT_NOT_EMPTY, "account", ImportOpening, **again)


def test_openings_of_a_whole_exchange_sum_to_0(world: World) -> None:
    world.do(ImportOpening, account="ada", balance=300, occurred_at=LAST_YEAR)
    world.do(ImportOpening, account="bo", balance=-300, occurred_at=LAST_YEAR)
    assert world.own("opening").balance == 0
    check_books(world.books)


@pytest.mark.parametrize("moment", [0, -1, True, 2**63, "2025-01-01"])
def test_a_moment_is_nanoseconds(world: World, moment: object) -> None:
    world.expect_refused(Code.INVALID_FIELD, "through", SealPeriod, through=moment)
    order = {"payer": "ada", "payee": "bo", "amount": 1, "occurred_at": moment}
    world.expect_refused(Code.INVALID_FIELD, "occurred_at", ImportPayment, **order)


def test_nothing_is_dated_in_the_future(world: World) -> None:
    world.wait(seconds=1)
    now = world.now
    order = {"payer": "ada", "payee": "bo", "amount": 1}
    world.expect_refused(Code.TIME_IN_FUTURE, "occurred_at", ImportPayment, **order, occurred_at=now + 1)
    world.do(ImportPayment, **order, occurred_at=now)
    opening = {"account": "bo", "balance": 1}
    world.expect_refused(Code.TIME_IN_FUTURE, "occurred_at", ImportOpening, **opening, occurred_at=now + DAY)
    world.expect_refused(Code.TIME_IN_FUTURE, "through", SealPeriod, through=now + DAY)


def test_a_closed_period_takes_nothing_more(world: World) -> None:
    world.do(SealPeriod, through=LAST_YEAR)
    order = {"payer": "ada", "payee": "bo", "amount": 1}
    world.expect_refused(Code.PERIOD_SEALED, "occurred_at", ImportPayment, **order, occurred_at=LAST_YEAR)
    opening = {"account": "ada", "balance": 1, "occurred_at": LAST_YEAR}
    world.expect_refused(Code.PERIOD_SEALED, "occurred_at", ImportOpening, **opening)
    world.do(ImportPayment, **order, occurred_at=LAST_YEAR + 1)
    for through in (LAST_YEAR, LAST_YEAR - 1):
        world.expect_refused(Code.PERIOD_SEALED, "through", SealPeriod, through=through)
    world.do(SealPeriod, through=LAST_YEAR + 1)
    World().do(SealPeriod, through=1)


def test_an_entry_in_a_closed_period_is_corrected_by_one_of_today(world: World) -> None:
    world.do(ImportPayment, payer="ada", payee="bo", amount=5, occurred_at=LAST_YEAR, id="old")
    world.do(SealPeriod, through=LAST_YEAR)
    entry = world.do(Reverse, entry="old", actor="manager")
    assert (world.balances("ada", "bo"), entry.effective_at) == ((0, 0), entry.ts)


def test_history_goes_to_members_accounts_that_are_open(world: World) -> None:
    order = {"amount": 1, "occurred_at": LAST_YEAR}
    loss = world.own("loss").uid
    world.expect_refused(Code.FLOW_NOT_ALLOWED, "payer", ImportPayment, payer=loss, payee="bo", **order)
    world.expect_refused(Code.SAME_ACCOUNT, "payee", ImportPayment, payer="bo", payee="bo", **order)
    world.do(FreezeAccount, account="bo", debits=False, credits=True)
    world.expect_refused(Code.ACCOUNT_FROZEN, "payee", ImportPayment, payer="ada", payee="bo", **order)


# --- backed units ---


def test_a_backed_currency_brings_its_reserve_first() -> None:
    world = World().backed()
    world.open("resident", "person")
    world.open("notes", form=Form.PAPER)
    opening = {"account": "resident", "balance": 100, "occurred_at": LAST_YEAR}
    world.expect_refused(Code.RESERVE_BREACH, "", ImportOpening, **opening)
    world.do(MoveReserve, currency="RIV", form=Form.PAPER, euros=100)
    world.expect_refused(Code.RESERVE_BREACH, "", ImportOpening, **opening)
    world.do(MoveReserve, currency="RIV", form=Form.DIGITAL, euros=99)
    world.expect_refused(Code.RESERVE_BREACH, "", ImportOpening, **opening)
    world.do(MoveReserve, currency="RIV", form=Form.DIGITAL, euros=1)
    world.do(ImportOpening, **opening)
    world.do(ImportOpening, account="notes", balance=100, occurred_at=LAST_YEAR)
    check_books(world.books)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (ImportOpening, {"account": "resident", "balance": -1}),
        (ImportPayment, {"payer": "resident", "payee": "shop", "amount": 1}),
    ],
)
def test_no_import_makes_a_debt_in_backed_units(kind: type[Command], values: dict[str, object]) -> None:
    """Somebody's debt would be somebody else's unit without euros (MLC-2)."""
    world = World().backed()
    world.open("resident", "person")
    world.open("shop")
    field = "account" if kind is ImportOpening else "payer"
    world.expect_refused(Code.INSUFFICIENT_FUNDS, field, kind, **values, occurred_at=LAST_YEAR)
    world.fund("resident", 1)
    if kind is ImportPayment:
        world.do(kind, **values, occurred_at=LAST_YEAR)
    check_books(world.books)
