"""A scene from an extract: views over its Parquet files, as of an entry."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from ledger.analytics.source.facts import MemberFact, facts_hash, read_facts
from ledger.analytics.source.folder import File, Manifest, read_manifest
from ledger.analytics.source.scene import VOLUME_VIEW, CurrencyFacts, Provenance, Scene
from ledger.analytics.source.window import Window
from ledger.core.accounts import Model
from ledger.core.errors import Code, Rejected, Unavailable

IN_MEMORY = 20_000_000
"""Rows of movements up to which a scene that is asked many questions is read once into DuckDB's own tables."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """An entry before the extract's last, and the Merkle root (hex) of the journal up to it."""

    seq: int
    root: str


def open_scene(
    folder: Path,
    currency: str,
    window: Window,
    *,
    as_of: AsOf | None = None,
    loaded: Mapping[str, object] | None = None,
    in_memory: bool = False,
) -> Scene:
    """The record of a currency from the extract in a community's folder.

    With `as_of` everything after that entry is as if it had not happened. `in_memory` is for many questions. Raises
    Unavailable without an extract, Rejected for an unknown currency.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise Unavailable(f"there is no extract in {folder}; run `ricochet report` or `ricochet jobs` first")
    units = [unit for unit in manifest.currencies if unit[1] == currency and unit[3] != Model.MIRROR]
    if not units:
        raise Rejected(Code.CURRENCY_NOT_FOUND, f"no currency {currency} in {manifest.code}", "currency")
    no, _, scale, model = units[0]
    until = as_of or AsOf(manifest.seq, manifest.root)
    db = connect()
    facts = _facts(folder, manifest)
    _record(db, folder, manifest, no, currency, until)
    _people(db, folder, manifest, no, until, read_facts(facts))
    if in_memory and db.execute("SELECT count(*) FROM movement").fetchall()[0][0] <= IN_MEMORY:
        _settle(db)
    db.execute(VOLUME_VIEW)
    undone, internal = db.execute(_COUNTS).fetchall()[0]
    came = Provenance(manifest.code, until.seq, until.root, undone, internal, facts_hash(facts))
    return Scene(db, window, CurrencyFacts(currency, scale, Model(model)), came, dict(loaded or {}))


