"""A paper key: a device key whose seed is kept as text, thirteen groups of four signs and one that checks them."""

from __future__ import annotations

from base64 import b32decode, b32encode
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wallet_cli.errors import Locked, Misused
from wallet_cli.session import Session
from wallet_cli.words import _

LABEL: Final = "paper"
"""What a paper key is called among the devices."""
SEED: Final = 32
"""Bytes."""
_GROUP, _GROUPS = 4, 14
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_MISREAD = str.maketrans("018", "OIB")
_TRIES = 3


def write(seed: bytes) -> str:
    """The seed (32 bytes) as text, its groups parted by spaces."""
    text = b32encode(seed).decode().rstrip("=") + _check(seed)
    return " ".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def read(text: str) -> bytes:
    """The seed of a text as people type it: any case, spaces or hyphens, 0 for O, 1 for I, 8 for B. Misused if wrong."""
    signs = "".join(text.replace("-", " ").split()).upper().translate(_MISREAD)
    if odd := next((sign for sign in signs if sign not in _SIGNS), ""):
        raise Misused(_("{sign} is no sign of a paper key. Type it again.", sign=odd), "paper_misread")
    if len(signs) != _GROUP * _GROUPS:
        raise Misused(
            _(
                "A paper key has {wanted} letters and digits; these are {found}. Type it again.",
                wanted=_GROUP * _GROUPS, found=len(signs),
            ),
            "paper_misread",
        )  # fmt: skip
    seed = b32decode(signs[:-_GROUP] + "====")
    if write(seed).replace(" ", "") != signs:
        raise Misused(
            _("A sign of this paper key was misread, or it is of something else. Type it again."),
            "paper_misread",
        )
    return seed


def ask(session: Session) -> Ed25519PrivateKey:
    """The paper key that somebody types, or that RICOCHET_WALLET_PAPER_FILE holds."""
    path = session.world.environ.get("RICOCHET_WALLET_PAPER_FILE")
    if path:
        try:
            return Ed25519PrivateKey.from_private_bytes(read(Path(path).read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError):
            raise Locked(_("The file {path} of the paper key cannot be read.", path=path), "no_paper") from None
    if not session.world.interactive:
        raise Locked(_("The paper key is needed: set RICOCHET_WALLET_PAPER_FILE."), "no_paper")
    for left in range(_TRIES, 0, -1):
        try:
            return Ed25519PrivateKey.from_private_bytes(read(session.world.ask(_("Paper key: "))))
        except Misused as wrong:
            if left == 1:
                raise
            session.screen.note(wrong.sentence, "red")
    raise AssertionError("unreachable")


def _check(seed: bytes) -> str:
    return b32encode(sha256(seed).digest())[:_GROUP].decode()
