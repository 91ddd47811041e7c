"""The journal: what one committed command leaves behind, and its canonical bytes.

An entry holds the command, the transfers it made and its other effects, so that a journal can be replayed without
running any rule, and checked by running every rule. The journal holds no personal data: people are pseudonymous
ids, a memo is a salted hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from ledger.core import codec
from ledger.core.accounts import AccountKind, AccountState, Form, Model, Transfer
from ledger.core.commands import COMMANDS, Command
from ledger.core.paybytes import payment_bytes
from ledger.core.policy import Policy

ENTRY_VERSION = "ricochet/entry/1"


class Reason(IntEnum):
    """Why a transfer was made; the numbers are stored and never change."""

    PAYMENT = 1
    FEE = 2
    FEE_RESERVE = 3
    REFUND = 4
    FEE_REFUND = 5
    REVERSAL = 6
    HOLD = 7
    CAPTURE = 8
    VOID = 9
    EXPIRY = 10
    ISSUE = 11
    REDEEM = 12
    RESERVE_IN = 13
    RESERVE_OUT = 14
    COMMISSION = 15
    COMMISSION_GIFT = 16
    GRANT = 17
    PURSE_EXPIRY = 18
    DUES = 19
    DEMURRAGE = 20
    FORFEIT = 21
    DEBT_SETTLED = 22
    LOSS = 23
    OPENING = 24
    IMPORTED = 25
    FORM_OUT = 26
    FORM_IN = 27


# --- effects: everything an entry changes besides the running totals ---


@dataclass(frozen=True, slots=True)
class Founded:
    """The journal begins; this key (32 bytes) signs its checkpoints."""

    code: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class CurrencyDefined:
    """A currency exists from here on."""

    no: int
    code: str
    scale: int
    model: Model


@dataclass(frozen=True, slots=True)
class PolicySet:
    """A currency's parameters from `since` (ns) on."""

    currency: int
    since: int
    policy: Policy


@dataclass(frozen=True, slots=True)
class AccountOpened:
    """An account exists, at 0."""

    no: int
    uid: UUID
    currency: int
    kind: AccountKind
    form: Form
    floor: int | None
    ceiling: int | None
    programme: str
    sectors: tuple[str, ...]
    acceptance_bp: int


@dataclass(frozen=True, slots=True)
class AccountSet:
    """The changeable terms of an account after the entry."""

    no: int
    floor: int | None
    ceiling: int | None
    frozen: int
    state: AccountState
    spend_until: int
    sectors: tuple[str, ...]
    acceptance_bp: int
    charged_through: int


@dataclass(frozen=True, slots=True)
class KeyAdded:
    """A device key (32 bytes) may sign for the account."""

    account: int
    key: bytes


@dataclass(frozen=True, slots=True)
class KeyRevoked:
    """A device key may no longer sign."""

    account: int
    key: bytes


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """An amount is set aside."""

    id: UUID
    debit: int
    credit: int
    currency: int
    amount: int
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class HoldResolved:
    """A hold ended: captured, voided or expired."""

    id: UUID
    outcome: str


@dataclass(frozen=True, slots=True)
class Reversed:
    """An entry was negated; it happens once."""

    entry: UUID


