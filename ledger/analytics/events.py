"""Movements as the events of accounts: one row for each side, sorted by account and then by the order of the record.

DuckDB sorts, out of memory where it must (set `memory_limit` and `temp_directory` on the connection).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.analytics import kernel
from ledger.analytics.scene import Scene

_BATCH = 1 << 20

_WHY = f"CASE m.kind WHEN 'demurrage' THEN {kernel.DEMURRAGE} WHEN 'transfer' THEN {{transfer}} ELSE {kernel.OTHER} END"


def events_sql(*, owners: bool, openings: bool) -> str:
    """SELECT account, time, delta, code; `$from_seq` and `$stop` bound the movements, `$first` dates opening balances.

    A movement from an account to itself moves nothing and is left out. With `owners` a payment between two accounts of
    one owner does not end a holding by a payment; with `openings` balances from before the record come first.
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
        for side, sign in (("src", "-"), ("dst", ""))
    ]
    if openings:
        sides.append(
            f"SELECT account, 0, $first, opening, CAST({kernel.OTHER} AS TINYINT) FROM account WHERE opening <> 0"
        )
    return f"SELECT account, time, delta, code FROM ({' UNION ALL '.join(sides)}) ORDER BY account, seq"


def events(scene: Scene, from_seq: int = 0) -> Iterator[Any]:
    """The events before the window's stop as Arrow record batches (account, time, delta, code), in order.

    Opening balances are one lot from the record's first moment or the window's start, whichever is earlier; with
    `from_seq` the movements before it, and they, are taken to be known from a saved state.
    """
    owners = scene.number("SELECT count(*) - count(DISTINCT owner) FROM account") > 0
    openings = from_seq == 0 and scene.number("SELECT count(*) FROM account WHERE opening <> 0") > 0
    first = scene.rows("SELECT min(time) FROM movement")[0][0]
    start = scene.window.start
    values = {"from_seq": from_seq, "stop": scene.window.stop}
    if openings:
        values["first"] = min(start, int(str(first))) if first is not None else start
    sql = events_sql(owners=owners, openings=openings)
    sorted_events: Any = scene.db.cursor().sql(sql, params=values)
    yield from sorted_events.to_arrow_reader(_BATCH)
