"""From a former signing key to the one in force: every step is signed by the key before it, or there is none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import signing
from ledger.core.checkpoint import vkey
from ledger.core.commands import ChangeSigningKey, Signature
from ledger.core.handing import leads_to
from ledger.core.journal import command_bytes
from ledger.core.merkle import ProofError

ORIGIN = "ricochet.example/rivage"
KEYS = [Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in range(4)]
PUBLIC = [key.public_key().public_bytes_raw() for key in KEYS]
NAMES = [vkey(ORIGIN, key) for key in PUBLIC]


def step(before: int, after: int, by: int | None = None) -> bytes:
    """`before` names `after`; the signature under its name is made by the key `by`."""
    fields: dict[str, Any] = {name: UUID(int=before + 1) for name in ("id", "community", "actor")}
    command = ChangeSigningKey(**fields, public_key=PUBLIC[after])
    value = KEYS[before if by is None else by].sign(signing.signing_input(command, PUBLIC[before]))
    return command_bytes(ChangeSigningKey(**fields, public_key=PUBLIC[after], signature=Signature(PUBLIC[before], value)))


FIRST, SECOND = step(0, 1), step(1, 2)


@pytest.mark.parametrize(
    ("trusted", "named", "steps", "leads"),
    [
        (0, 0, [], True),
        (0, 1, [FIRST], True),
        (0, 2, [FIRST, SECOND], True),
        (0, 1, [FIRST, SECOND], True),
        (1, 2, [FIRST, SECOND], True),
        (0, 1, [], False),
        (0, 2, [SECOND], False),
        (0, 2, [SECOND, FIRST], False),
        (2, 0, [FIRST, SECOND], False),
        (1, 0, [FIRST], False),
        (0, 3, [step(0, 3, by=3)], False),
        (0, 3, [FIRST, step(3, 3)], False),
    ],
)
def test_steps_lead_forward_and_each_is_signed(trusted: int, named: int, steps: list[bytes], leads: bool) -> None:
    assert leads_to(NAMES[trusted], NAMES[named], steps) is leads


def test_a_key_of_another_log_is_not_led_to() -> None:
    assert not leads_to(NAMES[0], vkey("elsewhere.example/log", PUBLIC[1]), [FIRST])


@pytest.mark.parametrize("body", [b"", b"\x80", b"\x82\x61x\x80", FIRST[:-1], FIRST + b"\x00"])
def test_what_is_no_step_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(ProofError) as refused:
        leads_to(NAMES[0], NAMES[1], [body])
    assert refused.value.part == "handed_on"
