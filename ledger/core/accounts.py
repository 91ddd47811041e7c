"""What the books hold: currencies, accounts, holds, and `Books`, which is all that a command needs to see.

Sign: accounts are credit-normal. A member with money has a positive balance; issuers and members in debt are
negative; the balances of one currency always sum to 0.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple
from uuid import UUID

from ledger.core.policy import Policy


class Model(StrEnum):
    """The kind of currency. It fixes which commands exist for it; everything else is policy."""

    MUTUAL = "mutual"
    BACKED = "backed"
    TIME = "time"
    EARMARKED = "earmarked"
    MIRROR = "mirror"
    """Euros at the bank, mirrored so that reserve and circulation stand in one journal."""


class Form(StrEnum):
    """Paper and digital units are guaranteed by separate reserves (MLC-2)."""

    DIGITAL = "digital"
    PAPER = "paper"


class AccountKind(StrEnum):
    """Who an account is for. The first five belong to members, the others to the community itself."""

    PERSON = "person"
    BUSINESS = "business"
    ASSOCIATION = "association"
    PUBLIC = "public"
    PURSE = "purse"
    ISSUANCE = "issuance"
    RESERVE = "reserve"
    OUTSIDE = "outside"
    OPERATOR = "operator"
    COMMON_FUND = "common_fund"
    LOSS_FUND = "loss_fund"
    LOSS = "loss"
    OPENING = "opening"
    FUNDER = "funder"
    SETTLED = "settled"


MEMBER_KINDS = frozenset(
    {AccountKind.PERSON, AccountKind.BUSINESS, AccountKind.ASSOCIATION, AccountKind.PUBLIC, AccountKind.PURSE}
)


class Freeze(IntEnum):
    """Bits: 1 refuses debits, 2 refuses credits."""

    NONE = 0
    DEBITS = 1
    CREDITS = 2
    BOTH = 3


class AccountState(StrEnum):
    """Where an account is in its life."""

    OPEN = "open"
    LEAVING = "leaving"
    """May spend down, may not receive (MUT-15, CORE-9)."""
    CLOSED = "closed"


class Lot(NamedTuple):
    """Units received at one moment and not spent yet, first in first out (DEM-3)."""

    amount: int
    since: int
    """Nanoseconds since 1970 UTC."""


@dataclass(slots=True)
class Account:
    """One account and its four running totals, in minor units. Changed only by `ledger.core.apply`."""

    no: int
    """Dense number inside the community; the lock and storage order."""
    uid: UUID
    """What the world calls it."""
    currency: int
    kind: AccountKind
    form: Form = Form.DIGITAL
    floor: int | None = 0
    """The least the balance may be: minus the credit line. None: no floor."""
    ceiling: int | None = None
    """The most the balance may be. None: none."""
    frozen: int = 0
    state: AccountState = AccountState.OPEN
    spend_until: int = 0
    """A leaver's last moment to spend down, ns; 0 when not leaving."""
    programme: str = ""
    """Purse and funder accounts: the programme they belong to."""
    sectors: tuple[str, ...] = ()
    """Activity codes (NAF) of a merchant, which purses look at."""
    acceptance_bp: int = 0
    """Share of a price that a firm takes in units, basis points (MUT-6)."""
    signed_only: bool = False
    """True from the first device key on: only a signed command may pay from here, for ever."""
    keys: tuple[bytes, ...] = ()
    """Ed25519 public keys (32 bytes) that may sign for this account now."""
    charged_through: int = 0
    """Demurrage has been charged up to this moment, ns."""
    opened_seq: int = 0
    debits_held: int = 0
    debits_posted: int = 0
    credits_held: int = 0
    credits_posted: int = 0
    version: int = 0
    """How many transfers have touched it; with `no` the key of its postings."""
    touched_seq: int = 0
    """The last entry that touched or changed it."""

    @property
    def balance(self) -> int:
        """Posted balance, minor units."""
        return self.credits_posted - self.debits_posted

    @property
    def available(self) -> int | None:
        """What may still be paid out: posted - held + credit line. None: unlimited."""
        if self.floor is None:
            return None
        return self.credits_posted - self.debits_posted - self.debits_held - self.floor

    @property
    def room(self) -> int | None:
        """What may still be received below the ceiling, promised amounts counted. None: unlimited."""
        if self.ceiling is None:
            return None
        return self.ceiling - (self.credits_posted - self.debits_posted) - self.credits_held


@dataclass(frozen=True, slots=True)
class Currency:
    """A unit of account of one community. Scale and model never change."""

    no: int
    code: str
    scale: int
    model: Model


class PolicyVersion(NamedTuple):
    """A currency's parameters from a moment on (CORE-8)."""

    since: int
    seq: int
    policy: Policy


@dataclass(slots=True)
class Hold:
    """An amount set aside. `resolved` is "" while open, then captured, voided or expired."""

    id: UUID
    seq: int
    currency: int
    debit: int
    credit: int
    amount: int
    expires_at: int | None
    resolved: str = ""


class Transfer(NamedTuple):
    """One debit account, one credit account. `posted` moves; `held` is added to (or, below 0, taken from) what is held."""

    debit: int
    credit: int
    posted: int
    held: int
    reason: int


@dataclass(slots=True)
class Past:
    """What later commands need to know of a committed entry."""

    id: UUID
    seq: int
    ts: int
    kind: str
    actor: UUID
    transfers: tuple[Transfer, ...]
    reversed: bool = False
    refunded: int = 0
    """Sum of its refunds, minor units."""
    refunds: int = 0
    """How many refunds it has."""


@dataclass(slots=True)
class Books:
    """The state a command is decided against: all of it in replay, the needed part of it in the store.

    Lookups by uuid (`accounts`, `holds`, `entries`) may be lazy mappings. Only `apply` changes anything here.
    """

    community: UUID
    founded: bool = False
    signing_keys: tuple[bytes, ...] = ()
    """Public keys (32 bytes) that have signed its checkpoints; the last is in force."""
    seq: int = 0
    ts: int = 0
    sealed_through: int = 0
    currencies: dict[str, Currency] = field(default_factory=dict)
    policies: dict[int, list[PolicyVersion]] = field(default_factory=dict)
    accounts: MutableMapping[UUID, Account] = field(default_factory=dict)
    by_no: MutableMapping[int, Account] = field(default_factory=dict)
    accounts_opened: int = 0
    holds: MutableMapping[UUID, Hold] = field(default_factory=dict)
    entries: MutableMapping[UUID, Past] = field(default_factory=dict)
    claims: set[bytes] = field(default_factory=set)
    credits: dict[int, list[Lot]] = field(default_factory=dict)
    """By account number: what it received, oldest first, at least as far back as its balance; for demurrage."""
    track_credits: bool = False
    """Keep `credits` for every account (replay in memory); else only for those already there."""

    def policy(self, currency: int, at: int) -> Policy:
        """The parameters in force at a moment (ns)."""
        versions = self.policies[currency]
        place = len(versions) - 1
        while place and versions[place].since > at:
            place -= 1
        return versions[place].policy
