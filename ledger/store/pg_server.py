"""A copy of a whole PostgreSQL server by pg_basebackup, and a server started on such a copy to look inside."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL

from ledger.core.errors import Unavailable
from ledger.store import pg_programs

START_SECONDS = 3_600
"""How long a copy may replay what was written while it was made."""

_CONFIGURATION = """\
listen_addresses = ''
unix_socket_directories = '{socket}'
max_connections = 20
fsync = off
archive_mode = off
autovacuum = off
"""


def copy(url: URL, folder: Path) -> None:
    """Every database of the server, with the log that makes it one moment; then every file against its hash.

    The role must be allowed to replicate. Raises Unavailable.
    """
    release = pg_programs.release(url)
    backup, check = (
        pg_programs.find(name, release, exactly=True) for name in ("pg_basebackup", "pg_verifybackup")
    )
    pg_programs.run(
        backup, f"--pgdata={folder}", "--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256",
        f"--dbname={pg_programs.address(url)}", password=pg_programs.password_of(url),
    )  # fmt: skip
    pg_programs.run(check, "--exit-on-error", "--quiet", str(folder))


@contextmanager
def started(folder: Path, url: URL) -> Iterator[URL]:
    """A server on a copy of the data directory `folder`, reached by nobody else, thrown away in the end.

    `url` names the role and the database. Needs as much free space as the directory has. Raises Unavailable.
    """
    release = int((folder / "PG_VERSION").read_text())
    check, program = (pg_programs.find(name, release, exactly=True) for name in ("pg_verifybackup", "postgres"))
    pg_programs.run(check, "--exit-on-error", "--quiet", str(folder))
    with tempfile.TemporaryDirectory(prefix="ricochet-pg-") as place:
        data = Path(place, "data")
        shutil.copytree(folder, data, symlinks=True)
        (data / "postgresql.conf").write_text(_CONFIGURATION.format(socket=place))
        (data / "postgresql.auto.conf").write_text("")
        (data / "pg_hba.conf").write_text("local all all trust\n")
        (data / "pg_ident.conf").write_text("")
        owner = _give_away(Path(place))
        log = Path(place, "log")
        with log.open("wb") as said:
            process = subprocess.Popen(
                [program, "-D", str(data)], env=pg_programs.environment(), cwd="/", start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, **owner,
            )  # fmt: skip
        try:
            here = URL.create(
                "postgresql+psycopg", url.username, database=url.database, query={"host": place}
            )
            _await(here, process, log)
            yield here
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait()


def _give_away(place: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then the folder gets an owner without rights. Arguments for subprocess."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            owner = pwd.getpwnam(name)
            for path in (place, *place.rglob("*")):
                os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
            return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    raise Unavailable("PostgreSQL does not run as root; check the copy as another account of this machine")


def _await(url: URL, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(pg_programs.address(url)).close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                said = pg_programs.last_line(log.read_text(errors="replace"))
                raise Unavailable(f"PostgreSQL does not start on the copy: {said}") from error
            time.sleep(0.1)
