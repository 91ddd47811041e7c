"""Checks a receipt file without a server: proof, signature of the community, and signature of who paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from ledger.core import journal, receipts, signing
from ledger.core.checkpoint import from_base64, parse_vkey
from ledger.core.commands import Pay, PayBatch, Payee, PlaceHold
from ledger.core.handing import leads_to
from ledger.core.journal import Entry
from ledger.core.merkle import ProofError
from ledger.core.receipts import ReceiptFile
from wallet_cli.amounts import from_ns
from wallet_cli.errors import Unproven
from wallet_cli.words import _


@dataclass(frozen=True)
class Proven:
    """What a receipt proves. Amounts are minor units; `payer` and `payees` are empty for entries without them."""

    origin: str
    seq: int
    size: int
    at: datetime
    id: str
    command: str
    community: str
    payer: str = ""
    payees: list[tuple[str, int]] = field(default_factory=list)
    amount: int | None = None
    currency: str = ""
    signed_by: str = ""
    """The device key (base64url) that signed the payment; empty when none did."""


def as_json(proven: Proven) -> dict[str, Any]:
    """What a receipt proves, as JSON values."""
    payees = [{"account": account, "amount": amount} for account, amount in proven.payees]
    return {**asdict(proven), "at": proven.at.isoformat(), "payees": payees}


def check(text: str, vkey: str | None, community: str | None = None) -> Proven:
    """What the receipt proves, once everything in it holds. Unproven names the part that does not.

    `vkey` is the key that is trusted; with None the receipt only has to agree with itself. `community` is the id that
    the entry must be of.
    """
    try:
        receipt = ReceiptFile.from_json(text)
        if vkey is not None:
            parse_vkey(vkey)
        body = receipts.verify(receipt, vkey)
        entry = _decode(body)
        _agrees(entry, receipt, community)
    except ProofError as error:
        raise unproven(error) from None
    return _proven(entry, receipt)


def follows(pinned: str, shown: str, handed_on: Iterable[str]) -> bool:
    """Whether a community's key is the one that was pinned, or was named by it (steps in base 64)."""
    try:
        return leads_to(pinned, shown, [from_base64(step, "handed_on") for step in handed_on])
    except ProofError:
        return False


def unproven(error: ProofError) -> Unproven:
    """The error for people: which part failed, and how."""
    part = error.part.partition("[")[0]
    said = {
        "file": _("this is not a receipt file"),
        "vkey": _("the key is not the one that you trust for this community"),
        "origin": _("the receipt and its key are of different communities"),
        "checkpoint": _("the community's signature on the checkpoint does not hold"),
        "size": _("the checkpoint counts another number of entries than the receipt"),
        "index": _("the checkpoint does not cover this entry"),
        "proof": _("the entry is not the one that the community signed: entry or proof was altered"),
        "entry": _("the entry cannot be read or is not the one that the receipt names"),
        "community": _("the entry is of another community"),
        "signature": _("the signature of who paid does not hold"),
        "handed_on": _("the steps from the community's former key to its present one cannot be read"),
    }.get(part, _("a field of the file is missing or wrong"))
    return Unproven(
        _("NOT VERIFIED. Part that failed: {part}: {said}. Do not accept this receipt.", part=error.part, said=said),
        "receipt_unproven", part=error.part, detail=str(error),
    )  # fmt: skip


def _decode(body: bytes) -> Entry:
    try:
        return journal.decode(body)
    except ValueError as error:
        raise ProofError("entry", f"The entry cannot be read: {error}.") from None


def _agrees(entry: Entry, receipt: ReceiptFile, community: str | None) -> None:
    """What the tree does not say: the entry's own number, its community, the device that signed it."""
    if entry.seq != receipt.index + 1:
        raise ProofError(
            "entry", f"The entry says it is number {entry.seq}, its place is {receipt.index + 1}."
        )
    if community is not None and str(entry.command.community) != community:
        raise ProofError("community", "The entry is of another community.")
    signature = getattr(entry.command, "signature", None)
    if signature is not None and not signing.signature_holds(entry.command, signature):
        raise ProofError("signature", "The device's signature does not fit the command.")


def _proven(entry: Entry, receipt: ReceiptFile) -> Proven:
    command = entry.command
    signature = getattr(command, "signature", None)
    payees: list[tuple[str, int]] = []
    match command:
        case Pay(payee=account, amount=amount) | PlaceHold(payee=account, amount=amount):
            payees = [(str(account), amount)]
        case PayBatch(payees=lines):
            payees = [(str(account), amount) for account, amount in map(Payee._make, lines)]
    return Proven(
        origin=receipt.origin, seq=entry.seq, size=receipt.size, at=from_ns(entry.effective_at), id=str(command.id),
        command=command.name, community=str(command.community),
        payer=str(getattr(command, "payer", "") or ""), payees=payees,
        amount=sum(amount for _account, amount in payees) if payees else _amount(command),
        currency=str(getattr(command, "currency", "")),
        signed_by=signing.b64(signature.key) if signature else "",
    )  # fmt: skip


def _amount(command: object) -> int | None:
    amount = getattr(command, "amount", None)
    return amount if isinstance(amount, int) else None
