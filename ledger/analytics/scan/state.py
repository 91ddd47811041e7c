"""Accounts as a scan left them: what one more day needs to know of all days before.

As an Arrow table it has a row for each account that ever moved: `account`, `balance`, `mean` (entry time of the mixed
money, seconds) and, for each rule, its open lots in order of entry as two lists, `fifo_amount` and `fifo_time`,
`lifo_amount` and `lifo_time`. Written uncompressed as an Arrow file it is read by mapping it into memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ledger.analytics.scan.kernel import Saved

RULES = ("fifo", "lifo")

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Columns, sorted by account. `until[rule]` says where the lots of each account end in `amount[rule]`, `time[rule]`."""

    account: Integers
    balance: Integers
    mean: NDArray[np.float64]
    until: tuple[Integers, Integers]
    amount: tuple[Integers, Integers]
    time: tuple[Integers, Integers]

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
            np.concatenate([each.mean for each in parts]),
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
        return Saved(self.account, self.balance, self.mean, until, self.amount, self.time)  # type: ignore[arg-type]

    def to_arrow(self) -> pa.Table:
        """A row for each account."""
        columns: dict[str, Any] = {"account": self.account, "balance": self.balance, "mean": self.mean}
        for rule, name in enumerate(RULES):
            offsets = pa.array(np.concatenate([np.zeros(1, np.int64), self.until[rule]]))
            columns[f"{name}_amount"] = pa.LargeListArray.from_arrays(offsets, pa.array(self.amount[rule]))
            columns[f"{name}_time"] = pa.LargeListArray.from_arrays(offsets, pa.array(self.time[rule]))
        return pa.table(columns)

    @classmethod
    def from_arrow(cls, table: pa.Table) -> State:
        """Back from its table; the columns are not copied when they lie in one piece."""
        until, amount, time = [], [], []
        for name in RULES:
            amounts, times = _one(table, f"{name}_amount"), _one(table, f"{name}_time")
            offsets = amounts.offsets.to_numpy()
            until.append(offsets[1:] - offsets[0])
            amount.append(amounts.flatten().to_numpy())
            time.append(times.flatten().to_numpy())
        account, balance, mean = (_one(table, name).to_numpy() for name in ("account", "balance", "mean"))
        return cls(
            account, balance, mean, (until[0], until[1]), (amount[0], amount[1]), (time[0], time[1])
        )  # fmt: skip


def _one(table: pa.Table, name: str) -> Any:
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks) if column.num_chunks else (
        pa.array([], column.type))  # fmt: skip
