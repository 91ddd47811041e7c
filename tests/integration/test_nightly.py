"""The process that prepares reports at night: it makes what the server would, and does not outlive it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from api.nightly import Nightly
from api.reporting import facts_of
from ledger.core.errors import Unavailable
from ledger.jobs import prepare_here
from tests.integration.served import served

SLOW = "import time, api.nightly_main as m; m.bring_up = lambda *a, **k: time.sleep(60); m.main()"
"""The process, with work that takes a minute."""


def test_it_makes_what_the_server_would(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/night.db"
    with served(url) as town:
        town.pay(300)
        told = Nightly(url, tmp_path / "apart", figures_too=True)(town.use.ledger)
        reader = town.use.ledger.reader
        prepare = prepare_here(tmp_path / "here", lambda community: facts_of(reader, community), figures_too=True)
        here = prepare(town.use.ledger)
        assert len(told.figures) == 3 and told == (here.communities, tuple(here.figures), tuple(here.errors))
        apart, own = (
            sorted(path.name for path in (tmp_path / folder).rglob("*")) for folder in ("apart", "here")
        )
        assert apart == own != []
        gone = Nightly("sqlite:////nowhere/at/all.db", tmp_path, figures_too=False)(town.use.ledger)
        assert gone.communities == 0 and "nowhere" in gone.errors[0]


def test_it_ends_with_the_server_that_was_killed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/night.db"
    with served(url):
        child = subprocess.Popen([sys.executable, "-c", SLOW], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdin is not None
        child.stdin.write(json.dumps({"url": url, "folder": str(tmp_path), "figures_too": False}).encode() + b"\n")
        child.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(3)
        child.communicate(timeout=20)  # closes stdin, as the end of the parent would
        assert child.returncode == 1


def test_a_server_that_stops_does_not_wait_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/night.db"
    start = subprocess.Popen
    monkeypatch.setattr(
        "api.nightly.subprocess.Popen", lambda command, **more: start([sys.executable, "-c", SLOW], **more)
    )
    with served(url) as town:
        night, said = Nightly(url, tmp_path, figures_too=False), list[Unavailable]()

        def run() -> None:
            with pytest.raises(Unavailable) as ended:
                night(town.use.ledger)
            said.append(ended.value)

        thread = threading.Thread(target=run)
        thread.start()
        time.sleep(1)
        night.stop()
        thread.join(20)
        assert "ended with" in str(said[0])
        with pytest.raises(Unavailable, match="the server stops"):
            night(town.use.ledger)
