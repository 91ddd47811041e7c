"""Lets a key sign for the member's accounts, with the signature of one that does already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from uuid6 import uuid7

from ledger.core import signing
from ledger.core.commands import AddKey, Signature
from wallet_cli.answers import Awaited, Device, key_bytes, read
from wallet_cli.errors import Refused, Unproven
from wallet_cli.session import Session
from wallet_cli.words import _

SIGNS_NOTHING = "signs_nothing"
"""The code of a refusal: the key that should let another in signs for none of the accounts itself."""


def let_in(session: Session, device: Device, signer: Ed25519PrivateKey) -> Device:
    """Have a device of the member let in by what `signer` signs. Doing it again does no harm.

    Raises Refused when `signer` signs for none of the accounts that wait, Unproven when the server shows another key.
    """
    path = f"/v1/devices/{quote(device.id, safe='')}/approval"
    awaited = read(Awaited, session.server.get(path))
    if awaited.public_key != device.public_key:
        raise Unproven(
            _("The server shows two keys for {device}; nothing was signed. Tell your community.", device=device.label),
            "wrong_key",
        )  # fmt: skip
    own = signing.b64(signer.public_key().public_bytes_raw())
    accounts = [each.id for each in awaited.accounts if own in each.keys]
    if awaited.accounts and not accounts:
        raise Refused(
            _("This key does not sign for your accounts, so it lets nobody in. Use one that does."),
            SIGNS_NOTHING,
        )
    if not accounts:
        return device
    body = {"signed": sign(session, signer, accounts, device.public_key)}
    return read(Device, session.server.once("POST", path, body))


def sign(session: Session, signer: Ed25519PrivateKey, accounts: Iterable[str], public_key: str) -> list[str]:
    """For each account the command that lets a key (base64url) in, signed."""
    own = signer.public_key().public_bytes_raw()
    return [_sign(session, signer, own, account, public_key) for account in accounts]


def _sign(session: Session, signer: Ed25519PrivateKey, own: bytes, account: str, public_key: str) -> str:
    command: Any = AddKey(
        id=UUID(str(uuid7())), community=UUID(session.enrolment.community), actor=UUID(session.enrolment.member),
        account=UUID(account), key=key_bytes(public_key),
    )  # fmt: skip
    value = signer.sign(signing.signing_input(command, own))
    return signing.compact(replace(command, signature=Signature(own, value)))
