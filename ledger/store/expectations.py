"""What an entry means for the tables: the audit's own reading of the journal, not the writer's."""

from __future__ import annotations

from uuid import UUID

from ledger.core import codec
from ledger.core.accounts import Books
from ledger.core.journal import (
    Claimed,
    CurrencyDefined,
    Effect,
    Entry,
    HoldPlaced,
    HoldResolved,
    PolicySet,
    Reason,
    Refunded,
    Reversed,
)
from ledger.store import schema
from ledger.store.scratch import Row, Scratch
from ledger.store.totals import NEVER, ZERO, Ledgers

RESOLUTIONS = (Reason.CAPTURE, Reason.VOID, Reason.EXPIRY)


def expect_entry(scratch: Scratch, books: Books, entry: Entry) -> None:
    """Expect the rows of an entry that `books` have just carried out; `audit` compares its transfers itself."""
    memo_hash = getattr(entry.command, "memo_hash", None)
    if memo_hash is not None:
        scratch.expect(schema.memo, entry.seq, (entry.seq, memo_hash, None))
    for effect in entry.effects:
        _expect_effect(scratch, books, entry, effect)


def _expect_effect(scratch: Scratch, books: Books, entry: Entry, effect: Effect) -> None:
    seq = entry.seq
    match effect:
        case HoldPlaced(id, debit, credit, currency, amount, expires_at):
            scratch.expect(schema.hold, seq, (id.bytes, seq, currency, debit, credit, amount, expires_at))
        case HoldResolved(id, outcome):
            hold = books.holds[id]
            paid = sum(t.posted for t in entry.transfers if t.reason == Reason.CAPTURE)
            total = paid if outcome == "captured" else 0
            scratch.expect(schema.link, seq, (hold.seq, "resolved", 1, seq, total, hold.amount))
        case Reversed(target):
            scratch.expect(schema.link, seq, (books.entries[target].seq, "reversed", 1, seq, 0, 0))
        case Refunded(target, ordinal, total, limit):
            row = (books.entries[target].seq, "refunded", ordinal, seq, total, limit)
            scratch.expect(schema.link, seq, row)
        case Claimed(claim):
            scratch.expect(schema.claim, seq, (claim, seq))
        case CurrencyDefined(no, code, scale, model):
            scratch.expect(schema.currency, seq, (no, code, scale, model.value))
        case PolicySet(currency, since, policy):
            body = codec.dumps(codec.to_plain(policy))
            scratch.expect(schema.policy, seq, (currency, seq, since, body))


def account_rows(books: Books, ledgers: Ledgers) -> list[Row]:
    """The rows of `account`, each with the last entry that touched it, in the order of their numbers."""
    rows = []
    for no in sorted(books.by_no):
        a = books.by_no[no]
        of = ledgers.of.get(no, ZERO)
        rows.append((
            no, a.uid.bytes, a.currency, a.kind.value, a.form.value, a.floor, a.ceiling, a.frozen, a.state.value,
            a.spend_until, a.programme, codec.dumps(list(a.sectors)), a.acceptance_bp, int(a.signed_only),
            codec.dumps(list(a.keys)), a.charged_through, a.opened_seq, of.debits_held, of.debits_posted,
            of.credits_held, of.credits_posted, of.version, a.touched_seq, *ledgers.moved.get(no, NEVER), a.touched_seq,
        ))  # fmt: skip
    return rows


def entry_row(entry: Entry, leaf: bytes) -> tuple[tuple[str, object], ...]:
    """The searchable columns of `entry` as its body says them."""
    return (
        ("command_id", entry.command.id), ("ts", entry.ts), ("effective_at", entry.effective_at),
        ("command", entry.command.name), ("actor", entry.command.actor), ("leaf_hash", leaf),
    )  # fmt: skip


class OpenHolds:
    """The holds that no entry has resolved yet, and what they set aside."""

    def __init__(self) -> None:
        self.open: dict[UUID, HoldPlaced] = {}

    def carry(self, entry: Entry) -> None:
        """Follow an entry's effects."""
        for effect in entry.effects:
            if isinstance(effect, HoldPlaced):
                self.open[effect.id] = effect
            elif isinstance(effect, HoldResolved):
                self.open.pop(effect.id, None)

    def rows(self, at: int) -> list[Row]:
        """The rows of `open_hold`, in the order of their ids."""
        return sorted((id.bytes, hold.expires_at, at) for id, hold in self.open.items())

    def held(self) -> dict[int, tuple[int, int]]:
        """(debits, credits) set aside, by account number."""
        sums: dict[int, tuple[int, int]] = {}
        for hold in self.open.values():
            out, into = sums.get(hold.debit, (0, 0))
            sums[hold.debit] = (out + hold.amount, into)
            out, into = sums.get(hold.credit, (0, 0))
            sums[hold.credit] = (out, into + hold.amount)
        return sums
