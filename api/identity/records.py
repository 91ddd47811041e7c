"""The way to the rows: short transactions, and the revision that makes every process forget what a key may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from api.identity.schema import revision
from ledger.core.errors import Unavailable
from ledger.store.engine import Database


@dataclass(slots=True)
class Records:
    """Transactions on the tables of `schema`."""

    database: Database
    clock: Callable[[], int]
    """Nanoseconds since 1970 UTC."""
    on_revision: list[Callable[[int], None]] = field(default_factory=list)
    """Told the new revision once the change that made it is committed."""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot, on connections that cannot write."""
        with _answers(), self.database.read.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction."""
        with _answers(), self.database.write.begin() as connection:
            yield connection

    @contextmanager
    def write_access(self) -> Iterator[Connection]:
        """One transaction that changes what some key may do."""
        with self.write() as connection:
            yield connection
            connection.execute(update(revision).values(number=revision.c.number + 1))
            number = read_revision(connection)
        for told in self.on_revision:
            told(number)

    def prepare(self) -> None:
        """The one row of the revision."""
        with self.write() as connection:
            lock(connection, "identity_revision")
            if connection.execute(select(revision.c.number)).first() is None:
                connection.execute(insert(revision).values(id=1, number=1))


def read_revision(connection: Connection) -> int:
    """The revision as this transaction sees it."""
    number: int = connection.execute(select(revision.c.number)).scalar_one()
    return number


def lock(connection: Connection, table: str) -> None:
    """Keep other writers of a table out until the end of the transaction; on SQLite there are none."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


@contextmanager
def _answers() -> Iterator[None]:
    """A database that cannot answer is a failure of ours, and may be asked again.

    So may a row that somebody else has just made under the same id: the next time it will be found.
    """
    try:
        yield
    except (OperationalError, InterfaceError, InternalError, IntegrityError, PoolExhausted) as error:
        raise Unavailable("the database cannot answer now; send the same request again") from error
