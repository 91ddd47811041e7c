"""Demurrage (domain.md B5: DEM-2, 3, 5, 6, 7, and CORE-8 for its rate).

DEM-1, the stamp on a paper note (3 % of its face each half-year: 1.50 on 50), and DEM-4 are not computed by the
ledger: notes are anonymous, so a stamp is sold at the counter. The figure of DEM-1 is checked against `money.share`.
"""

from __future__ import annotations

from itertools import pairwise

import pytest

from ledger.core.accounts import AccountKind, Form, Lot
from ledger.core.commands import ChangePolicy, ChargeDemurrage, FreezeAccount, PlaceHold, Redeem, Reverse
from ledger.core.demurrage import Span, charge_on, lots
from ledger.core.errors import Code
from ledger.core.money import share
from ledger.core.policy import Policy
from tests.world import DAY, START, World, check_books

CHIEMGAUER = Policy(demurrage_bp_year=600, demurrage_free_days=90)


@pytest.fixture
def world() -> World:
    """Ada received 1 000.00 today."""
    world = World().backed(demurrage_bp_year=600, demurrage_free_days=90)
    world.open("ada")
    world.open("bo", "person")
    world.fund("ada", 1_000_00)
    return world


def charge(world: World, day: int, name: str = "ada") -> int:
    """Charge through the end of a day counted from when Ada received; the amount charged."""
    received = next(e.ts for e in world.log if e.command.name == "issue")
    world.now = max(world.now, received + day * DAY)
    before = world[name].balance
    world.do(ChargeDemurrage, account=name, through=received + day * DAY)
    check_books(world.books)
    return before - world[name].balance


def test_the_stamp_on_a_note() -> None:
    """DEM-1: 3 % of a note of 50."""
    assert share(50_00, 300) == 1_50


@pytest.mark.parametrize(("days", "due"), [(89, 0), (90, 0), (91, 16), (120, 4_93), (365, 45_21)])
def test_6_percent_a_year_after_90_days(world: World, days: int, due: int) -> None:
    """DEM-2: 1 000 held 120 days cost 4.93, held 365 days 45.21."""
    assert charge(world, days) == due
    assert world.own("common_fund").balance == due, "DEM-5: a named purpose; its euros stay in the guarantee"
    assert world.reserve().balance == 1_000_00


def test_a_spend_resets_only_the_units_that_left(world: World) -> None:
    """DEM-3: first in, first out, measured per account."""
    world.wait(days=100)
    world.fund("bo", 300_00)
    world.pay("bo", "ada", 300_00)
    world.pay("ada", "bo", 400_00)
    # left: 600 of day 0 (10 days due at day 100, 30 at day 120) and 300 of day 100 (none)
    assert charge(world, 120) == (600_00 * 600 * 30 + 365 * 5_000) // (365 * 10_000)


def test_what_is_left_are_the_newest_credits() -> None:
    """DEM-3."""
    received = [Lot(100, 1), Lot(50, 2), Lot(30, 3)]
    assert lots(180, received) == received
    assert lots(100, received) == [Lot(20, 1), Lot(50, 2), Lot(30, 3)]
    assert lots(30, received) == [Lot(30, 3)]
    assert lots(7, received) == [Lot(7, 3)]
    assert lots(1, received) == [Lot(1, 3)]
    assert lots(0, received) == lots(-5, received) == []


def test_months_add_up_to_the_year(world: World) -> None:
    """DEM-3: booked monthly; rounding a cent a month at the most."""
    monthly = sum(charge(world, day) for day in (*range(30, 360, 30), 365))
    # what was charged before is no longer there to be charged
    assert 45_21 - 1_00 < monthly <= 45_21


def test_days_are_counted_once_whatever_the_cut() -> None:
    held = [Lot(10**9, 5), Lot(10**9, 40 * DAY + 7)]
    cuts = [0, 90 * DAY, 95 * DAY + 1, 95 * DAY + 2, 200 * DAY, 365 * DAY]
    whole = charge_on(held, [Span(0, cuts[-1], CHIEMGAUER)])
    parts = [Span(a, b, CHIEMGAUER) for a, b in pairwise(cuts)]
    assert charge_on(held, parts) == whole


def test_each_day_is_charged_at_its_own_rate(world: World) -> None:
    """CORE-8: a rate that is raised later never reaches back."""
    received = next(e.ts for e in world.log if e.command.name == "issue")
    world.now = received + 100 * DAY
    world.do(ChangePolicy, currency="RIV", policy=Policy(demurrage_bp_year=1_200), since=world.now)
    due = 1_000_00 * (10 * 600 + 20 * 1_200)
    assert charge(world, 120) == (due + 365 * 5_000) // (365 * 10_000)


