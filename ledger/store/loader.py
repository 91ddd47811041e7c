"""Fill the books from the tables: a community's own state whole, the rest as a footprint asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Select, and_, bindparam, select

from ledger.core import codec
from ledger.core.accounts import (
    Books,
    Currency,
    Hold,
    Model,
    Past,
    PolicyVersion,
    Transfer,
)
from ledger.core.commands import Command
from ledger.core.footprint import footprint
from ledger.core.merkle import Frontier
from ledger.core.policy import Policy
from ledger.store import accounts as rows
from ledger.store.bulk import Bulk, Question, as_uuid, bulk_for
from ledger.store.lots import lots_of
from ledger.store.schema import (
    OWN_KINDS,
    account,
    claim,
    currency,
    entry,
    head,
    hold,
    link,
    policy,
    signing_key,
    transfer,
)
from ledger.store.trail import Place

OUTCOMES = {"capture_hold": "captured", "void_hold": "voided", "expire_hold": "expired"}
"""What the command that resolved a hold did to it."""

_OWN = account.c.kind.in_(bindparam("kinds", OWN_KINDS, expanding=True, literal_execute=True))
"""Written out, not as parameters: else PostgreSQL does not know that its index on them will do."""

CHUNK = 10_000
"""Values in one IN list; both engines take more than 30,000."""


@dataclass(slots=True)
class Kept:
    """One community's books in memory, with its number here and the frontier of its tree."""

    number: int
    books: Books
    frontier: Frontier
    last: dict[int, rows.Moved] = field(default_factory=dict)
    """Of the accounts in the books, by number, the last transfer; none yet: not here, or NEVER."""


class Top(NamedTuple):
    """A row of `head`, without the community."""

    seq: int
    ts: int
    frontier: bytes
    accounts_opened: int
    sealed_through: int


def open_books(connection: Connection, number: int, uid: UUID, top: Top) -> Kept:
    """A community's books with everything that is always loaded."""
    books = Books(
        community=uid, founded=True, seq=top.seq, ts=top.ts, sealed_through=top.sealed_through,
        accounts_opened=top.accounts_opened,
    )  # fmt: skip
    for row in connection.execute(_of(currency, number).order_by(currency.c.no)):
        books.currencies[row.code] = Currency(row.no, row.code, row.scale, Model(row.model))
    for row in connection.execute(_of(policy, number).order_by(policy.c.since, policy.c.seq)):
        body = codec.from_plain(Policy, codec.loads(row.body))
        books.policies.setdefault(row.currency_no, []).append(PolicyVersion(row.since, row.seq, body))
    signers = connection.execute(_of(signing_key, number).order_by(signing_key.c.seq))
    books.signing_keys = tuple(bytes(row.public_key) for row in signers)
    kept = Kept(number, books, Frontier.from_bytes(top.seq, bytes(top.frontier)))
    _add(kept, connection.execute(_of(account, number).where(_OWN)))
    return kept


def load_books(connection: Connection, number: int, uid: UUID) -> Kept:
    """Like `open_books`, for a reader: the head is read too."""
    _, *top = connection.execute(_of(head, number)).one()
    return open_books(connection, number, uid, Top(*top))


def fill(connection: Connection, kept: Kept, commands: Iterable[Command]) -> None:
    """Load what these commands read and the books do not hold yet. What does not exist stays absent."""
    books, bulk = kept.books, bulk_for(connection.dialect.name)
    known, known_holds, known_entries, known_claims = books.accounts, books.holds, books.entries, books.claims
    uids: set[UUID] = set()
    holds: set[UUID] = set()
    entries: set[UUID] = set()
    claims: set[bytes] = set()
    credited: set[UUID] = set()
    for command in commands:
        of_accounts, of_holds, of_entries, of_claims, of_credits = footprint(command)
        for uid in of_accounts:
            if uid not in known:
                uids.add(uid)
        if of_holds:
            holds.update(uid for uid in of_holds if uid not in known_holds)
        if of_entries:
            entries.update(uid for uid in of_entries if uid not in known_entries)
        if of_claims:
            claims.update(value for value in of_claims if value not in known_claims)
        if of_credits:
            credited.update(of_credits)
    numbers: set[int] = set()
    if holds:
        numbers |= _load_holds(connection, kept, holds)
    if entries:
        numbers |= _load_entries(connection, bulk, kept, entries)
    for some in _chunks(uids):
        _add(kept, bulk.find(connection, kept.number, some, Question(account, "uid", "t.*")))
    for some in _chunks(numbers - books.by_no.keys()):
        _add(kept, connection.execute(_of(account, kept.number).where(account.c.no.in_(some))))
    for some in _chunks(claims):
        found = connection.execute(_of(claim, kept.number).where(claim.c.claim.in_(some)))
        books.claims.update(bytes(row.claim) for row in found)
    for uid in credited:
        if uid in books.accounts:
            held = books.accounts[uid]
            start = Place(held.version, *kept.last.get(held.no, rows.NEVER))
            books.credits[held.no] = lots_of(connection, kept.number, held, start)


