"""A PostgreSQL server with full durability for the bench, and pgbench on it."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL

from tests import postgres


@contextmanager
def durable_server() -> Iterator[postgres.Server]:
    """The first server that starts here, with fsync and synchronous_commit on; `url` is its address."""
    folder = Path(tempfile.mkdtemp(prefix="ricochet-bench-", dir="/tmp" if Path("/tmp").is_dir() else None))
    folder.chmod(0o711)
    said: list[str] = []
    try:
        for number, binaries in enumerate(postgres.candidates()):
            place = folder / str(number)
            place.mkdir(mode=0o700)
            server = postgres.Server(binaries, place, durable=True)
            try:
                server.url = server.start()
            except postgres.ServerFailed as reason:
                said.append(str(reason))
                continue
            try:
                yield server
            finally:
                server.stop()
            return
        raise SystemExit(f"no PostgreSQL for the bench: {'; '.join(said) or 'no binaries found'}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Pgbench:
    """TPC-B as PostgreSQL's own benchmark runs it: one transaction, three updates, one insert."""

    CLIENTS = (1, 8, 16, 32)

    def __init__(self, server: postgres.Server, url: URL) -> None:
        self._program = shutil.which("pgbench", path=str(server.binaries)) or shutil.which("pgbench")
        self._where = ["-h", str(url.query["host"]), "-U", str(url.username), str(url.database)]
        if self._program:
            self._run("-i", "-q", "-s", "10")

    @property
    def present(self) -> bool:
        """Whether this machine has pgbench."""
        return self._program is not None

    def rate(self, clients: int, seconds: int) -> float:
        """Transactions a second at so many clients."""
        return _tps(self._run("-c", str(clients), "-j", "2", "-T", str(seconds)))

    def run_script(self, url: URL, script: str, clients: int, seconds: int) -> float:
        """Transactions a second of a script of its own, in another database of the server."""
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script)
            file.flush()
            options = ["-n", "-f", file.name, "-c", str(clients), "-j", "2", "-T", str(seconds)]
            return _tps(self._run(*options, where=[*self._where[:-1], str(url.database)]))

    def _run(self, *arguments: str, where: list[str] | None = None) -> str:
        assert self._program
        done = subprocess.run(
            [self._program, *arguments, *(where or self._where)], capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"pgbench: {done.stderr.strip()}")
        return done.stdout


def _tps(said: str) -> float:
    found = re.search(r"tps = ([0-9.]+)", said)
    assert found, said
    return float(found.group(1))
