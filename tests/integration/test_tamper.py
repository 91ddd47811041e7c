"""Every change behind the ledger's back is found, at its entry (ledger-engine §5.9.5)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, create_engine, text

from ledger.store import schema
from ledger.store.findings import Report
from ledger.store.moving import export_community, import_community
from ledger.store.verify import verify
from tests.integration import tampering
from tests.integration.scene import MASTER, Clock, opened, play

TABLES = schema.metadata.sorted_tables
OUTSIDE = {
    ("refusal", "command_id"), ("refusal", "fingerprint"), ("refusal", "code"), ("refusal", "detail"),
    ("refusal", "field"), ("refusal", "ts"), ("signing_key", "wrapped"),
}  # fmt: skip
"""Not in the journal: what was refused and how, and the key's encryption, which has a seal of its own."""
MOVED = {("head", "seq"), ("memo", "seq")}
MAY_GO = {"refusal", "memo", "checkpoint"}
"""Refusals are purged, memos erased; a checkpoint that is gone is missed only by whoever kept it."""
COLUMNS = [(table, column.name) for table in TABLES for column in table.columns]


def name(value: Any) -> str:
    return value.name if isinstance(value, Table) else str(value)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pristine") / "ricochet.db"
    clock = Clock()
    with opened(f"sqlite:///{path}", clock) as ledger:
        play(ledger, clock)
    return path


def check_found(report: Report, seq: int | None) -> None:
    """Something was found, first at this entry."""
    assert not report.ok
    first = report.first_bad
    assert first is not None and first.detail
    assert seq is None or first.seq == seq, report.findings


def entry_of(table: Table, row: tampering.Row) -> int | None:
    """The entry that a row comes from; None when it belongs to none."""
    values = dict(zip((column.name for column in table.columns), row, strict=True))
    for column in ("touched_seq", "seq", "size"):
        if column in values:
            return int(values[column])
    if table is schema.tree_node:
        return (int(values["index"]) + 1) << int(values["level"])
    return 1 if table is schema.community else None


def test_the_scene_leaves_no_table_empty_and_is_good(pristine: Path, tmp_path: Path) -> None:
    report = verify(f"sqlite:///{pristine}")
    assert report.ok and report.entries > 256 and len(report.communities) == 1
    connection = tampering.forged_copy(pristine, tmp_path / "copy.db")
    assert [table.name for table in TABLES if not tampering.rows(connection, table)] == []


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=name)
def test_a_column_changed_by_one_is_found(pristine: Path, tmp_path: Path, table: Table, column: str) -> None:
    connection = tampering.forged_copy(pristine, tmp_path / "forged.db")
    row = tampering.change(connection, table, column)
    connection.close()
    report = verify(f"sqlite:///{tmp_path / 'forged.db'}")
    if (table.name, column) in OUTSIDE:
        assert report.ok
    else:
        seq = None if column == "community_id" else entry_of(table, row)
        # found where it points now: an entry that is not there, a memo that no entry has
        check_found(report, seq + 1 if seq and (table.name, column) in MOVED else seq)


