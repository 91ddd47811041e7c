"""The registry: whole, in both languages, and every indicator answers on a small scene of each kind of currency."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from ledger.analytics.answers import reasons
from ledger.analytics.answers.figures import Result
from ledger.analytics.answers.formulas_fr import FORMULAS
from ledger.analytics.answers.methods import formula, source
from ledger.analytics.answers.registry import Indicator, Registry
from ledger.analytics.answers.sources_fr import SOURCES
from ledger.analytics.indicators import MODULES, REGISTRY
from ledger.analytics.report.whole import SECTIONS, answer, build
from ledger.analytics.report.written import lines, plain
from ledger.analytics.source.mapping import LEFT_OUT, RULES, kind_of
from ledger.analytics.source.scene import Kind, Scene
from ledger.analytics.source.window import DAY, Window
from ledger.core.accounts import Model
from ledger.core.errors import Corrupt
from ledger.core.journal import Reason
from tests.analytics_town import Move, town
from tests.tidy import ROOT

MODELS = [model for model in Model if model is not Model.MIRROR]

ASKED_FOR = {
    "money in circulation": "circulation",
    "transfer velocity": "velocity",
    "holding time, three ways, with what is open": "holding",
    "age of money and dormant share": "age",
    "age of credit": "credit_age",
    "effective demurrage": "demurrage",
    "recirculation and reconversion by business, sector, area": "recirculation",
    "rounds, LM3, LM∞, territorial LM3": "rounds",
    "trajectories from issue to redemption": "trajectories",
    "leakage with its terms and coverage": "leakage",
    "sector × sector": "sector_flows",
    "area × area": "area_flows",
    "four bases": "bases",
    "input-output": "input_output",
    "environmental extension": "footprint",
    "import-substitution short-list": "import_substitution",
    "its ledger-only version": "missing_suppliers",
    "maximum circulation (set-off)": "set_off",
    "reciprocity": "reciprocity",
    "SCC, k-core": "connectedness",
    "3-cycles against a null model": "cycles",
    "modularity by area": "modularity",
    "Leiden": "communities",
    "Gini, HHI": "concentration",
    "mutual-credit health": "credit_health",
    "mutual-credit stress": "credit_risk",
    "participation": "participation",
    "retention": "retention",
    "time-bank measures": "hours",
}
"""What issue 4 lists, and the indicator that answers."""


def test_every_indicator_that_was_asked_for_is_there() -> None:
    assert {wish: name for wish, name in ASKED_FOR.items() if name not in REGISTRY} == {}


def test_every_module_with_indicators_is_listed() -> None:
    found = {
        f"{path.parent.name}.{path.stem}"
        for path in (ROOT / "ledger" / "analytics").glob("*/*.py")
        if "\nINDICATORS" in path.read_text()
    }
    assert found == set(MODULES)


def test_two_of_one_name_are_refused() -> None:
    one = next(iter(REGISTRY))
    with pytest.raises(ValueError, match=one.name):
        Registry([one, one])


@pytest.mark.parametrize("each", list(REGISTRY), ids=lambda each: each.name)
def test_an_indicator_is_described_in_both_languages(each: Indicator) -> None:
    assert each.section in SECTIONS
    assert each.name.replace("_", "").isalnum() and each.name == each.name.lower()
    pairs = [(each.title, each.title_fr), (each.meaning, each.meaning_fr)]
    pairs += [*each.figures.values(), *each.tables.values(), *each.columns.values()]
    assert all(english.strip() and french.strip() for english, french in pairs)
    assert each.meaning != each.meaning_fr
    assert each.formula.strip() and each.source.strip() and each.models


@pytest.mark.parametrize("each", list(REGISTRY), ids=lambda each: each.name)
def test_the_french_method_says_the_same_numbers(each: Indicator) -> None:
    assert formula(each, "fr") != formula(each, "en") == each.formula
    for english, french in ((each.formula, formula(each, "fr")), (each.source, source(each, "fr"))):
        thousands = re.sub(r"(?<=\d)\s(?=\d{3}\b)", "", french)
        plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", english), re.sub(r"(?<=\d),(?=\d)", ".", thousands)
        assert sorted(re.findall(r"\d[\d.]*", plain[0])) == sorted(re.findall(r"\d[\d.]*", plain[1]))


def test_no_french_method_is_left_over() -> None:
    assert set(FORMULAS) == set(SOURCES) == {each.name for each in REGISTRY}


# --- every indicator answers on a small scene of each kind ---

START = 1_780_272_000
KINDS = ["person", "business", "association", "public", None]


def moves(model: Model) -> Iterator[Move]:
    """Eight months of a small currency: money comes in where it can, goes round, and leaves."""
    names = [f"m{at}" for at in range(12)]
    for at, name in enumerate(names):
        if model in (Model.BACKED, Model.EARMARKED):
            yield START + at, Kind.ISSUE.value, None, name, 10_000 + at
    for step in range(240):
        time = START + 1_000 + step * DAY
        src, dst = names[step * 7 % 12], names[(step * 5 + 1) % 12]
        if src != dst:
            yield time, Kind.TRANSFER.value, src, dst, 100 + step % 40
        if step % 20 == 0:
            yield time + 1, Kind.FEE.value, dst, None, 1
        if step % 50 == 0 and model is Model.BACKED:
            yield time + 2, Kind.REDEEM.value, dst, None, 25
            yield time + 3, Kind.DEMURRAGE.value, src, None, 2
        if step % 60 == 0 and model is Model.MUTUAL:
            yield time + 2, Kind.WRITEOFF.value, None, src, 10
        if step % 45 == 0:
            yield time + 4, Kind.CORRECTION.value, dst, src, 5


@cache
def full(model: Model) -> Scene:
    """A scene with everything that accounts can say."""
    facts = {
        f"m{at}": {
            "kind": KINDS[at % 5], "area": ["north", "south", None][at % 3], "sector": ["47.11", "10.71", None][at % 3],
            "floor": -5_000 if model in (Model.MUTUAL, Model.TIME) else 0,
        }
        for at in range(12)
    }  # fmt: skip
    window = Window.between(START, START + 300 * DAY)
    return town(list(moves(model)), facts, window=window, model=model)


@cache
def bare(model: Model) -> Scene:
    """A scene in which nothing happened."""
    return town([], window=Window.between(START, START + DAY), model=model)


ASKED = [
    pytest.param(make, model, each, id=f"{make.__name__}-{model}-{each.name}")
    for make in (full, bare)
    for model in MODELS
    for each in REGISTRY.for_model(model)
]


@pytest.mark.parametrize(("make", "model", "each"), ASKED)
def test_it_answers_in_labelled_figures(make: type[Scene], model: Model, each: Indicator) -> None:
    found = answer(make(model), each)  # type: ignore[call-arg,arg-type]
    if each.needs:
        assert found.missing == tuple(sorted(each.needs))
        return
    result = found.result
    assert result.figures or result.tables
    assert set(result.figures) <= set(each.figures), "a figure without a label"
    assert set(result.tables) <= set(each.tables), "a table without a caption"
    shown = {name for table in result.tables.values() for name in table.columns}
    assert shown <= set(each.columns), "a column without a heading"
    assert {figure.why for figure in result.figures.values() if figure.why} <= set(reasons.WHY)
    assert set(result.notes) <= set(reasons.NOTES)


@pytest.mark.parametrize("model", MODELS)
def test_a_report_of_all_is_written(model: Model) -> None:
    heard: list[tuple[int, int, str]] = []
    report = build(full(model), REGISTRY, lambda done, of, name: heard.append((done, of, name)))
    assert [each.indicator.name for each in report.answers] == [
        each.name for each in REGISTRY.for_model(model)
    ]
    assert heard[0][0] == 0 and heard[-1][:2] == (len(report.answers), len(report.answers))
    said = plain(report)
    assert said["head"]["movements"] == sum(1 for _ in moves(model))
    assert len(list(lines(report))) > len(report.answers)
    assert [section.letter for section in report.sections] == sorted(
        {section.letter for section in report.sections}
    )


def test_an_answer_that_lacks_data_says_which() -> None:
    each = REGISTRY["input_output"]
    found = answer(full(Model.BACKED), each)
    assert found.missing == ("io_table",) and found.result == Result()


def test_every_code_in_the_code_has_words() -> None:
    """Codes that no small scene brings up: those that stand as `why="…"`."""
    found = set()
    for name in MODULES:
        tree = ast.parse((ROOT / "ledger" / "analytics" / f"{name.replace('.', '/')}.py").read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "why" and isinstance(node.value, ast.Constant):
                found.add(node.value.value)
    assert found - set(reasons.WHY) == set()
    assert reasons.why("few", "fr") == "moins de 30 unités" and reasons.note("no such code") == "no such code"


# --- reasons of the journal and kinds of movement ---


def test_every_reason_is_mapped_once() -> None:
    assert set(RULES) | LEFT_OUT == set(Reason)
    assert set(RULES) & LEFT_OUT == set()


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_has_the_kind_of_its_sides(reason: Reason) -> None:
    assert kind_of(reason, False, False) is None
    for sides, kind in zip(((True, True), (True, False), (False, True)), RULES.get(reason, ()), strict=False):
        if kind is None:
            with pytest.raises(Corrupt, match=reason.name):
                kind_of(reason, *sides)
        else:
            assert kind_of(reason, *sides) is kind
    if reason in LEFT_OUT:
        assert {kind_of(reason, a, b) for a in (True, False) for b in (True, False)} == {None}
