"""Every defect of the drill can still be sown, and the drill tells what is noticed from what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drill.__main__ import report
from tests.drill.copies import Outcome, ask, confirm, make_copy
from tests.drill.defect import Defect
from tests.drill.defects_core import CORE
from tests.drill.defects_pages import PAGES
from tests.drill.defects_store import STORE
from tests.tidy import ROOT

ALL = (*CORE, *STORE, *PAGES)
MONEY = "tests/unit/test_core_money.py"
HARMLESS = Defect(
    "a comment", "ledger/core/money.py", '"""Basis points in one whole."""', '"""Basis points."""', MONEY
)
SHORT = ("halves are rounded down", "a line may be passed by one unit", "the amount is not under the signature")
"""Enough to see that the drill works; all of them are for `make drill`."""


@pytest.mark.parametrize("defect", ALL, ids=lambda defect: defect.name)
def test_a_defect_can_still_be_sown(defect: Defect) -> None:
    assert defect.faults(ROOT) == [], "the code has moved: give the defect its new place in tests/drill"
    assert defect.old != defect.new


def test_there_are_enough_and_none_twice() -> None:
    assert len(ALL) >= 30 and len({defect.name for defect in ALL}) == len(ALL)


def test_the_short_drill(tmp_path: Path) -> None:
    make_copy(tmp_path)
    before = (tmp_path / "ledger/core/money.py").read_bytes()
    chosen = [defect for defect in ALL if defect.name in SHORT]
    assert len(chosen) == len(SHORT)
    outcomes = [ask(tmp_path, defect) for defect in (*chosen, HARMLESS)]
    assert [bool(outcome.test) for outcome in outcomes] == [True] * len(SHORT) + [False]
    assert confirm(tmp_path, outcomes) == outcomes, "these tests pass without the defects"
    assert (tmp_path / "ledger/core/money.py").read_bytes() == before


def test_a_test_that_always_fails_notices_nothing(tmp_path: Path) -> None:
    make_copy(tmp_path)
    (tmp_path / "tests/unit/test_core_money.py").write_text("def test_bad() -> None:\n    assert 0\n")
    (outcome,) = confirm(tmp_path, [ask(tmp_path, HARMLESS)])
    assert outcome.test == "" and "fails without the defect too" in outcome.problem


def test_what_got_through_fails_the_drill(capsys: pytest.CaptureFixture[str]) -> None:
    seen, missed = Outcome(HARMLESS, "tests/x.py::test_y", 1), Outcome(HARMLESS, "", 1)
    excused = Outcome(HARMLESS._replace(equivalent="only words"), "", 1)
    assert report([seen, excused]) == 0
    assert report([seen, missed]) == 1
    assert "NOBODY NOTICED" in capsys.readouterr().out
    assert report([Outcome(excused.defect, "", 1, "cannot be sown")]) == 1
