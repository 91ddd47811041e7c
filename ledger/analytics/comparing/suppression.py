"""Complementary suppression: which further cells must be hidden so that sums do not give the hidden ones away.

Cells and totals are one vector; a line says that a total is the sum of its parts. What an attacker cannot exclude are
all non-negative vectors that agree with the cells shown. So a cell is protected upwards when some change y exists that
keeps every sum, moves only hidden cells, makes none negative and raises the cell far enough; downwards likewise. Each
such change is a small linear programme; the cheapest change that may also move shown cells says which to hide.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

SEED = 2_026
ROUNDS = 8
"""Joint programmes, each of which certifies many cells at once, before cells are looked at singly."""
UNPUBLISHED = 1e6
"""How much worse it is to call a total unknown that no table shows but everybody may know."""

Union = Callable[[Sequence[int]], bool]
"""Whether the sum of these cells would have to be hidden."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells by place, totals among them."""

    values: Sequence[float]
    lines: Sequence[tuple[int, Sequence[int]]]
    """A total and its parts."""
    sensitive: Sequence[bool]
    published: Sequence[bool]
    """Whether a table shows it; a total that none shows counts as known all the same, if that can be."""


def suppress(grid: Grid, union: Union, share: float) -> set[int]:
    """Places to hide. A hidden cell of value v may then be anything from `share` x v to v / `share`."""
    search = _Search(grid, share)
    targets = {at: value for at, value in enumerate(grid.values) if grid.sensitive[at] and value > 0}
    while targets:
        search.protect(targets)
        targets = _weak_lines(grid, search.hidden, union)
    return search.hidden


def _weak_lines(grid: Grid, hidden: set[int], union: Union) -> dict[int, float]:
    """For each line whose hidden part is itself a sum that the rule hides: a cell to hide as well, and that sum."""
    more: dict[int, float] = {}
    for whole, parts in grid.lines:
        lost = [part for part in parts if part in hidden]
        if not lost or whole in hidden or not more.keys().isdisjoint(parts) or not union(lost):
            continue
        if len(lost) == len(parts) and grid.published[whole]:
            continue  # the sum of all of them is a cell of its own, judged by its own units
        shown = [part for part in parts if part not in hidden and grid.values[part] > 0]
        at = min(shown, key=lambda part: grid.values[part]) if shown else whole
        more[at] = sum(grid.values[part] for part in lost)
    return more


class _Search:
    """What is hidden so far, and how far changes were found to reach for each cell."""

    def __init__(self, grid: Grid, share: float) -> None:
        self.hidden: set[int] = set()
        self._values = np.asarray(grid.values, dtype=np.float64)
        # Programmes are solved on cells scaled to about 1, so that the solver's tolerances mean something.
        self._scale = max(float(self._values.max(initial=0.0)), 1.0)
        self._share = share
        self._up_needed = np.zeros_like(self._values)
        self._down_needed = np.zeros_like(self._values)
        self._up = np.zeros_like(self._values)
        self._down = np.zeros_like(self._values)
        self._published = np.asarray(grid.published, dtype=bool)
        self._sums = _matrix(grid)
        self._chance = np.random.default_rng(SEED)

    def protect(self, targets: Mapping[int, float]) -> None:
        """Hide the targets, and what it needs so that each may be as uncertain as the sum that it stands for."""
        for at, total in targets.items():
            self._up_needed[at] = math.ceil(total * (1 / self._share - 1)) / self._scale
            down = min(math.ceil(total * (1 - self._share)), self._values[at])
            self._down_needed[at] = down / self._scale
        self.hidden.update(targets)
        self._certify_together()
        for target in sorted(targets, key=lambda at: -self._values[at]):
            if not self._reached(self._up, self._up_needed, target):
                self._move(target, float(self._up_needed[target]))
            if not self._reached(self._down, self._down_needed, target):
                self._move(target, -float(self._down_needed[target]))

    @staticmethod
    def _reached(reach: np.ndarray, needed: np.ndarray, target: int) -> bool:
        return bool(reach[target] >= needed[target] * (1 - 1e-9))

    def _certify_together(self) -> None:
        """Changes that move many hidden cells at once: for most of them that is all they need."""
        free = np.zeros(len(self._values), dtype=bool)
        free[list(self.hidden)] = True
        sought = free & (self._up_needed > 0)
        for turn in range(ROUNDS):
            if turn % 2 == 0:
                rising = self._chance.random(len(free)) < 0.5
            else:
                rising = ~rising
            least = np.where(
                sought & ~rising, -self._down_needed, np.where(free, -self._values / self._scale, 0)
            )
            most = np.where(sought & rising, self._up_needed, np.where(free, math.inf, 0))
            gains = np.where(sought, np.where(rising, -1.0, 1.0), 0.0)
            bounds = np.column_stack([least, most])
            found = linprog(gains, A_eq=self._sums, b_eq=np.zeros(self._sums.shape[0]), bounds=bounds)
            if found.status == 0:
                self._remember(found.x)

    def _move(self, target: int, by: float) -> None:
        """Find the cheapest change that moves one cell so far; hide the cells it moves."""
        count = len(self._values)
        size = self._values / self._scale
        # Hiding costs the same however far a cell moves: a cell that can move only a little is dear by the unit.
        room = np.minimum(np.maximum(size, 1e-12), abs(by))
        cost = np.where(self._published, np.log1p(self._values) * abs(by) / room, UNPUBLISHED)
        cost[list(self.hidden)] = 0.0
        rise = np.full(count, math.inf)
        fall = size.copy()
        rise[self._values == 0] = 0.0
        rise[target] = max(by, 0.0)
        fall[target] = max(-by, 0.0)
        low = np.zeros(2 * count)
        low[target], low[count + target] = max(by, 0.0), max(-by, 0.0)
        found = linprog(
            np.concatenate([cost, cost]),
            A_eq=sparse.hstack([self._sums, -self._sums], format="csc"),
            b_eq=np.zeros(self._sums.shape[0]),
            bounds=np.column_stack([low, np.concatenate([rise, fall])]),
        )
        if found.status != 0:  # every total may move, so this cannot be; never show what is not certain
            self.hidden.update(range(count))
            self._up[:], self._down[:] = math.inf, math.inf
            return
        change = found.x[:count] - found.x[count:]
        self.hidden.update(np.flatnonzero(np.abs(change) > 1e-9).tolist())
        self._remember(change)

    def _remember(self, change: np.ndarray) -> None:
        np.maximum(self._up, change, out=self._up)
        np.maximum(self._down, -change, out=self._down)


def _matrix(grid: Grid) -> sparse.csc_matrix:
    rows, columns, signs = [], [], []
    for row, (whole, parts) in enumerate(grid.lines):
        rows += [row] * (len(parts) + 1)
        columns += [whole, *parts]
        signs += [-1.0] + [1.0] * len(parts)
    return sparse.csc_matrix((signs, (rows, columns)), shape=(max(len(grid.lines), 1), len(grid.values)))
