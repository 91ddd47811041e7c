"""PostgreSQL restarted and crashed under load, connections cut, writes forbidden, connections used up."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from ledger.core.errors import Unavailable
from ledger.core.journal import Receipt
from ledger.service import Ledger, open_ledger
from ledger.store import committer, engine
from tests import postgres
from tests.faults.away import Restarted, own_server
from tests.faults.heard import Heard, Notebook
from tests.faults.orders import found, orders, running_clock, say
from tests.faults.outcome import problems
from tests.faults.worker import send

CLIENTS = 4
CUT_WRITER = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'ricochet writer'"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Restarted]:
    """A server that a test may stop."""
    with own_server() as (server, url):
        server.url = url
        yield server


@pytest.fixture(params=[False, True], ids=["thread", "process"])
def apart(request: pytest.FixtureRequest) -> bool:
    """Whether the writer has a process of its own."""
    return bool(request.param)


@pytest.fixture
def url(server: Restarted) -> Iterator[str]:
    """An empty database on it."""
    with postgres.database(server.url) as url:
        yield url.render_as_string(hide_password=False)


class Load:
    """Clients that send, and ask again for what could not be answered, while something happens to the server."""

    def __init__(self, url: str, ledger: Ledger, folder: Path, seed: int = 0) -> None:
        self.scene = found(url)
        self.url, self.ledger = url, ledger
        self.commands = orders(self.scene, seed, 1_200)
        self.heard: list[Heard] = []
        self._notes = Notebook(folder / "notes")

    def during(self, happens: Callable[[], None]) -> None:
        """Returns when everything is answered."""

        def client(number: int) -> None:
            mine = self.commands[number::CLIENTS]
            for at in range(0, len(mine), 3):
                self.heard += send(self.ledger, self._notes, mine[at : at + 3])

        threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        happens()
        for thread in threads:
            thread.join()

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for the clients."""
        while not true():
            time.sleep(0.002)

    def check(self) -> None:
        """Everybody has an answer, and every promise is kept."""
        assert {each.command for each in self.heard if each.final} == set(self.commands)
        assert problems(self.url, self.scene, self.heard) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["restarted", "crashed"])
def test_a_server_that_goes_and_comes_back_under_load(
    server: Restarted, url: str, apart: bool, tmp_path: Path, how: signal.Signals
) -> None:
    with open_ledger(url, clock=running_clock(), writer_apart=apart) as ledger:
        load = Load(url, ledger, tmp_path)

        def restart() -> None:
            load.until(lambda: len(load.heard) > 150)
            server.end(how)
            load.until(lambda: ledger.committer.stats.failed > 0)
            server.again()

        load.during(restart)
        refused = [each.told for each in load.heard if each.told[0] == "Unavailable"]
        assert refused and all("send the same command again" in told[1] for told in refused)
        load.check()


def test_connections_cut_again_and_again_under_load(url: str, apart: bool, tmp_path: Path) -> None:
    with open_ledger(url, clock=running_clock(), writer_apart=apart) as ledger:
        load = Load(url, ledger, tmp_path)
        cut = 0

        def cut_connections() -> None:
            nonlocal cut
            other = create_engine(url, isolation_level="AUTOCOMMIT")
            query = text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'ricochet %'"
            )
            with other.connect() as connection:
                for _ in range(40):
                    cut += len(connection.execute(query).all())
                    time.sleep(0.01)
            other.dispose()

        load.during(cut_connections)
        assert cut > 2
        assert ledger.committer.stats.isolated == 0, [each.told for each in load.heard if not each.final]
        load.check()


def test_a_server_that_takes_no_writes_for_a_while(url: str, apart: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A standby, or what hosts do when the disk is full: not the data's fault, so no alarm."""
    monkeypatch.setattr(committer, "PAUSES", (0.0, 0.0))
    with open_ledger(url, clock=running_clock(), writer_apart=apart) as ledger:
        scene = found(url)
        commands = orders(scene, 1, 40)
        database = make_url(url).database
        with postgres.connect(make_url(url)) as other:
            other.execute(f'ALTER DATABASE "{database}" SET default_transaction_read_only = on')
            other.execute(CUT_WRITER)
            answers = say(ledger, commands)
            assert {type(answer) for answer in answers} == {Unavailable}, answers[0]
            assert ledger.reader.head(scene.community).seq > 0
            other.execute(f'ALTER DATABASE "{database}" RESET default_transaction_read_only')
        assert any(isinstance(answer, Receipt) for answer in say(ledger, commands))
        assert ledger.committer.stats.isolated == 0


def test_a_server_without_a_free_connection(
    server: Restarted, url: str, apart: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "PAUSES", (0.0, 0.0))
    scene = found(url)
    commands = orders(scene, 2, 40)
    with ExitStack() as taken, postgres.connect(make_url(url)) as other:

        def take_all() -> None:
            with pytest.raises(psycopg.OperationalError, match=r"too many clients|reserved"):
                for _ in range(300):
                    taken.enter_context(postgres.connect(server.url))

        take_all()
        with pytest.raises(Unavailable, match="cannot open"):
            open_ledger(url)
        taken.close()
        with open_ledger(url, clock=running_clock(), writer_apart=apart) as ledger:
            assert isinstance(say(ledger, commands[:1])[0], Receipt)
            take_all()
            other.execute(CUT_WRITER)
            take_all()
            assert isinstance(say(ledger, commands[1:2])[0], Unavailable)
            taken.close()
            assert any(isinstance(answer, Receipt) for answer in say(ledger, commands))


def test_readers_that_wait_for_a_connection_do_not_stop_payments(
    engine_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.3)
    scene = found(engine_url)
    commands = orders(scene, 4, 60)
    with open_ledger(engine_url, clock=running_clock()) as ledger, ExitStack() as readers:
        with pytest.raises(Unavailable, match="too many are reading"):
            for _ in range(100):
                readers.enter_context(ledger.reader.snapshot()).head(scene.community)
        assert any(isinstance(answer, Receipt) for answer in say(ledger, commands))
        readers.close()
        assert ledger.reader.head(scene.community).seq > 0
