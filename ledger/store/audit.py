"""The audit of one community, first half: its journal is hashed, decided again and carried out.

It trusts nothing but the bytes of the entries and what others kept of them. The journal is read once, in
order; memory holds the accounts, the rest lies in a `Scratch`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from ledger.core import signing
from ledger.core.accounts import AccountKind, Books
from ledger.core.apply import apply
from ledger.core.commands import Signature
from ledger.core.decide import decide
from ledger.core.errors import Rejected
from ledger.core.journal import Decision, Entry, Founded, KeyAdded, Reason, SigningKeyChanged, decode
from ledger.core.merkle import EMPTY_ROOT, Frontier, leaf_hash
from ledger.store import schema
from ledger.store.expectations import OpenHolds, entry_row, expect_entry
from ledger.store.findings import Findings
from ledger.store.replay import StoredCredits, replay_books
from ledger.store.scratch import Scratch
from ledger.store.totals import Ledgers, Totals, may_cross, shortfalls, worsened

PAGE = 1_000
_OWN_ACT = (Reason.PAYMENT, Reason.HOLD, Reason.REFUND, Reason.FORM_OUT, Reason.IMPORTED)
"""What only the member may do: the debit side has signed, if the account has had a device key."""
_GUARANTEE = (AccountKind.ISSUANCE, AccountKind.RESERVE)


class Replay:
    """The journal of one community, carried out entry by entry. `run()` once, then read the attributes."""

    def __init__(
        self, connection: Connection, community_id: int, uid: UUID, scratch: Scratch, findings: Findings,
        sizes: Iterable[int] = (), trusted: int = 0,
    ) -> None:  # fmt: skip
        """`sizes`: where the root is wanted. Entries up to `trusted` are carried out, not decided again."""
        self.books: Books = replay_books(uid, scratch)
        self.ledgers = Ledgers()
        self.books.credits = StoredCredits(connection, community_id, self.books, self.ledgers.moved)
        self.holds = OpenHolds()
        self.frontier = Frontier()
        self.roots: dict[int, bytes] = {0: EMPTY_ROOT}
        """The root at each of `sizes` that the journal reaches."""
        self.moments: dict[int, int] = {}
        """The ts (ns) of those entries."""
        self.founded: Founded | None = None
        """What the first entry says of the community, and when."""
        self.founded_ts = 0
        self.signers: list[tuple[int, bytes]] = []
        """Which key signs the checkpoints from which entry on."""
        self.stopped: int | None = None
        """The entry that could not be read or carried out, if there was one."""
        self._connection, self._community_id, self._trusted = connection, community_id, trusted
        self._scratch, self._findings = scratch, findings
        self._sizes = set(sizes)
        self._leaves: list[bytes] = []

    def run(self) -> None:
        """Read every entry; stop at the first that cannot be carried out."""
        transfers = _Transfers(stream(self._connection, schema.transfer, self._community_id))
        for row in stream(self._connection, schema.entry, self._community_id):
            if row.seq != self.books.seq + 1:
                self._stop(self.books.seq + 1, "sequence", f"entry {self.books.seq + 1} is missing")
                return
            if not self._read(row, transfers):
                return
        for seq in transfers.beyond(self.books.seq):
            self._findings.add(seq, "transfer", "a transfer of an entry that is not there")
        self._hash()

    def _stop(self, seq: int, check: str, detail: str) -> bool:
        self._findings.add(seq, check, detail)
        self.stopped = seq
        self._hash()
        return False

    def _read(self, row: Row[Any], transfers: _Transfers) -> bool:
        """Check and carry out one entry; False when the replay cannot go on."""
        seq, found = row.seq, self._findings
        leaf = leaf_hash(row.body)
        try:
            entry = decode(row.body)
        except ValueError as error:
            return self._stop(seq, "entry", f"the body cannot be read: {error}")
        if entry.seq != seq or entry.command.community != self.books.community:
            return self._stop(seq, "entry", "the body belongs to another place or community")
        for name, value in entry_row(entry, leaf):
            if getattr(row, name) != value:
                check = "leaf" if name == "leaf_hash" else "entry"
                found.add(seq, check, f"column {name} is not what the body says")
        if entry.ts <= self.books.ts:
            found.add(seq, "sequence", "its moment is not after the one before")
        if entry.command.id in self.books.entries:
            found.add(seq, "unique", f"command {entry.command.id} was committed before")
        self._leaves.append(leaf)
        try:
            if seq > self._trusted:
                self._decide_again(entry)
                self._signed(entry)
            self._carry_out(entry, transfers.of(seq, found))
        except Exception as error:  # noqa: BLE001  a forged entry can make the core fail in any way
            return self._stop(seq, "decision", f"cannot be carried out: {type(error).__name__} {error}")
        return True

    def _decide_again(self, entry: Entry) -> None:
        try:
            answer = decide(entry.command, self.books, entry.ts)
        except Rejected as refused:
            self._findings.add(
                entry.seq, "decision", f"the rules refuse this: {refused.code}, {refused.detail}"
            )
            return
        if answer.transfers != entry.transfers:
            self._findings.add(entry.seq, "decision", "the rules give other transfers")
        if answer.effects != entry.effects:
            self._findings.add(entry.seq, "decision", "the rules give other effects")

    def _signed(self, entry: Entry) -> None:
        signature: Signature | None = getattr(entry.command, "signature", None)
        if signature is not None and not signing.signature_holds(entry.command, signature):
            self._findings.add(entry.seq, "signature", "the member's signature does not hold")
        for transfer in entry.transfers:
            if transfer.reason in _OWN_ACT:
                self._by_device(entry.seq, transfer.debit, signature, "pays")
        for effect in entry.effects:
            if isinstance(effect, KeyAdded):
                self._by_device(entry.seq, effect.account, signature, "lets a further key in")

    def _by_device(self, seq: int, no: int, signature: Signature | None, does: str) -> None:
        """What an account that has had a key does, one of its active keys has signed; a new account has none yet."""
        held = self.books.by_no.get(no)
        if held is None or not held.signed_only:
            return
        if signature is None:
            self._findings.add(seq, "signature", f"account {no} {does} only with a signature")
        elif signature.key not in held.keys:
            self._findings.add(seq, "signature", f"the key may not sign for account {no}")

    def _carry_out(self, entry: Entry, stored: list[tuple[Any, ...]]) -> None:
        seq = entry.seq
        apply(self.books, seq, entry.ts, entry.command, Decision(entry.transfers, entry.effects))
        before, postings = self.ledgers.carry(entry)
        said = [
            (leg, t.debit, t.credit, self.books.by_no[t.debit].currency, t.posted, t.held, t.reason, *columns)
            for leg, (t, columns) in enumerate(zip(entry.transfers, postings, strict=True))
        ]
        if stored != said:
            self._differ(seq, said, stored)
        self.holds.carry(entry)
        expect_entry(self._scratch, self.books, entry)
        self._rules(entry, before)
        if seq == 1:
            self.founded = next((each for each in entry.effects if isinstance(each, Founded)), None)
            self.founded_ts = entry.ts
        for effect in entry.effects:
            if isinstance(effect, (Founded, SigningKeyChanged)):
                self.signers.append((seq, effect.public_key))
        if seq in self._sizes or len(self._leaves) >= PAGE:
            self._hash()

    def _differ(self, seq: int, said: list[tuple[Any, ...]], stored: list[tuple[Any, ...]]) -> None:
        """Tell the first difference of what moved, and the first of what stood after it."""
        if len(said) != len(stored):
            self._findings.add(seq, "transfer", f"the body has {len(said)} transfers, the table {len(stored)}")
            return
        told = set()
        for right, wrong in zip(said, stored, strict=True):
            for name, should, found in zip(_COLUMNS, right, wrong, strict=True):
                check = "transfer" if name in _MOVES else "posting"
                if should != found and check not in told:
                    told.add(check)
                    self._findings.add(seq, check, f"leg {wrong[0]}: column {name} is {found}, the journal says {should}")

    def _rules(self, entry: Entry, before: Mapping[int, Totals]) -> None:
        """Limits, currencies and the guarantee, asked without `decide`."""
        for transfer in entry.transfers:
            if self.books.by_no[transfer.debit].currency != self.books.by_no[transfer.credit].currency:
                self._findings.add(entry.seq, "transfer", "its accounts hold different currencies")
        if not may_cross(entry.command):
            for no, totals in before.items():
                if said := worsened(self.books.by_no[no], totals, self.ledgers.of[no]):
                    self._findings.add(entry.seq, "limit", said)
        if any(self.books.by_no[no].kind in _GUARANTEE for no in before):
            for said in shortfalls(self.books, self.ledgers):
                self._findings.add(entry.seq, "guarantee", said)

    def _hash(self) -> None:
        """Take the waiting leaves into the tree."""
        for level, index, node in self.frontier.extend(self._leaves):
            # the entry that completed this subtree
            self._scratch.expect(schema.tree_node, (index + 1) << level, (level, index, node))
        self._leaves.clear()
        if self.frontier.size in self._sizes:
            self.roots[self.frontier.size] = self.frontier.root()
            self.moments[self.frontier.size] = self.books.ts


def stream(connection: Connection, table: Any, community_id: int) -> Iterator[Row[Any]]:
    """A community's rows of a table in the order of its key, a page at a time."""
    statement = select(table).where(table.c.community_id == community_id).order_by(*table.primary_key.columns)
    with connection.execute(statement.execution_options(yield_per=PAGE)) as rows:
        yield from rows


class _Transfers:
    """The stored transfers, taken entry by entry."""

    def __init__(self, rows: Iterator[Row[Any]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of(self, seq: int, findings: Findings) -> list[tuple[Any, ...]]:
        """An entry's rows from the column `leg` on; earlier ones belong to none."""
        taken = []
        while self._next is not None and self._next.seq <= seq:
            if self._next.seq == seq:
                taken.append(tuple(self._next)[2:])
            else:
                findings.add(self._next.seq, "transfer", "a transfer of an entry that is not there")
            self._next = next(self._rows, None)
        return taken

    def beyond(self, seq: int) -> Iterator[int]:
        """The entry numbers of rows after the last entry."""
        while self._next is not None:
            yield self._next.seq
            self._next = next(self._rows, None)


_COLUMNS = [column.name for column in schema.transfer.columns][2:]
_MOVES = _COLUMNS[: _COLUMNS.index("debit_version")]
"""What the body says; the others say how the two accounts stand after it."""
