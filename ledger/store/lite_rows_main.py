"""The process that holds SQLite's transaction (`lite_rows`): does what its parent says, until the parent is gone."""

from __future__ import annotations

import marshal
import socket
import sys
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ledger.core.errors import LedgerError
from ledger.store.child import hear, tell
from ledger.store.engine import make_engine, one_line, parse_url
from ledger.store.lite_rows import BEGIN, CHANGES, COMMIT, PLAIN, ROWS


def main(line: socket.socket) -> None:
    """Serve one parent. The first message is the database's address; ours says that we are ready."""
    url = hear(line)
    if url is None:
        return
    engine = make_engine(parse_url(url.decode()), writer=True)
    try:
        connection = engine.connect()
    except (LedgerError, SQLAlchemyError):  # our parent does without us
        return
    with connection:
        writer = _Writer(connection)
        tell(line, b"ready")
        while (said := hear(line)) is not None:
            answer = writer.heed(*marshal.loads(said))
            if answer is not None:
                tell(line, answer)
    engine.dispose()


class _Writer:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        driver: Any = connection.connection.driver_connection
        self._cursor = driver.cursor()
        self._failed: tuple[str, str] | None = None
        """Why nothing more is done; our parent gives us up when it hears of it."""

    def heed(self, what: int, *said: Any) -> bytes | None:
        """The answer to what was said, if it has one."""
        found = None
        if self._failed is None:
            try:
                found = self._do(what, *said)
            except Exception as error:  # noqa: BLE001 - our parent knows what to make of it
                cause = error.orig if isinstance(error, DBAPIError) else error
                self._failed = type(cause).__name__, one_line(error)
        return None if what == ROWS else marshal.dumps((self._failed, found), PLAIN)

    def _do(self, what: int, *said: Any) -> list[int] | None:
        if what == BEGIN:
            self._connection.begin()
        elif what == ROWS:
            self._cursor.executemany(*said)
        elif what == CHANGES:
            return [self._cursor.executemany(*change).rowcount for change in said[0]]
        elif what == COMMIT:
            self._connection.commit()
        return None


if __name__ == "__main__":
    with suppress(ConnectionError):  # nobody hears us any more
        main(socket.socket(fileno=int(sys.argv[1])))