def _of(table: Any, number: int) -> Select[Any]:
    return select(table).where(table.c.community_id == number)


def _chunks(values: Collection[Any]) -> Iterator[Sequence[Any]]:
    every = list(values)
    for start in range(0, len(every), CHUNK):
        yield every[start : start + CHUNK]


def _add(kept: Kept, found: Iterable[Any]) -> None:
    books = kept.books
    for row in found:
        held = rows.from_row(row)
        books.accounts[held.uid] = held
        books.by_no[held.no] = held
        kept.last[held.no] = rows.moved(row)


def _load_holds(connection: Connection, kept: Kept, ids: set[UUID]) -> set[int]:
    """Add holds; return the numbers of the accounts that they name."""
    numbers: set[int] = set()
    for some in _chunks(ids):
        for row in connection.execute(holds_query(kept.number).where(hold.c.id.in_(some))):
            found = hold_of(row)
            kept.books.holds[found.id] = found
            numbers |= {found.debit, found.credit}
    return numbers


def holds_query(number: int) -> Select[Any]:
    """Holds of a community, each with the command that resolved it or NULL."""
    done = and_(
        link.c.community_id == hold.c.community_id, link.c.target_seq == hold.c.seq, link.c.role == "resolved"
    )
    by = and_(entry.c.community_id == link.c.community_id, entry.c.seq == link.c.seq)
    query = select(hold, entry.c.command).outerjoin(link, done).outerjoin(entry, by)
    return query.where(hold.c.community_id == number)


def hold_of(row: Sequence[Any]) -> Hold:
    """The hold of a row of `holds_query`."""
    _, uid, seq, unit, debit, credit, amount, expires_at, command = row
    return Hold(uid, seq, unit, debit, credit, amount, expires_at, OUTCOMES[command] if command else "")


def _load_entries(connection: Connection, bulk: Bulk, kept: Kept, ids: set[UUID]) -> set[int]:
    """Add earlier entries; return the numbers of the accounts that their transfers name."""
    columns = "t.seq, t.command_id, t.ts, t.command, t.actor"
    question = Question(entry, "command_id", columns)
    found = {
        row[0]: row for some in _chunks(ids) for row in bulk.find(connection, kept.number, some, question)
    }
    moved: dict[int, list[Transfer]] = {seq: [] for seq in found}
    links: dict[int, list[Any]] = {seq: [] for seq in found}
    for some in _chunks(found):
        legs = (
            _of(transfer, kept.number)
            .where(transfer.c.seq.in_(some))
            .order_by(transfer.c.seq, transfer.c.leg)
        )
        for row in connection.execute(legs):
            moved[row.seq].append(Transfer(row.debit_no, row.credit_no, row.posted, row.held, row.reason))
        linked = link.c.role.in_(["reversed", "refunded"])
        later = _of(link, kept.number).where(link.c.target_seq.in_(some), linked).order_by(link.c.ordinal)
        for row in connection.execute(later):
            links[row.target_seq].append(row)
    for seq, (_, uid, ts, command, actor) in found.items():
        past = Past(as_uuid(uid), seq, ts, command, as_uuid(actor), tuple(moved[seq]))
        for each in links[seq]:
            if each.role == "reversed":
                past.reversed = True
            else:
                past.refunds, past.refunded = each.ordinal, each.total
        kept.books.entries[past.id] = past
    return {no for legs in moved.values() for leg in legs for no in (leg.debit, leg.credit)}
