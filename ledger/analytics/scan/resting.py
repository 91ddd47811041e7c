"""What the open lots of saved accounts come to: an account that does not move is answered from this, not from its lots.

A day then costs what moved in it, and a look at each account, however many lots the others hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ledger.analytics.scan.kernel import (
    BITS,
    CREDIT,
    HELD,
    MASK,
    MOST_MONEY,
    MOST_SECONDS,
    OPEN,
    machine_code,
)
from ledger.analytics.scan.shapes import Saved, Setting

if TYPE_CHECKING:
    from ledger.analytics.scan.state import State

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """`low` and `high`, for each rule: amount x seconds since `since` of the lots of each account, in the kernel's two words.

    For each side and rule (at `2 * side + rule`), all lots by age: `born`, seconds after `since`, oldest first, and
    `total`, the money of that lot and of all older ones.
    """

    since: int
    low: tuple[Integers, Integers]
    high: tuple[Integers, Integers]
    born: tuple[NDArray[np.uint32], ...]
    total: tuple[Integers, ...]

    @classmethod
    def of(cls, state: State) -> Sums | None:
        """None when there are no lots, or when the kernel's words could not hold what they come to."""
        if not len(state.time[0]):
            return None
        since = min(int(each.min()) for each in state.time)
        span = max(int(each.max()) for each in state.time) - since
        if span >= MOST_SECONDS or float(np.abs(state.balance.astype(np.float64)).sum()) >= MOST_MONEY:
            return None
        words = [_weighed(state.amount[rule], state.time[rule] - since, state.until[rule]) for rule in range(2)]
        born, total = [], []
        for side in (HELD, CREDIT):
            for rule in range(2):
                lots = np.diff(state.until[rule], prepend=0)
                chosen = np.repeat((state.balance > 0) == (side == HELD), lots)
                after = (state.time[rule][chosen] - since).astype(np.uint32)
                order = np.argsort(after)
                born.append(after[order])
                total.append(np.cumsum(state.amount[rule][chosen][order]))
        (fifo_low, fifo_high), (lifo_low, lifo_high) = words
        return cls(since, (fifo_low, lifo_low), (fifo_high, lifo_high), tuple(born), tuple(total))


def _weighed(amount: Integers, age: Integers, until: Integers) -> tuple[Integers, Integers]:
    low = (amount & MASK) * age
    high = (amount >> BITS) * age + (low >> BITS)
    by_account = [
        np.diff(np.concatenate([np.zeros(1, np.int64), np.cumsum(each)])[until], prepend=0)
        for each in (low & MASK, high)
    ]
    return by_account[0] & MASK, by_account[1] + (by_account[0] >> BITS)


def add_open(bins: Any, setting: Setting, saved: Saved, sums: Sums, moved: Any) -> None:
    """Add to the histogram the open lots of the accounts that did not move: all lots by age, less those of the others."""
    edges = np.asarray(setting.edges)
    cuts = np.clip(setting.end - edges - sums.since, 0, MOST_SECONDS - 1).astype(np.uint32)
    for at, (born, total) in enumerate(zip(sums.born, sums.total, strict=True)):
        if len(born):
            before = np.concatenate([np.zeros(1, np.int64), total[np.searchsorted(born, cuts) - 1]])
            before[1:][cuts <= born[0]] = 0
            before[0] = total[-1]
            first = (at * 3 + OPEN) * (len(edges) + 1)
            bins[first : first + len(edges)] += before[:-1] - before[1:]
            bins[first + len(edges)] += before[-1]
    _compiled()(saved, setting, moved, bins)


_made: list[Callable[..., None]] = []


def _compiled() -> Callable[..., None]:
    if not _made:
        _made.append(machine_code(_take_out) or _take_out)
    return _made[0]


def _take_out(saved: Any, setting: Any, moved: Any, bins: Any) -> None:
    """Take the lots of the accounts that moved out of the histogram of what is open."""
    edges, end = setting.edges, setting.end
    all_bins = len(edges) + 1
    for p in range(len(moved)):
        if moved[p] == 0:
            continue
        side = HELD if saved.balance[p] > 0 else CREDIT
        for rule in range(2):
            first = ((side * 2 + rule) * 3 + OPEN) * all_bins
            begin, until = saved.until[2 * p - 2 + rule] if p > 0 else 0, saved.until[2 * p + rule]
            amounts, times = saved.amount[rule], saved.time[rule]
            bin_at, right = 0, all_bins - 1
            while begin < until and bin_at < right:  # where the oldest belongs; the others lie near it
                middle = (bin_at + right) >> 1
                if edges[middle] < end - times[begin]:
                    bin_at = middle + 1
                else:
                    right = middle
            for k in range(begin, until):
                age = end - times[k]
                while bin_at > 0 and edges[bin_at - 1] >= age:
                    bin_at -= 1
                bins[first + bin_at] -= amounts[k]
