"""The tests' own PostgreSQL: each source of binaries works, and nothing is left running."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests import postgres, postgres_run

ROOT = Path(__file__).parents[2]


def test_each_database_is_empty_and_separate(fresh_database: str, postgres_url: str) -> None:
    assert fresh_database != postgres_url
    for url in (fresh_database, postgres_url):
        engine = create_engine(url)
        with engine.connect() as connection:
            tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            assert connection.execute(text(tables)).scalar_one() == 0
            assert connection.execute(text("SHOW listen_addresses")).scalar_one() == ""
        engine.dispose()


def test_engine_url_serves_both_engines(engine_url: str, request: pytest.FixtureRequest) -> None:
    engine = create_engine(engine_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    assert engine.dialect.name in request.node.name
    engine.dispose()


def test_the_binaries_of_the_wheel_work() -> None:
    """Where the machine has its own server, this is what holds the fallback."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o711)
        place = Path(folder, "server")
        place.mkdir(mode=0o700)
        server = postgres.Server(postgres.wheel_candidates()[0], place)
        try:
            with postgres.connect(server.start()) as connection:
                assert connection.info.server_version >= 180000
        finally:
            server.stop()


def test_a_broken_installation_says_why(tmp_path: Path) -> None:
    with pytest.raises(postgres.ServerFailed, match=r"bin/postgres: (No such file|Permission denied)"):
        postgres.Server(tmp_path / "bin", tmp_path).start()


def test_no_server_is_a_failure_of_one_clear_line() -> None:
    """A run that can find no server fails its tests with the remedy; it never skips them."""
    script = (
        "import tests.postgres, tests.postgres_run as run, pathlib, os, sys\n"
        "tests.postgres.candidates = lambda: iter([pathlib.Path('/nowhere/bin')])\n"
        "folder = run.open_run(); (folder / 'stop').touch()\n"
        "run.supervise(folder)\n"
        "print((folder / 'problem').read_text())\n"
        "run.close_run(folder)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.startswith("no PostgreSQL for the tests (/nowhere/bin"), done.stderr
    assert postgres_run.URL_VARIABLE in done.stdout
    assert done.stdout.count("\n") == 1


def test_the_server_stops_when_the_run_is_killed() -> None:
    script = (
        "import tests.postgres_run as run, os, signal\n"
        "run.open_run()\n"
        "print(run.server_url().render_as_string(hide_password=False), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {key: value for key, value in os.environ.items() if key != postgres_run.URL_VARIABLE}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    url = make_url(done.stdout.strip())
    folder = Path(str(url.query["host"])).parent
    deadline = time.monotonic() + 30
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        postgres.connect(url)
