"""What `ricochet backup` leaves for the desk and /metrics to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.store.backup_mark import mark_place, read_mark
from tests.integration.test_operator_cli import ricochet

URL = "sqlite:///ricochet.db"


def test_a_backup_is_noted_and_one_that_was_not_tried_is_not_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RICOCHET_BACKUP_MARK", raising=False)
    ricochet("community", "create", "RIV")
    assert read_mark(mark_place(URL)) is None
    assert ricochet("backup", "copy", "--no-verify").code == 0
    noted = read_mark(mark_place(URL))
    assert noted is not None and (noted.check, noted.good_at) == ("skipped", 0)
    assert ricochet("backup", "tried").code == 0
    tried = read_mark(mark_place(URL))
    assert tried is not None and tried.check == "good" and tried.good == tried.made
    assert ricochet("backup", "again", "--no-verify").code == 0
    noted = read_mark(mark_place(URL))
    assert noted is not None and (noted.check, noted.good) == ("skipped", tried.good)


def test_a_backup_that_could_not_be_noted_is_one_nevertheless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ricochet("community", "create", "RIV")
    monkeypatch.setenv("RICOCHET_BACKUP_MARK", "/nowhere/mark")
    told = ricochet("backup", "copy", "--no-verify")
    assert told.code == 0 and "not noted in /nowhere/mark" in told.err and (tmp_path / "copy").is_dir()


def test_postgresql_has_no_place_for_it_unless_one_is_named() -> None:
    assert mark_place("postgresql://host/name") is None
    assert mark_place("postgresql://host/name", "/var/lib/mark") == Path("/var/lib/mark")