def test_demurrage_that_was_abolished_is_still_due_for_its_time(world: World) -> None:
    received = next(e.ts for e in world.log if e.command.name == "issue")
    world.now = received + 100 * DAY
    world.do(ChangePolicy, currency="RIV", policy=Policy(), since=world.now)
    assert charge(world, 120) == 1_64
    world.wait(days=1)
    world.expect_refused(Code.NOTHING_TO_DO, "account", ChargeDemurrage, account="ada", through=world.now)


def test_a_period_is_charged_once(world: World) -> None:
    charge(world, 120)
    for day in (120, 119):
        through = world["ada"].charged_through - (120 - day) * DAY
        world.expect_refused(Code.ALREADY_CHARGED, "through", ChargeDemurrage, account="ada", through=through)
    assert charge(world, 121) == 16


def test_only_what_is_there_and_free_is_charged(world: World) -> None:
    world.do(PlaceHold, payer="ada", payee="bo", amount=999_99, currency="RIV")
    assert charge(world, 365) == 1
    world.expect_refused(
        Code.TIME_IN_FUTURE, "through", ChargeDemurrage, account="ada", through=world.now + DAY
    )


def test_an_account_without_credits_only_moves_its_date(world: World) -> None:
    assert charge(world, 200, "bo") == 0
    assert world["bo"].charged_through > START


def test_exempt_accounts(world: World) -> None:
    """DEM-7: the issuer and the fund always, others by list."""
    through = world.books.ts
    for own in (world.own("issuance"), world.own("common_fund")):
        world.expect_refused(Code.FLOW_NOT_ALLOWED, "account", ChargeDemurrage, account=own.uid, through=through)
    policy = Policy(demurrage_bp_year=600, demurrage_exempt=("person", "operator"))
    world.do(ChangePolicy, currency="RIV", policy=policy, since=0)
    through = world.books.ts
    assert world["bo"].kind is AccountKind.PERSON
    world.expect_refused(Code.FLOW_NOT_ALLOWED, "account", ChargeDemurrage, account="bo", through=through)
    world.do(ChargeDemurrage, account="ada", through=through)


def test_time_and_purses_pay_none(world: World) -> None:
    world.time()
    world.open("tim", "person")
    through = world.books.ts
    world.expect_refused(Code.WRONG_MODEL, "account", ChargeDemurrage, account="tim", through=through)
    reserve = world.own("reserve", "EUR", Form.DIGITAL, "RIV").uid
    world.expect_refused(Code.WRONG_MODEL, "account", ChargeDemurrage, account=reserve, through=through)


def test_a_frozen_account_is_charged_later(world: World) -> None:
    world.do(FreezeAccount, account="ada", debits=True, credits=False)
    world.wait(days=120)
    world.expect_refused(Code.ACCOUNT_FROZEN, "account", ChargeDemurrage, account="ada", through=world.now)
    world.do(FreezeAccount, account="ada", debits=False, credits=False)
    assert charge(world, 120) == 4_93


def test_a_charge_of_nothing_is_nothing_to_reverse(world: World) -> None:
    charge(world, 30)
    entry = world.log[-1].command.id
    world.expect_refused(Code.NOT_REVERSIBLE, "entry", Reverse, entry=entry, actor="manager")


def test_a_charge_is_reversed_like_any_entry(world: World) -> None:
    charge(world, 120)
    world.do(Reverse, entry=world.log[-1].command.id, actor="manager")
    assert (world["ada"].balance, world.own("common_fund").balance) == (1_000_00, 0)


def test_what_is_promised_beyond_the_balance_leaves_nothing_to_charge() -> None:
    world = World().mutual(demurrage_bp_year=600, demurrage_free_days=0)
    world.open("ada", line=1_000)
    world.open("bo", line=1_000)
    world.pay("bo", "ada", 100)
    world.do(PlaceHold, payer="ada", payee="bo", amount=150, currency="MUT")
    world.wait(days=365)
    world.do(ChargeDemurrage, account="ada", through=world.now)
    assert world["ada"].balance == 100


def test_debts_pay_no_demurrage() -> None:
    world = World().mutual(demurrage_bp_year=600, demurrage_free_days=0)
    world.open("ada", line=1_000)
    world.open("bo")
    world.pay("ada", "bo", 500)
    world.pay("bo", "ada", 200)
    world.wait(days=365)
    for name, due in (("ada", 0), ("bo", 18)):
        before = world[name].balance
        world.do(ChargeDemurrage, account=name, through=world.now)
        assert before - world[name].balance == due


def test_the_conversion_fee_is_split_3_and_2() -> None:
    """DEM-6: 5 % of 200.00 are 6.00 for the association of the consumer's choice and 4.00 for the system."""
    world = World().backed(commission_bp=500, commission_gift_bp=300)
    world.open("shop")
    world.fund("shop", 200_00)
    world.do(Redeem, account="shop", currency="RIV", amount=200_00, invoice="1")
    euros = {kind: world.own(kind, "EUR", owner="RIV").balance for kind in ("common_fund", "operator", "outside")}
    assert euros == {"common_fund": 6_00, "operator": 4_00, "outside": -10_00}
    check_books(world.books)
