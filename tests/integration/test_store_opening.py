"""How a database is opened: the right settings or a refusal that says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ledger.service import open_ledger
from ledger.store import engine as engines
from ledger.store.engine import CannotOpen, open_database
from tests.integration.store_work import MASTER


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite://", "in memory would be lost"), ("sqlite:///:memory:", "in memory would be lost"),
        ("nonsense", "not a database URL"), ("mysql://localhost/a", "mysql is not supported"),
        ("sqlite:////nowhere/at/all/a.db", "choose a folder"), ("postgresql://localhost:1/a", "cannot open"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_says_why(url: str, said: str) -> None:
    with pytest.raises(CannotOpen, match=said):
        open_ledger(url)


def test_a_password_is_not_repeated_in_an_error() -> None:
    with pytest.raises(CannotOpen) as refused:
        open_ledger("postgresql://ann:s3cret@localhost:1/a")
    assert "s3cret" not in str(refused.value)


def test_reading_only_needs_a_database(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="make one with `ricochet init`"):
        open_ledger(f"sqlite:///{tmp_path / 'a.db'}", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_connections_are_set_as_promised(engine_url: str) -> None:
    database = open_database(engine_url)
    names: dict[str, Any] = (
        engines.SQLITE_PRAGMAS | {"busy_timeout": 15_000}
        if database.dialect == "sqlite"
        else {"lock_timeout": "10s", "statement_timeout": "1min", "synchronous_commit": "on", "jit": "off"}
    )
    for one, own in (
        (database.write, {"transaction_isolation": "read committed", "transaction_read_only": "off"}),
        (database.read, {"transaction_isolation": "repeatable read", "transaction_read_only": "on"}),
    ):
        expected = names | (
            own if database.dialect == "postgresql" else {"query_only": int(one is database.read)}
        )
        with one.connect() as connection:
            for name, value in expected.items():
                ask = "PRAGMA" if database.dialect == "sqlite" else "SHOW"
                assert connection.execute(text(f"{ask} {name}")).scalar_one() == value, name
    database.close()


def test_synchronous_commit_is_turned_on_again(fresh_database: str) -> None:
    database = open_database(fresh_database)
    with database.write.begin() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    database.close()
    database = open_database(fresh_database)
    with database.write.connect() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
    database.close()


def test_a_pragma_that_does_not_hold_refuses_to_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engines.SQLITE_PRAGMAS, "page_size", 123)
    with pytest.raises(CannotOpen, match="would not set page_size to 123"):
        open_database(f"sqlite:///{tmp_path / 'a.db'}")


def test_old_engines_are_refused(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "OLDEST_SQLITE", (9, 0, 0))
    monkeypatch.setattr(engines, "OLDEST_POSTGRESQL", 990_000)
    for url in (fresh_database, f"sqlite:///{tmp_path / 'a.db'}"):
        with pytest.raises(CannotOpen, match="is too old"):
            open_database(url)
        with pytest.raises(CannotOpen, match="is too old"):
            open_database(url)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.write_bytes(b"something else entirely " * 50)
    for _ in range(2):
        with pytest.raises(CannotOpen, match="file is not a database"):
            open_ledger(f"sqlite:///{file}", master_key=MASTER)
