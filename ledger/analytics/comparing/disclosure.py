"""PRIV-3: what a reader of aggregates, such as the Region, may see.

A cell is hidden when on one of its sides stand fewer than 3 professionals and fewer than 11 individuals (and not nobody),
or one of them accounts for more than 85 % of it. Then further cells are hidden until nobody who knows all
others and all totals can say of a hidden cell more than that it lies between 85 % and 118 % of what it is, nor
the sum of the hidden cells of a line when that sum would itself have to be hidden.

Not covered: a member who subtracts what is their own, and tables published elsewhere from other figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.analytics.answers.figures import WHOLE, Cell, Figure, Result, Table, Units
from ledger.analytics.comparing.suppression import Grid, suppress

PROFESSIONALS = 3
INDIVIDUALS = 11
SHARE_PERCENT = 85

Key = frozenset[tuple[str, Cell]]
HIDDEN = "hidden"
"""The code under which a figure, a table or a row is withheld."""


def too_few(units: Units, total: int | float) -> bool:
    """Whether the rule hides a sum of `total` to which these units contribute."""
    if units.professionals + units.individuals == 0:
        return False
    enough = units.professionals >= PROFESSIONALS or units.individuals >= INDIVIDUALS
    return not enough or units.largest * 100 > SHARE_PERCENT * total


@dataclass(frozen=True, slots=True)
class _Group:
    """One cell of a measure, wherever it stands, and the units of each of its sides where known."""

    value: int | float
    sides: tuple[Units, ...] = ()

    @property
    def sensitive(self) -> bool:
        return any(too_few(side, self.value) for side in self.sides)


def protect(tables: Sequence[Table]) -> list[Table]:
    """The tables as a reader of aggregates may see them together: hidden rows have only their keys.

    Tables without `about` lose all their rows. Totals over each key count as known, even if no table has them.
    """
    measures: dict[str, list[Table]] = {}
    for table in tables:
        if table.about not in (None, WHOLE):
            assert table.about is not None
            measures.setdefault(table.about.measure, []).append(table)
    hidden = {measure: hidden_groups(linked) for measure, linked in measures.items()}
    return [_shown(table, hidden) for table in tables]


def protect_results(results: Mapping[str, Result], everybody: Units, total: int) -> dict[str, Result]:
    """Answers of indicators, by name, for a reader of aggregates.

    `everybody` and `total` are the units and the volume of the whole: when the rule hides even that, no figure is said.
    """
    names = [(name, key) for name, result in results.items() for key in result.tables]
    shown = dict(zip(names, protect([results[name].tables[key] for name, key in names]), strict=True))
    alone = too_few(everybody, total)
    return {
        name: Result(
            {key: Figure(None, each.unit, why=HIDDEN) for key, each in result.figures.items()}
            if alone
            else result.figures,
            {key: shown[name, key] for key in result.tables if not alone},
            (*result.notes, HIDDEN) if alone or _lost(result, name, shown) else result.notes,
        )
        for name, result in results.items()
    }


def _lost(result: Result, name: str, shown: Mapping[tuple[str, str], Table]) -> bool:
    return any(shown[name, key].rows != table.rows for key, table in result.tables.items())


def hidden_groups(tables: Sequence[Table]) -> set[Key]:
    """The groups to hide in tables of one measure, as sets of (key column, cell); totals among them when need be."""
    groups, lines = gather(tables)
    at = {key: place for place, key in enumerate(groups)}
    cells = list(groups.values())
    published = {key_of(table, row) for table in tables for row in table.rows}
    hidden = suppress(
        Grid(
            values=[float(cell.value) for cell in cells],
            lines=[(at[whole], [at[part] for part in parts]) for whole, parts in lines],
            sensitive=[cell.sensitive for cell in cells],
            published=[key in published for key in groups],
        ),
        lambda places: _union_too_few([cells[place] for place in places]),
        SHARE_PERCENT / 100,
    )
    return {key for key, place in at.items() if place in hidden}


def gather(tables: Sequence[Table]) -> tuple[dict[Key, _Group], list[tuple[Key, list[Key]]]]:
    """All cells of the tables and all their totals, and each total with its parts along one key."""
    groups: dict[Key, _Group] = {}
    for table in tables:
        about = table.about
        assert about is not None
        for row, sides in zip(table.rows, about.units, strict=True):
            group = _Group(_number(row[table.columns.index(about.value)]), sides)
            if groups.setdefault(key_of(table, row), group).value != group.value:
                raise ValueError(f"two rows of {about.measure} say different sums of one group")
    lines: list[tuple[Key, list[Key]]] = []
    for size in range(max(map(len, groups), default=0), 0, -1):
        parts: dict[tuple[Key, frozenset[str]], list[Key]] = {}
        for key in [each for each in groups if len(each) == size]:
            for pair in key:
                parts.setdefault((key - {pair}, frozenset(name for name, _ in key)), []).append(key)
        for (whole, _), each in parts.items():
            groups.setdefault(whole, _Group(sum(groups[part].value for part in each)))
            lines.append((whole, each))
    return groups, lines


def key_of(table: Table, row: Sequence[Cell]) -> Key:
    """Which group a row speaks of."""
    assert table.about is not None
    return frozenset((name, row[table.columns.index(name)]) for name in table.about.keys)


def _number(cell: Cell) -> int | float:
    if isinstance(cell, bool) or not isinstance(cell, int | float) or cell < 0:
        raise ValueError(f"a cell that adds up must be a number of at least 0, not {cell!r}")
    return cell


def _union_too_few(cells: Sequence[_Group]) -> bool:
    """Whether the sum of cells would be hidden: as many units as in the best of them, as large as all together."""
    known = [cell.sides for cell in cells if cell.sides]
    total = sum(cell.value for cell in cells)
    for sides in zip(*known, strict=False):
        together = Units(
            max(side.professionals for side in sides),
            max(side.individuals for side in sides),
            sum(side.largest for side in sides),
        )
        if too_few(together, total):
            return True
    return False


def _shown(table: Table, hidden: Mapping[str, set[Key]]) -> Table:
    if table.about is WHOLE:
        return table
    if table.about is None:
        return replace(table, rows=())
    gone = hidden[table.about.measure]
    keys = set(table.about.keys)
    return replace(
        table,
        rows=tuple(
            tuple(cell if name in keys else None for name, cell in zip(table.columns, row, strict=True))
            if key_of(table, row) in gone
            else row
            for row in table.rows
        ),
    )
