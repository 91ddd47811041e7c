"""The Merkle tree of a community's journal: RFC 6962 / RFC 9162 hashing, proofs and their checks.

A hash is 32 bytes of SHA-256. Leaves are numbered from 0 (entry number - 1). The node (level, index) is
the root of the complete subtree over the leaves [index * 2**level, (index + 1) * 2**level).
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

HASH_SIZE: Final = 32
MAX_SIZE: Final = 2**63 - 1
STORED_STEP: Final = 8
"""A store keeps the nodes of levels 8, 16, 24...; the levels between them are derived."""
EMPTY_ROOT: Final = sha256(b"").digest()

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"
_new_leaf: Final = sha256(_LEAF).copy
"""A hash that has taken the 0x00 already: cheaper to copy than to begin."""

GetNode = Callable[[int, int], bytes]
"""(level, index) -> hash of that complete subtree."""
Subtree = tuple[int, int, bytes]
"""(level, index, hash) of a complete subtree."""


class ProofError(ValueError):
    """A proof, checkpoint or receipt that cannot be believed.

    The message is a sentence for people; `part` names what failed, e.g. "checkpoint" or "proof[2]".
    """

    def __init__(self, part: str, sentence: str) -> None:
        super().__init__(sentence)
        self.part = part


def leaf_hash(body: bytes) -> bytes:
    """Hash of one leaf: SHA-256(0x00 ‖ body)."""
    leaf = _new_leaf()
    leaf.update(body)
    return leaf.digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an interior node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(_NODE + left + right).digest()


def _parents(nodes: Sequence[bytes]) -> list[bytes]:
    """The nodes one level up; `nodes` has an even length and starts at an even index."""
    return [
        sha256(_NODE + left + right).digest() for left, right in zip(nodes[::2], nodes[1::2], strict=True)
    ]


class Frontier:
    """What must be remembered of a tree to append to it: the roots of its perfect subtrees, at most 63."""

    __slots__ = ("_roots", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._roots: dict[int, bytes] = {}  # level -> root; the levels are the bits of the size

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._size

    def append(self, leaf_hash: bytes) -> list[Subtree]:
        """Add one leaf; see `extend`."""
        return self.extend([leaf_hash])

    def extend(self, leaf_hashes: Sequence[bytes]) -> list[Subtree]:
        """Add leaves in order; return the subtrees this completed at levels 8, 16, 24..., lowest level first.

        ValueError (and no change) when a leaf hash is not 32 bytes or the tree would pass 2**63 - 1 leaves.
        """
        if not set(map(len, leaf_hashes)) <= {HASH_SIZE}:
            raise ValueError(
                "leaf_hashes: every leaf hash must be 32 bytes; pass leaf_hash(body), not the body"
            )
        if self._size + len(leaf_hashes) > MAX_SIZE:
            raise ValueError("leaf_hashes: the tree is full, it holds at most 2**63 - 1 leaves")
        nodes = list(leaf_hashes)
        level, index = 0, self._size  # nodes[0] is the node (level, index)
        self._size += len(nodes)
        completed: list[Subtree] = []
        while nodes:
            if index & 1:
                nodes.insert(0, self._roots.pop(level))
            if len(nodes) & 1:
                self._roots[level] = nodes.pop()
            nodes = _parents(nodes)
            level, index = level + 1, index >> 1
            if level % STORED_STEP == 0:
                completed += [(level, index + offset, node) for offset, node in enumerate(nodes)]
        return completed

    def root(self) -> bytes:
        """Root of the whole tree; `EMPTY_ROOT` when it has no leaf."""
        return _fold([self._roots[level] for level in sorted(self._roots, reverse=True)])

    def to_bytes(self) -> bytes:
        """The roots concatenated, largest subtree first: 32 bytes for each bit set in the size."""
        return b"".join(self._roots[level] for level in sorted(self._roots, reverse=True))

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> "Frontier":
        """Inverse of `to_bytes` for a tree of `size` leaves; ValueError when the two do not fit."""
        if not 0 <= size <= MAX_SIZE:
            raise ValueError("size: must be between 0 and 2**63 - 1")
        levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
        if len(data) != HASH_SIZE * len(levels):
            raise ValueError(
                f"data: a frontier of {size} leaves takes {HASH_SIZE * len(levels)} bytes, not {len(data)}"
            )
        frontier = cls()
        frontier._size = size
        frontier._roots = {level: data[i * HASH_SIZE : (i + 1) * HASH_SIZE] for i, level in enumerate(levels)}
        return frontier


def _fold(roots: Sequence[bytes]) -> bytes:
    """Root over adjacent perfect subtrees given from left (largest) to right."""
    if not roots:
        return EMPTY_ROOT
    root = roots[-1]
    for left in reversed(roots[:-1]):
        root = node_hash(left, root)
    return root


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root of the tree over these leaf hashes."""
    frontier = Frontier()
    frontier.extend(leaf_hashes)
    return frontier.root()


