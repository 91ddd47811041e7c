"""An account as the core knows it, and as its row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from ledger.core import codec
from ledger.core.accounts import Account, AccountKind, AccountState, Form
from ledger.store.bulk import Row, as_uuid

Moved = tuple[int, int]
"""An account's last transfer: its entry's number and its place in the entry."""
NEVER: Moved = (0, 0)


def moved(row: Sequence[Any]) -> Moved:
    """The last transfer of a row of the table `account`."""
    return row[-2], row[-1]


def from_row(row: Sequence[Any]) -> Account:
    """The account of a row of the table `account` (all columns, in order)."""
    (
        _, no, uid, currency, kind, form, floor, ceiling, frozen, state, spend_until, programme, sectors,
        acceptance_bp, signed_only, keys, *rest, _, _,
    ) = row  # fmt: skip
    return Account(
        no, as_uuid(uid), currency, AccountKind(kind), Form(form), floor, ceiling, frozen, AccountState(state),
        spend_until, programme, _many(sectors), acceptance_bp, bool(signed_only), _many(keys), *rest,
    )  # fmt: skip


def to_row(community_id: int, held: Account, last: Moved, uid: Callable[[UUID], Any]) -> Row:
    """All columns of the table `account`, in order; `uid` makes a UUID ready for the driver."""
    return (
        community_id, held.no, uid(held.uid), held.currency, held.kind.value, held.form.value, held.floor,
        held.ceiling, held.frozen, held.state.value, held.spend_until, held.programme,
        codec.dumps(held.sectors), held.acceptance_bp, int(held.signed_only), codec.dumps(held.keys),
        held.charged_through, held.opened_seq, *totals(held, last),
    )  # fmt: skip


def totals(held: Account, last: Moved) -> Row:
    """The columns `bulk.TOTALS`."""
    return (
        held.debits_held, held.debits_posted, held.credits_held, held.credits_posted, held.version,
        held.touched_seq, *last,
    )  # fmt: skip


def terms(held: Account) -> Row:
    """The columns `bulk.TERMS`."""
    return (
        held.floor, held.ceiling, held.frozen, held.state.value, held.spend_until, codec.dumps(held.sectors),
        held.acceptance_bp, int(held.signed_only), codec.dumps(held.keys), held.charged_through,
    )  # fmt: skip


def _many(data: bytes) -> tuple[Any, ...]:
    return tuple(codec.loads(data)) if data != _NONE else ()


_NONE = codec.dumps([])
