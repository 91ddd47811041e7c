"""Which rows each effect of an entry leaves. Called before the entry is carried out on the books."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table

from ledger.core import codec, journal
from ledger.core.accounts import Transfer
from ledger.store import schema
from ledger.store.bulk import Row
from ledger.store.loader import Kept

NEW = -1
"""In place of a version: the account is opened in this batch."""


class Part:
    """What one community adds in this batch."""

    __slots__ = ("before", "closed", "kept", "leaves", "opened", "placed", "seq", "terms")

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.seq = kept.books.seq
        self.opened = kept.books.accounts_opened
        """How many accounts there were before the batch."""
        self.before: dict[int, int] = {}
        """Accounts touched, with their version before the batch or NEW."""
        self.terms: set[int] = set()
        self.leaves: list[bytes] = []
        self.placed: dict[UUID, Row] = {}
        """Holds of this batch that are still open."""
        self.closed: list[Row] = []
        """Keys of older holds that are open no more."""


class At(NamedTuple):
    """The entry whose effects are being written down."""

    part: Part
    rows: dict[Table, list[Row]]
    uid: Callable[[UUID], Any]
    seq: int
    ts: int
    transfers: Sequence[Transfer]

    @property
    def number(self) -> int:
        """The community's number in this database."""
        return self.part.kept.number


def _founded(at: At, effect: journal.Founded) -> None:
    uid = at.uid(at.part.kept.books.community)
    at.rows[schema.community].append((at.number, uid, effect.code, at.ts))


def _currency(at: At, effect: journal.CurrencyDefined) -> None:
    row = (at.number, effect.no, effect.code, effect.scale, effect.model.value)
    at.rows[schema.currency].append(row)


def _policy(at: At, effect: journal.PolicySet) -> None:
    body = codec.dumps(codec.to_plain(effect.policy))
    at.rows[schema.policy].append((at.number, effect.currency, at.seq, effect.since, body))


def _opened(at: At, effect: journal.AccountOpened) -> None:
    at.part.before[effect.no] = NEW


def _set(at: At, effect: journal.AccountSet) -> None:
    _change(at.part, effect.no)


def _keys(at: At, effect: journal.KeyAdded | journal.KeyRevoked) -> None:
    _change(at.part, effect.account)


def _change(part: Part, no: int) -> None:
    if no not in part.before:
        part.before[no] = part.kept.books.by_no[no].version
    part.terms.add(no)


def _placed(at: At, effect: journal.HoldPlaced) -> None:
    uid = at.uid(effect.id)
    at.rows[schema.hold].append(
        (
            at.number,
            uid,
            at.seq,
            effect.currency,
            effect.debit,
            effect.credit,
            effect.amount,
            effect.expires_at,
        )
    )
    at.part.placed[effect.id] = (at.number, uid, effect.expires_at)


def _resolved(at: At, effect: journal.HoldResolved) -> None:
    hold = at.part.kept.books.holds[effect.id]
    captured = sum(transfer.posted for transfer in at.transfers if transfer.held < 0)
    _link(at, hold.seq, "resolved", 1, captured, hold.amount)
    if at.part.placed.pop(effect.id, None) is None:
        at.part.closed.append((at.number, at.uid(effect.id)))


def _reversed(at: At, effect: journal.Reversed) -> None:
    _link(at, at.part.kept.books.entries[effect.entry].seq, "reversed", 1, 0, 0)


def _refunded(at: At, effect: journal.Refunded) -> None:
    target = at.part.kept.books.entries[effect.entry].seq
    _link(at, target, "refunded", effect.ordinal, effect.total, effect.limit)


def _link(at: At, target: int, role: str, ordinal: int, total: int, cap: int) -> None:
    at.rows[schema.link].append((at.number, target, role, ordinal, at.seq, total, cap))


def _claimed(at: At, effect: journal.Claimed) -> None:
    at.rows[schema.claim].append((at.number, effect.claim, at.seq))


def _sealed(at: At, effect: journal.PeriodSealed) -> None:
    """The head row carries it."""


def _signer(at: At, effect: journal.SigningKeyChanged) -> None:
    """`Batch.keep_key` writes its row, which has a secret half too."""


ROWS_OF: dict[type, Callable[[At, Any], None]] = {
    journal.Founded: _founded,
    journal.CurrencyDefined: _currency,
    journal.PolicySet: _policy,
    journal.AccountOpened: _opened,
    journal.AccountSet: _set,
    journal.KeyAdded: _keys,
    journal.KeyRevoked: _keys,
    journal.HoldPlaced: _placed,
    journal.HoldResolved: _resolved,
    journal.Reversed: _reversed,
    journal.Refunded: _refunded,
    journal.Claimed: _claimed,
    journal.PeriodSealed: _sealed,
    journal.SigningKeyChanged: _signer,
}