class NodeSource:
    """`GetNode` over a store that keeps the leaf hashes and the nodes of levels 8, 16, 24....

    `leaves(start, stop)` gives the leaf hashes [start, stop); `nodes(level, start, stop)` the stored nodes of
    that level. Both return exactly stop - start hashes; each call here reads one range of at most 128.
    """

    def __init__(
        self,
        leaves: Callable[[int, int], Sequence[bytes]],
        nodes: Callable[[int, int, int], Sequence[bytes]],
    ) -> None:
        self._leaves = leaves
        self._nodes = nodes

    def __call__(self, level: int, index: int) -> bytes:
        """Hash of the complete subtree (level, index); ProofError when the store lacks a part of it."""
        stored = level - level % STORED_STEP
        count = 1 << (level - stored)
        start, stop = index * count, (index + 1) * count
        nodes = self._nodes(stored, start, stop) if stored else self._leaves(start, stop)
        if len(nodes) != count:
            raise ProofError(
                "store", f"The store has {len(nodes)} of the {count} hashes of level {stored} from {start}."
            )
        while len(nodes) > 1:
            nodes = _parents(nodes)
        return nodes[0]


def _split(size: int) -> int:
    """The largest power of two below `size` (> 1): where RFC 6962 parts a tree."""
    return 1 << (size - 1).bit_length() - 1


def _subtree_root(start: int, stop: int, get_node: GetNode) -> bytes:
    """Root over the leaves [start, stop), complete or not, as RFC 6962 parts them."""
    roots = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        roots.append(get_node(level, start >> level))
        start += 1 << level
    return _fold(roots)


def root_at(size: int, get_node: GetNode) -> bytes:
    """Root of the first `size` leaves; `EMPTY_ROOT` for none."""
    return _subtree_root(0, size, get_node)


def inclusion_proof(index: int, size: int, get_node: GetNode) -> list[bytes]:
    """Hashes that tie leaf `index` to the root of the tree of `size` leaves, deepest first.

    ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"index: must be between 0 and {size - 1} in a tree of {size} leaves, not {index}")
    proof = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            proof.append(_subtree_root(middle, stop, get_node))
            stop = middle
        else:
            proof.append(_subtree_root(start, middle, get_node))
            start = middle
    return proof[::-1]


def consistency_proof(m: int, n: int, get_node: GetNode) -> list[bytes]:
    """Hashes that show the tree of `n` leaves to begin with the tree of `m`; empty when m is 0 or n.

    ValueError unless 0 <= m <= n.
    """
    if not 0 <= m <= n:
        raise ValueError(f"m: must be between 0 and {n}, not {m}")
    if m in (0, n):
        return []
    proof = []
    start, stop = 0, n
    while stop != m:
        middle = start + _split(stop - start)
        if m <= middle:
            proof.append(_subtree_root(middle, stop, get_node))
            stop = middle
        else:
            proof.append(_subtree_root(start, middle, get_node))
            start = middle
    if start:  # else the last subtree is the old tree itself, whose root the verifier has
        proof.append(_subtree_root(start, stop, get_node))
    return proof[::-1]


def verify_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` ties the leaf at `index` to `root` of `size` leaves (RFC 9162, 2.1.3.2).

    `size` is only as good as its source: take it, like `root`, from a signed checkpoint.
    """
    if not 0 <= index < size <= MAX_SIZE or not _are_hashes(leaf_hash, root, *proof):
        return False
    fn, sn, computed = index, size - 1, leaf_hash
    for sibling in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            computed = node_hash(sibling, computed)
            fn, sn = _skip_lone(fn, sn)
        else:
            computed = node_hash(computed, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and computed == root


def verify_consistency(m: int, n: int, proof: Sequence[bytes], root_m: bytes, root_n: bytes) -> bool:
    """Whether the tree of `n` leaves with `root_n` begins with the tree of `m` with `root_m` (RFC 9162, 2.1.4.2).

    The empty tree begins every tree, and a tree begins itself; both with an empty proof only.
    """
    if not 0 <= m <= n <= MAX_SIZE or not _are_hashes(root_m, root_n, *proof):
        return False
    if (m == 0 and root_m != EMPTY_ROOT) or (n == 0 and root_n != EMPTY_ROOT):
        return False
    if m in (0, n):
        return not proof and (m == 0 or root_m == root_n)
    # A complete old tree is a node of the new one, and the proof leaves its root out.
    path = list(proof) if m & (m - 1) else [root_m, *proof]
    if not path:
        return False
    fn, sn = m - 1, n - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            fn, sn = _skip_lone(fn, sn)
        else:
            new = node_hash(new, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and old == root_m and new == root_n


def _skip_lone(fn: int, sn: int) -> tuple[int, int]:
    """Climb past the levels where the last node has no sibling and so is its own parent."""
    while fn and not fn & 1:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_SIZE for value in values)
