"""What the kernel is given and what it fills: flat sequences of integers, lists of Python's or arrays of 64 bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class Batch(NamedTuple):
    """Events sorted by account, then by the order of the ledger. `delta` in minor units, `code` TRANSFER, OTHER or DEMURRAGE."""

    account: Sequence[int]
    time: Sequence[int]
    delta: Sequence[int]
    code: Sequence[int]


class Setting(NamedTuple):
    """What is asked. `bounds` cuts the window into rows (months); `edges` cuts durations, in seconds, for the histogram."""

    start: int
    end: int
    groups: int
    group_of: Sequence[int]
    bounds: Sequence[int]
    edges: Sequence[int]


class Saved(NamedTuple):
    """Accounts as they were left: lots lie end to end, those of account p under a rule before `until[2 * p + rule]`."""

    account: Sequence[int]
    balance: Sequence[int]
    mean_age: Sequence[float]
    until: Sequence[int]
    amount: tuple[Sequence[int], Sequence[int]]
    time: tuple[Sequence[int], Sequence[int]]


class Resting(NamedTuple):
    """Amount x seconds since `since` of the lots of each saved account, for each rule in two words.

    With it an account without an event is answered from these sums. `moved` notes the others; empty: nothing is known.
    """

    since: int
    low: tuple[Sequence[int], Sequence[int]]
    high: tuple[Sequence[int], Sequence[int]]
    moved: Any


class Totals(NamedTuple):
    """What is summed up: rows of groups, then rows of months; `bins` by side, rule, end and duration."""

    counts: Any
    mixed: Any
    bins: Any
