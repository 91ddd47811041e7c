"""The third part of an audit: the head of the journal, and the checkpoints that we and others kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from ledger.core.checkpoint import Checkpoint, parse_and_verify
from ledger.core.merkle import ProofError
from ledger.store import schema
from ledger.store.audit import Replay, stream
from ledger.store.findings import Findings
from ledger.store.keys import signer_at


def compare_head(connection: Connection, community: Row[Any], replay: Replay, findings: Findings) -> None:
    """The rows that say where the journal stands, who the community is, and which key is its own."""
    books, founded = replay.books, replay.founded
    last = books.seq
    head = _row(connection, schema.head, community.community_id)
    if head is None:
        findings.add(last, "head", "the head of the journal is missing")
    elif head.seq > last:
        replay.stopped = last + 1  # the tables go on where the journal does not
        findings.add(last + 1, "sequence", f"entries {last + 1} to {head.seq} are missing")
    else:
        said = {
            "seq": last, "ts": books.ts, "frontier": replay.frontier.to_bytes(),
            "accounts_opened": books.accounts_opened, "sealed_through": books.sealed_through,
        }  # fmt: skip
        wrong = [name for name, value in said.items() if getattr(head, name) != value]
        if wrong:
            check = "tree" if wrong == ["frontier"] else "head"
            findings.add(last, check, f"head: {', '.join(wrong)} differ from the journal")
    if founded is None:
        findings.add(1, "community", "the first entry does not found the community")
        return
    if (community.code, community.founded_ts) != (founded.code, replay.founded_ts):
        findings.add(1, "community", "code or founded_ts differ from the first entry")
    rows = stream(connection, schema.signing_key, community.community_id)
    signers: list[tuple[int, bytes]] = [(row.seq, row.public_key) for row in rows]
    if signers != replay.signers:
        first = min((int(each[0]) for each in {*signers} ^ {*replay.signers}), default=1)
        findings.add(first, "signing_key", "the public keys are not those that the entries name")


def _row(connection: Connection, table: Any, community_id: int) -> Row[Any] | None:
    return connection.execute(select(table).where(table.c.community_id == community_id)).one_or_none()


def stored_sizes(connection: Connection, community_id: int) -> list[int]:
    """The sizes of the checkpoints in the database."""
    size = schema.checkpoint.c.size
    query = select(size).where(schema.checkpoint.c.community_id == community_id)
    return list(connection.execute(query).scalars())


def compare_stored(
    connection: Connection, community_id: int, origin: str, replay: Replay, findings: Findings
) -> None:
    """Every checkpoint in the database: its signature, its root, its columns."""
    good = 0
    for row in stream(connection, schema.checkpoint, community_id):
        signed = _opened(row.note, origin, replay, "checkpoint", row.size, findings)
        if signed is None:
            continue
        if (row.size, row.root) != (signed.size, signed.root):
            said = f"checkpoint {row.size}: its columns are not what its note says"
            findings.add(min(row.size, signed.size), "checkpoint", said)
        elif _beyond(row.size, replay, "checkpoint", findings):
            continue
        elif row.ts != replay.moments.get(row.size):
            findings.add(row.size, "checkpoint", f"checkpoint {row.size}: ts is not the moment of that entry")
        elif replay.roots.get(row.size) != signed.root:
            _rewritten(good, row.size, "checkpoint", findings)
        else:
            good = row.size


def compare_external(
    notes: Sequence[tuple[int, str]], origin: str, replay: Replay, findings: Findings
) -> None:
    """Checkpoints kept elsewhere (size, note): only they show a journal rewritten or cut with care."""
    good = 0
    for size, note in sorted(notes):
        signed = _opened(note, origin, replay, "external", size, findings)
        if signed is None or _beyond(size, replay, "external", findings):
            continue
        if replay.roots.get(size) != signed.root:
            _rewritten(good, size, "external", findings)
        else:
            good = size


def _opened(
    note: str, origin: str, replay: Replay, check: str, size: int, findings: Findings
) -> Checkpoint | None:
    """The note's checkpoint if the key that was in force at its size has signed it."""
    if not replay.signers:
        return None
    try:
        return parse_and_verify(note, signer_at(replay.signers, size), origin)
    except ProofError as error:
        findings.add(size, check, str(error))
        return None


def _beyond(size: int, replay: Replay, check: str, findings: Findings) -> bool:
    """Whether the journal does not reach a checkpoint; a finding unless its replay had to stop."""
    last = replay.books.seq
    if size > last and replay.stopped is None:
        findings.add(
            last + 1, check, f"{size} entries were signed, the journal has {last}: its end is missing"
        )
    return size > last


def _rewritten(good: int, size: int, check: str, findings: Findings) -> None:
    findings.add(size, check, f"entries {good + 1} to {size} are not those that were signed")
