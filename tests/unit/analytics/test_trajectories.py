"""From issue to redemption: an example by hand, a ledger of 20,000 rows, credit, charges, unknown origins."""

from __future__ import annotations

import pytest

from ledger.analytics.source.window import Window
from ledger.analytics.spending.trajectories import Path, compute, trajectories
from tests.analytics_town import Move, public_bodies, s20k, town

# Three deposits, three payments, five withdrawals; newest money first gives six trajectories with 0, 1, 1, 1, 0 and 1
# payments, from 0.1 to 74.45 hours long.
EXAMPLE: list[Move] = [
    (120, "issue", None, "b", 4_000),
    (480, "redeem", "b", None, 3_500),
    (1_260, "issue", None, "c", 2_000),
    (87_960, "transfer", "c", "e", 1_000),
    (89_460, "issue", None, "b", 500),
    (90_720, "transfer", "b", "d", 500),
    (92_940, "transfer", "c", "d", 1_000),
    (179_400, "redeem", "d", None, 1_500),
    (181_080, "redeem", "e", None, 100),
    (181_260, "redeem", "b", None, 500),
    (269_280, "redeem", "e", None, 900),
]

def some(paths: tuple[Path, ...]) -> list[tuple[int, int, int, int]]:
    return [(path.steps, path.redeemed, path.amount_seconds, path.pieces) for path in paths if path.redeemed]


@pytest.mark.parametrize("plain", [False, True])
def test_newest_first(plain: bool) -> None:
    direct = 3_500 * 360 + 500 * 181_140
    once = 500 * 89_940 + 1_000 * 178_140 + 100 * 179_820 + 900 * 268_020
    found = trajectories(town(EXAMPLE), True, plain=plain).by_steps
    assert some(found) == [(0, 4_000, direct, 2), (1, 2_500, once, 4)]
    assert 268_020 / 3_600 == 74.45


@pytest.mark.parametrize("plain", [False, True])
def test_oldest_first(plain: bool) -> None:
    direct = 3_500 * 360 + 500 * (181_260 - 89_460)
    once = 500 * (179_400 - 120) + 1_000 * 178_140 + 100 * 179_820 + 900 * 268_020
    assert some(trajectories(town(EXAMPLE), False, plain=plain).by_steps) == [(0, 4_000, direct, 2), (1, 2_500, once, 4)]


def test_20_000_rows_newest_first() -> None:
    """Amounts and amount x hours of every length as an independent program follows them, branch by branch."""
    paths = trajectories(s20k(), True).by_steps
    assert [path.redeemed for path in paths] == [778_712, 332_007, 102_937, 28_760, 10_766, 4_460, 4_504, 1_219, 6, 0, 0]
    seconds = [4895593181201, 6490261819338, 2875266359656, 938954274016, 368797452928, 154709825579, 276915523410]
    assert [path.amount_seconds for path in paths[:7]] == pytest.approx(seconds, rel=1e-9)  # its hours have 6 decimals


def test_20_000_rows_oldest_first() -> None:
    paths = trajectories(s20k(), False).by_steps
    assert [path.redeemed for path in paths] == [789_335, 324_973, 96_706, 41_027, 10_737, 130, 463, 0, 0, 0, 0]
    seconds = [5173460738060, 7197828243233, 4485057723574, 2428508293900, 573607899831, 7694614303, 24235827835]
    assert [path.amount_seconds for path in paths[:7]] == pytest.approx(seconds, rel=1e-9)


def test_what_is_redeemed_by_the_first_holder() -> None:
    """The same amounts as in the pairs of issue and redemption of the ledger's expected values."""
    figures = compute(s20k()).figures
    assert figures["first_fifo"].value == 789_335 / 1_263_371
    assert figures["first_lifo"].value == 778_712 / 1_263_371
    assert figures["first_of_issued_fifo"].value == 789_335 / 16_458_304


def test_credit_is_issued_when_drawn_and_redeemed_when_repaid() -> None:
    moves: list[Move] = [
        (0, "transfer", "a", "b", 100),  # a draws 100
        (10, "transfer", "b", "c", 60),
        (30, "transfer", "c", "a", 60),  # a repays 60 that were paid three times
    ]
    paths = trajectories(town(moves), False)
    assert some(paths.by_steps) == [(3, 60, 60 * 30, 1)]
    figure = compute(town(moves)).figures["transfers_lifo"]
    assert (figure.value, figure.n) == (3, 1)


