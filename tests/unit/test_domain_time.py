"""Time credit (domain.md B3: TIME-1 to 6, and TIME-10)."""

from __future__ import annotations

import pytest

from ledger.core.accounts import Form
from ledger.core.commands import (
    ChargeFee,
    Forfeit,
    Issue,
    Leave,
    MoveReserve,
    Pay,
    PayBatch,
    Payee,
    PlaceHold,
    Redeem,
    WriteOff,
)
from ledger.core.errors import Code
from ledger.core.policy import Sphere
from tests.world import World, check_books, uid

HOUR = 60
ALONE, TOGETHER, FOR_ALL = Sphere.INDIVIDUAL, Sphere.COLLECTIVE, Sphere.ASSOCIATIVE


@pytest.fixture
def world() -> World:
    world = World().time(default_line=15 * HOUR, default_ceiling=60 * HOUR, not_credited=("board meeting",))
    for name in ("ada", "bo", "cy"):
        world.open(name, "person")
    return world


def gift(world: World, name: str, minutes: int) -> None:
    """From the association's own account."""
    world.do(Pay, payer=world.own("operator").uid, payee=name, amount=minutes, currency="HOUR", sphere=FOR_ALL)


def test_an_hour_is_an_hour_and_has_no_euros(world: World) -> None:
    """TIME-1: no conversion in either direction, no price in both."""
    world.expect_refused(Code.WRONG_MODEL, "currency", Issue, account="ada", currency="HOUR", amount=60, euros=60)
    world.expect_refused(Code.WRONG_MODEL, "currency", Redeem, account="ada", currency="HOUR", amount=60, invoice="1")
    order = {"payer": "ada", "payee": "bo", "amount": 60, "currency": "HOUR", "sphere": ALONE}
    for deal in (60, 90):
        world.expect_refused(Code.WRONG_MODEL, "deal", Pay, **order, deal=deal)
    world.do(Pay, **order)
    assert world.balances("ada", "bo") == (-60, 60)


def test_expenses_in_euros_stay_outside(world: World) -> None:
    """TIME-2: a community of time has no euro account to refund them from."""
    assert list(world.books.currencies) == ["HOUR"]
    order = {"currency": "HOUR", "form": Form.DIGITAL, "euros": 1}
    world.expect_refused(Code.WRONG_MODEL, "currency", MoveReserve, **order)


def test_every_exchange_says_its_sphere(world: World) -> None:
    """TIME-3: kept with the entry; asked of holds and batches too."""
    order = {"payer": "ada", "currency": "HOUR"}
    one = {**order, "payee": "bo", "amount": 30}
    many = {**order, "payees": (Payee(uid("bo"), 30), Payee(uid("cy"), 30))}
    for kind, values in ((Pay, one), (PlaceHold, one), (PayBatch, many)):
        world.expect_refused(Code.SPHERE_REQUIRED, "sphere", kind, **values)
        for sphere in Sphere:
            entry = world.do(kind, **values, sphere=sphere)
            assert entry.command.sphere is sphere  # type: ignore[attr-defined]
    check_books(world.books)


def test_a_workshop_is_charged_to_each_who_comes(world: World) -> None:
    """TIME-3, the collective sphere: one offers to many."""
    for name in ("bo", "cy"):
        world.pay(name, "ada", 90, sphere=TOGETHER)
    assert world.balances("ada", "bo", "cy") == (180, -90, -90)


def test_committee_work_is_credited_but_board_meetings_are_not(world: World) -> None:
    """TIME-3, the associative sphere."""
    operator = world.own("operator").uid
    order = {"payer": operator, "payee": "ada", "amount": 60, "currency": "HOUR", "sphere": FOR_ALL}
    world.do(Pay, **order, activity="newsletter")
    for kind in (Pay, PlaceHold):
        world.expect_refused(Code.NOT_CREDITED, "activity", kind, **order, activity="board meeting")
    batch = {"payer": operator, "currency": "HOUR", "payees": (Payee(uid("ada"), 60),), "sphere": FOR_ALL}
    world.expect_refused(Code.NOT_CREDITED, "activity", PayBatch, **batch, activity="board meeting")


def test_the_starting_gift_comes_from_the_association(world: World) -> None:
    """TIME-4: 15 hours, not from nothing: the association owes them."""
    for name in ("ada", "bo"):
        gift(world, name, 15 * HOUR)
    assert (world["ada"].balance, world.own("operator").balance) == (900, -1_800)
    check_books(world.books)


def test_limits_both_ways(world: World) -> None:
    """TIME-5: -15 h and +60 h."""
    gift(world, "bo", 50 * HOUR)
    world.pay("ada", "bo", 10 * HOUR, sphere=ALONE)
    order = {"payer": "ada", "payee": "bo", "amount": 15, "currency": "HOUR", "sphere": ALONE}
    world.expect_refused(Code.OVER_CEILING, "payee", Pay, **order)
    world.pay("ada", "cy", 5 * HOUR, sphere=ALONE)
    assert world["ada"].balance == -15 * HOUR
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", Pay, **{**order, "payee": "cy"})


def test_dues_in_hours(world: World) -> None:
    """TIME-6: two hours a year."""
    world.do(ChargeFee, account="ada", amount=2 * HOUR, purpose="dues 2026")
    assert (world["ada"].balance, world.own("operator").balance) == (-120, 120)
    world.expect_refused(Code.OFF_STEP, "amount", ChargeFee, account="ada", amount=50)


@pytest.mark.parametrize("minutes", [1, 14, 16, 50, 59])
def test_quarters_of_an_hour(world: World, minutes: int) -> None:
    """CORE-2 and TIME-7."""
    order = {"payer": "ada", "payee": "bo", "amount": minutes, "currency": "HOUR", "sphere": ALONE}
    world.expect_refused(Code.OFF_STEP, "amount", Pay, **order)
    world.pay("ada", "bo", minutes // 15 * 15 + 15, sphere=ALONE)


def test_a_leaver_in_debt_is_written_off_to_the_association(world: World) -> None:
    """TIME-10: asked to return to 0; else the association bears it. What a leaver has goes to it too."""
    world.pay("ada", "bo", 60, sphere=ALONE)
    for name in ("ada", "bo"):
        world.do(Leave, account=name)
    world.do(WriteOff, account="ada")
    assert (world["ada"].balance, world.own("operator").balance) == (0, -60)
    world.wait(days=365)
    world.do(Forfeit, account="bo")
    assert (world["bo"].balance, world.own("operator").balance) == (0, 0)
    check_books(world.books)