def span(folder: Path, currency: str) -> tuple[int, int] | None:
    """First and last moment (seconds) of a currency's movements, reversed ones included; None without any."""
    manifest = read_manifest(folder)
    found = [] if manifest is None else sorted(manifest.months.get(currency, {}).items())
    if not found:
        return None
    with connect() as db:
        ends = [db.execute(f"SELECT min(time), max(time) FROM read_parquet('{_path(folder, file)}')").fetchall()[0]
                for _, file in (found[0], found[-1])]  # fmt: skip
    return ends[0][0], ends[1][1]


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that may spill to the system's folder for temporary files and never loads from outside."""
    return duckdb.connect(
        config={
            "temp_directory": tempfile.gettempdir(),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )


_COUNTS = """
SELECT 2 * (SELECT count(*) FROM undone_movement),
       (SELECT count(*) FROM movement m JOIN account a ON m.src = a.account JOIN account b ON m.dst = b.account
        WHERE m.kind = 'transfer' AND a.owner = b.owner)
"""
_COLUMNS = "entry, leg, time, kind, src, dst, amount, outside, sphere"


def _record(
    db: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest, no: int, code: str, until: AsOf
) -> None:
    """Views `movement`, `undone_movement` (what was reversed) and `reserve`."""
    db.execute(
        f"CREATE TABLE undone AS SELECT DISTINCT entry FROM {_file(folder, manifest, 'undone')} WHERE reversal <= $seq",
        {"seq": until.seq},
    )
    parts, before = [], 0
    for _, file in sorted(manifest.months.get(code, {}).items()):
        parts.append(
            f"SELECT {before + 1} + file_row_number AS seq, {_COLUMNS} "
            f"FROM read_parquet('{_path(folder, file)}', file_row_number = true)"
        )
        before += file.rows
    every = " UNION ALL ".join(parts) or _NOTHING
    entries = f"WHERE entry <= {until.seq}" if until.seq < manifest.seq else ""
    db.execute(f"CREATE VIEW every_movement AS SELECT * FROM ({every}) {entries}")
    columns = "seq, entry, time, kind, src, dst, amount, outside, sphere"
    db.execute(
        f"CREATE VIEW movement AS SELECT {columns} FROM every_movement ANTI JOIN undone USING (entry)"
        if db.execute("SELECT count(*) FROM undone").fetchall()[0][0]
        else f"CREATE VIEW movement AS SELECT {columns} FROM every_movement"
    )
    db.execute(
        f"CREATE VIEW undone_movement AS SELECT {columns} FROM every_movement SEMI JOIN undone USING (entry)"
    )
    db.execute(
        f"CREATE TABLE reserve AS SELECT entry, time, form, change FROM {_file(folder, manifest, 'reserve')} "
        "WHERE currency = $no AND entry <= $seq ORDER BY entry, leg",
        {"no": no, "seq": until.seq},
    )


_NOTHING = (
    "SELECT 0::BIGINT AS seq, 0::BIGINT AS entry, 0 AS leg, 0::BIGINT AS time, '' AS kind, 0::BIGINT AS src, "
    "0::BIGINT AS dst, 0::BIGINT AS amount, '' AS outside, '' AS sphere WHERE false"
)


def _people(
    db: duckdb.DuckDBPyConnection,
    folder: Path,
    manifest: Manifest,
    no: int,
    until: AsOf,
    facts: list[MemberFact],
) -> None:
    """Tables `account`, `member`, `term` and `partner`. Accounts of one member have the number of the first as their owner.

    A member joined with the first account at the latest; who has left and nobody noted when, left when the last
    account was closed to them.
    """
    db.register("fact", _fact_table(facts))
    db.register("holder", _holder_table(facts))
    given = {"no": no, "seq": until.seq}
    terms = _file(folder, manifest, "terms")
    db.execute(
        f"""
        CREATE TABLE held AS
        SELECT a.no, a.number, a.uid, a.kind, a.form, a.opened, h.member,
               min(a.number) OVER (PARTITION BY coalesce(h.member, a.uid)) AS owner
        FROM {_file(folder, manifest, "accounts")} a LEFT JOIN holder h ON h.account = a.uid
        WHERE a.currency = $no AND a.number >= 0 AND a.entry <= $seq""",
        given,
    )
    db.execute(
        f"""
        CREATE TABLE term AS SELECT h.number AS account, t.entry AS seq, t.time, t.floor, t.ceiling, t.state, t.sector,
               t.frozen
        FROM {terms} t JOIN held h USING (no) WHERE t.entry <= $seq ORDER BY t.entry, h.number""",
        {"seq": until.seq},
    )
    db.execute(
        """
        CREATE TABLE account AS
        SELECT h.number AS account, h.uid AS label, h.kind, h.form, h.owner, nullif(f.area, '') AS area,
               coalesce(t.sector, f.sector) AS sector, f.college, t.floor, t.ceiling, 0::BIGINT AS opening, h.opened,
               CASE WHEN t.state = 'closed' THEN t.time END AS closed
        FROM held h
        JOIN (SELECT account, arg_max({'floor': floor, 'ceiling': ceiling, 'state': state, 'sector': sector,
                                       'time': time}, seq) AS t FROM term GROUP BY account) l ON l.account = h.number
        LEFT JOIN fact f ON f.member = h.member
        ORDER BY h.number"""
    )
    db.execute(
        """
        CREATE TABLE member AS
        SELECT coalesce(o.owner, (SELECT count(*) FROM held) - 1 + row_number() OVER (PARTITION BY o.owner IS NULL
               ORDER BY f.member)) AS owner, f.kind, f.state, nullif(f.area, '') AS area, f.sector, f.college,
               least(f.joined, o.first) AS joined,
               coalesce(f."left", CASE WHEN f.state = 'left' THEN coalesce(o.gone, f.joined) END) AS "left", f.dues_until
        FROM fact f LEFT JOIN (
            SELECT h.member, h.owner, min(h.opened) AS first,
                   max(t.time) FILTER (WHERE t.frozen = 3 OR t.state <> 'open') AS gone
            FROM held h JOIN term t ON t.account = h.number WHERE h.member IS NOT NULL GROUP BY ALL
        ) o USING (member)
        WHERE f.mirrors IS NULL
        ORDER BY 1"""
    )
    db.execute(
        "CREATE TABLE partner AS SELECT h.number AS account, f.mirrors AS other FROM held h JOIN fact f USING (member)"
        " WHERE f.mirrors IS NOT NULL"
    )
    for column in ("state", "sector", "frozen"):
        db.execute(f"ALTER TABLE term DROP COLUMN {column}")
    db.execute("DROP TABLE held")
    db.unregister("fact")
    db.unregister("holder")


def _settle(db: duckdb.DuckDBPyConnection) -> None:
    """Read the record once, so that later questions do not open the files."""
    db.execute("CREATE TABLE settled AS SELECT * FROM movement ORDER BY seq")
    db.execute("DROP VIEW movement; ALTER TABLE settled RENAME TO movement")


def _facts(folder: Path, manifest: Manifest) -> bytes:
    file = manifest.tables.get("members")
    return (folder / file.name).read_bytes() if file is not None else b""


def _file(folder: Path, manifest: Manifest, name: str) -> str:
    return f"read_parquet('{_path(folder, manifest.tables[name])}')"


def _path(folder: Path, file: File) -> str:
    return str(folder / file.name).replace("'", "''")


def _fact_table(facts: list[MemberFact]) -> pa.Table:
    text, whole = pa.string(), pa.int64()
    return pa.table(
        {
            "member": pa.array([str(fact.member) for fact in facts], text),
            "kind": pa.array([fact.kind for fact in facts], text),
            "state": pa.array([fact.state for fact in facts], text),
            "area": pa.array([fact.area for fact in facts], text),
            "sector": pa.array([fact.sectors[0] if fact.sectors else None for fact in facts], text),
            "college": pa.array([fact.college for fact in facts], text),
            "joined": pa.array([fact.joined for fact in facts], whole),
            "left": pa.array([fact.left for fact in facts], whole),
            "mirrors": pa.array([fact.mirrors for fact in facts], text),
            "dues_until": pa.array([fact.dues_until for fact in facts], whole),
        }
    )


def _holder_table(facts: list[MemberFact]) -> pa.Table:
    pairs = [(str(account), str(fact.member)) for fact in facts for account in fact.accounts]
    return pa.table(
        {
            "account": pa.array([account for account, _ in pairs], pa.string()),
            "member": pa.array([member for _, member in pairs], pa.string()),
        }
    )
