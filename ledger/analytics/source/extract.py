"""The extract: a journal's movements as columns, kept up to date by reading only what is new.

What it holds hangs on the journal alone: an extract made in many runs has the rows of one made at once. It is checked
against the tree while it is read: the entries that were taken have the root that the journal shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ledger.analytics.source import folder as files
from ledger.analytics.source.facts import MemberFact, read_facts, write_facts
from ledger.analytics.source.folder import File, Manifest
from ledger.analytics.source.harvest import (
    KINDS,
    MOVEMENT,
    OUTSIDE,
    OWN,
    SPHERES,
    Harvest,
    Held,
    Known,
    Terms,
    Unit,
    reserve_uids,
)
from ledger.analytics.source.journals import Journal
from ledger.core.errors import Corrupt
from ledger.core.merkle import Frontier, leaf_hash

CHUNK = 250_000
"""Entries after which the columns are handed to DuckDB, so that memory does not grow with the journal."""

TELL = 5_000
"""Entries after which whoever waits is told."""

Progress = Callable[[int, int], None]
"""Told how many entries of how many were read."""

_WHOLE, _WORD = pa.int64(), pa.string()
TABLES: dict[str, pa.Schema] = {
    "accounts": pa.schema([
        ("no", _WHOLE), ("uid", _WORD), ("currency", _WHOLE), ("number", _WHOLE), ("kind", _WORD), ("form", _WORD),
        ("entry", _WHOLE), ("opened", _WHOLE),
    ]),
    "terms": pa.schema([
        ("no", _WHOLE), ("entry", _WHOLE), ("time", _WHOLE), ("floor", _WHOLE), ("ceiling", _WHOLE), ("state", _WORD),
        ("sector", _WORD), ("frozen", _WHOLE),
    ]),
    "undone": pa.schema([("entry", _WHOLE), ("reversal", _WHOLE)]),
    "reserve": pa.schema([
        ("currency", _WHOLE), ("entry", _WHOLE), ("leg", _WHOLE), ("time", _WHOLE), ("form", _WORD), ("change", _WHOLE),
    ]),
}  # fmt: skip
"""The small tables, for the whole community; `number` is the account's place in the scene of its currency."""

_FRESH = f"CREATE TABLE fresh ({', '.join(f'{name} BIGINT' for name in MOVEMENT)}, month VARCHAR)"
_ROWS = "entry, leg, time, kind, src, dst, amount, outside, sphere"


