"""Mutual credit (domain.md B2: MUT-1 to 6, 8, 10, 11, 15, 17)."""

from __future__ import annotations

import pytest

from ledger.core.commands import (
    ChangePolicy,
    ChargeFee,
    CloseAccount,
    Forfeit,
    Issue,
    Leave,
    Pay,
    PlaceHold,
    Redeem,
    SetLine,
    SetTerms,
    SettleDebt,
    WriteOff,
)
from ledger.core.errors import Code
from ledger.core.limits import Split, credit_line, hoards, mixed_payment
from ledger.core.policy import Policy
from tests.world import World, check_books


@pytest.fixture
def world() -> World:
    world = World().mutual(line_cap=30_000_00, fee_reserve_bp=100)
    for name in ("a", "b", "c"):
        world.open(name, line=5_000)
    return world


def test_the_payment_makes_the_unit(world: World) -> None:
    """MUT-1: A buys 1 000 from B, B buys 600 from C."""
    world.pay("a", "b", 1_000)
    world.pay("b", "c", 600)
    assert world.balances("a", "b", "c") == (-1_000, 400, 600)
    check_books(world.books)


def test_no_euros_in_or_out(world: World) -> None:
    """MUT-2."""
    order = {"account": "a", "currency": "MUT", "amount": 1}
    world.expect_refused(Code.WRONG_MODEL, "currency", Issue, **order, euros=1)
    world.expect_refused(Code.WRONG_MODEL, "currency", Redeem, **order, invoice="1")
    assert list(world.books.currencies) == ["MUT"]


FORMULA = Policy(line_cap=30_000_00)


@pytest.mark.parametrize(
    ("turnover", "monthly_sales", "age", "line"),
    [
        (300_000_00, 10**9, 2, 6_000_00),
        (300_000_00, 10**9, 1, 0),
        (300_000_00, 500_00, 5, 1_500_00),
        (10_000_000_00, 10**9, 5, 30_000_00),
        (0, 10**9, 5, 0),
    ],
)
def test_the_line_formula(turnover: int, monthly_sales: int, age: int, line: int) -> None:
    """MUT-4: turnover 300 000 at 2 % gives 6 000; young firms 0; three months of sales; the absolute cap."""
    assert credit_line(turnover, monthly_sales, age, FORMULA) == line


def test_the_line_formula_never_passes_the_hard_cap() -> None:
    """MUT-4: 5 % of the turnover, whatever p is."""
    assert credit_line(100_000, 10**9, 5, Policy(line_turnover_bp=900)) == 5_000


def test_a_line_is_capped(world: World) -> None:
    """MUT-3 and MUT-4."""
    world.do(SetLine, account="a", line=30_000_00)
    world.expect_refused(Code.LINE_ABOVE_CAP, "line", SetLine, account="a", line=30_000_01)


def test_hoarding_is_seen(world: World) -> None:
    """MUT-5: above five times the line."""
    world.fund("a", 25_000)
    assert not hoards(world["a"], Policy())
    world.fund("a", 1)
    assert hoards(world["a"], Policy())
    world.do(SetLine, account="a", line=0)
    assert not hoards(world["a"], Policy()), "without a line there is no multiple of it"


@pytest.mark.parametrize(
    ("deal", "rate", "split"),
    [
        (40_000_00, 3_000, Split(5_000_00, 35_000_00)),
        (8_000_00, 3_000, Split(2_400_00, 5_600_00)),
        (8_000_00, 0, Split(0, 8_000_00)),
        (8_000_00, 10_000, Split(5_000_00, 3_000_00)),
        (3_33, 3_333, Split(1_11, 2_22)),
    ],
)
def test_mixed_payments(deal: int, rate: int, split: Split) -> None:
    """MUT-6: 30 % of a deal of 40 000 are 5 000 units, the cap, and 35 000 euros; of 8 000, 2 400."""
    assert mixed_payment(deal, rate, Policy(acceptance_cap=5_000_00)) == split


def test_a_mixed_payment_says_the_whole_price(world: World) -> None:
    """MUT-6: the units of a deal without a cap are its rate; the euros are paid outside; the entry says of what price the units are a part."""
    order = {"payer": "a", "payee": "b", "amount": 2_400, "currency": "MUT"}
    assert mixed_payment(8_000, 3_000, Policy()) == Split(2_400, 5_600)
    for deal in (2_399, 0, -1, "8000", True, 2**53):
        world.expect_refused(Code.INVALID_FIELD, "deal", Pay, **order, deal=deal)
    world.do(Pay, **order, deal=8_000)
    assert world["b"].balance == 2_400


def test_the_lowest_acceptance_rate(world: World) -> None:
    """MUT-6: 3 % at least, or none at all."""
    world.do(ChangePolicy, currency="MUT", policy=Policy(acceptance_min_bp=300), since=0)
    world.expect_refused(Code.ACCEPTANCE_TOO_LOW, "acceptance_bp", SetTerms, account="a", acceptance_bp=299)
    for rate in (300, 0, 10_000):
        world.do(SetTerms, account="a", acceptance_bp=rate, sectors=("43.21A",))
    assert (world["a"].acceptance_bp, world["a"].sectors) == (10_000, ("43.21A",))


