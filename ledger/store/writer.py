"""The rows of one batch: collected while its commands are decided, written at its end, each account once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Table

from ledger.core.accounts import Transfer
from ledger.core.apply import apply
from ledger.core.commands import Command, Pay
from ledger.core.errors import Rejected
from ledger.core.journal import Decision
from ledger.core.merkle import leaf_hash
from ledger.store import accounts, schema
from ledger.store.accounts import NEVER
from ledger.store.bulk import Ahead, Bulk, Change, Row
from ledger.store.effects import NEW, ROWS_OF, At, Part
from ledger.store.loader import Kept

SENT = 128
"""Transfers from which a part of a batch goes to the server before the batch is complete."""
PUMPED = 16
"""Entries after which the server is asked whether it can take more."""


class Memo(NamedTuple):
    """A text kept erasable beside an entry, which holds only its salted hash."""

    salt: bytes
    text: str


class Batch:
    """Rows of one transaction. `enter` and `refuse` collect, `write` writes."""

    def __init__(self, bulk: Bulk, ahead: Ahead | None = None) -> None:
        self._bulk = bulk
        self._ahead = ahead
        self._uid = bulk.uid
        self._parts: dict[int, Part] = {}
        self.rows: dict[Table, list[Row]] = {table: [] for table in _ORDER}
        self._entries = self.rows[schema.entry]
        self._transfers = self.rows[schema.transfer]

    def enter(self, kept: Kept, ts: int, command: Command, decision: Decision, body: bytes) -> None:
        """Add an entry's rows and carry it out on the books; `body` is its canonical bytes."""
        number, books = kept.number, kept.books
        seq = books.seq + 1
        part = self._parts.get(number)
        if part is None:
            part = self._parts[number] = Part(kept)
        transfers, effects = decision
        if effects:
            at = At(part, self.rows, self._uid, seq, ts, transfers)
            for effect in effects:
                ROWS_OF[type(effect)](at, effect)
        leaf = leaf_hash(body)
        part.leaves.append(leaf)
        uid = self._uid
        effective_at = ts if type(command) is Pay else getattr(command, "occurred_at", ts)
        self._entries.append(
            (number, seq, uid(command.id), ts, effective_at, command.name, uid(command.actor), body, leaf)
        )
        apply(books, seq, ts, command, decision)
        if len(transfers) == 1:
            self._one(part, seq, transfers[0])
        elif transfers:
            self._many(part, seq, transfers)
        if self._ahead is not None and not seq % PUMPED:
            self._send(self._ahead)

    def _send(self, ahead: Ahead) -> None:
        """Let the server store what there is, while we go on."""
        if len(self._transfers) < SENT:
            ahead.pump()
            return
        early = [schema.entry]
        if all(part.opened == part.kept.books.accounts_opened for part in self._parts.values()):
            early.append(schema.transfer)  # else their accounts are not there yet
        for table in early:
            ahead.put(table, self.rows[table])
            self.rows[table].clear()

    def _one(self, part: Part, seq: int, transfer: Transfer) -> None:
        """The usual case: the books show each side's totals just after the one transfer."""
        kept, before = part.kept, part.before
        debit_no, credit_no, posted, held, reason = transfer
        by_no, last = kept.books.by_no, kept.last
        debit, credit = by_no[debit_no], by_no[credit_no]
        if debit_no not in before:
            before[debit_no] = debit.version - 1
        if credit_no not in before:
            before[credit_no] = credit.version - 1
        debit_seq, debit_leg = last.get(debit_no, NEVER)
        credit_seq, credit_leg = last.get(credit_no, NEVER)
        self._transfers.append(
            (
                kept.number, seq, 0, debit_no, credit_no, debit.currency, posted, held, reason,
                debit.version, debit_seq, debit_leg,
                debit.credits_posted - debit.debits_posted, debit.debits_held, debit.credits_held,
                credit.version, credit_seq, credit_leg,
                credit.credits_posted - credit.debits_posted, credit.debits_held, credit.credits_held,
            )
        )  # fmt: skip
        last[debit_no] = last[credit_no] = (seq, 0)

    def _many(self, part: Part, seq: int, transfers: Sequence[Transfer]) -> None:
        """Each posting shows what stands after its transfer: forwards from what stood before the entry."""
        kept, before = part.kept, part.before
        by_no, last = kept.books.by_no, kept.last
        after: dict[int, list[int]] = {}
        for transfer in reversed(transfers):  # from what stands after the entry back to what stood before it
            for no, sign, other in ((transfer.debit, 1, 2), (transfer.credit, -1, 3)):
                totals = after.get(no)
                if totals is None:
                    a = by_no[no]
                    totals = after[no] = [a.version, a.credits_posted - a.debits_posted, a.debits_held, a.credits_held]
                totals[0] -= 1
                totals[1] += sign * transfer.posted
                totals[other] -= transfer.held
        for no, totals in after.items():
            if no not in before:
                before[no] = totals[0]
        for leg, (debit_no, credit_no, posted, held, reason) in enumerate(transfers):
            debit, credit = after[debit_no], after[credit_no]
            debit[0] += 1
            debit[1] -= posted
            debit[2] += held
            credit[0] += 1
            credit[1] += posted
            credit[3] += held
            self._transfers.append(
                (
                    kept.number, seq, leg, debit_no, credit_no, by_no[debit_no].currency, posted, held, reason,
                    debit[0], *last.get(debit_no, NEVER), *debit[1:],
                    credit[0], *last.get(credit_no, NEVER), *credit[1:],
                )
            )  # fmt: skip
            last[debit_no] = last[credit_no] = (seq, leg)

    def refuse(self, number: int, ts: int, command: Command, fingerprint: bytes, refused: Rejected) -> None:
        """Remember a refusal, so that the same id hears it again."""
        self.rows[schema.refusal].append(
            (
                number,
                self._uid(command.id),
                fingerprint,
                refused.code.value,
                refused.detail,
                refused.field,
                ts,
            )
        )

    def keep_memo(self, number: int, seq: int, memo: Memo) -> None:
        """Keep a text beside the entry `seq`."""
        self.rows[schema.memo].append((number, seq, memo.salt, memo.text))

    def keep_key(self, number: int, seq: int, public_key: bytes, wrapped: bytes) -> None:
        """Keep the signing key that an entry named; `wrapped` is empty when its other half is kept elsewhere."""
        self.rows[schema.signing_key].append((number, seq, public_key, wrapped))

    def write(self, connection: Connection) -> None:
        """Write everything, in few statements. Raises Corrupt when a row is not as the books knew it."""
        changes: dict[Change, list[Row]] = {change: [] for change in Change}
        for part in self._parts.values():
            self.rows[schema.open_hold] += part.placed.values()
            changes[Change.CLOSE_HOLD] += part.closed
            self._finish(part, changes)
        self._bulk.write(connection, self.rows.items(), changes.items(), self._ahead)

    def _finish(self, part: Part, changes: dict[Change, list[Row]]) -> None:
        """The final state of what this community touched."""
        kept, number, books = part.kept, part.kept.number, part.kept.books
        last = kept.last
        for no, version in part.before.items():
            held = books.by_no[no]
            if version == NEW:
                self.rows[schema.account].append(accounts.to_row(number, held, last.get(no, NEVER), self._uid))
                continue
            changes[Change.TOTALS].append((*accounts.totals(held, last.get(no, NEVER)), number, no, version))
            if no in part.terms:
                changes[Change.TERMS].append((*accounts.terms(held), number, no, held.version))
        for level, index, node in kept.frontier.extend(part.leaves):
            self.rows[schema.tree_node].append((number, level, index, node))
        state = (books.seq, books.ts, kept.frontier.to_bytes(), books.accounts_opened, books.sealed_through)
        if part.seq:
            changes[Change.HEAD].append((*state, number, part.seq))
        else:
            self.rows[schema.head].append((number, *state))


_ORDER = (
    schema.community, schema.head, schema.currency, schema.policy, schema.account, schema.entry, schema.transfer,
    schema.hold, schema.open_hold, schema.link, schema.claim, schema.tree_node, schema.refusal,
    schema.memo, schema.signing_key,
)  # fmt: skip
"""Parents first."""
