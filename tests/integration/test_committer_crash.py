"""The process is killed at each step of a commit; after a restart every command in flight is carried out exactly once."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ledger.core import commands as c
from ledger.core.errors import LedgerError
from ledger.core.journal import Receipt
from ledger.store.transaction import STEPS
from ledger.store.verify import verify
from tests.integration.store_work import begin, open_store
from tests.integration.test_committer import entries

ROOT = Path(__file__).parents[2]

DYING = """
import os, pickle, signal, sys
from tests.integration.store_work import open_store
url, file, step = sys.argv[1:]
commands = pickle.load(open(file, "rb"))
def act(now):
    if now == step:
        os.kill(os.getpid(), signal.SIGKILL)
ledger = open_store(url, on_step=act)
ledger.submit_many(commands)
"""


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step(engine_url: str, tmp_path: Path, step: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        work.heard(some := work.some(60), ledger.submit_many(some))
        flight = [command for command in work.some(40) if command not in some]
        before = entries(ledger)
    file = tmp_path / "flight"
    file.write_bytes(pickle.dumps(flight))
    died = subprocess.run([sys.executable, "-c", DYING, engine_url, str(file), step], cwd=ROOT, timeout=60)
    assert died.returncode == -signal.SIGKILL
    with open_store(engine_url) as ledger:
        survived = entries(ledger) - before
        assert (survived > 0) == (step in ("committed", "answered"))
        answers = ledger.submit_many(flight)
        committed = {answer.seq for answer in answers if isinstance(answer, Receipt)}
        assert committed == set(range(before + 1, entries(ledger) + 1))
        assert _distinct(flight, answers) == len(committed)
        assert [repr(answer) for answer in ledger.submit_many(flight)] == [
            repr(_said_again(answer)) for answer in answers
        ]
    report = verify(engine_url)
    assert report.ok, report.findings


def _said_again(answer: Receipt | LedgerError) -> Receipt | LedgerError:
    """What a retry hears: the same, but for what the payer had then."""
    return answer._replace(replayed=True, left=None) if isinstance(answer, Receipt) else answer


def _distinct(commands: Sequence[c.Command], answers: Sequence[object]) -> int:
    pairs = zip(commands, answers, strict=True)
    return len({command.id for command, answer in pairs if isinstance(answer, Receipt)})
