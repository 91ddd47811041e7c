"""What a scan found: exact sums by group of accounts and by month, read by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from ledger.analytics.scan import kernel
from ledger.analytics.scan.shapes import Totals
from ledger.analytics.source.window import DAY


class Side(IntEnum):
    """Above zero an account holds money, below it has drawn credit."""

    HELD = kernel.HELD
    CREDIT = kernel.CREDIT


class Rule(IntEnum):
    """Which money goes first."""

    FIFO = kernel.FIFO
    LIFO = kernel.LIFO


class End(IntEnum):
    """How a holding ended."""

    TRANSFER = kernel.TRANSFER
    OTHER = kernel.OTHER
    OPEN = kernel.OPEN


ENDED = (End.TRANSFER, End.OTHER)


@dataclass(frozen=True, slots=True)
class Matched:
    """Holdings under one rule."""

    pairs: int
    volume: int
    """Minor units."""
    amount_seconds: int

    @property
    def mean_days(self) -> float | None:
        """Amount-weighted; None when there are none."""
        return self.amount_seconds / self.volume / DAY if self.volume else None


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """Rows 0 to `groups` - 1 are groups of accounts, the rows after them the parts of the window (months).

    `counts` and `mixed` have a list for each row, laid out as in `kernel`, with the two words of a sum made one.
    `bins` has a list by duration for each side, rule and end.
    """

    start: int
    end: int
    groups: int
    bounds: tuple[int, ...]
    edges: tuple[int, ...]
    counts: list[list[int]]
    mixed: list[list[float]]
    bins: list[list[int]]

    @classmethod
    def read(
        cls, start: int, end: int, groups: int, bounds: Sequence[int], edges: Sequence[int], totals: Totals
    ) -> Scan:
        """From the kernel's flat totals."""
        counts = _rows(totals.counts, kernel.COLUMNS)
        for row in counts:
            for low in _LOWS:
                row[low] += row[low + 1] << kernel.BITS
                row[low + 1] = 0
        return cls(
            start, end, groups, tuple(int(each) for each in bounds), tuple(int(each) for each in edges), counts,
            _rows(totals.mixed, kernel.MIXED_COLUMNS), _rows(totals.bins, len(edges) + 1),
        )  # fmt: skip

    @property
    def all_groups(self) -> range:
        """The rows that together are all accounts."""
        return range(self.groups)

    def month(self, number: int) -> range:
        """The row of one part of the window, from `bounds[number]` to `bounds[number + 1]`."""
        return range(self.groups + number, self.groups + number + 1)

    def matched(
        self,
        rule: Rule,
        ends: Iterable[End] = ENDED,
        side: Side = Side.HELD,
        rows: Iterable[int] | None = None,
    ) -> Matched:
        """Holdings that ended in one of these ways; for OPEN, what is held at the window's end and its age then."""
        pairs = volume = amount_seconds = 0
        rows = list(self.all_groups if rows is None else rows)
        for end in ends:
            at = side * kernel.PER_SIDE + end * kernel.PER_END
            volume += self._sum(at + kernel.VOLUME, rows)
            pairs += self._sum(at + rule * kernel.PER_RULE + kernel.PAIRS, rows)
            amount_seconds += self._sum(at + rule * kernel.PER_RULE + kernel.LOW, rows)
        return Matched(pairs, volume, amount_seconds)

    def mixed_seconds(
        self, ends: Iterable[End] = ENDED, side: Side = Side.HELD, rows: Iterable[int] | None = None
    ) -> float:
        """Amount x seconds of the same holdings when money goes in proportion: between LIFO and FIFO.

        A float; how far it can be off is said in `kernel`.
        """
        chosen = list(self.all_groups if rows is None else rows)
        return sum(self.mixed[row][side * 4 + end] for end in ends for row in chosen)

    def mixed_days(
        self, ends: Iterable[End] = ENDED, side: Side = Side.HELD, rows: Iterable[int] | None = None
    ) -> float | None:
        """The mean of `mixed_seconds`, in days."""
        ends, rows = tuple(ends), list(self.all_groups if rows is None else rows)
        volume = self.matched(Rule.FIFO, ends, side, rows).volume
        return self.mixed_seconds(ends, side, rows) / volume / DAY if volume else None

    def integral(self, side: Side = Side.HELD, rows: Iterable[int] | None = None) -> int:
        """Balance x seconds over the window, minor units x seconds, of groups (not of months: `monthly`)."""
        at = side * kernel.PER_SIDE
        rows = list(self.all_groups if rows is None else rows)
        stock = self._sum(at + kernel.STOCK, rows)
        return stock * (self.end - self.start) + self._sum(at + kernel.AREA_LOW, rows)

    def stock(
        self, side: Side = Side.HELD, rows: Iterable[int] | None = None, *, before: bool = False
    ) -> int:
        """Sum of that part of the balances at the window's end, or just before it began; of groups."""
        at = side * kernel.PER_SIDE
        rows = list(self.all_groups if rows is None else rows)
        change = 0 if before else self._sum(at + kernel.FLOW, rows)
        return self._sum(at + kernel.STOCK, rows) + change

    def carried(self, rule: Rule, side: Side = Side.HELD) -> int:
        """Amount x seconds that the money held had when the window began."""
        return self._sum(side * kernel.PER_SIDE + kernel.CARRIED + 2 * rule, self.all_groups)

    def mixed_carried(self, side: Side = Side.HELD) -> float:
        """The same under the mixed rule, a float."""
        return sum(self.mixed[row][side * 4 + 3] for row in self.all_groups)

    def spent(self, rows: Iterable[int] | None = None) -> int:
        """Payments to other owners, whether from money held or on credit."""
        return self._sum(kernel.SPENT, self.all_groups if rows is None else rows)

    def residual(self, rule: Rule, side: Side = Side.HELD) -> int:
        """Integral + age carried in - matched - open, amount x seconds: 0, or the scan is wrong."""
        found = self.matched(rule, End, side).amount_seconds
        return self.integral(side) + self.carried(rule, side) - found

    def monthly(self, side: Side = Side.HELD) -> list[tuple[int, int]]:
        """For each part of the window: stock at its end, and balance x seconds within it."""
        found, stock, at = [], self.stock(side, before=True), side * kernel.PER_SIDE
        for number in range(len(self.bounds) - 1):
            row = self.counts[self.groups + number]
            length = self.bounds[number + 1] - self.bounds[number]
            area = stock * length + row[at + kernel.AREA_LOW]
            stock += row[at + kernel.FLOW]
            found.append((stock, area))
        return found

    def durations(self, rule: Rule, ends: Iterable[End] = ENDED, side: Side = Side.HELD) -> list[int]:
        """Minor units by duration: up to `edges[0]` seconds, above that up to `edges[1]`, ..., above the last."""
        rows = [self.bins[(side * 2 + rule) * 3 + end] for end in ends]
        return [sum(column) for column in zip(*rows, strict=True)]

    def over(
        self, days: int, rule: Rule, ends: Iterable[End] = ENDED, side: Side = Side.HELD
    ) -> int:  # fmt: skip
        """Minor units held longer than so many days; `days` is among the edges."""
        return sum(self.durations(rule, ends, side)[self.edges.index(days * DAY) + 1 :])

    @classmethod
    def together(cls, parts: Sequence[Scan]) -> Scan:
        """Scans of different accounts, asked the same, as one."""
        first = parts[0]

        def added(name: str) -> list[list[Any]]:
            tables = [getattr(part, name) for part in parts]
            return [[sum(cells) for cells in zip(*rows, strict=True)] for rows in zip(*tables, strict=True)]

        return cls(
            first.start, first.end, first.groups, first.bounds, first.edges,
            added("counts"), added("mixed"), added("bins"),
        )  # fmt: skip

    def then(self, later: Scan) -> Scan:
        """This window and the next as one: `later` was scanned from the state that this scan left, in the same groups."""
        if later.start != self.end or later.groups != self.groups or later.edges != self.edges:
            raise ValueError("scans follow each other at one moment, in the same groups and edges")
        length, groups = later.end - later.start, self.groups
        counts = [
            _joined(a, b, length) for a, b in zip(self.counts[:groups], later.counts[:groups], strict=True)
        ]
        mixed = [
            [a[at] if at % 4 == 3 else b[at] if at % 4 == End.OPEN else a[at] + b[at] for at in range(len(a))]
            for a, b in zip(self.mixed[:groups], later.mixed[:groups], strict=True)
        ]
        bins = [
            b if number % 3 == End.OPEN else [x + y for x, y in zip(a, b, strict=True)]
            for number, (a, b) in enumerate(zip(self.bins, later.bins, strict=True))
        ]
        return Scan(
            self.start, later.end, groups, self.bounds + later.bounds[1:], self.edges,
            counts + self.counts[groups:] + later.counts[groups:],
            mixed + self.mixed[groups:] + later.mixed[groups:], bins,
        )  # fmt: skip

    def _sum(self, column: int, rows: Iterable[int]) -> int:
        return sum(self.counts[row][column] for row in rows)


