from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pytest
from scipy.optimize import linprog

from ledger.analytics.answers.figures import WHOLE, About, Figure, Result, Table, Unit, Units
from ledger.analytics.comparing.disclosure import (
    HIDDEN,
    Key,
    gather,
    hidden_groups,
    protect,
    protect_results,
    too_few,
)

SAFE = Units(5, 20, 1)


def matrix(cells: Mapping[tuple[str, str], tuple[int, Units]], measure: str = "volume") -> Table:
    return Table(
        ("payer", "payee", "amount"),
        tuple((payer, payee, value) for (payer, payee), (value, _) in cells.items()),
        {"amount": Unit.CURRENCY},
        About(measure, ("payer", "payee"), "amount", tuple((units,) for _, units in cells.values())),
    )


def by_payer(cells: Mapping[str, tuple[int, Units]]) -> Table:
    return Table(
        ("payer", "amount", "payments"),
        tuple((payer, value, 7) for payer, (value, _) in cells.items()),
        {"amount": Unit.CURRENCY},
        About("volume", ("payer",), "amount", tuple((units,) for _, units in cells.values())),
    )


def attack(tables: Sequence[Table]) -> dict[Key, tuple[float, float, float]]:
    """Everything an attacker can say of each hidden cell: its true value, the least and the most it may be."""
    groups, lines = gather(tables)
    hidden = hidden_groups(tables)
    keys = list(groups)
    scale = max(float(group.value) for group in groups.values())
    values = np.array([groups[key].value / scale for key in keys])
    sums = np.zeros((len(lines), len(keys)))
    for row, (whole, parts) in enumerate(lines):
        sums[row, keys.index(whole)] = -1.0
        sums[row, [keys.index(part) for part in parts]] = 1.0
    bounds = [
        (0.0, None) if key in hidden else (value, value) for key, value in zip(keys, values, strict=True)
    ]
    answer = {}
    for at, key in enumerate(keys):
        if key in hidden:
            aim = np.zeros(len(keys))
            aim[at] = 1.0
            least = linprog(aim, A_eq=sums, b_eq=np.zeros(len(lines)), bounds=bounds)
            most = linprog(-aim, A_eq=sums, b_eq=np.zeros(len(lines)), bounds=bounds)
            top = np.inf if most.status == 3 else most.x[at] * scale
            answer[key] = (float(groups[key].value), float(least.x[at] * scale), float(top))
    return answer


def assert_protected(tables: Sequence[Table], targets: Iterable[Key]) -> None:
    found = attack(tables)
    for key in targets:
        value, least, most = found[key]
        assert least <= value * 0.85 + 1e-6 * value + 1e-6, (key, found[key])
        assert most >= value / 0.85 - 1e-6 * value - 1e-6, (key, found[key])


def sensitive(tables: Sequence[Table]) -> list[Key]:
    groups, _ = gather(tables)
    return [key for key, group in groups.items() if group.sensitive and group.value > 0]


@pytest.mark.parametrize(
    ("units", "total", "hidden"),
    [
        (Units(0, 0, 0), 0, False),
        (Units(3, 0, 85), 100, False),
        (Units(3, 0, 86), 100, True),
        (Units(2, 0, 10), 100, True),
        (Units(2, 40, 10), 100, False),
        (Units(0, 11, 10), 100, False),
        (Units(0, 10, 10), 100, True),
        (Units(3, 10, 10), 100, False),
        (Units(2, 10, 10), 100, True),
        (Units(2, 40, 86), 100, True),
    ],
)
def test_the_rule(units: Units, total: int, hidden: bool) -> None:
    assert too_few(units, total) is hidden


def test_a_lone_small_cell_takes_a_second_with_it() -> None:
    table = by_payer({"north": (100, Units(1, 0, 100)), "south": (900, SAFE), "west": (500, SAFE)})
    (shown,) = protect([table])
    assert shown.column("amount") == [None, 900, None]
    assert shown.column("payments") == [None, 7, None]
    assert shown.column("payer") == ["north", "south", "west"]
    assert_protected([table], sensitive([table]))


def test_two_small_cells_of_a_line_are_not_enough() -> None:
    """Their sum would be the sum of two firms: a third is hidden, whoever knows the total."""
    lone = Units(1, 0, 40)
    table = by_payer({"a": (40, lone), "b": (40, lone), "c": (900, SAFE), "d": (500, SAFE)})
    (shown,) = protect([table])
    assert shown.column("amount") == [None, None, 900, None]


