"""verify(): audit the communities of a database, in one snapshot, while others may go on writing.

For each community the journal is read once: numbers and moments, hashes and tree, the rules asked again,
every signature, conservation, limits and the guarantee; then each table is compared with what the journal
says, and the checkpoints with its roots. What is outside the journal is outside the audit: the texts of
refusals, the encrypted half of a signing key, and whether a memo was erased.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, func, select
from sqlalchemy.exc import DBAPIError

from ledger.core.errors import Code, Rejected, Unavailable
from ledger.core.merkle import ProofError
from ledger.store import heads, migrations, schema
from ledger.store.audit import Replay
from ledger.store.engine import one_line, open_database
from ledger.store.findings import Finding, Findings, Report, Verified
from ledger.store.scratch import Scratch
from ledger.store.tables import compare_tables

Note = tuple[str, int, str]
"""A checkpoint kept elsewhere, not yet believed: origin, size, and the text of the note."""


def verify(
    database: str | Engine, community: str | UUID | None = None, against: Sequence[str] = (),
    from_checkpoint: str | None = None,
) -> Report:  # fmt: skip
    """Audit one community (its code or uuid) or all of them.

    `against`: signed notes kept outside the database. `from_checkpoint`: one more, whose entries were
    verified before; they are hashed and carried out, but the rules and the members' signatures are not asked
    again. Raises Rejected for an unknown community, ProofError for what is no checkpoint, CannotOpen.
    """
    notes = [claimed(note) for note in against]
    trusted = None if from_checkpoint is None else claimed(from_checkpoint)
    if trusted is not None:
        notes.append(trusted)
    verified: list[Verified] = []
    findings: list[Finding] = []
    with snapshot(database) as connection:
        rows = _communities(connection, community)
        for row in rows:
            seen, found = _audit(connection, row, notes, trusted)
            verified.append(seen)
            findings += found
        if community is None:
            findings += _strays(connection, {row.community_id for row in rows})
        origins = {origin_of(row.uid) for row in rows}
        findings += [
            Finding("", 0, "external", f"no community here bears the checkpoint of {origin}")
            for origin, _, _ in notes if origin not in origins
        ]  # fmt: skip
    return Report(tuple(verified), tuple(findings))


@contextmanager
def snapshot(database: str | Engine) -> Iterator[Connection]:
    """A reading transaction on a database (by its URL) of today's schema. Raises CannotOpen."""
    opened = open_database(database, read_only=True) if isinstance(database, str) else None
    engine = opened.read if opened is not None else database
    assert isinstance(engine, Engine)
    try:
        migrations.check(engine)
        with engine.connect() as connection, connection.begin():
            unhurried(connection)
            yield connection
    except DBAPIError as error:
        raise Unavailable(f"the database cannot answer ({one_line(error)})") from error
    finally:
        if opened is not None:
            opened.close()


def unhurried(connection: Connection) -> None:
    """Lift, for this transaction, the time limits that protect the server from a stuck request."""
    if connection.dialect.name == "postgresql":
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {limit} = 0")


def _communities(connection: Connection, wanted: str | UUID | None) -> Sequence[Row[Any]]:
    rows = connection.execute(select(schema.community).order_by(schema.community.c.community_id)).all()
    if wanted is None:
        return rows
    found = [row for row in rows if str(wanted) in (row.code, str(row.uid))]
    if not found:
        raise Rejected(Code.COMMUNITY_NOT_FOUND, f"no community {wanted} in this database", "community")
    return found


def _audit(
    connection: Connection, row: Row[Any], notes: Sequence[Note], trusted: Note | None
) -> tuple[Verified, list[Finding]]:
    findings = Findings(row.code)
    ours = [(size, note) for origin, size, note in notes if origin == origin_of(row.uid)]
    already = trusted[1] if trusted is not None and trusted[0] == origin_of(row.uid) else 0
    sizes = {*heads.stored_sizes(connection, row.community_id), *(size for size, _ in ours)}
    with closing(Scratch()) as scratch:
        replay = Replay(connection, row.community_id, row.uid, scratch, findings, sizes, already)
        replay.run()
        if replay.stopped is None:
            heads.compare_head(connection, row, replay, findings)
        compare_tables(connection, row.community_id, replay, scratch, findings)
    heads.compare_stored(connection, row.community_id, origin_of(row.uid), replay, findings)
    heads.compare_external(ours, origin_of(row.uid), replay, findings)
    seen = Verified(row.uid, row.code, replay.books.seq, replay.books.accounts_opened, replay.frontier.root())
    return seen, findings.earliest()


def _strays(connection: Connection, known: set[int]) -> Iterator[Finding]:
    """Rows of a community that is not in the table of communities. One search of the key for each number."""
    for table in schema.metadata.sorted_tables:
        number = table.c.community_id
        last: int | None = connection.scalar(select(func.min(number)))
        while last is not None:
            if last not in known:
                yield Finding(
                    "", 0, table.name, f"{table.name} has rows of a community {last} that does not exist"
                )
            last = connection.scalar(select(func.min(number)).where(number > last))


def claimed(note: str) -> Note:
    """What a note says of itself. Raises ProofError when it is not a checkpoint."""
    lines = note.split("\n")
    if len(lines) < 5 or not (lines[1].isascii() and lines[1].isdecimal() and len(lines[1]) <= 19):
        raise ProofError(
            "checkpoint", "This is not a checkpoint: origin, size, root, an empty line, signatures."
        )
    return lines[0], int(lines[1]), note


def origin_of(uid: UUID) -> str:
    """The name of a community's log and key."""
    return f"ricochet/{uid}"