_LOWS = [
    at
    for side in (0, kernel.PER_SIDE)
    for at in (
        *(
            side + end * kernel.PER_END + rule * kernel.PER_RULE + kernel.LOW
            for end in range(3)
            for rule in range(2)
        ),
        side + kernel.AREA_LOW,
        side + kernel.CARRIED,
        side + kernel.CARRIED + 2,
    )
]


def _joined(first: list[int], second: list[int], length: int) -> list[int]:
    """One group in two windows, the second `length` seconds long."""
    joined = [a + b for a, b in zip(first, second, strict=True)]
    for side in (0, kernel.PER_SIDE):
        opened = side + End.OPEN * kernel.PER_END
        joined[opened : opened + kernel.PER_END] = second[opened : opened + kernel.PER_END]
        joined[side + kernel.STOCK] = first[side + kernel.STOCK]
        joined[side + kernel.AREA_LOW] += first[side + kernel.FLOW] * length
        joined[side + kernel.CARRIED : side + kernel.PER_SIDE] = first[
            side + kernel.CARRIED : side + kernel.PER_SIDE
        ]
    return joined


def _rows(flat: Any, width: int) -> list[list[Any]]:
    values = flat if isinstance(flat, list) else flat.tolist()
    return [values[at : at + width] for at in range(0, len(values), width)]