@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize("table", TABLES, ids=name)
def test_a_row_taken_away_is_found(pristine: Path, tmp_path: Path, table: Table, place: str) -> None:
    connection = tampering.forged_copy(pristine, tmp_path / "forged.db")
    every = tampering.rows(connection, table)
    row = every[{"first": 0, "middle": len(every) // 2, "last": -1}[place]]
    tampering.remove(connection, table, row)
    connection.close()
    report = verify(f"sqlite:///{tmp_path / 'forged.db'}")
    if table.name in MAY_GO:
        assert report.ok
    else:
        check_found(report, None if table is schema.community else entry_of(table, row))


SWAPPED = [
    t for t in TABLES if t.name not in ("refusal", "community", "head", "signing_key", "memo", "tree_node")
]


@pytest.mark.parametrize("table", SWAPPED, ids=name)
def test_two_rows_swapped_are_found(pristine: Path, tmp_path: Path, table: Table) -> None:
    connection = tampering.forged_copy(pristine, tmp_path / "forged.db")
    swapped = [entry_of(table, row) for row in tampering.swap(connection, table)]
    connection.close()
    report = verify(f"sqlite:///{tmp_path / 'forged.db'}")
    check_found(report, min(seq for seq in swapped if seq is not None) if None not in swapped else None)


@pytest.mark.parametrize("table", [table for table in TABLES if table.name != "refusal"], ids=name)
def test_a_row_added_is_found(pristine: Path, tmp_path: Path, table: Table) -> None:
    connection = tampering.forged_copy(pristine, tmp_path / "forged.db")
    tampering.add(connection, table)
    connection.close()
    check_found(verify(f"sqlite:///{tmp_path / 'forged.db'}"), None)


def test_a_command_that_is_also_refused_is_found(pristine: Path, tmp_path: Path) -> None:
    connection = tampering.forged_copy(pristine, tmp_path / "forged.db")
    (committed,) = connection.execute("SELECT command_id FROM entry WHERE seq = 40").fetchone()
    assert connection.execute("UPDATE refusal SET command_id = ?", (committed,)).rowcount == 1
    connection.close()
    check_found(verify(f"sqlite:///{tmp_path / 'forged.db'}"), 40)


@pytest.mark.parametrize("cut", [1, 2, 50, 297])
def test_a_tail_cut_off_is_found_at_its_first_entry(pristine: Path, tmp_path: Path, cut: int) -> None:
    connection = tampering.forged_copy(pristine, tmp_path / "forged.db")
    last = connection.execute("SELECT max(seq) FROM entry").fetchone()[0]
    for table in TABLES:
        if "seq" in table.columns and table is not schema.head:
            connection.execute(f"DELETE FROM {table.name} WHERE seq > ?", (last - cut,))
    connection.close()
    report = verify(f"sqlite:///{tmp_path / 'forged.db'}")
    check_found(report, last - cut + 1)
    assert report.findings[0].check == "sequence"


# --- PostgreSQL: a sample, because the code is the same ---

SAMPLE = [
    ("entry", "body", "body || '\\x00'"), ("entry", "ts", "ts + 1"), ("transfer", "posted", "posted + 1"),
    ("transfer", "credit_balance", "credit_balance + 1"), ("transfer", "debit_before_seq", "debit_before_seq - 1"),
    ("account", "floor", "-1"), ("account", "moved_leg", "moved_leg + 1"),
    ("account", "keys", "keys || '\\x00'"), ("hold", "amount", "amount + 1"), ("link", "total", "total - 1"),
    ("open_hold", "expires_at", "7"), ("policy", "since", "since + 1"), ("claim", "seq", "seq + 1"),
    ("tree_node", "hash", "sha256(hash)"), ("checkpoint", "root", "sha256(root)"), ("memo", "text", "text || 'x'"),
    ("head", "frontier", "frontier || '\\x00'"), ("currency", "code", "code || 'X'"), ("signing_key", "public_key", "sha256(public_key)"),
]  # fmt: skip


@pytest.fixture(scope="module")
def on_postgres(pristine: Path, postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    file = tmp_path_factory.mktemp("moved") / "RIV.zip"
    export_community(f"sqlite:///{pristine}", "RIV", file)
    import_community(postgres_url, file, master_key=MASTER)
    yield postgres_url
    with create_engine(postgres_url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


@pytest.mark.parametrize(("table", "column", "value"), SAMPLE, ids=name)
def test_a_change_is_found_on_postgresql(on_postgres: str, table: str, column: str, value: str) -> None:
    keys = ", ".join(f'"{key}"' for key in tampering.keys(schema.metadata.tables[table]))
    one = f"SELECT {keys} FROM {table} ORDER BY {keys} DESC LIMIT 1"
    engine = create_engine(on_postgres)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        old = connection.execute(text(f"SELECT {column} FROM {table} WHERE ({keys}) = ({one})")).scalar_one()
        connection.execute(text(f"UPDATE {table} SET {column} = {value} WHERE ({keys}) = ({one})"))
    report = verify(on_postgres)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"UPDATE {table} SET {column} = :old WHERE ({keys}) = ({one})"), {"old": old})
    engine.dispose()
    check_found(report, None)
    assert verify(on_postgres).ok
