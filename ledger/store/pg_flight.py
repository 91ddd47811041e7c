"""Several statements in one flight to PostgreSQL: sent together, waited for once.

psycopg's own pipeline costs more than the statements of a small batch, and each COPY waits for the server twice. A
thread that waits gives the interpreter away and has to get it back, which is the dearest part under load.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import count
from operator import attrgetter
from select import POLLIN, POLLOUT, poll
from struct import Struct
from struct import error as StructError
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import DataError
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

_HEADER = Struct(">iiiii").pack
_SIZE = Struct(">i").pack
_NULL = _SIZE(-1)
_EVER = count()


Meanwhile = Callable[[], bool]
"""Does a small piece of other work while the server is at work; False when there is none."""


class Value(NamedTuple):
    """A parameter in its binary form (None: null), with PostgreSQL's number for its type."""

    oid: int
    data: bytes | None


class Statement(NamedTuple):
    """`text` has %s for its values, as psycopg's has."""

    text: str
    values: Sequence[Value]


def value(kind: str, one: Any) -> Value:
    """One value of a type of `KINDS`, or null. DataError when the type has no such value."""
    oid, _, written, _ = KINDS[kind]
    try:
        return Value(oid, None if one is None else written(one))
    except StructError as error:
        raise DataError(f"{kind}: {error}") from error


def array(kind: str, several: Sequence[Any]) -> Value:
    """An array of one of the types in `KINDS`; None among the elements is null. DataError as in `value`."""
    element, oid, written, quick = KINDS[kind]
    nulls = None in several
    header = _HEADER(1, nulls, element, len(several), 1)  # one dimension, counted from 1
    parts = [header]
    try:
        if quick is not None and not nulls:
            return Value(oid, header + quick(several))
        for one in several:
            data = None if one is None else written(one)
            parts += (_NULL,) if data is None else (_SIZE(len(data)), data)
    except StructError as error:
        raise DataError(f"{kind}: {error}") from error
    return Value(oid, b"".join(parts))


def _numbers(letter: str, size: int) -> Callable[[Sequence[int]], bytes]:
    def all_at_once(several: Sequence[int]) -> bytes:
        sized = [size] * (2 * len(several))
        sized[1::2] = several
        return _packing(letter, len(several))(*sized)

    return all_at_once


@lru_cache(maxsize=1_024)
def _packing(letter: str, many: int) -> Callable[..., bytes]:
    """Each number after its size. `struct` itself remembers a hundred forms, fewer than there are sizes of a batch."""
    return Struct(">" + f"i{letter}" * many).pack


def _itself(one: bytes) -> bytes:
    return one


KINDS: dict[str, tuple[int, int, Callable[[Any], bytes], Callable[[Sequence[Any]], bytes] | None]] = {
    "int8": (20, 1016, Struct(">q").pack, _numbers("q", 8)),
    "int4": (23, 1007, Struct(">i").pack, _numbers("i", 4)),
    "uuid": (2950, 2951, attrgetter("bytes"), None),
    "bytea": (17, 1001, _itself, None),
    "text": (25, 1009, str.encode, None),
}
"""By a type's name: PostgreSQL's numbers for it and for its array, what writes a value, what writes many of them."""


def _number(said: bytes) -> int:
    return int.from_bytes(said, "big", signed=True)


def _uuid(said: bytes) -> UUID:
    return UUID(bytes=said)


_READ: dict[int, Callable[[bytes], Any]] = {20: _number, 23: _number, 2950: _uuid, 17: bytes}
"""What reads a value of a type, by its number; the others are text."""


_BEGIN = Statement("BEGIN", [])
_GOOD = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
_BINARY = [1]


class Flights:
    """Of one connection, which does nothing else meanwhile. A statement is prepared when it comes first."""

    def __init__(self, driver: Any, meanwhile: Meanwhile | None = None) -> None:
        self._libpq = driver.pgconn
        self._meanwhile = meanwhile
        self._encoding: str = driver.info.encoding
        self._names: dict[str, bytes] = {}

    def run(self, statements: Sequence[Statement]) -> list[int]:
        """How many rows each statement met. Raises what the server says of the first that fails; none after it ran."""
        return [result.command_tuples or 0 for result in self._fly(statements)]

    def rows(self, query: Statement) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        result = self._fly([query])[0]
        columns = [(at, _READ.get(result.ftype(at), bytes.decode)) for at in range(result.nfields)]
        found = []
        for row in range(result.ntuples):
            values = [(result.get_value(row, at), read) for at, read in columns]
            found.append(tuple([None if said is None else read(said) for said, read in values]))
        return found

    def _fly(self, statements: Sequence[Statement]) -> list[Any]:
        """The result of each; a transaction is begun where there is none."""
        libpq = self._libpq
        begins = libpq.transaction_status == TransactionStatus.IDLE
        if begins:
            statements = [_BEGIN, *statements]
        libpq.enter_pipeline_mode()
        prepared = [self._send(statement) for statement in statements]
        libpq.pipeline_sync()
        results = []
        while (result := self._next()) is None or result.status != ExecStatus.PIPELINE_SYNC:
            if result is not None:
                results.append(result)
        libpq.exit_pipeline_mode()
        for result in results:
            if result.status not in _GOOD:
                self._names.clear()  # what came after it was not prepared
                raise error_from_result(result, self._encoding)
        every = iter(results)
        answers = []
        for first_time in prepared:
            if first_time:
                next(every)
            answers.append(next(every))
        return answers[1:] if begins else answers

    def _send(self, statement: Statement) -> bool:
        """Whether it had to be prepared first."""
        text, values = statement
        name = self._names.get(text)
        first_time = name is None
        if name is None:
            name = self._names[text] = b"ricochet_%d" % next(_EVER)
            self._libpq.send_prepare(name, numbered(text).encode(), [value.oid for value in values])
        self._libpq.send_query_prepared(name, [value.data for value in values], _BINARY * len(values), 1)
        return first_time

    def _next(self) -> Any:
        wait(self._libpq, self._meanwhile)
        return self._libpq.get_result()


def numbered(text: str) -> str:
    """With $1, $2... for %s."""
    numbers = count(1)
    return re.sub("%s", lambda _: f"${next(numbers)}", text)


def wait(libpq: Any, meanwhile: Meanwhile | None = None) -> None:
    """Until the next result can be read; other threads run meanwhile, and what `meanwhile` does in small pieces."""
    socket = None
    while True:
        unsent = libpq.flush()
        if not libpq.is_busy():
            return
        if socket is None:
            socket = poll()
            socket.register(libpq.socket, POLLIN | POLLOUT if unsent else POLLIN)
        else:
            socket.modify(libpq.socket, POLLIN | POLLOUT if unsent else POLLIN)
        while meanwhile is not None and not socket.poll(0):
            if not meanwhile():
                break
        socket.poll()
        libpq.consume_input()
