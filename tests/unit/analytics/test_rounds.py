"""Rounds and multipliers: what is published, what a ledger of 20,000 rows gives, and small towns by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.analytics.source.beside import BesideError
from ledger.analytics.source.window import Window
from ledger.analytics.spending import rounds
from ledger.analytics.spending.injected import injected
from ledger.analytics.spending.multipliers import (
    constant_respending,
    gain,
    indirect_by_direct,
    lm3,
    territorial_effect,
)
from ledger.analytics.spending.survey import read_lm3_survey
from ledger.core.accounts import Model
from tests.analytics_town import Move, s20k, town
from tests.tidy import ROOT

CHAIN: list[Move] = [
    (0, "issue", None, "ada", 1_000),
    (1, "transfer", "ada", "baker", 800),
    (2, "transfer", "baker", "miller", 400),
    (3, "redeem", "miller", None, 400),
]


def test_a_chain_by_hand() -> None:
    block = rounds.lm3_block(town(CHAIN))
    assert block == {
        "R1": 1_000, "R2": 800, "R3": 400, "LM3": 2.2, "LM_infinity": 2.2, "one_plus_T_over_G": 2.2,
    }  # fmt: skip


def test_the_ledger_of_20_000_rows() -> None:
    scene = s20k()
    expected = json.loads((ROOT / "tests/data/s20k/expected.json").read_text())
    found = rounds.lm3_block(scene)
    assert found.keys() == expected["LM3"].keys()
    assert found == pytest.approx(expected["LM3"], rel=1e-12)
    assert rounds.lm3_block(scene, within_area=True)["LM3"] == pytest.approx(expected["LM3_within_area"], rel=1e-12)
    assert injected(scene).total_issued == 16_458_304
    figures = rounds.compute(scene).figures
    assert figures["lm3"].value == found["LM3"]
    assert figures["lm_inf"].value == figures["lm_inf_life"].value == pytest.approx(2.3346362, abs=5e-8)
    assert figures["spent_from_before"].value == 0


def test_only_links_inside_an_area_stay_in_the_territory() -> None:
    areas = {"ada": {"area": "north"}, "baker": {"area": "north"}, "miller": {"area": "south"}}
    block = rounds.lm3_block(town(CHAIN, areas), within_area=True)
    assert block == {"R1": 1_000, "R2": 800, "R3": 0, "LM3": 1.8}
    unknown = rounds.compute(town(CHAIN)).figures["lm3_territory"]
    assert (unknown.value, unknown.why) == (None, "no_area")


def test_accounts_of_one_owner_are_one() -> None:
    moves = [CHAIN[0], (1, "transfer", "ada", "purse", 1_000), (2, "transfer", "purse", "baker", 800), *CHAIN[2:]]
    block = rounds.lm3_block(town(moves, {"purse": {"owner": "ada"}}))
    assert (block["R2"], block["R3"], block["LM_infinity"]) == (800, 400, 2.2)


def test_without_issue_nothing_is_said() -> None:
    for moves in ([], CHAIN[1:3]):
        scene = town(moves)
        assert set(rounds.lm3_block(scene).values()) == {None}
        figures = rounds.compute(scene).figures
        assert figures["lm3"].why == figures["lm_inf"].why == figures["lm3_territory"].why.replace("no_area", "no_issue")


def test_sums_beyond_64_bits() -> None:
    most = 2**53 - 1
    moves: list[Move] = [(0, "issue", None, "a", most) for _ in range(2_000)]
    moves += [(1, "transfer", "a", "b", most) for _ in range(1_000)]
    scene = town(moves)
    assert rounds.compute(scene).figures["issued"].value == 2_000 * most
    assert rounds.lm3_block(scene)["LM3"] == pytest.approx(1.5)
    assert rounds.lm3_block(scene)["LM_infinity"] == 1.5


def test_money_from_before_the_window_is_said() -> None:
    scene = town(CHAIN, window=Window.between(2, 10))
    result = rounds.compute(scene)
    assert result.figures["spent_from_before"].value == 400
    assert "spent_from_before" in result.notes
    assert result.figures["lm_inf_life"].value == 2.2


def test_refunds_are_not_rounds() -> None:
    scene = town([*CHAIN[:3], (3, "correction", "baker", "ada", 100)])
    assert rounds.lm3_block(scene)["one_plus_T_over_G"] == 2.2


def test_firms_that_pay_on_a_third_give_the_published_multiplier() -> None:
    """REC Barcelona: 33.4 % of what shops take in is spent on; 1 + r + r² = 1.4456, all payments by issues 1.50."""
    firms = [f"shop {at}" for at in range(400)]
    moves: list[Move] = [(0, "issue", None, "ada", 1_000_000)]
    due = 1_000_000
    payer = "ada"
    for at, firm in enumerate(firms[:12]):
        moves.append((at + 1, "transfer", payer, firm, due))
        due, payer = round(due * 0.334), firm
    kinds = {"ada": {"kind": "person"}, **{firm: {"kind": "business"} for firm in firms}}
    figures = rounds.compute(town(moves, kinds, model=Model.EARMARKED)).figures
    assert figures["lm3_firms"].value == pytest.approx(1.445556, abs=1e-5)
    assert figures["transfers_per_issue"].value == pytest.approx(1.50, abs=0.002)


def test_no_firm_was_paid() -> None:
    kinds = {"ada": {"kind": "person"}, "baker": {"kind": "person"}, "miller": {"kind": "business"}}
    assert rounds.compute(town(CHAIN[:2], kinds)).figures["lm3_firms"].why == "no_transfers"


def test_published_multipliers() -> None:
    # Northumberland: of a contract, local suppliers bring 1 + 0.76, others the 0.36 they spend locally: nearly 400 % more
    assert gain(1 + 0.76, 0.36) == pytest.approx(3.89, abs=0.005)
    # Paris: direct 33.70, indirect 32.90 and induced 7.10 of every 100 spent
    paris = (33.70, 32.90, 7.10)
    assert territorial_effect(100, paris) == pytest.approx(0.7370)
    assert indirect_by_direct(*paris) == pytest.approx(40 / 33.7)
    # French local currencies: 1,000 put in give 2,000, against 1,300 to 1,600 in euros
    assert (1 + gain(2_000, 1_600), 1 + gain(2_000, 1_300)) == pytest.approx((1.25, 1.538), abs=0.001)
    assert constant_respending(0.334) == pytest.approx((1.445556, 1.501502), abs=1e-6)
    assert [lm3((100, 0, 0)), lm3((100, 100, 100))] == [1, 3]


def test_nobody_pays_on_more_than_all() -> None:
    with pytest.raises(ValueError, match="share"):
        constant_respending(1)


def test_a_survey_stands_beside_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("respondent,income,spent_locally,respent_locally\na,100,60,30\nb,300,100,10\n")
    survey = read_lm3_survey(path)
    assert list(survey.rounds) == [400, 160, 40]
    figure = rounds.compute(town(CHAIN, survey=survey)).figures["lm3_survey"]
    assert (figure.value, figure.n, figure.flag) == (1.5, 2, "declared")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a,100,120,0", "line 2, spent_locally: cannot be more than income"),
        ("a,100,60,70", "line 2, respent_locally: cannot be more than spent_locally"),
        ("a,-1,0,0", "line 2, income: must be at least 0"),
        ("a,nan,0,0", "line 2, income: must be a finite number"),
        ("a,1 000,0,0", "line 2, income: must be a number"),
        ("a,0,0,0", "no income"),
        ("a,1,0", "3 cells under 4 columns"),
    ],
)
def test_a_bad_answer_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(f"respondent,income,spent_locally,respent_locally\n{line}\n")
    with pytest.raises(BesideError, match=message):
        read_lm3_survey(path)
