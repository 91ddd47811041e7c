"""Feeds the kernel: batches in the order of accounts go in, a `Scan` and, if wanted, the state of every account come out.

Memory does not grow with the record: a batch, the lots of one account, and the totals. Accounts are independent, so
any part of the accounts may be scanned apart (another process, another machine) and the scans added.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ledger.analytics.scan import kernel
from ledger.analytics.scan.resting import add_open
from ledger.analytics.scan.scanned import Scan
from ledger.analytics.scan.shapes import Batch, Resting, Saved, Setting, Totals
from ledger.analytics.scan.state import State

PIECE = 1 << 20
"""Events that the kernel is given at once."""

_compiled: list[Callable[..., None] | None] = []


def fast() -> Callable[..., None] | None:
    """The compiled kernel, made at the first call; None without numba."""
    if not _compiled:
        _compiled.append(kernel.compiled())
    return _compiled[0]


class Scanner:
    """One scan. `feed` batches, then `finish`."""

    def __init__(
        self, setting: Setting, saved: State | None = None, *, keep: bool = False, plain: bool = False
    ) -> None:
        """`saved`: the accounts as an earlier scan left them; `keep`: `state` is wanted at the end; `plain`: no compiler,
        no limit on the size of numbers."""
        self._run = None if plain else fast()
        self._plain = self._run is None
        self._setting = Setting(
            setting.start, setting.end, setting.groups,
            *(self._given(each) for each in (setting.group_of, setting.bounds, setting.edges)),
        )  # fmt: skip
        before = State.empty() if saved is None else saved
        self._most_lots = before.lots()
        self._saved = self._given_saved(before.saved())
        self._saved_lots = (len(before.amount[0]), len(before.amount[1]))
        self._keep = keep
        self._sums = None if self._plain or keep else before.sums
        self._resting = self._resting_of()
        self._parts: list[State] = []
        rows = setting.groups + len(setting.bounds) - 1
        self._totals = Totals(
            self._zeros(rows * kernel.COLUMNS),
            self._zeros(rows * kernel.MIXED_COLUMNS, np.float64),
            self._zeros(12 * (len(setting.edges) + 1)),
        )
        self._hand = self._zeros(kernel.IN_HAND)
        self._hand[kernel.ACCOUNT] = kernel.NOBODY
        self._mean_age = self._zeros(1, np.float64)
        self._room = 0
        self._lots: tuple[Any, Any] = (self._zeros(0), self._zeros(0))

    def feed(
        self, account: NDArray[Any], time: NDArray[Any], delta: NDArray[Any], code: NDArray[Any]
    ) -> None:  # fmt: skip
        """Events sorted by account, then by the order of the ledger, after all that was fed before."""
        for at in range(0, len(account), PIECE):
            piece = slice(at, at + PIECE)
            self._step(
                Batch(*(self._given(each[piece]) for each in (account, time, delta, code))), finish=False
            )

    def finish(self) -> Scan:
        """Close every account and say what was found."""
        nothing = np.empty(0, np.int64)
        self._step(Batch(*(self._given(nothing) for _ in range(4))), finish=True)
        setting = self._setting
        if self._sums is not None:
            add_open(self._totals.bins, setting, self._saved, self._sums, self._resting.moved)
        return Scan.read(
            setting.start, setting.end, setting.groups, setting.bounds, setting.edges, self._totals
        )

    @property
    def state(self) -> State:
        """Every account as it is after the last event; only with `keep`, after `finish`."""
        if not self._keep:
            raise ValueError("the scanner was not asked to keep the state: Scanner(..., keep=True)")
        return State.joined(self._parts)

    def _step(self, batch: Batch, *, finish: bool) -> None:
        self._make_room(len(batch.account))
        kept = self._kept_room(len(batch.account))
        run = self._run or kernel.scan
        run(
            batch, self._setting, finish, self._hand, self._mean_age, self._room, *self._lots,
            self._saved, self._resting, self._keep, kept, self._totals,
        )  # fmt: skip
        if self._keep:
            self._parts.append(self._take(kept))

    def _make_room(self, events: int) -> None:
        """Move the lots in hand to the front, and grow until every event could leave one more."""
        hand, old = self._hand, self._room
        counts = [int(hand[kernel.TAIL + rule] - hand[kernel.HEAD + rule]) for rule in range(2)]
        needed = max(*counts, self._most_lots) + events
        room = old if needed <= old else max(needed, 2 * old)
        for number, lots in enumerate(self._lots):
            moved = lots if room == old else self._zeros(2 * room)
            for rule in range(2):
                first = rule * old + int(hand[kernel.HEAD + rule])
                moved[rule * room : rule * room + counts[rule]] = lots[first : first + counts[rule]]
            self._lots = (moved, self._lots[1]) if number == 0 else (self._lots[0], moved)
        for rule in range(2):
            hand[kernel.HEAD + rule], hand[kernel.TAIL + rule] = 0, counts[rule]
        self._room = room

    def _kept_room(self, events: int) -> Saved:
        accounts, lots = 0, [0, 0]
        if self._keep:
            accounts = len(self._saved.account) - int(self._hand[kernel.NEXT]) + events + 1
            lots = [
                int(self._hand[kernel.TAIL + rule]) + self._saved_lots[rule] + events for rule in range(2)
            ]
        return Saved(
            self._room_for(accounts), self._room_for(accounts), self._room_for(accounts, np.float64),
            self._room_for(2 * accounts), (self._room_for(lots[0]), self._room_for(lots[1])),
            (self._room_for(lots[0]), self._room_for(lots[1])),
        )  # fmt: skip

    def _take(self, kept: Saved) -> State:
        made, lots = int(self._hand[kernel.MADE]), [int(self._hand[kernel.LOTS + rule]) for rule in range(2)]
        self._hand[kernel.MADE] = self._hand[kernel.LOTS] = self._hand[kernel.LOTS + 1] = 0

        def cut(column: Any, length: int) -> NDArray[np.int64]:
            return np.array(column[:length], np.int64)

        until = cut(kept.until, 2 * made)
        return State(
            cut(kept.account, made), cut(kept.balance, made), np.array(kept.mean_age[:made], np.float64),
            (until[0::2], until[1::2]),
            (cut(kept.amount[0], lots[0]), cut(kept.amount[1], lots[1])),
            (cut(kept.time[0], lots[0]), cut(kept.time[1], lots[1])),
        )  # fmt: skip

    def _resting_of(self) -> Resting:
        if self._sums is None:
            none = self._given(np.empty(0, np.int64))
            return Resting(0, (none, none), (none, none), self._zeros(0))
        low, high = ((_read_only(each[0]), _read_only(each[1])) for each in (self._sums.low, self._sums.high))
        return Resting(self._sums.since, low, high, self._zeros(len(self._saved.account)))  # type: ignore[arg-type]

    def _zeros(self, length: int, kind: type = np.int64) -> Any:
        return [kind(0).item()] * length if self._plain else np.zeros(length, kind)

    def _room_for(self, length: int, kind: type = np.int64) -> Any:
        return self._zeros(length, kind) if self._plain else np.empty(length, kind)

    def _given(self, values: Sequence[int] | NDArray[Any]) -> Any:
        """Lists of Python's integers for the plain kernel, arrays of 64 bits for the compiled one."""
        if self._plain:
            return values.tolist() if isinstance(values, np.ndarray) else list(values)
        return _read_only(np.ascontiguousarray(values, np.int64))

    def _given_saved(self, saved: Saved) -> Saved:
        given: Callable[[Any], Any] = (lambda array: array.tolist()) if self._plain else _read_only
        return Saved(
            *(given(column) for column in saved[:4]),
            *((given(column[0]), given(column[1])) for column in saved[4:]),
        )


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    """The same values that cannot be written: mapped files are so, and one type means one compilation."""
    view = array.view()
    view.flags.writeable = False
    return view


def pieces(batches: Iterable[Any]) -> Iterator[tuple[NDArray[Any], ...]]:
    """Arrow record batches with (account, time, delta, code) as arrays."""
    for batch in batches:
        yield tuple(
            batch.column(name).to_numpy(zero_copy_only=False) for name in ("account", "time", "delta", "code")
        )


def scan_part(setting: Setting) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """For engines that deal out accounts to many workers: from the sorted events of a part to one row, its `Scan`.

    The row has one column `scan`, pickled; `Scan.together` makes one of them. In Spark: `events.repartition("account")
    .sortWithinPartitions("account", "seq").mapInArrow(scan_part(setting), "scan binary")`.
    """

    def scan(batches: Iterable[Any]) -> Iterator[Any]:
        scanner = Scanner(setting)
        for piece in pieces(batches):
            scanner.feed(*piece)
        yield pa.record_batch({"scan": pa.array([pickle.dumps(scanner.finish())], pa.binary())})

    return scan
