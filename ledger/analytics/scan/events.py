"""Movements as the events of accounts: one row for each side, sorted by account and then by the order of the record.

DuckDB sorts, out of memory where it must (set `memory_limit` and `temp_directory` on the connection).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ledger.analytics.scan import kernel
from ledger.analytics.scan.state import State
from ledger.analytics.source.scene import Scene

_BATCH = 1 << 20

_WHY = f"CASE m.kind WHEN 'demurrage' THEN {kernel.DEMURRAGE} WHEN 'transfer' THEN {{transfer}} ELSE {kernel.OTHER} END"


def events_sql(*, owners: bool, paper: bool) -> str:
    """SELECT account, seq, time, delta, code, in no order; `$from_seq` and `$stop` bound the movements.

    A movement from an account to itself moves nothing and is left out. With `owners` a payment between two accounts of
    one owner does not end a holding by a payment; with `paper` accounts of notes are left out: nobody knows the holder.
    """
    transfer, joins = (
        f"CASE WHEN m.src IS NULL OR m.dst IS NULL THEN {kernel.OTHER} ELSE {kernel.TRANSFER} END",
        "",
    )
    if owners:
        transfer = f"CASE WHEN a.owner <> b.owner THEN {kernel.TRANSFER} ELSE {kernel.OTHER} END"
        joins = " LEFT JOIN account a ON m.src = a.account LEFT JOIN account b ON m.dst = b.account"
    code = f"CAST({_WHY.format(transfer=transfer)} AS TINYINT)"
    sides = [
        f"SELECT m.{side} AS account, m.seq, m.time, {sign}m.amount AS delta, {code} AS code FROM movement m{joins}"
        f" WHERE m.{side} IS NOT NULL AND m.src IS DISTINCT FROM m.dst AND m.seq >= $from_seq AND m.time < $stop"
        + (f" AND m.{side} NOT IN (SELECT account FROM account WHERE form = 'paper')" if paper else "")
        for side, sign in (("src", "-"), ("dst", ""))
    ]
    return " UNION ALL ".join(sides)


def events_of(scene: Scene) -> str:
    """`events_sql` as a scene needs it."""
    found = "SELECT count(*) FILTER (WHERE owner <> account), count(*) FILTER (WHERE form = 'paper') FROM account"
    shared, paper = (int(str(each)) for each in scene.rows(found)[0])  # an owner has the number of its first account
    return events_sql(owners=shared > 0, paper=paper > 0)


def events(scene: Scene, from_seq: int = 0) -> Iterator[Any]:
    """The events before the window's stop as Arrow record batches (account, time, delta, code), in order."""
    values = {"from_seq": from_seq, "stop": scene.window.stop}
    query = f"SELECT account, time, delta, code FROM ({events_of(scene)}) ORDER BY account, seq"
    found: Any = scene.db.cursor().sql(query, params=values)
    yield from found.to_arrow_reader(_BATCH)


def opening_state(scene: Scene) -> State:
    """Balances from before the record: one lot each, from the record's first moment or the window's start if earlier."""
    first = scene.rows("SELECT least(min(time), $start) FROM movement")[0][0]
    found = scene.db.execute(
        "SELECT account, opening FROM account WHERE opening <> 0 AND form IS DISTINCT FROM 'paper' ORDER BY account"
    ).fetchnumpy()
    account, balance = np.asarray(found["account"], np.int64), np.asarray(found["opening"], np.int64)
    time = np.full(len(account), scene.window.start if first is None else int(str(first)), np.int64)
    until = np.arange(1, len(account) + 1, dtype=np.int64)
    amount = np.abs(balance)
    return State(account, balance, np.zeros(len(account)), (until, until), (amount, amount), (time, time))
