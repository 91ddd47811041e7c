"""`ricochet server-key`: what replaces the server's own keys, what it prints, and when it does nothing at all."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from uuid import UUID, uuid4

import pytest

import api.__main__  # noqa: F401 - adds `server-key` to the operator's commands
from api.identity.service import Identity
from ledger.core.errors import Unavailable
from ledger.service import open_ledger
from ledger.store.verify import verify
from tests.integration.test_operator_cli import KEY, expect_done, expect_sentence

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
CALLED = "https://shop.example/hook"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("RICOCHET_MASTER_KEY", "RICOCHET_MASTER_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "new").write_text(b64encode(NEW).decode() + "\n")
    return tmp_path


@pytest.fixture
def url(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("RICOCHET_DATABASE", engine_url)
    return engine_url


def fill(url: str, master: bytes) -> tuple[UUID, UUID, UUID]:
    """A community with a web hook (two secrets) and an authenticator app; their ids."""
    with open_ledger(url, master_key=master) as ledger:
        identity, community = Identity(ledger, master_key=master), ledger.found_community("RIV")
        hook, key = uuid4(), uuid4()
        identity.hooks.create(community, hook, uuid4(), CALLED)
        identity.hooks.rotate(community, hook)
        identity.authenticators.begin(community, key, "Ana", "Rivage")
    return community, hook, key


def opens(url: str, master: bytes, ids: tuple[UUID, UUID, UUID]) -> tuple[list[bytes], str | None]:
    """The secrets as this master key gives them. Raises Unavailable when it does not, for any of them."""
    community, hook, key = ids
    with open_ledger(url, master_key=master) as ledger:
        ledger.checkpoint(community)
        identity = Identity(ledger, master_key=master)
        found = identity.hooks.get(community, hook)
        return identity.hooks.secrets(found), identity.authenticators.address(community, key, "Ana", "Rivage")


def test_all_that_the_master_key_keeps_comes_under_the_new_one(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RICOCHET_MASTER_KEY", KEY)
    ids = fill(url, OLD)
    before = opens(url, OLD, ids)
    assert len(before[0]) == 2 and before[1] is not None
    said = expect_done("server-key", "rotate-master", "--to", "new")
    assert "1 signing keys, 3 secrets" in said and "RICOCHET_MASTER_KEY" in said
    assert opens(url, NEW, ids) == before
    community, hook, key = ids
    with open_ledger(url, master_key=OLD) as ledger:
        identity = Identity(ledger, master_key=OLD)
        found = identity.hooks.get(community, hook)
        ledger.found_community("LATE")  # as a server would that was not started again yet
        for ask in (
            lambda: ledger.change_signing_key(community),
            lambda: identity.hooks.secrets(found),
            lambda: identity.authenticators.address(community, key, "Ana", "Rivage"),
        ):
            with pytest.raises(Unavailable, match="the master key does not open"):
                ask()
    assert "2 signing keys, 3 secrets" in expect_done("server-key", "rotate-master", "--to", "new"), "what is left follows"
    assert opens(url, NEW, ids) == before


def test_with_the_wrong_key_nothing_is_changed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = fill(url, OLD)
    monkeypatch.setenv("RICOCHET_MASTER_KEY", b64encode(bytes(32)).decode())
    expect_sentence(2, "RIV: the master key does not open", "server-key", "rotate-master", "--to", "new")
    assert opens(url, OLD, ids)[0]


def test_a_new_master_key_is_named_whole(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RICOCHET_MASTER_KEY", KEY)
    expect_sentence(2, "name the file that holds the new key with --to", "server-key", "rotate-master")
    (folder / "short").write_text("AAAA")
    expect_sentence(2, "must hold 32 bytes", "server-key", "rotate-master", "--to", "short")
    (folder / "old").write_text(KEY)
    expect_sentence(2, "is the old one", "server-key", "rotate-master", "--to", "old")


def test_the_file_beside_sqlite_is_replaced_and_the_old_one_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RICOCHET_DATABASE", url := f"sqlite:///{folder / 'books.db'}")
    expect_done("community", "create", "RIV")
    beside = folder / "books.db-key"
    old = beside.read_bytes()
    with open_ledger(url):
        expect_sentence(2, "already open for writing", "server-key", "rotate-master")
    assert beside.read_bytes() == old
    expect_sentence(2, "leave --to out", "server-key", "rotate-master", "--to", "new")
    with monkeypatch.context() as stopped:  # the power fails when the database has the new key and the file has not
        stopped.setattr("ledger.store.keys.take_next", lambda url: 1 // 0)
        with pytest.raises(AssertionError, match="ZeroDivision"):
            expect_done("server-key", "rotate-master")
    assert beside.read_bytes() == old
    expect_done("server-key", "rotate-master")
    new = beside.read_bytes()
    (kept,) = folder.glob("books.db-key.until-*")
    assert kept.read_bytes() == old != new and beside.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.glob("*.next")] == []
    expect_done("checkpoint", "RIV", "--out", "after.txt")
    expect_done("verify", "--against", "after.txt")


def test_the_signing_key_is_replaced(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RICOCHET_MASTER_KEY", KEY)
    community = UUID(expect_done("community", "create", "RIV").strip())
    expect_done("checkpoint", "RIV", "--out", "before.txt")
    said = expect_done("server-key", "rotate", "RIV").splitlines()
    assert said[0].startswith("entry 2: this key signs from now on") and said[1].startswith(f"ricochet/{community}+")
    expect_done("checkpoint", "RIV", "--out", "after.txt")
    expect_done("verify", "--against", "before.txt", "--against", "after.txt")
    expect_sentence(1, "no community LYS", "server-key", "rotate", "LYS")
    assert verify(url).entries == 2


def test_the_first_spellings_go_on_and_are_not_listed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`key` and `keys`, one letter apart, stand in scripts; who reads the help is shown the clear names."""
    monkeypatch.setenv("RICOCHET_MASTER_KEY", KEY)
    expect_done("community", "create", "RIV")
    assert len(expect_done("keys", "rotate", "RIV").splitlines()) == 2
    assert expect_done("key", "create", "RIV", "--role", "auditor").startswith("rico_")
    listed = {line.split()[1] for line in expect_done("--help").splitlines() if line.startswith("│ ") and line[2] != " "}
    assert {"api-key", "server-key"} <= listed and listed.isdisjoint({"key", "keys"})
