"""Who may import whom: the contracts of pyproject.toml hold, and would notice."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tidy import ROOT, below

# All that a wallet needs of the domain: amounts, the command that it signs (whose fields use the words of policy), and
# the proofs that it checks without a server.
WALLET_MAY_IMPORT = {
    f"ledger.core.{name}"
    for name in (
        *("money", "commands", "policy", "signing", "journal", "codec", "errors"),
        *("receipts", "handing", "checkpoint", "merkle"),
    )
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--no-cache",
        "--config",
        "pyproject.toml",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def domain_imports(source: str) -> Iterator[str]:
    """The modules of the domain that a file names; for `from ledger.core import x`, that is ledger.core.x."""
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module in ("ledger", "ledger.core"):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        yield from (name for name in names if name.split(".")[0] == "ledger")


def test_the_contracts_hold() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("path", "line", "contract"),
    [
        ("ledger/stray.py", "", "The domain has layers"),
        ("ledger/core/errors.py", "import ledger.store", "The domain has layers"),
        ("ledger/core/stray.py", "", "The core has layers"),
        ("ledger/core/payments.py", "import ledger.core.decide", "The core has layers"),
        ("api/identity/errors.py", "import api.schemas", "The API has layers"),
        ("api/identity/errors.py", "import fastapi", "Identity knows people"),
        ("ledger/core/errors.py", "import sqlite3", "The core is pure"),
        ("ledger/core/errors.py", "import time", "The core is pure"),
        ("ledger/core/errors.py", "import api", "The API stands on the domain"),
        ("ledger/core/errors.py", "import ops", "The API stands on the domain"),
        ("wallet_cli/__init__.py", "import api", "The API stands on the domain"),
        ("wallet_cli/__init__.py", "import ledger.store", "The wallet takes from the domain"),
        ("api/routes/__init__.py", "import sqlalchemy", "A route asks the service"),
    ],
)
def test_the_contracts_catch(tmp_path: Path, path: str, line: str, contract: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("ledger", "api", "wallet_cli", "ops"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / path).open("a") as file:
        file.write(f"\n{line}\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    broken = [text for text in done.stdout.splitlines() if text.endswith("BROKEN") or "lines" in text]
    assert any(contract in text for text in done.stdout.split("Broken contracts")[1].splitlines()), broken


def test_the_wallet_takes_only_what_checks_a_receipt() -> None:
    found = {
        (path, name) for path in below("wallet_cli") for name in domain_imports((ROOT / path).read_text())
    }
    assert {f"{path} imports {name}" for path, name in found if name not in WALLET_MAY_IMPORT} == set()


def test_the_wallet_rule_catches() -> None:
    source = "from ledger import service\nfrom ledger.core import money, decide\nimport ledger.store.reader\nimport json"
    assert set(domain_imports(source)) - WALLET_MAY_IMPORT == {
        "ledger.service",
        "ledger.core.decide",
        "ledger.store.reader",
    }
