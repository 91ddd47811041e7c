"""Trees, cuts, sizes and damage chosen by Hypothesis (ledger-engine.md 5.9.2 and 5.9.3)."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.core.merkle import (
    Frontier,
    NodeSource,
    Subtree,
    consistency_proof,
    inclusion_proof,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests import rfc9162

LIMIT = 1500
BODIES = rfc9162.bodies(LIMIT)
LEAVES = [rfc9162.leaf(body) for body in BODIES]
TREE = rfc9162.Levels(LEAVES)
SOURCE = NodeSource(lambda start, stop: LEAVES[start:stop], TREE.stored)

sizes = st.integers(1, LIMIT)
positions = st.integers(0, 10**6)


@given(st.lists(st.integers(0, 700), max_size=8))
def test_any_cut_into_batches_gives_one_tree(batches: list[int]) -> None:
    frontier, found, start = Frontier(), list[Subtree](), 0
    for batch in batches:
        leaves = LEAVES[start : start + batch]
        frontier = Frontier.from_bytes(frontier.size, frontier.to_bytes())  # as between two commits
        found += frontier.extend(leaves)
        start += len(leaves)
    assert frontier.size == start
    assert frontier.root() == root_of(LEAVES[:start])
    assert found == [(8, index, TREE(8, index)) for index in range(start >> 8)]


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_the_root_of_any_bodies_is_the_rfcs(bodies: list[bytes]) -> None:
    assert root_of([rfc9162.leaf(body) for body in bodies]) == rfc9162.mth(tuple(bodies))


@given(sizes, positions)
def test_inclusion_holds_from_every_source(size: int, position: int) -> None:
    index = position % size
    proof = inclusion_proof(index, size, SOURCE)
    assert proof == inclusion_proof(index, size, TREE)
    assert verify_inclusion(LEAVES[index], index, size, proof, root_of(LEAVES[:size]))
    assert not verify_inclusion(LEAVES[index - 1], index, size, proof, root_of(LEAVES[:size]))


@given(sizes, positions)
def test_consistency_holds_from_every_source(n: int, position: int) -> None:
    m = position % (n + 1)
    proof = consistency_proof(m, n, SOURCE)
    assert proof == consistency_proof(m, n, TREE)
    assert verify_consistency(m, n, proof, root_of(LEAVES[:m]), root_of(LEAVES[:n]))


@given(sizes, positions, positions)
def test_any_flipped_bit_refuses_an_inclusion_proof(size: int, position: int, bit: int) -> None:
    index = position % size
    proof = inclusion_proof(index, size, TREE)
    parts = [LEAVES[index], root_of(LEAVES[:size]), *proof]
    spoilt_leaf, spoilt_root, *spoilt_proof = with_flipped_bit(parts, bit)
    assert verify_inclusion(parts[0], index, size, proof, parts[1])
    assert not verify_inclusion(spoilt_leaf, index, size, spoilt_proof, spoilt_root)


@given(st.integers(2, LIMIT), positions, positions)
def test_any_flipped_bit_refuses_a_consistency_proof(n: int, position: int, bit: int) -> None:
    m = 1 + position % (n - 1)
    proof = consistency_proof(m, n, TREE)
    parts = [root_of(LEAVES[:m]), root_of(LEAVES[:n]), *proof]
    spoilt_old, spoilt_new, *spoilt_proof = with_flipped_bit(parts, bit)
    assert verify_consistency(m, n, proof, parts[0], parts[1])
    assert not verify_consistency(m, n, spoilt_proof, spoilt_old, spoilt_new)


@given(sizes, positions, st.lists(st.binary(min_size=30, max_size=34), max_size=12))
def test_an_invented_proof_proves_nothing(size: int, position: int, proof: list[bytes]) -> None:
    index, root = position % size, root_of(LEAVES[:size])
    true_proof = inclusion_proof(index, size, TREE)
    assert verify_inclusion(LEAVES[index], index, size, proof, root) == (proof == true_proof)
    assert not verify_inclusion(rfc9162.leaf(b"never entered"), index, size, true_proof, root)


def with_flipped_bit(parts: list[bytes], bit: int) -> list[bytes]:
    """`parts` with one bit of one part the other way round."""
    place = bit % (len(parts) * 256)
    at, offset = divmod(place, 256)
    changed = bytearray(parts[at])
    changed[offset // 8] ^= 1 << offset % 8
    return [*parts[:at], bytes(changed), *parts[at + 1 :]]
