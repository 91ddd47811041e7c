"""The design with a part left out: what the tests must catch, or they would prove nothing.

`unlocked`: the heads are read without their lock. `stale`: books kept in memory stay although somebody else has written.
`ids first`: what became of an id is read before the lock. `keys` goes with each of them: the second line is gone too,
that is the keys and triggers of the tables (`drop_keys`) and the writer's own checks of versions and heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, create_engine, inspect

from ledger.core.merkle import Frontier
from ledger.store import bulk, transaction
from ledger.store.answers import earlier

KEYLESS = ("entry", "transfer", "tree_node", "refusal", "link", "hold", "open_hold", "claim")


def leave_out(parts: Sequence[str]) -> None:
    """Break this process, for good."""
    for part in parts:
        _BREAK[part]()


def drop_keys(url: str) -> None:
    """Take every key and trigger away that would refuse what a broken writer writes (PostgreSQL)."""
    engine = create_engine(url)
    with engine.begin() as connection:
        found = inspect(connection)
        for table in KEYLESS:
            names = [found.get_pk_constraint(table)["name"]]
            names += [unique["name"] for unique in found.get_unique_constraints(table)]
            for name in names:
                connection.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for table in (*KEYLESS, "account", "head"):
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    engine.dispose()


def _unlocked() -> None:
    really = transaction.Transactions._heads

    def heads(self: Any, *asked: Any) -> Any:
        self._postgresql = False  # asks for no lock
        try:
            return really(self, *asked)
        finally:
            self._postgresql = True

    _put(transaction.Transactions, "_heads", heads)


def _stale() -> None:
    really = transaction.Transactions._current

    def current(self: Any, *asked: Any) -> Any:
        *_, uid, top = asked
        kept = self.kept.get(uid)
        if kept is None:
            return really(self, *asked)
        kept.books.seq, kept.books.ts = top.seq, top.ts
        kept.frontier = Frontier.from_bytes(top.seq, bytes(top.frontier))
        return kept

    _put(transaction.Transactions, "_current", current)


def _ids_first() -> None:
    really = transaction.Transactions._lock
    seen: dict[int, Any] = {}

    def lock(self: Any, connection: Connection, wanted: Any) -> Any:
        self._find_numbers(connection, list(wanted))
        for uid, commands in wanted.items():
            number = self._numbers[uid]
            seen[number] = earlier(connection, self._bulk, number, [command.id for command in commands])
        return really(self, connection, wanted)

    _put(transaction.Transactions, "_lock", lock)
    _put(transaction, "earlier", lambda connection, bulk, number, ids: seen[number])


def _keys() -> None:
    postgresql = bulk.bulk_for("postgresql")
    for change, text in postgresql._changes.items():
        for checked, not_checked in (
            ("a.version = v.known", "v.known >= 0"),
            ("version = %s", "%s >= 0"),
            ("AND seq = %s", "AND %s > 0"),
        ):
            text = text.replace(checked, not_checked)
        postgresql._changes[change] = text
    _put(bulk.Bulk, "_check", staticmethod(lambda sent: None))


def _put(where: Any, name: str, what: Any) -> None:
    setattr(where, name, what)


_BREAK = {"unlocked": _unlocked, "stale": _stale, "ids first": _ids_first, "keys": _keys}
