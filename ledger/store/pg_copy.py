"""Binary COPY without waiting: PostgreSQL stores one part of a batch while Python decides the next.

psycopg's COPY waits for the server at its end. This one speaks libpq's asynchronous calls on the same connection,
from one thread: `put` and `pump` never wait, `finish` does. Between `put` and `finish` nothing else may be asked of the
connection. Only the tables that grow with every payment come here; their rows are packed by hand.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from struct import Struct
from struct import error as StructError
from typing import Any

from psycopg import DataError
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from sqlalchemy import BigInteger, Table

from ledger.store import schema
from ledger.store.pg_flight import Meanwhile, wait

Row = tuple[Any, ...]

_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_INT, _BIG, _UID, _HASH = 4, 8, 16, 32
"""Bytes of a value; each is preceded by its size."""

_ENTRY = Struct(">h iiiq i16s iqiq i".replace(" ", "")).pack
_ACTOR_AND_SIZE = Struct(">i16si").pack
_NODE = Struct(">h iiii iqi32s".replace(" ", "")).pack


def _numbers(table: Table) -> Callable[[Sequence[Row]], bytes]:
    """For a table of whole numbers: its rows are of one length, so their sizes are filled in a column at a time."""
    form, sizes, width = ">2x", [(1, len(table.columns))], 2
    for column in table.columns:
        size, letter = (_BIG, "q") if isinstance(column.type, BigInteger) else (_INT, "i")
        form += "4x" + letter
        sizes.append((width + 3, size))
        width += 4 + size
    pack = Struct(form).pack

    def packed(rows: Sequence[Row]) -> bytes:
        data = bytearray().join([pack(*row) for row in rows])
        for at, size in sizes:
            data[at::width] = bytes([size]) * len(rows)
        return bytes(data)

    return packed


def _entries(rows: Sequence[Row]) -> bytes:
    parts: list[bytes] = []
    for number, seq, uid, ts, effective_at, name, actor, body, leaf in rows:
        command = name.encode()
        parts += (
            _ENTRY(9, _INT, number, _BIG, seq, _UID, uid.int.to_bytes(16, "big"), _BIG, ts, _BIG, effective_at, len(command)),
            command, _ACTOR_AND_SIZE(_UID, actor.int.to_bytes(16, "big"), len(body)), body, b"\0\0\0\x20", leaf,
        )  # fmt: skip
    return b"".join(parts)


def _nodes(rows: Sequence[Row]) -> bytes:
    return b"".join([_NODE(4, _INT, a, _INT, b, _BIG, c, _HASH, d) for a, b, c, d in rows])


PACKED: dict[Table, Callable[[Sequence[Row]], bytes]] = {
    schema.entry: _entries, schema.transfer: _numbers(schema.transfer), schema.tree_node: _nodes,
}  # fmt: skip
"""What makes a table's rows, all columns in order, the body of a binary COPY."""


class Copies:
    """COPY commands in their order on one connection, begun by whoever comes by, ended by `finish`."""

    def __init__(self, driver: Any, meanwhile: Meanwhile | None = None) -> None:
        self._libpq = driver.pgconn
        self._meanwhile = meanwhile
        self._encoding: str = driver.info.encoding
        self._waiting: deque[tuple[bytes, bytes]] = deque()
        self._data: bytes | None = None
        """Of the command that the server works at."""

    def put(self, table: Table, rows: Sequence[Row]) -> None:
        """Rows of a table in `PACKED`; they may be forgotten afterwards. Raises what the server says so far."""
        if rows:
            names = ", ".join([f'"{column.name}"' for column in table.columns])
            text = f"COPY {table.name} ({names}) FROM STDIN (FORMAT binary)"
            try:
                data = PACKED[table](rows)
            except StructError as error:
                raise DataError(f"{table.name}: {error}") from error
            self._waiting.append((text.encode(), _BEGIN + data + _END))
            self.pump()

    def pump(self) -> None:
        """Do what can be done without waiting."""
        while self._step():
            pass

    def finish(self) -> None:
        """Wait until the server has taken everything; other statements may follow."""
        self.pump()
        while self._data is not None:
            wait(self._libpq, self._meanwhile)
            self.pump()

    def _step(self) -> bool:
        """One step of the conversation; False when it is the server's turn, or all is said."""
        libpq = self._libpq
        if self._data is None:
            if not self._waiting:
                return False
            text, self._data = self._waiting.popleft()
            libpq.send_query(text)
            libpq.flush()
            return True
        libpq.flush()
        libpq.consume_input()
        if libpq.is_busy():
            return False
        result = libpq.get_result()
        if result is None:  # the command is over
            self._data = None
        elif result.status == ExecStatus.COPY_IN:
            libpq.put_copy_data(self._data)
            libpq.put_copy_end()
            libpq.flush()
        elif result.status != ExecStatus.COMMAND_OK:
            while libpq.get_result() is not None:  # so that the connection can be told to roll back
                pass
            raise error_from_result(result, self._encoding)
        return True
