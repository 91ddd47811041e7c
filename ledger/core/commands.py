"""Everything that can be asked of the ledger, on one screen. A command is plain frozen data; its id makes retries safe.

Amounts are minor units, moments are nanoseconds since 1970 UTC, rates are basis points. `actor` is the pseudonymous
id of who asks; the journal never holds a name. New fields may only be added at the end of a command and with a
default, so that old entries stay readable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple
from uuid import UUID

from ledger.core.accounts import AccountKind, Form, Model
from ledger.core.policy import Policy, Sphere

MAX_BATCH = 8_190


class Signature(NamedTuple):
    """A member's device key (32 bytes) and its Ed25519 signature (64 bytes) over `signing.signing_input`."""

    key: bytes
    value: bytes


class Payee(NamedTuple):
    """One line of a batch payment."""

    account: UUID
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What every command carries."""

    name: ClassVar[str] = ""
    id: UUID
    community: UUID
    actor: UUID


# --- the community, its currencies and rules ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Command):
    """Open the journal of a community. `public_key` (32 bytes, Ed25519) signs its checkpoints."""

    name: ClassVar[str] = "found"
    code: str
    public_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineCurrency(Command):
    """Define a currency with its first policy; opens its technical accounts. Scale and model are for ever."""

    name: ClassVar[str] = "define_currency"
    code: str
    scale: int
    model: Model
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePolicy(Command):
    """Set a currency's parameters from a moment on, never in the past. `resolution` names the vote that decided."""

    name: ClassVar[str] = "change_policy"
    currency: str
    policy: Policy
    since: int
    resolution: str = ""
    approver: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealPeriod(Command):
    """Close the past: nothing may be entered with a date up to `through` (ns) any more."""

    name: ClassVar[str] = "seal_period"
    through: int


# --- accounts ---


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount(Command):
    """Open a member's account. `line` and `ceiling` None take the policy's default; `keys` (32 bytes each) as `AddKey`."""

    name: ClassVar[str] = "open_account"
    account: UUID
    currency: str
    kind: AccountKind
    form: Form = Form.DIGITAL
    line: int | None = None
    ceiling: int | None = None
    programme: str = ""
    sectors: tuple[str, ...] = ()
    acceptance_bp: int = 0
    keys: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLine(Command):
    """Change a credit line. Below the present debt is legitimate: no new debit until back inside (MUT-17)."""

    name: ClassVar[str] = "set_line"
    account: UUID
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCeiling(Command):
    """Change the most an account may hold; None removes the ceiling."""

    name: ClassVar[str] = "set_ceiling"
    account: UUID
    ceiling: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTerms(Command):
    """Change a merchant's activity codes and acceptance rate (MUT-6)."""

    name: ClassVar[str] = "set_terms"
    account: UUID
    sectors: tuple[str, ...] = ()
    acceptance_bp: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeAccount(Command):
    """Refuse an account's debits, credits or both; both False thaws it."""

    name: ClassVar[str] = "freeze_account"
    account: UUID
    debits: bool
    credits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAccount(Command):
    """Close an account whose balance and holds are 0."""

    name: ClassVar[str] = "close_account"
    account: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AddKey(Command):
    """Let a device key (Ed25519, 32 bytes) sign for an account. From the first key on only signed payments leave it.

    Any key but the first is let in by a signature of one that is active; so an account without an active one is shut.
    """

    name: ClassVar[str] = "add_key"
    account: UUID
    key: bytes
    signature: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKey(Command):
    """Take a lost or replaced device key away, at once."""

    name: ClassVar[str] = "revoke_key"
    account: UUID
    key: bytes