def refresh(
    reports: Path,
    journal: Journal,
    facts: Iterable[MemberFact] | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Bring a community's extract up to the end of a journal, and its members' facts if these are given.

    An extract of another journal, or one whose files were changed, is made again from the first entry. Raises
    FolderError, Corrupt when the entries do not have the journal's root, and what reading the journal raises.
    """
    place = reports / str(journal.community)
    with files.locked(place):
        old = files.read_manifest(place)
        if old is not None and not _continues(place, old, journal):
            old = None
        new = _advance(place, old, journal, progress)
        if facts is not None:
            new = _with_facts(place, new, write_facts(facts))
        if old is not None and new == old:
            return old
        new = replace(new, retired=files.retire(old, new.files()))
        files.write_manifest(place, new)
        stay = files.sweep(place, new)
        if stay != new.retired:
            new = replace(new, retired=stay)
            files.write_manifest(place, new)
        return new


def _continues(place: Path, old: Manifest, journal: Journal) -> bool:
    if old.seq == journal.size:
        same = old.root == journal.root.hex()
    else:
        same = journal.begins_with(old.seq, bytes.fromhex(old.root))
    return same and all((place / file.name).is_file() for file in old.files())


def _advance(place: Path, old: Manifest | None, journal: Journal, progress: Progress | None) -> Manifest:
    """The state after the journal's last entry; its files are written, it does not count yet."""
    if old is not None and old.seq == journal.size:
        return old
    if old is not None and not all(files.sound(place, file) for file in old.tables.values()):
        old = None
    known = Known() if old is None else _known(place, old, journal)
    after = 0 if old is None else old.seq
    frontier = Frontier() if old is None else Frontier.from_bytes(old.seq, bytes.fromhex(old.frontier))
    harvest = Harvest(journal.community, known)
    with duckdb.connect() as db:
        db.execute(_FRESH)
        leaves: list[bytes] = []
        seq = after
        for seq, body in enumerate(journal.bodies(after), after + 1):
            leaves.append(leaf_hash(body))
            harvest.take(seq, body)
            if progress is not None and seq % TELL == 0:
                progress(seq - after, journal.size - after)
            if (seq - after) % CHUNK == 0:
                frontier.extend(leaves)
                leaves.clear()
                _hand_over(db, harvest)
        frontier.extend(leaves)
        _hand_over(db, harvest)
        if seq != journal.size or frontier.root() != journal.root:
            raise Corrupt(f"entries 1 to {journal.size} do not have the root {journal.said}")
        months = _months(db, place, old, known)
        if months is None:  # a file that was to be added to is not as it was written
            return _advance(place, None, journal, progress)
        tables = _tables(place, old, harvest, journal)
    return Manifest(
        str(journal.community), journal.code, journal.size, journal.root.hex(), frontier.to_bytes().hex(),
        tuple((*unit,) for unit in known.units.values()), months, tables,
        {uid.hex(): sphere for uid, sphere in known.spheres.items()}, {} if old is None else old.retired,
    )  # fmt: skip


def _hand_over(db: duckdb.DuckDBPyConnection, harvest: Harvest) -> None:
    """The harvested movements to DuckDB, which lets them go to the disk when memory is short."""
    columns = {name: pa.array(column, _WHOLE) for name, column in harvest.movements.items()}
    db.register("chunk", pa.table(columns))
    db.execute("INSERT INTO fresh SELECT *, strftime(make_timestamp(time * 1000000), '%Y-%m') FROM chunk")
    db.unregister("chunk")
    for column in harvest.movements.values():
        del column[:]


def _months(
    db: duckdb.DuckDBPyConnection, place: Path, old: Manifest | None, known: Known
) -> dict[str, dict[str, File]] | None:
    """The files of movements: new ones for the months that something arrived in; None when an old one is damaged."""
    months = {} if old is None else {code: dict(known_months) for code, known_months in old.months.items()}
    arrived = db.execute(
        "SELECT currency, month, count(*), max(entry) FROM fresh GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for currency, month, rows, last in arrived:
        code = known.units[currency].code
        before = months.get(code, {}).get(month)
        if before is not None and not files.sound(place, before):
            return None
        source = f"SELECT {_ROWS} FROM ({_worded()}) WHERE currency = {currency} AND month = '{month}'"
        if before is not None:
            source += f" UNION ALL SELECT {_ROWS} FROM read_parquet('{_quoted(place / before.name)}')"
            rows += before.rows
        months.setdefault(code, {})[month] = _copied(db, place, f"{code}/{month}", source, rows, last)
    return {code: dict(sorted(those.items())) for code, those in sorted(months.items())}


def _worded() -> str:
    """Fresh rows as they are kept: words for numbers, NULL for the community's side."""
    return (
        f"SELECT currency, month, entry, leg, time, {_list(KINDS)}[kind + 1] AS kind, "
        f"nullif(src, {OUTSIDE}) AS src, nullif(dst, {OUTSIDE}) AS dst, amount, "
        f"CASE WHEN outside >= 0 THEN {_list(OWN)}[outside + 1] END AS outside, "
        f"CASE WHEN sphere >= 0 THEN {_list(SPHERES)}[sphere + 1] END AS sphere FROM fresh"
    )


def _list(words: Iterable[str]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _copied(db: duckdb.DuckDBPyConnection, place: Path, stem: str, source: str, rows: int, last: int) -> File:
    def fill(path: Path) -> None:
        db.execute(
            f"COPY (SELECT * FROM ({source}) ORDER BY time, entry, leg) TO '{_quoted(path)}' "
            "(FORMAT parquet, COMPRESSION zstd)"
        )

    return files.write_file(place, stem, ".parquet", rows, last, fill)


def _tables(place: Path, old: Manifest | None, harvest: Harvest, journal: Journal) -> dict[str, File]:
    """The small tables, written again where something was added."""
    numbers = journal.numbers_of({uid for uid, _ in harvest.reversals})
    fresh: dict[str, list[tuple[Any, ...]]] = {
        "accounts": harvest.accounts,
        "terms": harvest.terms,
        "undone": [(numbers[uid], by) for uid, by in harvest.reversals],
        "reserve": harvest.reserve,
    }
    tables = {} if old is None else dict(old.tables)
    for name, added in fresh.items():
        if added or name not in tables:
            columns = [[row[at] for row in added] for at, _ in enumerate(TABLES[name])]
            table = pa.table(columns, schema=TABLES[name])
            if name in tables:
                table = pa.concat_tables([pq.read_table(place / tables[name].name), table])
            write = partial(pq.write_table, table)
            tables[name] = files.write_file(place, name, ".parquet", table.num_rows, journal.size, write)
    return tables


def _known(place: Path, old: Manifest, journal: Journal) -> Known:
    """What the next entries need to know of those that were read."""
    known = Known(units={each[0]: Unit(*each) for each in old.currencies})
    backing = {
        str(uid): no
        for unit in known.units.values()
        for uid, no in reserve_uids(journal.community, unit).items()
    }
    for row in rows_of(place, old, "accounts"):
        known.held[row["no"]] = Held(row["currency"], row["number"], row["kind"], row["form"])
        if row["number"] != OUTSIDE:
            known.members[row["currency"]] = row["number"] + 1
        if row["uid"] in backing:
            known.reserves[row["no"]] = backing[row["uid"]]
    for row in rows_of(place, old, "terms"):
        known.terms[row["no"]] = Terms(*(row[part] for part in Terms._fields))
    known.spheres = {bytes.fromhex(uid): sphere for uid, sphere in old.spheres.items()}
    return known


def rows_of(place: Path, manifest: Manifest, name: str) -> list[Mapping[str, Any]]:
    """The rows of a small table."""
    found: list[Mapping[str, Any]] = pq.read_table(place / manifest.tables[name].name).to_pylist()
    return found


def _with_facts(place: Path, new: Manifest, content: bytes) -> Manifest:
    """The members' facts beside the rest; equal facts leave everything as it is."""
    tables = {name: file for name, file in new.tables.items() if name != "members"}
    if content:
        count = len(read_facts(content))
        tables["members"] = files.write_file(
            place, "members", ".jsonl", count, 0, lambda path: path.write_bytes(content)
        )
    return replace(new, tables=tables)
