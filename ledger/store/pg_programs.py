"""PostgreSQL's own programs: pg_dump, pg_restore, pg_basebackup and others, of the release that the server has."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL

from ledger.core.errors import Unavailable

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/opt/postgresql@*/bin")
"""Where packages of several releases stand beside each other, off the PATH."""


def address(url: URL) -> str:
    """The URL as libpq reads it, without the password (which goes by the environment, where `ps` does not show it)."""
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return bare.render_as_string()


def connect(url: URL) -> psycopg.Connection[Any]:
    """A plain connection where each statement commits. Raises Unavailable."""
    try:
        return psycopg.connect(address(url), password=url.password, autocommit=True)
    except psycopg.Error as error:
        raise Unavailable(f"cannot reach {address(url)}: {_one_line(str(error))}") from error


def release(url: URL) -> int:
    """The server's release: 15 for 15.4."""
    with connect(url) as connection:
        return connection.info.server_version // 10_000


def find(program: str, wanted: int, *, exactly: bool = False) -> Path:
    """The program of the server's release, else the next newer one. Raises Unavailable with the remedy."""
    found = {_release_of(path): path for path in _everywhere(program)}
    fitting = [number for number in found if number == wanted or (number > wanted and not exactly)]
    if not fitting:
        raise Unavailable(
            f"{program} of PostgreSQL {wanted} is not on the PATH; install the client programs of that release"
        )
    return found[min(fitting)]


def _everywhere(program: str) -> Iterator[Path]:
    """Every installation of a program, the first on the PATH last so that it wins."""
    for pattern in PLACES:
        yield from sorted(Path("/").glob(f"{pattern[1:]}/{program}"))
    for folder in reversed(os.get_exec_path()):
        if (path := Path(folder, program)).is_file():
            yield path


def _release_of(path: Path) -> int:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    number = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(number[1]) if number else 0


def run(program: Path, *arguments: str, password: str | None = None, **how: Any) -> None:
    """Run to the end. Raises Unavailable with the last line that it said."""
    done = subprocess.run(
        [program, *arguments], env=environment(password), text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, **how,
    )  # fmt: skip
    if done.returncode:
        raise Unavailable(f"{program.name} failed: {last_line(done.stderr)}")


def environment(password: str | None = None) -> Mapping[str, str]:
    """Ours, in a language that can be searched for on the web."""
    more = {} if password is None else {"PGPASSWORD": password}
    return {**os.environ, "LC_ALL": "C", **more}


def last_line(said: str) -> str:
    """What a program said at the end, on one line."""
    return _one_line((said.strip().splitlines() or ["it said nothing"])[-1])


def password_of(url: URL) -> str | None:
    """The URL's password, if it names one."""
    return None if url.password is None else str(url.password)


# --- databases ---


def empty(url: URL) -> bool:
    """Whether a database has no table of anybody's."""
    query = (
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
    )
    with connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row is not None and row[0] == 0


@contextmanager
def scratch_database(url: URL) -> Iterator[URL]:
    """An empty database on the same server, dropped in the end. Raises Unavailable where that is not allowed."""
    name = f"ricochet_check_{uuid4().hex}"
    try:
        with connect(url) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise Unavailable(
            f"a copy is checked in a database of its own, and none can be made here ({_one_line(str(error))}); "
            "use a role with CREATEDB, or --no-verify and restore it elsewhere"
        ) from error
    try:
        yield url.set(database=name)
    finally:
        with connect(url) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def dump(url: URL, file: Path) -> None:
    """The whole database as of one moment, while others write."""
    program = find("pg_dump", release(url))
    run(
        program, "--format=custom", "--serializable-deferrable", f"--file={file}", address(url),
        password=password_of(url),
    )  # fmt: skip


def load(url: URL, file: Path) -> None:
    """A dump into an empty database, all of it or nothing; everything then belongs to the role of the URL."""
    program = find("pg_restore", release(url))
    options: Sequence[str] = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    run(program, *options, f"--dbname={address(url)}", str(file), password=password_of(url))


def _one_line(said: str) -> str:
    return " ".join(said.split())
