"""Events in the order of accounts without a sort: movements come in the order of the record, so they are dealt out.

Two passes over the movements: one counts the events of each account, one puts each event where its account has room.
That takes 16 bytes for each event and time in proportion to them, where a sort of more than fits into memory waits for
the disk. Where memory is short, accounts are dealt to in several rounds. A record in another order, or a machine
without numba, is left to the sort of `events`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ledger.analytics.scan import kernel
from ledger.analytics.scan.events import events
from ledger.analytics.scan.scanner import PIECE, pieces
from ledger.analytics.source.scene import Scene

Piece = tuple[NDArray[Any], ...]
"""Account, time, delta and code of some events, as `Scanner.feed` takes them."""

BYTES = 16
"""Of an event: its time, and its amount with the code in the lowest bits."""
_CODE_BITS = 2
_UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}

_SQL = f"""
SELECT seq, coalesce(src, -1) AS src, coalesce(dst, -1) AS dst, time, amount,
       CASE kind WHEN 'demurrage' THEN {kernel.DEMURRAGE} WHEN 'transfer' THEN {kernel.TRANSFER} ELSE {kernel.OTHER} END AS code
FROM movement WHERE seq >= $from_seq AND time < $stop"""


class Accounts(NamedTuple):
    """By account number: its owner, and whether its events are wanted; nobody knows who holds notes."""

    owner: NDArray[np.int64]
    wanted: NDArray[np.bool_]


class _OutOfOrder(Exception):
    """The movements do not come in the order of the record."""


def ordered(scene: Scene, from_seq: int = 0, most: int | None = None) -> Iterator[Piece]:
    """The events before the window's stop by account, then by the order of the record, from movement `from_seq` on.

    `most`: events held in memory at once (but all of one account are); by default those that fill half of what DuckDB may use.
    """
    run = _functions()
    if run is None:
        yield from pieces(events(scene, from_seq))
        return
    count, deal = run
    accounts = _accounts(scene)
    try:
        many = _counted(scene, from_seq, accounts, count)
    except _OutOfOrder:
        yield from pieces(events(scene, from_seq))
        return
    for first, last in _rounds(many, _half_of_memory(scene) // BYTES if most is None else most):
        yield from _dealt(scene, from_seq, accounts, many, first, last, deal)


def _counted(
    scene: Scene, from_seq: int, accounts: Accounts, count: Callable[..., bool]
) -> NDArray[np.int64]:
    """(accounts,) events of each. Raises _OutOfOrder."""
    many, last = np.zeros(len(accounts.owner), np.int64), np.full(1, -1, np.int64)
    for seq, src, dst in _read(scene, "seq, src, dst", from_seq):
        if not count(seq, src, dst, accounts.wanted, many, last):
            raise _OutOfOrder
    return many


def _rounds(many: NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Ranges of accounts, one after the other, with at most so many events each, or one account."""
    until = np.cumsum(many)
    first = before = 0
    while first < len(many):
        last = max(first + 1, int(np.searchsorted(until, before + most, side="right")))
        if until[last - 1] > before:
            yield first, last
        first, before = last, int(until[last - 1])


def _dealt(
    scene: Scene, from_seq: int, accounts: Accounts, many: NDArray[np.int64], first: int, last: int,
    deal: Callable[..., None],
) -> Iterator[Piece]:  # fmt: skip
    """The events of the accounts from `first` to before `last`."""
    until = np.cumsum(many[first:last])
    place = until - many[first:last]
    size = int(until[-1])
    times, changes = np.empty(size, np.int64), np.empty(size, np.int64)
    for src, dst, time, amount, code in _read(scene, "src, dst, time, amount, code", from_seq):
        deal(src, dst, time, amount, code, accounts.owner, accounts.wanted, first, place, times, changes)
    busy = np.flatnonzero(many[first:last])
    ends = until[busy]
    for at in range(0, size, PIECE):
        end = min(at + PIECE, size)
        low, high = np.searchsorted(ends, (at, end - 1), side="right")
        inside = np.diff(np.minimum(ends[low : high + 1], end), prepend=at)
        changed = changes[at:end]
        yield (
            np.repeat(first + busy[low : high + 1], inside), times[at:end],
            changed >> _CODE_BITS, changed & ((1 << _CODE_BITS) - 1),
        )  # fmt: skip


