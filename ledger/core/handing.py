"""Signing keys that hand over: who trusts a community's former key can follow it to the one in force."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.core import codec
from ledger.core.checkpoint import parse_vkey, vkey
from ledger.core.commands import ChangeSigningKey
from ledger.core.merkle import ProofError
from ledger.core.signing import signature_holds


def leads_to(trusted: str, named: str, handed_on: Sequence[bytes]) -> bool:
    """Whether `named` is the verifier key `trusted`, or one that it named through those between.

    `handed_on`: canonical bytes of `change_signing_key` commands, oldest first; those of other keys are passed over.
    Raises ProofError when a key or one of them cannot be read.
    """
    if trusted == named:
        return True
    origin, key = parse_vkey(trusted)
    for each in map(_read, handed_on):
        if each.signature is not None and each.signature.key == key and signature_holds(each, each.signature):
            key = each.public_key
            if vkey(origin, key) == named:
                return True
    return False


def _read(body: bytes) -> ChangeSigningKey:
    try:
        name, plain = codec.loads(body)
        command = codec.from_plain(ChangeSigningKey, plain)
    except (ValueError, TypeError) as error:
        raise ProofError("handed_on", "a step from one key to the next cannot be read") from error
    if name != ChangeSigningKey.name:
        raise ProofError("handed_on", f"{name!r:.40} does not hand a key on")
    return command