def test_a_safe_table_stays_as_it_is() -> None:
    table = matrix({(a, b): (100, SAFE) for a in "xyz" for b in "xyz"})
    assert protect([table]) == [table]


def test_a_matrix_cannot_be_recomputed_from_its_totals() -> None:
    cells = {(a, b): (100 + 10 * i + j, SAFE) for i, a in enumerate("wxyz") for j, b in enumerate("wxyz")}
    cells["x", "y"] = (120, Units(2, 0, 60))
    table = matrix(cells)
    hidden = hidden_groups([table])
    assert len(hidden) == 4, "a rectangle"
    assert_protected([table], sensitive([table]))


def test_a_total_in_another_table_is_protected_together() -> None:
    cells = {(a, b): (100 * (1 + i), SAFE) for i, a in enumerate("xyz") for b in "xyz"}
    cells |= {("z", b): (100, Units(1, 0, 100)) for b in "xyz"}
    totals = {a: (sum(value for (payer, _), (value, _) in cells.items() if payer == a), SAFE) for a in "xyz"}
    totals["z"] = (300, Units(1, 0, 300))
    tables = [matrix(cells), by_payer(totals)]
    shown = protect(tables)
    assert shown[1].column("amount").count(None) == 2, "z, and one that z could be had from"
    assert_protected(tables, sensitive(tables))


def test_tables_that_disagree_are_an_error() -> None:
    tables = [matrix({("x", "y"): (5, SAFE)}), matrix({("x", "y"): (6, SAFE)})]
    with pytest.raises(ValueError, match="different sums"):
        protect(tables)


def test_a_negative_cell_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        protect([matrix({("x", "y"): (-5, SAFE)})])


@pytest.mark.parametrize("seed", range(25))
def test_no_attacker_says_more_than_the_rule(seed: int) -> None:
    chance = random.Random(seed)
    wide, deep = chance.randint(1, 7), chance.randint(1, 7)
    cells: dict[tuple[str, str], tuple[int, Units]] = {}
    for a, b in itertools.product(range(wide), range(deep)):
        if chance.random() < 0.2:
            continue
        value = int(chance.lognormvariate(6, 2)) + 1
        firms, persons = chance.choice([0, 1, 2, 3, 9]), chance.choice([0, 0, 5, 11, 40])
        if firms + persons:
            share = chance.choice([0.2, 0.5, 0.9]) if firms + persons > 1 else 1.0
            cells[f"p{a}", f"q{b}"] = (value, Units(firms, persons, int(value * share) or 1))
    tables = [matrix(cells)]
    assert_protected(tables, sensitive(tables))
    shown = protect(tables)[0]
    for row, (value, units) in zip(shown.rows, cells.values(), strict=True):
        assert row[2] is None or (row[2] == value and not too_few(units, value))


def test_three_keys() -> None:
    rows = [(a, b, c) for a in "ab" for b in "cd" for c in "ef"]
    units = tuple((Units(1, 0, 9) if row == ("a", "c", "e") else SAFE,) for row in rows)
    table = Table(
        ("i", "j", "k", "n"), tuple((*row, 10) for row in rows), {}, About("m", ("i", "j", "k"), "n", units)
    )
    assert_protected([table], sensitive([table]))
    assert protect([table])[0].column("n").count(None) == 8, "the smallest closed box"


def test_what_does_not_say_who_stands_behind_it_is_not_shown() -> None:
    silent, whole = Table(("a",), ((1,),)), Table(("round", "share"), ((1, 0.5),), about=WHOLE)
    figures = {"v": Figure(2.0, Unit.RATIO)}
    result = Result(figures, {"silent": silent, "whole": whole})
    shown = protect_results({"x": result}, Units(5, 50, 10), 1000)["x"]
    assert shown.tables["silent"].rows == ()
    assert shown.tables["whole"] == whole
    assert shown.figures == figures
    assert HIDDEN in shown.notes


def test_a_community_of_two_firms_says_nothing() -> None:
    result = Result({"v": Figure(2.0, Unit.RATIO)}, {"whole": Table(("n",), ((1,),), about=WHOLE)})
    shown = protect_results({"x": result}, Units(2, 0, 10), 1000)["x"]
    assert shown.figures["v"] == Figure(None, Unit.RATIO, why=HIDDEN)
    assert shown.tables == {}