@dataclass(frozen=True, slots=True)
class Refunded:
    """`ordinal` counts a payment's refunds from 1; `total` is their sum, at most `limit`."""

    entry: UUID
    ordinal: int
    total: int
    limit: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim (32 bytes) that nobody may make again: an invoice redeemed, a grant received."""

    claim: bytes


@dataclass(frozen=True, slots=True)
class PeriodSealed:
    """Nothing dated up to `through` (ns) is accepted any more."""

    through: int


@dataclass(frozen=True, slots=True)
class SigningKeyChanged:
    """From this entry on this key (32 bytes) signs the checkpoints."""

    public_key: bytes


Effect = (
    Founded | CurrencyDefined | PolicySet | AccountOpened | AccountSet | KeyAdded | KeyRevoked | HoldPlaced
    | HoldResolved | Reversed | Refunded | Claimed | PeriodSealed | SigningKeyChanged
)  # fmt: skip

EFFECTS: dict[str, type[Effect]] = {
    "founded": Founded, "currency": CurrencyDefined, "policy": PolicySet, "opened": AccountOpened,
    "set": AccountSet, "key+": KeyAdded, "key-": KeyRevoked, "hold": HoldPlaced, "resolved": HoldResolved,
    "reversed": Reversed, "refunded": Refunded, "claim": Claimed, "sealed": PeriodSealed,
    "signer": SigningKeyChanged,
}  # fmt: skip
_TAGS = {cls: tag for tag, cls in EFFECTS.items()}


class Decision(NamedTuple):
    """What a command will do: the core's whole answer when it says yes."""

    transfers: tuple[Transfer, ...]
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered line of a community's journal."""

    seq: int
    ts: int
    salt: bytes
    """16 random bytes, so that a neighbour's hash in a proof cannot be guessed."""
    command: Command
    transfers: tuple[Transfer, ...]
    effects: tuple[Effect, ...] = ()

    @property
    def effective_at(self) -> int:
        """The entry's own date (ns): when it happened, for imported history; else when it was recorded."""
        return getattr(self.command, "occurred_at", self.ts)


class Left(NamedTuple):
    """What the payer had just after an entry, minor units; `available` is None without a floor."""

    posted: int
    available: int | None


class Receipt(NamedTuple):
    """The answer to a committed command. `replayed`: this id had been committed before; then `left` is not known."""

    community: UUID
    command_id: UUID
    seq: int
    ts: int
    transfers: tuple[Transfer, ...]
    replayed: bool = False
    left: Left | None = None


def command_bytes(command: Command) -> bytes:
    """The command's content, canonical: equal bytes are the same command."""
    return codec.dumps([command.name, codec.to_plain(command)])


def encode(entry: Entry) -> bytes:
    """The entry's canonical bytes: the leaf of the tree, what a receipt shows and what a signature of the head covers."""
    return entry_bytes(entry.seq, entry.ts, entry.salt, entry.command, entry.transfers, entry.effects)


def entry_bytes(
    seq: int, ts: int, salt: bytes, command: Command, transfers: tuple[Transfer, ...], effects: tuple[Effect, ...]
) -> bytes:
    """`encode` for a writer that has the parts and needs no entry."""
    if not effects:
        body = payment_bytes(ENTRY_VERSION, seq, ts, salt, command, transfers)
        if body is not None:
            return body
    return general_bytes(seq, ts, salt, command, transfers, effects)


def general_bytes(
    seq: int, ts: int, salt: bytes, command: Command, transfers: tuple[Transfer, ...], effects: tuple[Effect, ...]
) -> bytes:
    """`entry_bytes` of any entry, from the declarations of its parts: what the bytes are by definition."""
    return codec.dumps([
        ENTRY_VERSION, seq, ts, salt, command.name, codec.to_plain(command),
        [tuple(transfer) for transfer in transfers],
        [[_TAGS[type(effect)], codec.to_plain(effect)] for effect in effects],
    ])  # fmt: skip


def decode(body: bytes) -> Entry:
    """Read an entry's bytes. Raises ValueError on anything that `encode` would not have written."""
    plain = codec.loads(body)
    if type(plain) is not list or len(plain) != 8 or plain[0] != ENTRY_VERSION:
        raise ValueError(f"not an entry of version {ENTRY_VERSION}")
    _, seq, ts, salt, name, command, transfers, effects = plain
    if type(name) is not str or name not in COMMANDS:
        raise ValueError(f"unknown command {name!r}")
    if type(seq) is not int or type(ts) is not int or type(salt) is not bytes or type(effects) is not list:
        raise ValueError("malformed entry header")
    said = codec.from_plain(COMMANDS[name], command)
    moved = codec.from_plain(tuple[Transfer, ...], transfers)
    return Entry(seq, ts, salt, said, moved, tuple([_effect(item) for item in effects]))


def _effect(item: codec.Plain) -> Effect:
    if type(item) is not list or len(item) != 2 or type(item[0]) is not str or item[0] not in EFFECTS:
        raise ValueError("unknown effect")
    return codec.from_plain(EFFECTS[item[0]], item[1])