# --- payments ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(Command):
    """Payer to payee. `deal` is the whole price when part of it is paid in euros outside the ledger (MUT-6)."""

    name: ClassVar[str] = "pay"
    payer: UUID
    payee: UUID
    amount: int
    currency: str
    deal: int | None = None
    sphere: Sphere | None = None
    activity: str = ""
    memo_hash: bytes | None = None
    signature: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PayBatch(Command):
    """One payer, up to 8,190 payees, all or nothing."""

    name: ClassVar[str] = "pay_batch"
    payer: UUID
    currency: str
    payees: tuple[Payee, ...]
    signature: Signature | None = None
    sphere: Sphere | None = None
    activity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Command):
    """The payee gives back part or, with amount None, the rest of a payment; fees go back in proportion."""

    name: ClassVar[str] = "refund"
    payment: UUID
    amount: int | None = None
    signature: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse(Command):
    """Negate an entry, once, within the window, by somebody who did not enter it. `force` may cross limits."""

    name: ClassVar[str] = "reverse"
    entry: UUID
    force: bool = False
    approver: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold(Command):
    """Set an amount aside for a payee. `seconds` until it expires by itself; 0: never."""

    name: ClassVar[str] = "place_hold"
    payer: UUID
    payee: UUID
    amount: int
    currency: str
    seconds: int = 0
    activity: str = ""
    signature: Signature | None = None
    sphere: Sphere | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureHold(Command):
    """Pay a hold in whole (amount None) or in part; the rest is released."""

    name: ClassVar[str] = "capture_hold"
    hold: UUID
    amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidHold(Command):
    """Give a hold back."""

    name: ClassVar[str] = "void_hold"
    hold: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireHold(Command):
    """Give a hold back because its time is over."""

    name: ClassVar[str] = "expire_hold"
    hold: UUID


# --- supply ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue(Command):
    """Create units against euros received, at par (MLC-1)."""

    name: ClassVar[str] = "issue"
    account: UUID
    currency: str
    amount: int
    euros: int
    approver: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeem(Command):
    """Destroy a professional's units and release euros less the commission (MLC-4, MLC-5); one invoice, one redemption."""

    name: ClassVar[str] = "redeem"
    account: UUID
    currency: str
    amount: int
    invoice: str
    approver: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveReserve(Command):
    """Pay euros into (above 0) or out of (below 0) the guarantee fund of a form, within the guarantee."""

    name: ClassVar[str] = "move_reserve"
    currency: str
    form: Form
    euros: int
    approver: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeForm(Command):
    """Notes to an account or back: units change form, euros move between the two reserves (MLC-3)."""

    name: ClassVar[str] = "exchange_form"
    payer: UUID
    payee: UUID
    currency: str
    amount: int
    signature: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Command):
    """Fund a purse from its programme. `once` (32 bytes) makes a second grant with the same claim refused (PUB-14)."""

    name: ClassVar[str] = "grant"
    account: UUID
    amount: int
    once: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpirePurse(Command):
    """Return what a purse holds to its funder after the programme's end (PUB-6)."""

    name: ClassVar[str] = "expire_purse"
    account: UUID


# --- what the community charges, and how members leave ---


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeFee(Command):
    """Dues or a fee from a member to the operator, the policy's share to the loss fund (MUT-10, TIME-6)."""

    name: ClassVar[str] = "charge_fee"
    account: UUID
    amount: int
    purpose: str = "dues"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeDemurrage(Command):
    """Charge idle units of an account up to a moment, first in first out (DEM-2, DEM-3)."""

    name: ClassVar[str] = "charge_demurrage"
    account: UUID
    through: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Command):
    """A member gives notice: may spend down, may not receive, until `spend_down_days` are over (MUT-15)."""

    name: ClassVar[str] = "leave"
    account: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Forfeit(Command):
    """After the spend-down, a leaver's remaining units go to the loss fund."""

    name: ClassVar[str] = "forfeit"
    account: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleDebt(Command):
    """A member pays a negative balance in euros to the operator, who takes the debt over (MUT-8, MUT-15)."""

    name: ClassVar[str] = "settle_debt"
    account: UUID
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOff(Command):
    """Move an unrecoverable debt to the losses, the loss fund first (MUT-11)."""

    name: ClassVar[str] = "write_off"
    account: UUID
    approver: UUID | None = None


# --- history from elsewhere ---


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOpening(Command):
    """An account's balance on the day a community moves in, with its own date (ns). May be negative."""

    name: ClassVar[str] = "import_opening"
    account: UUID
    balance: int
    occurred_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPayment(Command):
    """A payment that already happened elsewhere: recorded with its own date (ns); limits are not asked."""

    name: ClassVar[str] = "import_payment"
    payer: UUID
    payee: UUID
    amount: int
    occurred_at: int
    activity: str = ""


# --- the key of the community's checkpoints ---


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSigningKey(Command):
    """From this entry on `public_key` (32 bytes, Ed25519) signs the checkpoints; the key in force hands over by signing."""

    name: ClassVar[str] = "change_signing_key"
    public_key: bytes
    signature: Signature | None = None


def _leaves(root: type[Command]) -> list[type[Command]]:
    return [leaf for child in root.__subclasses__() for leaf in (_leaves(child) or [child])]


COMMANDS: dict[str, type[Command]] = {kind.name: kind for kind in _leaves(Command)}
"""Every command by its stable name, in the order of this file."""