def test_a_debt_is_paid_in_euros_to_the_operator(world: World) -> None:
    """MUT-8: the operator takes the debt over and may retire units that it holds against it."""
    world.pay("a", "b", 1_000)
    order = {"account": "a"}
    world.expect_refused(Code.OVER_CEILING, "amount", SettleDebt, **order, amount=1_001)
    world.expect_refused(Code.NOTHING_TO_DO, "account", SettleDebt, account="b", amount=1)
    world.do(SettleDebt, **order, amount=400)
    world.do(SettleDebt, **order, amount=600)
    assert (world["a"].balance, world.own("settled").balance) == (0, -1_000)
    operator, settled = world.own("operator"), world.own("settled")
    world.do(Pay, payer="b", payee=operator.uid, amount=300, currency="MUT")
    world.do(Pay, payer=operator.uid, payee=settled.uid, amount=300, currency="MUT")
    assert (operator.balance, settled.balance) == (0, -700)
    check_books(world.books)


def test_fees_and_their_reserve(world: World) -> None:
    """MUT-10: 1 % of a fee is set aside for losses, on dues and on volume."""
    world.do(ChargeFee, account="a", amount=200)
    assert (world["a"].balance, world.own("operator").balance, world.own("loss_fund").balance) == (-200, 198, 2)
    policy = Policy(payment_fee_bp=700, fee_reserve_bp=1_000)
    world.do(ChangePolicy, currency="MUT", policy=policy, since=0)
    world.pay("a", "b", 1_000)
    assert (world["b"].balance, world.own("operator").balance, world.own("loss_fund").balance) == (930, 198 + 63, 2 + 7)
    check_books(world.books)


def test_dues_stop_at_the_line(world: World) -> None:
    """MUT-10: never beyond the account's limit."""
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "account", ChargeFee, account="a", amount=5_001)
    world.do(ChargeFee, account="a", amount=5_000)


@pytest.mark.parametrize(("in_fund", "by_fund"), [(0, 0), (300, 300), (1_000, 1_000), (5_000, 1_000)])
def test_a_loss_is_borne_by_the_fund_first(world: World, in_fund: int, by_fund: int) -> None:
    """MUT-11: then by the losses of the community; the sum stays 0."""
    world.pay("a", "b", 1_000)
    if in_fund:
        world.do(Pay, payer="c", payee=world.own("loss_fund").uid, amount=in_fund, currency="MUT")
    world.do(WriteOff, account="a")
    assert world["a"].balance == 0
    assert (world.own("loss_fund").balance, world.own("loss").balance) == (in_fund - by_fund, by_fund - 1_000)
    world.expect_refused(Code.NOTHING_TO_DO, "account", WriteOff, account="a")
    world.do(CloseAccount, account="a")
    check_books(world.books)


def test_what_the_fund_has_promised_bears_no_loss(world: World) -> None:
    fund = world.own("loss_fund").uid
    world.do(Pay, payer="c", payee=fund, amount=300, currency="MUT")
    world.do(PlaceHold, payer=fund, payee="c", amount=200, currency="MUT")
    world.pay("a", "b", 1_000)
    world.do(WriteOff, account="a")
    assert (world.own("loss_fund").balance, world.own("loss").balance) == (200, -900)
    check_books(world.books)


def test_a_large_loss_needs_a_second_person(world: World) -> None:
    world.do(ChangePolicy, currency="MUT", policy=Policy(four_eyes_over=999), since=0)
    world.pay("a", "b", 1_000)
    world.expect_refused(Code.APPROVAL_REQUIRED, "approver", WriteOff, account="a")
    world.do(WriteOff, account="a", approver="treasurer")
    world.do(ChangePolicy, currency="MUT", policy=Policy(four_eyes_over=0), since=0, approver="treasurer")
    world.expect_refused(Code.NOTHING_TO_DO, "account", WriteOff, account="a")


def test_a_leaver_spends_down_then_forfeits(world: World) -> None:
    """MUT-15: twelve months, to the day; then what is left goes to the loss fund."""
    world.pay("a", "b", 1_000)
    world.expect_refused(Code.NOTHING_TO_DO, "account", Forfeit, account="b")
    world.do(Leave, account="b")
    until = world["b"].spend_until
    assert until == world.books.ts + 365 * 86_400 * 10**9
    world.pay("b", "c", 400)
    world.do(PlaceHold, payer="b", payee="c", amount=100, currency="MUT")
    world.now = until - 1
    world.expect_refused(Code.TOO_EARLY, "account", Forfeit, account="b")
    world.now = until
    world.do(Forfeit, account="b")
    assert (world["b"].balance, world.own("loss_fund").balance) == (100, 500), "what is on hold is not forfeited"
    world.expect_refused(Code.NOTHING_TO_DO, "account", Forfeit, account="b")


def test_a_leaver_in_debt_pays_in_euros(world: World) -> None:
    """MUT-15: negative balances are due at notice; there is no new debt (the line ends)."""
    world.pay("a", "b", 1_000)
    world.do(Leave, account="a")
    assert world["a"].floor == 0
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", Pay, payer="a", payee="c", amount=1, currency="MUT")
    world.expect_refused(Code.ACCOUNT_NOT_EMPTY, "account", CloseAccount, account="a")
    world.do(SettleDebt, account="a", amount=1_000)
    world.do(CloseAccount, account="a")


def test_a_line_cut_is_no_breach(world: World) -> None:
    """MUT-17: at -5 000 of 5 000 the line is cut to 3 000; a sale of 2 500 leaves -2 500, and 500 available."""
    world.pay("a", "b", 5_000)
    world.do(SetLine, account="a", line=3_000)
    assert (world["a"].balance, world["a"].available) == (-5_000, -2_000)
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", Pay, payer="a", payee="c", amount=1, currency="MUT")
    world.pay("b", "a", 2_500)
    assert (world["a"].balance, world["a"].available) == (-2_500, 500)
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", Pay, payer="a", payee="c", amount=501, currency="MUT")
    world.pay("a", "c", 500)
    assert world["a"].available == 0
