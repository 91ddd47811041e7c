"""The keystore and the other files: closed to others, whole after a crash, honest about damage."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.wallet_run import QUICK
from wallet_cli import files, keystore
from wallet_cli.errors import Locked
from wallet_cli.keystore import Keystore, Secrets

SECRETS = {"community": Secrets(bytes(range(32)), "rico_key"), "other": Secrets(bytes(32))}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(keystore, "_COST", QUICK)
    path = tmp_path / "keystore.json"
    store = Keystore.create(path, "correct horse")
    store.secrets.update(SECRETS)
    store.save()
    return path


def test_what_is_kept_comes_back(path: Path) -> None:
    assert Keystore.open(path, "correct horse").secrets == SECRETS
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_secret_is_readable_in_the_file(path: Path) -> None:
    content = json.loads(path.read_text())
    assert set(content) == {"ricochet_keystore", "kdf", "cipher", "nonce", "sealed"}
    assert content["kdf"]["name"] == "argon2id" and "rico_key" not in path.read_text()


def test_the_real_cost_is_what_rfc_9106_asks_for(tmp_path: Path) -> None:
    Keystore.create(tmp_path / "k.json", "correct horse")
    kdf = json.loads((tmp_path / "k.json").read_text())["kdf"]
    assert (kdf["time"], kdf["memory_kib"], kdf["lanes"]) == (3, 65_536, 4)
    assert Keystore.open(tmp_path / "k.json", "correct horse").secrets == {}


def test_every_save_has_a_fresh_nonce_and_the_same_content(path: Path) -> None:
    before = json.loads(path.read_text())
    Keystore.open(path, "correct horse").save()
    after = json.loads(path.read_text())
    assert before["nonce"] != after["nonce"] and before["kdf"] == after["kdf"]
    assert Keystore.open(path, "correct horse").secrets == SECRETS


def test_another_passphrase_opens_nothing(path: Path) -> None:
    with pytest.raises(Locked) as locked:
        Keystore.open(path, "correct hors")
    assert locked.value.code == "wrong_passphrase"


def _flip(text: str) -> str:
    return ("B" if text[0] == "A" else "A") + text[1:]


@pytest.mark.parametrize(
    ("field", "change", "code"),
    [
        ("sealed", _flip, "wrong_passphrase"),
        ("nonce", _flip, "wrong_passphrase"),
        ("kdf", lambda kdf: {**kdf, "salt": _flip(kdf["salt"])}, "wrong_passphrase"),
        ("kdf", lambda kdf: {**kdf, "time": 2}, "wrong_passphrase"),
        ("kdf", lambda kdf: {**kdf, "memory_kib": 2**40}, "keystore_damaged"),
        ("kdf", lambda kdf: {**kdf, "memory_kib": 1}, "keystore_damaged"),
        ("kdf", lambda kdf: {**kdf, "salt": ""}, "keystore_damaged"),
        ("kdf", lambda kdf: {**kdf, "time": True}, "keystore_damaged"),
        ("kdf", lambda kdf: {**kdf, "name": "md5"}, "keystore_damaged"),
        ("kdf", lambda _kdf: None, "keystore_damaged"),
        ("ricochet_keystore", lambda _version: 2, "keystore_damaged"),
        ("nonce", lambda _nonce: "*", "keystore_damaged"),
    ],
)
def test_a_changed_file_is_refused(path: Path, field: str, change: Any, code: str) -> None:
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, field: change(content[field])}))
    with pytest.raises(Locked) as locked:
        Keystore.open(path, "correct horse")
    assert locked.value.code == code


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"ricochet_keystore": 1}'])
def test_a_file_that_is_no_keystore_is_refused(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(Locked) as locked:
        Keystore.open(path, "correct horse")
    assert locked.value.code == "keystore_damaged"


def test_a_write_that_fails_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_text()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write_private(path, "new")
    assert path.read_text() == before and list(path.parent.iterdir()) == [path]


def test_a_written_file_is_synced_and_then_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    real = os.fsync

    def spy(descriptor: int) -> None:
        synced.append(os.path.isdir(f"/proc/self/fd/{descriptor}"))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", spy)
    files.write_private(tmp_path / "a", "x")
    assert synced == [False, True]


def test_an_open_umask_opens_nothing(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        files.write_private(files.private_folder(tmp_path / "w") / "a", "x")
    finally:
        os.umask(old)
    assert (tmp_path / "w").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "w" / "a").stat().st_mode & 0o777 == 0o600
