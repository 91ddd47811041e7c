"""Settings: read once, unknown ones refused with the nearest known one, secrets from files."""

from __future__ import annotations

import os
import stat
from base64 import b64encode
from pathlib import Path

import pytest

from api.settings import BadSettings, Settings, load, master_key, variables

KEY = b64encode(bytes(32)).decode()


def test_the_defaults_need_nothing() -> None:
    assert load({}) == Settings()
    assert Settings().database.get_secret_value() == "sqlite:///ricochet.db"


def test_the_environment_and_then_the_command_line() -> None:
    environ = {"RICOCHET_PORT": "9000", "RICOCHET_HOST": "::1", "RICOCHET_JOBS": "false", "PATH": "/bin"}
    found = load(environ, port=9001, host=None)
    assert (found.port, found.host, found.jobs) == (9001, "::1", False)


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("RICOCHET_PROT", "RICOCHET_PORT"),
        ("RICOCHET_DATABASE_URL", "RICOCHET_DATABASE"),
        ("RICOCHET_port", "RICOCHET_PORT"),
    ],
)
def test_an_unknown_variable_refuses_to_start(variable: str, meant: str) -> None:
    with pytest.raises(BadSettings, match=f"there is no setting {variable}; did you mean {meant}"):
        load({variable: "1"})


def test_nothing_near_points_to_the_reference() -> None:
    with pytest.raises(BadSettings, match=r"see docs/reference/settings\.md"):
        load({"RICOCHET_XQZWY": "1"})


def test_the_variables_of_other_programs_are_left_alone() -> None:
    assert load({"RICOCHET_WALLET_PASSPHRASE": "x", "RICOCHET_TEST_POSTGRES": "y"}) == Settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RICOCHET_PORT", "70000"), ("RICOCHET_PORT", "x"), ("RICOCHET_RATE", "often"), ("RICOCHET_LOG_LEVEL", "loud"),
        ("RICOCHET_PUBLIC_URL", "riv.example"), ("RICOCHET_PUBLIC_URL", "https://riv.example/"),
        ("RICOCHET_REQUEST_SECONDS", "0"),
    ],
)  # fmt: skip
def test_a_bad_value_names_its_variable(variable: str, value: str) -> None:
    with pytest.raises(BadSettings, match=variable):
        load({variable: value})


def test_secrets_may_lie_in_files(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text(KEY + "\n")
    found = load({"RICOCHET_MASTER_KEY_FILE": str(secret)})
    assert master_key(found) == bytes(32)
    assert KEY not in repr(found)
    with pytest.raises(BadSettings, match="keep one of them"):
        load({"RICOCHET_MASTER_KEY_FILE": str(secret), "RICOCHET_MASTER_KEY": KEY})
    with pytest.raises(BadSettings, match="cannot read"):
        load({"RICOCHET_MASTER_KEY_FILE": str(tmp_path / "none")})
    assert "RICOCHET_PORT_FILE" not in variables()


def test_sqlite_keeps_its_master_key_beside_the_database(tmp_path: Path) -> None:
    settings = load({"RICOCHET_DATABASE": f"sqlite:///{tmp_path / 'a.db'}"})
    first = master_key(settings)
    (kept,) = tmp_path.iterdir()
    assert len(first) == 32 and master_key(settings) == first
    assert stat.S_IMODE(os.stat(kept).st_mode) == 0o600


def test_postgresql_must_be_given_a_master_key() -> None:
    with pytest.raises(BadSettings, match="RICOCHET_MASTER_KEY"):
        master_key(load({"RICOCHET_DATABASE": "postgresql://host/name"}))
    for bad in ("AAAA", "not base64", ""):
        with pytest.raises(BadSettings, match="32 bytes in base 64"):
            master_key(load({"RICOCHET_MASTER_KEY": bad}))
