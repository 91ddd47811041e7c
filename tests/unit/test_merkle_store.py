"""`NodeSource`: a store that keeps leaves and every eighth level gives the same proofs, with small reads."""

from collections.abc import Sequence

import pytest

from ledger.core.merkle import (
    Frontier,
    NodeSource,
    ProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests import rfc9162


class Store:
    """Leaves in a list, the levels that `extend` reported in a dictionary; counts what is read."""

    def __init__(self, leaves: Sequence[bytes], step: int) -> None:
        self.leaf_hashes = leaves
        self.kept: dict[tuple[int, int], bytes] = {}
        frontier = Frontier()
        for start in range(0, len(leaves), step):
            for level, index, node in frontier.extend(leaves[start : start + step]):
                assert (level, index) not in self.kept
                self.kept[level, index] = node
        self.root = frontier.root()
        self.reads: list[tuple[int, int, int]] = []
        self.source = NodeSource(self.leaves, self.nodes)

    def leaves(self, start: int, stop: int) -> Sequence[bytes]:
        self.reads.append((0, start, stop))
        return self.leaf_hashes[start:stop]

    def nodes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        self.reads.append((level, start, stop))
        return [self.kept[level, index] for index in range(start, stop)]


@pytest.mark.parametrize("size", [1, 2, 127, 128, 129, 255, 256, 257, 511, 512, 513, 767, 1000, 4096 + 255])
def test_a_store_of_every_eighth_level_gives_the_same_proofs(size: int) -> None:
    leaves = [rfc9162.leaf(body) for body in rfc9162.bodies(size)]
    store, tree = Store(leaves, step=100), rfc9162.Levels(leaves)
    for index in {0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
        proof = inclusion_proof(index, size, store.source)
        assert proof == inclusion_proof(index, size, tree)
        assert verify_inclusion(leaves[index], index, size, proof, store.root)
    for m in {1, 2, 128, 255, 256, 257, 512, size // 2, size - 1, size} & set(range(1, size + 1)):
        proof = consistency_proof(m, size, store.source)
        assert proof == consistency_proof(m, size, tree)
        assert verify_consistency(m, size, proof, root_of(leaves[:m]), store.root)
    assert all(level % 8 == 0 and stop - start <= 128 for level, start, stop in store.reads)


def test_proofs_around_65536() -> None:
    all_leaves = [rfc9162.leaf(body) for body in rfc9162.bodies(65_536 + 257)]
    for size in (65_535, 65_536, 65_537, 65_536 + 256, 65_536 + 257):
        leaves = all_leaves[:size]
        store = Store(leaves, step=8190)
        for index in (0, 255, 256, 32_767, 32_768, 65_279, 65_280, 65_534, size - 1):
            store.reads.clear()
            proof = inclusion_proof(index, size, store.source)
            assert verify_inclusion(leaves[index], index, size, proof, store.root), (index, size)
            assert len(store.reads) <= 2 * 17, "one read for each part of the path and of the ragged edge"
            assert sum(stop - start for _, start, stop in store.reads) <= 2 * 2 * 256
        for m in (1, 255, 256, 257, 65_535, 65_536, 65_537, size - 1, size):
            if m <= size:
                proof = consistency_proof(m, size, store.source)
                assert verify_consistency(m, size, proof, root_of(leaves[:m]), store.root), (m, size)


def uniform_nodes(height: int) -> list[bytes]:
    """The node of each level of a tree whose leaves are all alike: any size can be had without the leaves."""
    nodes = [leaf_hash(b"same")]
    for _ in range(height):
        nodes.append(node_hash(nodes[-1], nodes[-1]))
    return nodes


@pytest.mark.parametrize("size", [2**24 - 1, 2**24 + 1, 2**32 + 2**16 + 2**8 + 1, 2**40 + 12_345, 2**63 - 1])
def test_proofs_of_huge_trees_read_little(size: int) -> None:
    uniform = uniform_nodes(63)
    reads: list[int] = []

    def nodes(level: int, start: int, stop: int) -> list[bytes]:
        assert level % 8 == 0 and 0 < stop - start <= 128 and stop << level <= size
        reads.append(stop - start)
        return [uniform[level]] * (stop - start)

    source = NodeSource(lambda start, stop: nodes(0, start, stop), nodes)
    levels = [level for level in reversed(range(63)) if size >> level & 1]
    root = Frontier.from_bytes(size, b"".join(uniform[level] for level in levels)).root()
    for index in (0, 1, size // 2, size - 2, size - 1):
        reads.clear()
        proof = inclusion_proof(index, size, source)
        assert verify_inclusion(uniform[0], index, size, proof, root), index
        assert not verify_inclusion(uniform[1], index, size, proof, root), index
        assert len(reads) <= 2 * 63 and sum(reads) <= 2 * 8 * 256
    for m in (1, 256, 2**16, 2**16 + 1, size // 2, size - 1):
        old = Frontier.from_bytes(
            m, b"".join(uniform[at] for at in reversed(range(63)) if m >> at & 1)
        ).root()
        proof = consistency_proof(m, size, source)
        assert verify_consistency(m, size, proof, old, root), m
        assert not verify_consistency(m, size, proof, root, old), m


@pytest.mark.parametrize("level", [0, 3, 7, 8, 11])
def test_a_store_that_lacks_a_hash_is_noticed(level: int) -> None:
    source = NodeSource(
        lambda start, stop: [bytes(32)] * (stop - start - 1),
        lambda level, start, stop: [bytes(32)] * (stop - start + 1),
    )
    with pytest.raises(ProofError, match="store has") as caught:
        source(level, 0)
    assert caught.value.part == "store"
