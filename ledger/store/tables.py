"""The second half of an audit: every stored row against what the replayed journal says it should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection, Table, select

from ledger.store import schema
from ledger.store.audit import PAGE, Replay, stream
from ledger.store.expectations import account_rows
from ledger.store.findings import Findings
from ledger.store.scratch import Row, Scratch, columns, differences, key_size

BY_ENTRY = (schema.hold, schema.link, schema.claim, schema.policy, schema.memo)
"""Tables whose rows name their entry: compared even when the replay had to stop, up to there."""
WHOLE = (schema.account, schema.currency, schema.open_hold, schema.tree_node)
"""Tables that show the state after the last entry."""


def compare_tables(
    connection: Connection, community_id: int, replay: Replay, scratch: Scratch, findings: Findings
) -> None:
    """Find the rows that are missing, too many, or different."""
    for table in BY_ENTRY:
        _compare(connection, table, community_id, replay, scratch.expected(table), findings)
    if replay.stopped is None:
        accounts = account_rows(replay.books, replay.ledgers)
        _compare(connection, schema.account, community_id, replay, accounts, findings)
        open_holds = replay.holds.rows(replay.books.seq)
        _compare(connection, schema.open_hold, community_id, replay, open_holds, findings)
        for table in (schema.currency, schema.tree_node):
            _compare(connection, table, community_id, replay, scratch.expected(table), findings)
        _one_outcome(connection, community_id, replay, findings)
        _holds_are_held(replay, findings)
        _conserved(connection, community_id, replay, findings)


def _compare(
    connection: Connection, table: Table, community_id: int, replay: Replay, expected: Iterable[Row],
    findings: Findings,
) -> None:  # fmt: skip
    stored = _stored(connection, table, community_id, replay.stopped)
    names = columns(table)
    if table is schema.memo:
        stored = (_hashed(row) for row in stored)
    for should, found in differences(expected, stored, key_size(table)):
        if found is None:
            if should is not None and table is not schema.memo:  # a memo may be erased
                findings.add(should[-1], table.name, f"{_key(table, should)} is missing")
        elif should is None:
            at = found[names.index("seq")] if "seq" in names else replay.books.seq
            findings.add(at, table.name, f"{_key(table, found)} comes from no entry")
        else:
            wrong = [name for name, a, b in zip(names, should, found, strict=False) if a != b]
            findings.add(
                should[-1], table.name, f"{_key(table, found)}: {', '.join(wrong)} differ from the journal"
            )


def _stored(connection: Connection, table: Table, community_id: int, stopped: int | None) -> Iterator[Row]:
    chosen = [table.c[name] for name in columns(table)]
    statement = select(*chosen).where(table.c.community_id == community_id)
    if stopped is not None:
        statement = statement.where(table.c.seq < stopped)
    ordered = statement.order_by(*chosen[: key_size(table)])
    with connection.execute(ordered.execution_options(yield_per=PAGE)) as rows:
        for row in rows:
            yield tuple([value.bytes if isinstance(value, UUID) else value for value in row])


def _hashed(memo: Row) -> Row:
    """A memo as the journal knows it: by its salted hash."""
    seq, salt, text = memo
    return seq, sha256(salt + text.encode()).digest(), None


def _key(table: Table, row: Row) -> str:
    said = [value.hex() if isinstance(value, bytes) else str(value) for value in row[: key_size(table)]]
    return f"{table.name} {' '.join(said)}"


def _one_outcome(connection: Connection, community_id: int, replay: Replay, findings: Findings) -> None:
    """A command was committed or refused, not both."""
    for row in stream(connection, schema.refusal, community_id):
        past = replay.books.entries.get(row.command_id)
        if past is not None:
            findings.add(past.seq, "refusal", f"command {row.command_id} is committed and refused")


def _holds_are_held(replay: Replay, findings: Findings) -> None:
    """What open holds set aside is what the accounts have as held."""
    held = replay.holds.held()
    for no, totals in replay.ledgers.of.items():
        if (totals.debits_held, totals.credits_held) != held.get(no, (0, 0)):
            account = replay.books.by_no[no]
            findings.add(
                account.touched_seq, "hold", f"account {no}: its open holds are not what it has as held"
            )


def _conserved(connection: Connection, community_id: int, replay: Replay, findings: Findings) -> None:
    """Per currency what some owe is what others own, of what is posted and of what is held (CORE-1)."""
    account = schema.account
    chosen = (account.c.currency_no, account.c.credits_posted - account.c.debits_posted,
              account.c.credits_held - account.c.debits_held)  # fmt: skip
    sums: dict[int, list[int]] = {}
    statement = select(*chosen).where(account.c.community_id == community_id)
    with connection.execute(statement.execution_options(yield_per=PAGE)) as rows:
        for currency_no, posted, held in rows:
            of = sums.setdefault(currency_no, [0, 0])
            of[0] += posted
            of[1] += held
    for currency_no, (posted, held) in sorted(sums.items()):
        if posted or held:
            findings.add(
                replay.books.seq, "conservation",
                f"currency {currency_no}: balances sum to {posted}, holds to {held}, not to 0",
            )  # fmt: skip
