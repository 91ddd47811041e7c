"""Published vectors and exhaustive small cases (ledger-engine.md 5.9.1 to 5.9.3)."""

import pytest

from ledger.core import merkle
from ledger.core.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests import rfc9162

# The leaves, roots and proofs of Certificate Transparency's own tests.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_INCLUSION = [
    (0, 1, []),
    (0, 8, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]),
    (5, 8, ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (1, 5, ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"]),
]  # fmt: skip
CT_CONSISTENCY = [
    (1, 1, []),
    (1, 8, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]),
    (6, 8, ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]),
    (2, 5, ["5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"]),
]  # fmt: skip

SMALL = 64
BODIES = rfc9162.bodies(SMALL)
HASHES = [rfc9162.leaf(body) for body in BODIES]
ROOTS = [rfc9162.mth(BODIES[:size]) for size in range(SMALL + 1)]
TREE = rfc9162.Levels(HASHES)


# --- hashing ---


def test_published_hashes() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert (
        node_hash(b"N123", b"N456").hex()
        == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    )


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    leaves = [leaf_hash(body) for body in CT_LEAVES[:size]]
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    assert frontier.root().hex() == root_of(leaves).hex() == CT_ROOTS[size - 1]
    assert rfc9162.mth(tuple(CT_LEAVES[:size])).hex() == CT_ROOTS[size - 1]  # the reference itself


@pytest.mark.parametrize(("index", "size", "expected"), CT_INCLUSION)
def test_published_inclusion_proofs(index: int, size: int, expected: list[str]) -> None:
    leaves = [leaf_hash(body) for body in CT_LEAVES]
    proof = inclusion_proof(index, size, rfc9162.Levels(leaves))
    assert [node.hex() for node in proof] == expected
    assert verify_inclusion(leaves[index], index, size, proof, bytes.fromhex(CT_ROOTS[size - 1]))


@pytest.mark.parametrize(("m", "n", "expected"), CT_CONSISTENCY)
def test_published_consistency_proofs(m: int, n: int, expected: list[str]) -> None:
    proof = consistency_proof(m, n, rfc9162.Levels([leaf_hash(body) for body in CT_LEAVES]))
    assert [node.hex() for node in proof] == expected
    assert verify_consistency(m, n, proof, bytes.fromhex(CT_ROOTS[m - 1]), bytes.fromhex(CT_ROOTS[n - 1]))


# --- the frontier ---


def test_the_frontier_is_the_recomputation_for_every_size_to_1000() -> None:
    bodies = rfc9162.bodies(1000)
    leaves = [rfc9162.leaf(body) for body in bodies]
    frontier = Frontier()
    assert frontier.root() == root_of([]) == EMPTY_ROOT
    for size in range(1, 1001):
        frontier.append(leaves[size - 1])
        assert frontier.size == size
        assert frontier.root() == rfc9162.mth(bodies[:size]), size
        assert len(frontier.to_bytes()) == 32 * size.bit_count()
    rfc9162.mth.cache_clear()


@pytest.mark.parametrize("size", [*range(34), 255, 256, 257, 1000])
def test_a_frontier_survives_its_bytes_and_goes_on(size: int) -> None:
    leaves = [rfc9162.leaf(body) for body in rfc9162.bodies(size + 300)]
    before = Frontier()
    before.extend(leaves[:size])
    after = Frontier.from_bytes(size, before.to_bytes())
    assert (after.size, after.root(), after.to_bytes()) == (size, before.root(), before.to_bytes())
    assert after.extend(leaves[size:]) == before.extend(leaves[size:])
    assert after.root() == before.root() == root_of(leaves)


def test_the_bytes_of_a_frontier_are_the_largest_subtree_first() -> None:
    frontier = Frontier()
    frontier.extend(HASHES[:7])
    assert frontier.to_bytes() == TREE(2, 0) + TREE(1, 2) + TREE(0, 6)


