"""Measures of a directed network that need nothing but its links. Every count is exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph
from sknetwork.topology import get_core_decomposition

from ledger.analytics.network.links import Flags, Ints, Links, exact_sum

Labels = NDArray[np.int32]


def matrix(network: Links, weighted: bool = False) -> sparse.csr_array:
    """(n, n) adjacency; 1 for each link, or its amount."""
    values = network.amount if weighted else np.ones(len(network.src), dtype=np.int64)
    return _matrix(network.nodes, network.src, network.dst, values)


def _matrix(size: int, rows: Ints, columns: Ints, values: Ints) -> sparse.csr_array:
    at = (rows.astype(np.int32), columns.astype(np.int32))
    return sparse.csr_array((values, at), shape=(size, size))


def reverse_of(src: Ints, dst: Ints, size: int) -> Ints:
    """(m,) for each link the place of the link back, or -1. Links must be in the order of (src, dst)."""
    keys, back = src * size + dst, dst * size + src
    if not len(keys):
        return keys
    order = np.argsort(back)  # neighbours in the search are then neighbours in memory
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = np.minimum(np.searchsorted(keys, back[order]), len(keys) - 1)
    return np.where(keys[place] == back, place, -1)


def reciprocal(network: Links) -> tuple[int, int]:
    """How many links have a link back; and the sum over all links of min(amount, amount back)."""
    place = reverse_of(network.src, network.dst, network.nodes)
    there = place >= 0
    both = np.minimum(network.amount[there], network.amount[place[there]])
    return int(there.sum()), exact_sum(both)


@dataclass(frozen=True, slots=True)
class Components:
    """`label` (n,) numbers the components, `size` (k,) is how many nodes each has."""

    label: Labels
    size: Ints

    @property
    def largest(self) -> int:
        """Nodes of the largest; 0 without nodes."""
        return int(self.size.max(initial=0))

    def inside(self, network: Links) -> Flags:
        """(m,) the links that stay inside one component."""
        kept: Flags = self.label[network.src] == self.label[network.dst]
        return kept


def components(network: Links, strong: bool) -> Components:
    """Strong: those who can all reach each other along payments. Weak: whichever way the payments went."""
    if not network.nodes:
        return Components(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64))
    connection = "strong" if strong else "weak"
    _, label = csgraph.connected_components(matrix(network), directed=True, connection=connection)
    return Components(label, np.bincount(label))


def cores(network: Links) -> Ints:
    """(n,) core number of each node in the undirected network: k when it has k partners among those of core k or more."""
    if not network.nodes:
        return np.zeros(0, dtype=np.int64)
    directed = matrix(network)
    either = sparse.csr_matrix(((directed + directed.T) > 0).astype(np.int8))
    either.indices, either.indptr = either.indices.astype(np.int32), either.indptr.astype(np.int32)
    found: Ints = np.asarray(get_core_decomposition(either), dtype=np.int64)
    return found


def three_cycles(src: Ints, dst: Ints, size: int) -> int:
    """Directed cycles of three links, trace(A^3)/3 of the 0/1 adjacency A without self-links.

    A hub has many neighbours and would make A^2 dense. So nodes are ranked by degree and each cycle is counted where
    it passes its lowest node: up, up, down or its mirror image; no node has more than sqrt(2m) neighbours above it.
    """
    degree = np.bincount(src, minlength=size) + np.bincount(dst, minlength=size)
    rank = np.empty(size, dtype=np.int64)
    rank[np.argsort(degree, kind="stable")] = np.arange(size)
    low, high = rank[src], rank[dst]
    rises = low < high
    up = _matrix(size, low[rises], high[rises], np.ones(int(rises.sum()), dtype=np.int64))
    down = _matrix(size, high[~rises], low[~rises], np.ones(int((~rises).sum()), dtype=np.int64))
    return int((up @ up).multiply(down).sum()) + int((down @ down).multiply(up).sum())
