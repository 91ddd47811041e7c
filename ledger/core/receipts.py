"""Receipt files: what a member keeps to show, on a machine without the server, that an entry is in the journal."""

import json
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from ledger.core.checkpoint import from_base64, parse_and_verify, parse_vkey, to_base64
from ledger.core.handing import leads_to
from ledger.core.merkle import HASH_SIZE, MAX_SIZE, ProofError, leaf_hash, verify_inclusion

VERSION: Final = 1
_VERSION_FIELD: Final = "ricochet_receipt"
_FIELDS: Final = (_VERSION_FIELD, "origin", "vkey", "entry", "index", "size", "proof", "checkpoint", "handed_on")


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """One entry, its proof of inclusion, and the checkpoint that the proof leads to.

    `entry` is the canonical bytes of the entry, `index` its number - 1, `size` the number of entries under the
    checkpoint, `proof` the hashes from the leaf up, `vkey` the verifier key of the community. `handed_on` are the
    commands (canonical bytes) by which former keys of the community named the next, oldest first.
    """

    origin: str
    vkey: str
    entry: bytes
    index: int
    size: int
    proof: tuple[bytes, ...]
    checkpoint: str
    handed_on: tuple[bytes, ...] = ()

    def to_json(self) -> str:
        """The file's text: one field a line, bytes in base 64."""
        content: dict[str, Any] = {
            _VERSION_FIELD: VERSION,
            "origin": self.origin,
            "vkey": self.vkey,
            "entry": to_base64(self.entry),
            "index": self.index,
            "size": self.size,
            "proof": [to_base64(node) for node in self.proof],
            "checkpoint": self.checkpoint,
        }
        if self.handed_on:
            content["handed_on"] = [to_base64(each) for each in self.handed_on]
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "ReceiptFile":
        """Read a file's text. ProofError, with the field in `part`, when it is not a whole receipt of version 1.

        This checks the shape only; `verify` says whether to believe it.
        """
        content = _read_object(text)
        version = _int(content, _VERSION_FIELD)
        if version != VERSION:
            _refuse(_VERSION_FIELD, f"this program reads version {VERSION}, the file is version {version}")
        for name in content:
            if name not in _FIELDS:
                _refuse(name, "no such field in a receipt")
        return cls(
            origin=_str(content, "origin"),
            vkey=_str(content, "vkey"),
            entry=from_base64(_str(content, "entry"), "entry"),
            index=_int(content, "index"),
            size=_int(content, "size"),
            proof=_proof(content),
            checkpoint=_str(content, "checkpoint"),
            handed_on=_handed_on(content),
        )


def verify(receipt: ReceiptFile, vkey: str | None) -> bytes:
    """The body of the entry, once everything in the receipt holds; ProofError says which part does not.

    `vkey` is the verifier key that the member trusts: the receipt's own, or one that has handed on to it. With None the
    receipt only agrees with itself: whoever made it may have made the key too.
    """
    if vkey is not None and not leads_to(vkey, receipt.vkey, receipt.handed_on):
        raise ProofError("vkey", "The receipt names another key than the one you trust for this community.")
    origin, public_key = parse_vkey(receipt.vkey)
    if origin != receipt.origin:
        raise ProofError(
            "origin", f"The receipt says it is from {receipt.origin!r}, its key is of {origin!r}."
        )
    checkpoint = parse_and_verify(receipt.checkpoint, public_key, origin)
    if checkpoint.size != receipt.size:
        raise ProofError(
            "size", f"The receipt counts {receipt.size} entries, its checkpoint {checkpoint.size}."
        )
    if not 0 <= receipt.index < receipt.size:
        raise ProofError("index", f"The checkpoint covers {receipt.size} entries and so not this one.")
    if not verify_inclusion(
        leaf_hash(receipt.entry), receipt.index, receipt.size, receipt.proof, checkpoint.root
    ):
        raise ProofError(
            "proof", "The entry is not the one that was signed at this place: entry or proof was altered."
        )
    return receipt.entry


# --- reading ---


def _refuse(field: str, problem: str) -> NoReturn:
    raise ProofError(field, f"{field!r}: {problem}.")  # quoted: the file may hold any text as a name


def _read_object(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text, object_pairs_hook=_without_doubles)
    except ProofError:
        raise
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise ProofError("file", "This is not a receipt file: it is not one JSON object.")
    return content


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name, value in pairs:
        if name in content:
            _refuse(name, "given twice")
        content[name] = value
    return content


def _get(content: dict[str, Any], name: str) -> Any:
    if name not in content:
        _refuse(name, "missing")
    return content[name]


def _str(content: dict[str, Any], name: str) -> str:
    value = _get(content, name)
    if not isinstance(value, str):
        _refuse(name, "must be a text")
    return value


def _int(content: dict[str, Any], name: str) -> int:
    value = _get(content, name)
    if type(value) is not int or not 0 <= value <= MAX_SIZE:  # not isinstance: true is no number
        _refuse(name, "must be a whole number from 0 to 2**63 - 1")
    return value


def _handed_on(content: dict[str, Any]) -> tuple[bytes, ...]:
    values = content.get("handed_on", [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        _refuse("handed_on", "must be a list of texts")
    return tuple([from_base64(value, "handed_on") for value in values])


def _proof(content: dict[str, Any]) -> tuple[bytes, ...]:
    values = _get(content, "proof")
    if not isinstance(values, list):
        _refuse("proof", "must be a list")
    hashes = []
    for number, value in enumerate(values):
        part = f"proof[{number}]"
        node = from_base64(value, part) if isinstance(value, str) else b""
        if len(node) != HASH_SIZE:
            _refuse(part, "must be 32 bytes in base 64")
        hashes.append(node)
    return tuple(hashes)