@pytest.mark.parametrize(
    ("size", "length"),
    [(-1, 0), (2**63, 32), (0, 32), (1, 0), (1, 31), (1, 33), (3, 32), (4, 64), (2**63 - 1, 62 * 32)],
)
def test_bytes_that_do_not_fit_the_size_are_refused(size: int, length: int) -> None:
    with pytest.raises(ValueError, match=r"size|data"):
        Frontier.from_bytes(size, bytes(length))


@pytest.mark.parametrize("wrong", [b"", b"short", bytes(31), bytes(33), bytes(64)])
def test_a_leaf_hash_of_another_length_changes_nothing(wrong: bytes) -> None:
    frontier = Frontier()
    frontier.extend(HASHES[:5])
    before = frontier.to_bytes()
    with pytest.raises(ValueError, match="leaf_hashes"):
        frontier.extend([HASHES[5], wrong])
    assert (frontier.size, frontier.to_bytes()) == (5, before)


def test_a_full_tree_takes_no_more() -> None:
    frontier = Frontier.from_bytes(merkle.MAX_SIZE - 1, bytes(62 * 32))
    frontier.append(HASHES[0])
    with pytest.raises(ValueError, match="full"):
        frontier.append(HASHES[0])
    assert frontier.size == 2**63 - 1


def test_extend_reports_each_stored_subtree_once() -> None:
    leaves = [rfc9162.leaf(body) for body in rfc9162.bodies(65_536 + 300)]
    tree = rfc9162.Levels(leaves)
    frontier, found = Frontier(), list[merkle.Subtree]()
    assert frontier.extend(leaves[:255]) == []
    assert frontier.append(leaves[255]) == [(8, 0, tree(8, 0))]
    for start in range(256, len(leaves), 777):
        found += frontier.extend(leaves[start : start + 777])
    assert [(level, index) for level, index, _ in found if level == 8] == [
        (8, index) for index in range(1, 257)
    ]
    assert [(level, index) for level, index, _ in found if level != 8] == [(16, 0)]
    assert all(node == tree(level, index) for level, index, node in found)
    assert frontier.root() == root_of(leaves)


# --- proofs ---


def test_every_inclusion_proof_to_64_is_the_rfcs_and_holds() -> None:
    for size in range(1, SMALL + 1):
        for index in range(size):
            proof = inclusion_proof(index, size, TREE)
            assert proof == rfc9162.path(index, BODIES[:size]), (index, size)
            assert verify_inclusion(HASHES[index], index, size, proof, ROOTS[size]), (index, size)


def test_every_consistency_proof_to_64_is_the_rfcs_and_holds() -> None:
    for n in range(SMALL + 1):
        for m in range(n + 1):
            proof = consistency_proof(m, n, TREE)
            assert proof == (rfc9162.proof(m, BODIES[:n]) if 0 < m < n else []), (m, n)
            assert verify_consistency(m, n, proof, ROOTS[m], ROOTS[n]), (m, n)


def test_proofs_ask_for_nothing_twice_and_nothing_outside() -> None:
    for size in range(1, SMALL + 1):
        for index in range(size):
            tree = rfc9162.Levels(HASHES[:size])
            inclusion_proof(index, size, tree)
            covered = [leaf for level, at in tree.asked for leaf in range(at << level, at + 1 << level)]
            assert sorted(covered) == [leaf for leaf in range(size) if leaf != index]
        for m in range(size + 1):
            tree = rfc9162.Levels(HASHES[:size])
            consistency_proof(m, size, tree)
            covered = [leaf for level, at in tree.asked for leaf in range(at << level, at + 1 << level)]
            assert len(covered) == len(set(covered)) and set(covered) <= set(range(size))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 4), (4, 4), (5, 4), (0, -1)])
def test_no_inclusion_proof_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="index"):
        inclusion_proof(index, size, TREE)


@pytest.mark.parametrize(("m", "n"), [(1, 0), (5, 4), (-1, 4), (-2, -1)])
def test_no_consistency_proof_backwards(m: int, n: int) -> None:
    with pytest.raises(ValueError, match="m:"):
        consistency_proof(m, n, TREE)
