"""Receipts as a community makes them, from the bytes of its entries and its key."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import merkle
from ledger.core.checkpoint import Checkpoint, from_base64, sign, vkey
from ledger.core.receipts import ReceiptFile

ORIGIN = "fake.example/riv"


def make_receipt(
    bodies: Sequence[bytes], index: int, key: Ed25519PrivateKey, handed_on: Sequence[str] = ()
) -> ReceiptFile:
    """The receipt of one of these entries under a checkpoint of all of them."""
    hashes = [merkle.leaf_hash(each) for each in bodies]
    nodes = merkle.NodeSource(lambda start, stop: hashes[start:stop], _no_nodes)
    proof = tuple(merkle.inclusion_proof(index, len(hashes), nodes))
    note = sign(Checkpoint(ORIGIN, len(hashes), merkle.root_of(hashes)), key)
    public = key.public_key().public_bytes_raw()
    steps = tuple([from_base64(step, "handed_on") for step in handed_on])
    return ReceiptFile(ORIGIN, vkey(ORIGIN, public), bodies[index], index, len(hashes), proof, note, steps)


def _no_nodes(level: int, start: int, stop: int) -> list[bytes]:
    raise AssertionError(f"a small tree has no stored nodes of level {level}")
