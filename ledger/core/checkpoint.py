"""Checkpoints: the signed head of a community's journal, as a C2SP tlog-checkpoint in a C2SP signed note.

    example.org/rivage
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — example.org/rivage Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurm…

The origin names the log and is also the name of its Ed25519 key. Everything here raises `ProofError`.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.core.merkle import HASH_SIZE, MAX_SIZE, ProofError

MAX_SIGNATURES: Final = 100
MAX_NOTE_BYTES: Final = 1_000_000

_ED25519: Final = b"\x01"  # the signature type byte of the signed-note specification
_KEY_SIZE: Final = 32
_KEY_ID_SIZE: Final = 4
_DASH: Final = "— "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: `size` leaves have the Merkle root `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        _check_name(self.origin, "origin")
        if not 0 <= self.size <= MAX_SIZE:
            raise ProofError("size", f"The size of a checkpoint is between 0 and 2**63 - 1, not {self.size}.")
        if len(self.root) != HASH_SIZE:
            raise ProofError("root", f"The root of a checkpoint has 32 bytes, not {len(self.root)}.")

    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"


def sign(checkpoint: Checkpoint, private_key: Ed25519PrivateKey) -> str:
    """The checkpoint as a note signed by the key that bears its origin's name."""
    text = checkpoint.text()
    return f"{text}\n{signature_line(text, checkpoint.origin, private_key)}"


def parse_and_verify(note: str, public_key: bytes, origin: str, witnesses: Sequence[str] = ()) -> Checkpoint:
    """The checkpoint that `note` holds, once the key of `origin` (32 bytes) is known to have signed it.

    Signatures by other keys are ignored, unless `witnesses` (verifier keys) says that they must be there too.
    """
    text = open_note(note, [(origin, public_key), *map(parse_vkey, witnesses)])
    lines = text.split("\n")
    if len(lines) != 4:
        raise ProofError("checkpoint", "A checkpoint has three lines: origin, size and root.")
    found, size, root = lines[:3]
    if found != origin:
        raise ProofError("checkpoint", f"The checkpoint is of {found!r}, not of {origin!r}.")
    if not (size.isascii() and size.isdecimal() and len(size) <= 19) or str(int(size)) != size:
        raise ProofError("checkpoint", "The second line of a checkpoint is its size in plain decimal digits.")
    return Checkpoint(origin, int(size), from_base64(root, "checkpoint"))


# --- signed notes ---


def signature_line(text: str, name: str, private_key: Ed25519PrivateKey) -> str:
    """The line that adds the signature of the key called `name` to a note with this text."""
    _check_name(name, "name")
    key_id = _key_id(name, private_key.public_key().public_bytes_raw())
    return f"{_DASH}{name} {to_base64(key_id + private_key.sign(_utf8(text)))}\n"


def open_note(note: str, keys: Sequence[tuple[str, bytes]]) -> str:
    """The text of a signed note, once each of `keys` (name, 32-byte public key) is known to have signed it.

    A bad signature by one of the keys refuses the note, even beside a good one; other signers are ignored.
    """
    if not keys:
        raise ValueError("keys: give at least one key, an unsigned text is worth nothing")
    if len(_utf8(note)) > MAX_NOTE_BYTES:
        raise ProofError("checkpoint", f"The note is longer than {MAX_NOTE_BYTES} bytes.")
    if any(char < " " and char != "\n" for char in note):
        raise ProofError("checkpoint", "The note holds control characters.")
    head, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise ProofError("checkpoint", "A note is its text, an empty line, and whole signature lines.")
    text = head + "\n"
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise ProofError("checkpoint", f"The note has more than {MAX_SIGNATURES} signatures.")
    signatures = [_parse_signature(line) for line in lines]
    for name, public_key in keys:
        wanted = (name, _key_id(name, public_key))
        ours = [signature for signer, key_id, signature in signatures if (signer, key_id) == wanted]
        if not ours:
            raise ProofError("checkpoint", f"The key of {name!r} has not signed this.")
        for signature in ours:
            _check_signature(public_key, signature, text, name)
    return text


def _parse_signature(line: str) -> tuple[str, bytes, bytes]:
    """(key name, key id, signature) of one signature line."""
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise ProofError("checkpoint", "A signature line is a dash, the name of the key and the signature.")
    _check_name(name, "checkpoint")
    data = from_base64(encoded, "checkpoint")
    if len(data) <= _KEY_ID_SIZE:
        raise ProofError("checkpoint", f"The signature of {name!r} is too short.")
    return name, data[:_KEY_ID_SIZE], data[_KEY_ID_SIZE:]


def _check_signature(public_key: bytes, signature: bytes, text: str, name: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _utf8(text))
    except (InvalidSignature, ValueError) as error:
        raise ProofError(
            "checkpoint", f"The signature of {name!r} does not fit: text or signature was altered."
        ) from error


# --- verifier keys ---


def vkey(origin: str, public_key: bytes) -> str:
    """The verifier key, the text by which others know the log: name + key id + base64 of type and key."""
    _check_name(origin, "origin")
    return f"{origin}+{_key_id(origin, public_key).hex()}+{to_base64(_ED25519 + public_key)}"


def parse_vkey(text: str) -> tuple[str, bytes]:
    """(origin, 32-byte public key) of a verifier key."""
    origin, _, rest = text.partition("+")
    _, _, encoded = rest.partition("+")
    _check_name(origin, "vkey")
    data = from_base64(encoded, "vkey")
    if data[:1] != _ED25519 or len(data) != 1 + _KEY_SIZE:
        raise ProofError("vkey", "A verifier key is name+id+key with an Ed25519 key; copy it whole.")
    if vkey(origin, data[1:]) != text:
        raise ProofError(
            "vkey", "The id inside the verifier key does not fit its name and key; copy it whole."
        )
    return origin, data[1:]


def _key_id(name: str, public_key: bytes) -> bytes:
    if len(public_key) != _KEY_SIZE:
        raise ProofError("public_key", f"An Ed25519 public key has 32 bytes, not {len(public_key)}.")
    return sha256(_utf8(name) + b"\n" + _ED25519 + public_key).digest()[:_KEY_ID_SIZE]


# --- texts ---


def _check_name(name: str, part: str) -> None:
    """Refuse what the specification refuses as the name of a key: it would make a note ambiguous."""
    if not name or any(char.isspace() or char < " " or char == "+" for char in name):
        raise ProofError(
            part, f"{name!r} cannot name a log: it must not be empty nor hold spaces or a plus sign."
        )
    _utf8(name)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ProofError("checkpoint", "The text is not valid Unicode.") from error


def to_base64(data: bytes) -> str:
    """Standard base 64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode()


def from_base64(text: str, part: str) -> bytes:
    """Inverse of `to_base64`; refuses every other spelling, naming `part`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if to_base64(data) != text:
        raise ProofError(part, f"{part}: not standard base 64.")
    return data
