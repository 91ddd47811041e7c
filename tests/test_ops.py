"""The operations files are well formed and name only what exists. Images are not built here."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from api.settings import variables
from tests.tidy import ROOT

OPS = ROOT / "ops"


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((OPS / "compose.yaml").read_text())
    return loaded


def test_each_compose_service_uses_what_is_declared() -> None:
    loaded = compose()
    for name, service in loaded["services"].items():
        assert set(service.get("secrets", [])) <= set(loaded["secrets"]), name
        assert set(service.get("depends_on", {})) <= set(loaded["services"]), name
        if "build" in service:
            assert (OPS / service["build"]["context"] / service["build"]["dockerfile"]).exists()


def test_each_setting_of_the_containers_exists() -> None:
    for name in ("prepare", "server"):
        assert set(compose()["services"][name]["environment"]) <= set(variables())


def test_what_the_image_copies_exists() -> None:
    text = (OPS / "Containerfile").read_text()
    copied = [
        word for line in re.findall(r"^COPY (?!--)(.+)$", text, re.MULTILINE) for word in line.split()[:-1]
    ]
    assert [word for word in copied if not (ROOT / word).exists()] == []
    assert {"requirements.txt", "ledger", "api", "wallet_cli"} <= set(copied)


def unit_of(name: str) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(OPS / name)
    return unit


def test_the_nightly_backup_is_of_the_servers_database_by_the_servers_account() -> None:
    backup, server = unit_of("ricochet-backup.service")["Service"], unit_of("ricochet.service")["Service"]
    assert "/opt/ricochet/bin/ricochet backup " in backup["ExecStart"]
    assert backup["User"] == server["User"]
    for line in ("RICOCHET_DATABASE=sqlite:////var/lib/ricochet/ricochet.db", "EnvironmentFile=-/etc/ricochet/environment"):
        for name in ("ricochet-backup.service", "ricochet.service"):
            assert line in (OPS / name).read_text()
    assert set(server["StateDirectory"].split()) < set(backup["StateDirectory"].split())
    assert backup["TimeoutStartSec"] == "6h", "one that hangs does not stand in the way of the next night"
    timer = unit_of("ricochet-backup.timer")
    assert timer["Timer"]["Persistent"] == "true" and timer["Install"]["WantedBy"] == "timers.target"


def test_the_unit_starts_the_server_and_keeps_it_from_the_rest() -> None:
    unit = unit_of("ricochet.service")
    assert unit["Service"]["ExecStart"].endswith("/ricochet serve")
    assert unit["Service"]["ProtectSystem"] == "strict"
    assert Path(unit["Service"]["WorkingDirectory"]) == Path("/var/lib", unit["Service"]["StateDirectory"])


def test_ci_runs_the_tests_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines[:2] == ["#!/usr/bin/env bash", "set -euo pipefail"]
    assert lines[-1] == "make test"
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
