"""RFC 9162 section 2.1 written down as it stands there: recursive, slow, independent of `ledger.core.merkle`."""

import functools
import hashlib
from collections.abc import Sequence

Leaves = tuple[bytes, ...]


def bodies(count: int) -> Leaves:
    """`count` different leaf bodies."""
    return tuple(f"entry {number}".encode() for number in range(count))


def leaf(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def half(count: int) -> int:
    """k: the largest power of two smaller than `count`."""
    k = 1
    while k * 2 < count:
        k *= 2
    return k


@functools.cache
def mth(data: Leaves) -> bytes:
    """Merkle tree hash of leaf bodies."""
    if not data:
        return hashlib.sha256(b"").digest()
    if len(data) == 1:
        return leaf(data[0])
    k = half(len(data))
    return hashlib.sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def path(m: int, data: Leaves) -> list[bytes]:
    """PATH(m, D_n)."""
    if len(data) == 1:
        return []
    k = half(len(data))
    if m < k:
        return [*path(m, data[:k]), mth(data[k:])]
    return [*path(m - k, data[k:]), mth(data[:k])]


def proof(m: int, data: Leaves) -> list[bytes]:
    """PROOF(m, D_n) for 0 < m < n."""
    return subproof(m, data, True)


def subproof(m: int, data: Leaves, whole: bool) -> list[bytes]:
    if m == len(data):
        return [] if whole else [mth(data)]
    k = half(len(data))
    if m <= k:
        return [*subproof(m, data[:k], whole), mth(data[k:])]
    return [*subproof(m - k, data[k:], False), mth(data[:k])]


class Levels:
    """A `GetNode` over leaf hashes that keeps every level, and notes what it was asked."""

    def __init__(self, leaf_hashes: Sequence[bytes]) -> None:
        self.levels = [list(leaf_hashes)]
        while len(self.levels[-1]) > 1:
            below = self.levels[-1]
            pairs = zip(below[0::2], below[1::2], strict=False)
            self.levels.append([hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs])
        self.asked: list[tuple[int, int]] = []

    def __call__(self, level: int, index: int) -> bytes:
        self.asked.append((level, index))
        return self.levels[level][index]

    def stored(self, level: int, start: int, stop: int) -> list[bytes]:
        """As a store answers `NodeSource`; only levels that are multiples of 8 exist in one."""
        assert level % 8 == 0 and stop - start <= 128
        return self.levels[level][start:stop]
