"""Accounts as a scan left them: what one more day needs to know of all days before.

As an Arrow table it has one row of lists: for each account that ever moved `account`, `balance`, `mean_age` (seconds, of
the mixed money when its newest came in) and, for each rule, where its open lots end (`fifo_until`, `lifo_until`); of the
lots, in order of entry, `fifo_amount` and `fifo_time`, `lifo_amount` and `lifo_time`; and what they come to, see
`resting.Sums`.
Written uncompressed as an Arrow file it is read by mapping it into memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ledger.analytics.scan.resting import Sums
from ledger.analytics.scan.shapes import Saved

RULES = ("fifo", "lifo")
_BY_AGE = ("held_fifo", "held_lifo", "credit_fifo", "credit_lifo")

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Columns, sorted by account. `until[rule]` says where the lots of each account end in `amount[rule]`, `time[rule]`."""

    account: Integers
    balance: Integers
    mean_age: NDArray[np.float64]
    until: tuple[Integers, Integers]
    amount: tuple[Integers, Integers]
    time: tuple[Integers, Integers]
    sums: Sums | None = None
    """What the lots come to, once it was worked out; then accounts at rest cost next to nothing."""

    @classmethod
    def empty(cls) -> State:
        """Before the first movement."""
        none = np.empty(0, np.int64)
        return cls(none, none, np.empty(0), (none, none), (none, none), (none, none))

    @classmethod
    def joined(cls, parts: list[State]) -> State:
        """Parts one after the other, as a scan leaves them."""
        if not parts:
            return cls.empty()
        until = []
        for rule in range(2):
            before = np.cumsum([0, *(len(each.amount[rule]) for each in parts)])
            until.append(
                np.concatenate([each.until[rule] + at for each, at in zip(parts, before, strict=False)])
            )
        return cls(
            np.concatenate([each.account for each in parts]),
            np.concatenate([each.balance for each in parts]),
            np.concatenate([each.mean_age for each in parts]),
            (until[0], until[1]),
            (
                np.concatenate([each.amount[0] for each in parts]),
                np.concatenate([each.amount[1] for each in parts]),
            ),
            (
                np.concatenate([each.time[0] for each in parts]),
                np.concatenate([each.time[1] for each in parts]),
            ),
        )

    def lots(self) -> int:
        """How many lots the account with the most has room for: none has more than all together."""
        return max((int(np.diff(each, prepend=0).max(initial=0)) for each in self.until), default=0)

    def saved(self) -> Saved:
        """As the kernel takes it."""
        until = np.empty(2 * len(self.account), np.int64)
        until[0::2], until[1::2] = self.until
        return Saved(self.account, self.balance, self.mean_age, until, self.amount, self.time)  # type: ignore[arg-type]

    @property
    def since(self) -> int:
        """When the oldest lot came in. Raises ValueError when there is none."""
        return self.sums.since if self.sums else min(int(each.min()) for each in self.time)

    def to_arrow(self) -> pa.Table:
        """One row; what the lots come to is worked out here unless it is known."""
        columns: dict[str, NDArray[Any]] = {"account": self.account, "balance": self.balance}
        columns["mean_age"] = self.mean_age
        sums = self.sums or Sums.of(self)
        columns["since"] = np.array([sums.since] if sums else [], np.int64)
        for rule, name in enumerate(RULES):
            columns[f"{name}_until"], columns[f"{name}_amount"] = self.until[rule], self.amount[rule]
            columns[f"{name}_time"] = self.time[rule]
            if sums:
                columns[f"{name}_low"], columns[f"{name}_high"] = sums.low[rule], sums.high[rule]
        if sums:
            for name, born, total in zip(_BY_AGE, sums.born, sums.total, strict=True):
                columns[f"{name}_born"], columns[f"{name}_total"] = born, total
        return pa.table({name: _list(values) for name, values in columns.items()})

    @classmethod
    def from_arrow(cls, table: pa.Table) -> State:
        """Back from its table; nothing is copied."""

        def column(name: str) -> NDArray[Any]:
            lists = table.column(name)  # one row, so in one piece
            values: NDArray[Any] = lists.chunk(0).flatten().to_numpy()
            return values

        def both(name: str) -> tuple[Integers, Integers]:
            return column(f"{RULES[0]}_{name}"), column(f"{RULES[1]}_{name}")

        since, sums = column("since"), None
        if len(since):
            born, total = (tuple(column(f"{name}_{what}") for name in _BY_AGE) for what in ("born", "total"))
            sums = Sums(int(since[0]), both("low"), both("high"), born, total)
        account, balance, mean_age = column("account"), column("balance"), column("mean_age")
        return cls(account, balance, mean_age, both("until"), both("amount"), both("time"), sums)


def _list(values: NDArray[Any]) -> pa.Array:
    return pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), pa.array(values))
