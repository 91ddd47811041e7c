"""The network of a window: who paid whom, added up over all payments from one owner to another."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from ledger.analytics.source.scene import Scene
from ledger.core.errors import LedgerError

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MOST = 2**62
"""Amounts of one owner must stay below this to be added in 64 bits."""


class TooLarge(LedgerError):
    """Amounts that 64 bits cannot add up; `field` and `remedy` say which and what to do."""

    field = "amount"
    remedy = "take a shorter window, or a record in larger units"

    def __init__(self, what: str) -> None:
        super().__init__(f"{self.field}: {what} is more than {MOST} minor units; {self.remedy}")


@dataclass(frozen=True, slots=True)
class Links:
    """Directed links without self-links and without parallel links, in the order of (src, dst).

    `owner` (n,) is the owner behind each node; nodes are numbered from 0 and each is an end of some link. `src`, `dst` (m,)
    are nodes, `amount` (m,) minor units, at least 1, `count` (m,) payments.
    """

    owner: Ints
    src: Ints
    dst: Ints
    amount: Ints
    count: Ints

    @property
    def nodes(self) -> int:
        """How many owners paid or were paid."""
        return len(self.owner)

    @property
    def total(self) -> int:
        """Everything paid, minor units."""
        return exact_sum(self.amount)

    def paid(self) -> list[int]:
        """What each node paid, (n,) minor units."""
        return exact_at(self.src, self.amount, self.nodes)

    def received(self) -> list[int]:
        """What each node was paid, (n,) minor units."""
        return exact_at(self.dst, self.amount, self.nodes)

    def outgoing(self) -> Ints:
        """The same as `paid`, in 64 bits. Raises TooLarge."""
        return add_at(self.src, self.amount, self.nodes)

    def incoming(self) -> Ints:
        """The same as `received`, in 64 bits. Raises TooLarge."""
        return add_at(self.dst, self.amount, self.nodes)

    def only(self, kept: Flags) -> Links:
        """The links where `kept` (m,), among the nodes that still have one."""
        return linked(
            self.owner[self.src[kept]], self.owner[self.dst[kept]], self.amount[kept], self.count[kept]
        )

    def without(self, node: int) -> Links:
        """What is left when one owner goes."""
        return self.only((self.src != node) & (self.dst != node))


def linked(src_owner: Ints, dst_owner: Ints, amount: Ints, count: Ints) -> Links:
    """Links between owners that are named by any number, one line for each pair, in any order."""
    owner, ends = np.unique(np.concatenate((src_owner, dst_owner)), return_inverse=True)
    src, dst = ends[: len(src_owner)], ends[len(src_owner) :]
    order = np.lexsort((dst, src))
    return Links(owner, src[order], dst[order], amount[order], count[order])


def links(scene: Scene) -> Links:
    """The network of the scene's window, kept with the scene. Raises TooLarge."""
    kept = scene.kept.get("links")
    if not isinstance(kept, Links):
        kept = scene.kept["links"] = _read(scene)
    return kept


def _read(scene: Scene) -> Links:
    sql = """SELECT src_owner, dst_owner, CAST(sum(amount) AS BIGINT) AS amount, count(*) AS payments
             FROM volume WHERE time >= $start AND time < $stop GROUP BY src_owner, dst_owner"""
    values = {"start": scene.window.start, "stop": scene.window.stop}
    try:
        found = scene.db.execute(sql, values).fetchnumpy()
    except duckdb.ConversionException as error:
        raise TooLarge("what one owner paid another") from error
    columns = (
        np.asarray(found[name], dtype=np.int64) for name in ("src_owner", "dst_owner", "amount", "payments")
    )
    return linked(*columns)


def within_owner(scene: Scene) -> int:
    """Payments of the window between two accounts of one owner, or from an account to itself: no links."""
    return scene.number(
        """SELECT count(*) FROM movement m JOIN account a ON m.src = a.account JOIN account b ON m.dst = b.account
           WHERE m.kind = 'transfer' AND a.owner = b.owner AND m.time >= $start AND m.time < $stop"""
    )


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of the owner behind each node, (n,) each, None when unknown."""

    label: list[str]
    area: list[str | None]
    sector: list[str | None]
    kind: list[str | None]


def traits(scene: Scene, network: Links) -> Traits:
    """Of the owners of a network: label of their first account, and the first area, sector and kind known of any."""
    found = scene.rows(
        "SELECT owner, min_by(label, account), min(area), min(sector), min(kind) FROM account GROUP BY owner"
    )
    of = {row[0]: row[1:] for row in found}
    each = [of[owner] for owner in network.owner.tolist()]
    label, area, sector, kind = (
        (list(column) for column in zip(*each, strict=True)) if each else ([], [], [], [])
    )
    return Traits([str(name) for name in label], area, sector, kind)


def exact_sum(amounts: Ints) -> int:
    """The sum, however large."""
    small = (
        float(amounts.sum(dtype=np.float64)) < MOST
    )  # no term is negative, so no part of the sum is larger
    return int(amounts.sum()) if small else sum(amounts.tolist())


def exact_at(place: Ints, amounts: Ints, size: int) -> list[int]:
    """(size,) sums of the amounts at each place, however large."""
    high, low = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    np.add.at(high, place, amounts >> 31)
    np.add.at(low, place, amounts & (2**31 - 1))
    return [(above << 31) + below for above, below in zip(high.tolist(), low.tolist(), strict=True)]


def add_at(place: Ints, amounts: Ints, size: int) -> Ints:
    """(size,) sums of the amounts at each place, for arithmetic in 64 bits. Raises TooLarge."""
    rough = np.bincount(place, weights=amounts, minlength=size)
    if len(rough) and rough.max() >= MOST:
        raise TooLarge("what one owner paid or was paid")
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, place, amounts)
    return sums
