"""Networks of a size that exists, and how long their figures take: a credit circle of 3,199 firms, one of 60,000."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import duckdb
import numpy as np
import pyarrow as pa

from ledger.analytics.network import areas, circuits, concentration, measures, set_off_lines
from ledger.analytics.network.links import Links, linked
from ledger.analytics.source.scene import SCHEMA, VOLUME_VIEW, CurrencyFacts, Provenance, Scene
from ledger.analytics.source.window import DAY, Window
from ledger.analytics.territory import missing_suppliers
from ledger.core.accounts import Model

FIRMS, LINKS = 3_199, 92_096
"""The published sample of invoices of Sardex: firms, and pairs of them."""
MODULES = (measures, circuits, areas, concentration, set_off_lines, missing_suppliers)


def credit_circle(firms: int = FIRMS, links: int = LINKS, seed: int = 1) -> Links:
    """A random network with few large and many small firms, and amounts spread over three orders of magnitude."""
    chance = np.random.default_rng(seed)
    share = _uneven(firms, 0.7)
    src = chance.choice(firms, 2 * links, p=share)
    dst = chance.permutation(firms)[chance.choice(firms, 2 * links, p=share)]
    pairs = np.unique((src * firms + dst)[src != dst])
    pairs = np.sort(chance.permutation(pairs)[:links])
    amount = np.exp(chance.normal(10, 1.5, len(pairs))).astype(np.int64) + 1
    return linked(pairs // firms, pairs % firms, amount, np.ones_like(pairs))


def large_year(firms: int = 60_000, payments: int = 2_000_000, partners: int = 10, seed: int = 3) -> Scene:
    """A year of a mutual credit: 20 areas that keep half of the links, 21 sectors, a credit line for everyone."""
    chance = np.random.default_rng(seed)
    share, size = _uneven(firms, 0.6), firms * partners
    area = chance.integers(0, 20, firms)
    src = chance.choice(firms, size, p=share)
    dst = chance.permutation(firms)[chance.choice(firms, size, p=share)]
    order = np.argsort(area, kind="stable")
    first, many = np.searchsorted(area[order], np.arange(20)), np.bincount(area, minlength=20)
    near = order[first[area[src]] + (many[area[src]] * chance.random(size) ** 2).astype(np.int64)]
    dst = np.where(chance.random(size) < 0.5, near, dst)
    src, dst = src[src != dst], dst[src != dst]
    often = chance.exponential(1, len(src))
    pair = chance.choice(len(src), payments, p=often / often.sum())
    paid = pa.table(
        {
            "seq": np.arange(1, payments + 1),
            "time": np.sort(chance.integers(0, 365 * DAY, payments)),
            "src": src[pair],
            "dst": dst[pair],
            "amount": np.exp(chance.normal(10.5, 1.4, payments)).astype(np.int64) + 1,
        }
    )
    firm = pa.table({"account": np.arange(firms), "area": area, "sector": chance.integers(0, 21, firms)})
    db = duckdb.connect()
    db.execute(SCHEMA + VOLUME_VIEW)
    db.register("paid", paid)
    db.register("firm", firm)
    db.execute(
        "INSERT INTO movement SELECT seq, seq, time, 'transfer', src, dst, amount, NULL, NULL FROM paid;"
        "INSERT INTO account SELECT account, 'firm ' || account, 'business', 'digital', account, 'area ' || area,"
        " 'sector ' || sector, NULL, -500000, NULL, 0, NULL, NULL FROM firm"
    )
    return Scene(
        db,
        Window.between(0, 365 * DAY),
        CurrencyFacts("CRD", 2, Model.MUTUAL),
        Provenance("bench", payments, "00" * 32),
    )


def indicator_seconds(scene: Scene) -> Iterator[tuple[str, float]]:
    """Each network and set-off indicator in the order of a report, and how long it took after those before it."""
    for module in MODULES:
        for indicator in module.INDICATORS:
            if not indicator.needs:
                begun = perf_counter()
                indicator.compute(scene)
                yield indicator.name, perf_counter() - begun


def _uneven(firms: int, power: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """(firms,) shares that fall with the rank."""
    share = np.arange(1, firms + 1) ** -power
    normal: np.ndarray[tuple[int], np.dtype[np.float64]] = share / share.sum()
    return normal
