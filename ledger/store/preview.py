"""What a command would be answered now, without asking the committer and without writing."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from ledger.core.accounts import Books
from ledger.core.commands import Command, Found
from ledger.core.decide import decide
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Decision, decode
from ledger.store.answers import earlier, repeat
from ledger.store.bulk import bulk_for
from ledger.store.engine import KEYED
from ledger.store.loader import fill, load_books
from ledger.store.schema import community

_KEYED = select(*(func.set_config(name, value, True) for name, value in KEYED.items()))
"""Look up by key like the writer, until the end of the transaction."""


def preview(connection: Connection, command: Command, clock: int) -> Decision:
    """The decision that `submit` would commit, or has committed under this id; raises the same Rejected."""
    if connection.dialect.name == "postgresql":
        connection.execute(_KEYED)
    query = select(community.c.community_id).where(community.c.uid == command.community)
    number = connection.execute(query).scalar_one_or_none()
    if number is None:
        decision = decide(command, Books(community=command.community), clock)
        if isinstance(command, Found):
            _check_code(connection, command.code)
        return decision
    found = earlier(connection, bulk_for(connection.dialect.name), number, [command.id]).get(command.id)
    if found is not None:
        answer = repeat(command, found)
        if isinstance(answer, Rejected):
            raise answer
        entry = decode(found.bytes)
        return Decision(entry.transfers, entry.effects)
    kept = load_books(connection, number, command.community)
    fill(connection, kept, [command])
    return decide(command, kept.books, max(clock, kept.books.ts + 1))


def _check_code(connection: Connection, code: str) -> None:
    if connection.execute(select(community.c.uid).where(community.c.code == code)).first() is not None:
        raise Rejected(
            Code.ALREADY_EXISTS, f"another community here is called {code}; choose another code", "code"
        )