def test_public_bodies_repay_what_is_published() -> None:
    for lifo in (False, True):
        assert trajectories(public_bodies(), lifo).redeemed == 9_269_464_858


def test_charges_and_refunds_are_no_payments() -> None:
    moves: list[Move] = [
        (0, "issue", None, "a", 100),
        (1, "transfer", "a", "shop", 50),
        (2, "correction", "shop", "a", 20),
        (3, "fee", "shop", None, 5),
        (4, "demurrage", "a", None, 7),
        (5, "redeem", "a", None, 50),
        (6, "redeem", "shop", None, 25),
    ]
    paths = trajectories(town(moves), False)
    assert [path.otherwise for path in paths.by_steps[:2]] == [7, 5]
    # of a's 63 the first 50 are those that never left; the refunded 20 hang behind them
    assert some(paths.by_steps) == [(0, 43, 43 * 5, 1), (1, 32, 7 * 5 + 25 * 6, 2)]


def test_demurrage_takes_the_oldest_under_both_rules() -> None:
    moves: list[Move] = [
        (0, "issue", None, "a", 10), (10, "issue", None, "a", 10), (20, "demurrage", "a", None, 10),
        (30, "redeem", "a", None, 10),
    ]  # fmt: skip
    for lifo in (False, True):
        assert some(trajectories(town(moves), lifo).by_steps) == [(0, 10, 200, 1)]


def test_an_unknown_origin_is_said_and_not_counted() -> None:
    moves: list[Move] = [(0, "opening", None, "a", 10), (5, "redeem", "a", None, 10), (6, "redeem", "b", None, 4)]
    scene = town(moves, {"b": {"opening": 4}})
    result = compute(scene)
    assert [path.unknown for path in trajectories(scene, False).by_steps[:2]] == [14, 0]
    assert result.figures["transfers_fifo"].why == "nothing_redeemed"
    assert result.notes == ["unknown_origin"]


def test_an_opening_debt_is_repaid_first() -> None:
    moves: list[Move] = [(0, "issue", None, "a", 10), (5, "transfer", "a", "b", 10), (9, "redeem", "b", None, 7)]
    assert some(trajectories(town(moves, {"b": {"opening": -3}}), False).by_steps) == [(1, 10, 3 * 5 + 7 * 9, 2)]


def test_only_what_ends_in_the_window_counts() -> None:
    scene = town(EXAMPLE, window=Window.between(179_400, 181_260))
    assert sum(path.redeemed for path in trajectories(scene, False).by_steps) == 1_600


def test_ten_and_more_stand_together() -> None:
    moves: list[Move] = [(0, "issue", None, "a 0", 5)]
    moves += [(at + 1, "transfer", f"a {at}", f"a {at + 1}", 5) for at in range(12)]
    moves.append((20, "redeem", "a 12", None, 5))
    assert some(trajectories(town(moves), True).by_steps) == [(10, 5, 100, 1)]


def test_accounts_of_one_owner_make_no_payment() -> None:
    moves: list[Move] = [(0, "issue", None, "a", 5), (1, "transfer", "a", "paper", 5), (2, "redeem", "paper", None, 5)]
    assert some(trajectories(town(moves, {"paper": {"owner": "a"}}), False).by_steps) == [(0, 5, 10, 1)]


def test_nothing_was_issued() -> None:
    assert {figure.why for figure in compute(town([])).figures.values()} == {"nothing_redeemed", "no_issue"}


def test_sums_beyond_64_bits() -> None:
    most = 2**53 - 1
    moves: list[Move] = [(0, "issue", None, "a", most) for _ in range(2_000)]
    moves += [(at, "transfer", "a", "b", most) for at in range(2_000)]
    moves += [(5_000, "redeem", "b", None, most) for _ in range(2_000)]
    assert some(trajectories(town(moves), False).by_steps)[0][:3] == (1, 2_000 * most, 2_000 * most * 5_000)