def _read(scene: Scene, columns: str, from_seq: int) -> Iterator[list[NDArray[np.int64]]]:
    """Columns of the movements as they lie, a batch at a time."""
    values = {"from_seq": from_seq, "stop": scene.window.stop}
    found: Any = scene.db.cursor().sql(f"SELECT {columns} FROM ({_SQL})", params=values)
    batches: Iterable[Any] = found.to_arrow_reader(PIECE)
    for batch in batches:
        yield [_read_only(each.to_numpy(zero_copy_only=False)) for each in batch.columns]


def _read_only(column: NDArray[Any]) -> NDArray[np.int64]:
    """One type, so that the functions are compiled once."""
    whole = np.ascontiguousarray(column, np.int64).view()
    whole.flags.writeable = False
    return whole


def _accounts(scene: Scene) -> Accounts:
    asked = (
        "SELECT (SELECT max(account) + 1 FROM account), EXISTS (SELECT 1 FROM account WHERE owner <> account),"
        " EXISTS (SELECT 1 FROM account WHERE form = 'paper')"
    )
    size, shared, paper = cast(tuple[int | None, bool, bool], scene.rows(asked)[0])
    owner, wanted = np.arange(size or 0), np.ones(size or 0, np.bool_)
    if shared or paper:
        found = scene.db.execute(
            "SELECT account, owner, coalesce(form, '') <> 'paper' AS wanted FROM account"
        ).fetchnumpy()
        account = np.asarray(found["account"], np.int64)
        owner[account], wanted[account] = found["owner"], found["wanted"]
    return Accounts(owner, wanted)


def _half_of_memory(scene: Scene) -> int:
    """Bytes. DuckDB itself needs little here: nothing is sorted."""
    number, unit = str(scene.rows("SELECT current_setting('memory_limit')")[0][0]).split()
    return int(float(number) * _UNITS[unit]) // 2


_made: list[tuple[Callable[..., bool], Callable[..., None]] | None] = []


def _functions() -> tuple[Callable[..., bool], Callable[..., None]] | None:
    """Both loops as machine code; None without numba."""
    if not _made:
        both = kernel.machine_code(_count), kernel.machine_code(_deal)
        _made.append(None if both[0] is None or both[1] is None else (both[0], both[1]))
    return _made[0]


def _count(seq: Any, src: Any, dst: Any, wanted: Any, many: Any, last: Any) -> bool:
    """Add up the events of each account; False when a movement comes after one that is later in the record."""
    before = last[0]
    for i in range(len(seq)):
        if seq[i] <= before:
            return False
        before = seq[i]
        if src[i] != dst[i]:  # a movement from an account to itself moves nothing
            if src[i] >= 0 and wanted[src[i]]:
                many[src[i]] += 1
            if dst[i] >= 0 and wanted[dst[i]]:
                many[dst[i]] += 1
    last[0] = before
    return True


def _deal(
    src: Any, dst: Any, time: Any, amount: Any, code: Any, owner: Any, wanted: Any, first: int, place: Any,
    times: Any, changes: Any,
) -> None:  # fmt: skip
    """Put each event where its account, numbered from `first`, has its next place."""
    for i in range(len(src)):
        if src[i] == dst[i]:
            continue
        why = code[i]
        if why == kernel.TRANSFER and (src[i] < 0 or dst[i] < 0 or owner[src[i]] == owner[dst[i]]):
            why = kernel.OTHER
        for account, change in ((src[i], -amount[i]), (dst[i], amount[i])):
            if first <= account < first + len(place) and wanted[account]:
                at = place[account - first]
                place[account - first] = at + 1
                times[at], changes[at] = time[i], (change << _CODE_BITS) + why
