"""Every spoilt proof is refused, for all pairs up to 64 leaves (ledger-engine.md 5.9.2)."""

import hashlib

from ledger.core.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests import rfc9162

SMALL = 64
BODIES = rfc9162.bodies(SMALL)
HASHES = [rfc9162.leaf(body) for body in BODIES]
ROOTS = [rfc9162.mth(BODIES[:size]) for size in range(SMALL + 1)]
TREE = rfc9162.Levels(HASHES)
NOISE = hashlib.sha256(b"no part of any tree").digest()


def flipped(value: bytes, bit: int) -> bytes:
    return bytes(byte ^ (1 << bit % 8 if at == bit // 8 else 0) for at, byte in enumerate(value))


def altered_proofs(proof: list[bytes]) -> list[list[bytes]]:
    """Every way of 5.9.2 to spoil the list itself: added, removed, doubled, of another length, a bit flipped."""
    longer = [
        [NOISE, *proof],
        [*proof, NOISE],
        [b"", *proof],
        [*proof, b""],
        [EMPTY_ROOT, *proof],
        [*proof, EMPTY_ROOT],
    ]
    shorter = [[*proof[:at], *proof[at + 1 :]] for at in range(len(proof))]
    doubled = [[*proof[: at + 1], *proof[at:]] for at in range(len(proof))]
    resized = [
        [*proof[:at], part, *proof[at + 1 :]]
        for at in range(len(proof))
        for part in (b"", proof[at][:-1], proof[at] + b"\x00", proof[at] * 2)
    ]
    bits = [
        [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]
        for at in range(len(proof))
        for bit in (0, 100, 255)
    ]
    swapped = [proof[::-1]] if len(proof) > 1 else []
    return longer + shorter + doubled + resized + bits + swapped


# --- inclusion ---


def test_every_spoilt_inclusion_proof_is_refused() -> None:
    for size in range(1, SMALL + 1):
        for index in range(size):
            leaf, root, proof = HASHES[index], ROOTS[size], inclusion_proof(index, size, TREE)
            for wrong in (
                NOISE,
                HASHES[index - 1] if size > 1 else NOISE,
                b"",
                leaf[:-1],
                leaf + b"\x00",
                flipped(leaf, 7),
            ):
                assert not verify_inclusion(wrong, index, size, proof, root), (index, size)
            for wrong in (
                NOISE,
                EMPTY_ROOT,
                b"",
                ROOTS[size - 1],
                root[:-1],
                root + root,
                flipped(root, 255),
            ):
                assert not verify_inclusion(leaf, index, size, proof, wrong), (index, size)
            for other in (
                index - 1,
                index + 1,
                index ^ 2,
                size,
                size + 1,
                -1,
                -size,
                index + size,
                2**63,
                2**64 + index,
            ):
                assert not verify_inclusion(leaf, other, size, proof, root), (index, size, other)
            for other in (size * 2, size // 2, 0, -1, index, -size, 2**63, 2**64):
                assert not verify_inclusion(leaf, index, other, proof, root), (index, size, other)
            for spoilt in altered_proofs(proof):
                assert not verify_inclusion(leaf, index, size, spoilt, root), (index, size, spoilt)


def test_every_bit_of_an_inclusion_proof_counts() -> None:
    leaf, proof, root = HASHES[21], inclusion_proof(21, 37, TREE), ROOTS[37]
    for at, node in enumerate(proof):
        for bit in range(256):
            assert not verify_inclusion(
                leaf, 21, 37, [*proof[:at], flipped(node, bit), *proof[at + 1 :]], root
            )
    for bit in range(256):
        assert not verify_inclusion(flipped(leaf, bit), 21, 37, proof, root)
        assert not verify_inclusion(leaf, 21, 37, proof, flipped(root, bit))


def test_the_same_bytes_cut_elsewhere_are_no_proof() -> None:
    joined = HASHES[0] + HASHES[1]
    assert verify_inclusion(joined[:32], 0, 2, [joined[32:]], ROOTS[2])
    for cut in (0, 1, 16, 31, 33, 64):
        assert not verify_inclusion(joined[:cut], 0, 2, [joined[cut:]], ROOTS[2])


def test_a_root_fitted_to_an_overlong_proof_is_no_root() -> None:
    for size in range(1, SMALL + 1):
        for index in range(size):
            proof = [*inclusion_proof(index, size, TREE), NOISE]
            for fitted in (node_hash(NOISE, ROOTS[size]), node_hash(ROOTS[size], NOISE)):
                assert not verify_inclusion(HASHES[index], index, size, proof, fitted), (index, size)


def test_an_interior_node_is_no_leaf() -> None:
    assert not verify_inclusion(leaf_hash(HASHES[0] + HASHES[1]), 0, 2, [TREE(1, 1)], ROOTS[4])
    assert leaf_hash(HASHES[0] + HASHES[1]) != node_hash(HASHES[0], HASHES[1])


# --- consistency ---


def test_every_spoilt_consistency_proof_is_refused() -> None:
    for n in range(1, SMALL + 1):
        for m in range(n + 1):
            proof, old, new = consistency_proof(m, n, TREE), ROOTS[m], ROOTS[n]
            for other in (m - 1, m + 1, n + 1, -1, -m - 1, m + 2**64):
                assert not verify_consistency(other, n, proof, old, new), (m, n, other)
            for other in (m - 1, 0 if m else -1, -n, 2**63, 2**64 + n):
                assert not verify_consistency(m, other, proof, old, new), (m, n, other)
            if m != n:
                assert not verify_consistency(m, n, proof, new, old), (m, n)
                assert not verify_consistency(n, m, proof, new, old), (m, n)
            for wrong in (NOISE, b"", flipped(old, 3), old[:-1], old + b"\x00"):
                assert not verify_consistency(m, n, proof, wrong, new), (m, n)
            for wrong in (b"", new[:-1], new + b"\x00"):
                assert not verify_consistency(m, n, proof, old, wrong), (m, n)
            if m:
                for wrong in (NOISE, flipped(new, 3), EMPTY_ROOT):
                    assert not verify_consistency(m, n, proof, old, wrong), (m, n)
            for spoilt in altered_proofs(proof):
                assert not verify_consistency(m, n, spoilt, old, new), (m, n, spoilt)
            if proof:
                assert not verify_consistency(m, n, [], old, new), (m, n)


def test_roots_fitted_to_an_overlong_proof_are_not_consistent() -> None:
    for n in range(1, SMALL + 1):
        for m in range(1, n):
            proof = [*consistency_proof(m, n, TREE), NOISE]
            old, new = node_hash(NOISE, ROOTS[m]), node_hash(NOISE, ROOTS[n])
            assert not verify_consistency(m, n, proof, old, new), (m, n)
            assert not verify_consistency(m, n, proof, ROOTS[m], node_hash(ROOTS[n], NOISE)), (m, n)


def test_every_bit_of_a_consistency_proof_counts() -> None:
    for m in (21, 32):
        proof, old, new = consistency_proof(m, 37, TREE), ROOTS[m], ROOTS[37]
        for at, node in enumerate(proof):
            for bit in range(256):
                assert not verify_consistency(
                    m, 37, [*proof[:at], flipped(node, bit), *proof[at + 1 :]], old, new
                )
        for bit in range(256):
            assert not verify_consistency(m, 37, proof, flipped(old, bit), new)
            assert not verify_consistency(m, 37, proof, old, flipped(new, bit))


def test_the_empty_tree_begins_every_tree_but_only_with_its_own_root_and_no_proof() -> None:
    assert verify_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)
    assert verify_consistency(0, 5, [], EMPTY_ROOT, ROOTS[5])
    assert not verify_consistency(0, 5, [], NOISE, ROOTS[5])
    assert not verify_consistency(0, 5, [ROOTS[5]], EMPTY_ROOT, ROOTS[5])
    assert not verify_consistency(0, 0, [], NOISE, NOISE)
    assert not verify_consistency(0, 0, [], EMPTY_ROOT, NOISE)
    assert not verify_consistency(0, 0, [NOISE], EMPTY_ROOT, EMPTY_ROOT)


def test_a_tree_begins_itself_only_with_an_empty_proof_and_one_root() -> None:
    assert verify_consistency(5, 5, [], ROOTS[5], ROOTS[5])
    assert not verify_consistency(5, 5, [], ROOTS[5], NOISE)
    assert not verify_consistency(5, 5, [ROOTS[5]], ROOTS[5], ROOTS[5])


def test_a_rewritten_past_is_not_consistent() -> None:
    other = [*HASHES[:9], NOISE, *HASHES[10:]]
    tree = rfc9162.Levels(other)
    for n in range(11, SMALL + 1):
        for m in range(10, n):
            assert not verify_consistency(m, n, consistency_proof(m, n, tree), ROOTS[m], root_of(other[:n]))
