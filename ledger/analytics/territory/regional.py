"""A national table made regional by location quotients (Flegg and Webber 1997).

What a region cannot supply, by its share of each sector's jobs, is taken to be imported from the rest of the country.
"""

from __future__ import annotations

import numpy as np

from ledger.analytics.territory.leontief import Floats

DELTAS = (0.2, 0.25, 0.3, 0.35)
"""The band in which estimates lie; a figure of this method is given as a band."""
MIDDLE = 0.25


def slq(region: Floats, nation: Floats) -> Floats:
    """Simple quotients (n,): the share of each sector in the region's jobs by its share in the nation's; 0 where the
    nation has none."""
    ours = region / region.sum()
    theirs = nation / nation.sum()
    return np.asarray(np.divide(ours, theirs, out=np.zeros(len(ours)), where=theirs > 0), np.float64)


def cilq(simple: Floats) -> Floats:
    """Cross-industry quotients (n, n): of the seller (row) over the buyer (column); the seller's own where the buyer has
    none."""
    buyers = np.where(simple > 0, simple, 1.0)
    return np.asarray(simple[:, None] / buyers[None, :], np.float64)


def size_factor(region: Floats, nation: Floats, delta: float) -> float:
    """lambda = log2(1 + region / nation) ** delta, at most 1 for a region no larger than its nation."""
    return float(np.log2(1 + region.sum() / nation.sum()) ** delta)


def flq(region: Floats, nation: Floats, delta: float = MIDDLE) -> Floats:
    """Flegg's quotients (n, n): lambda x CILQ, on the diagonal lambda x SLQ."""
    if not 0 <= delta < 1:
        raise ValueError(f"delta: must be at least 0 and less than 1, not {delta}")
    simple = slq(region, nation)
    crossed = cilq(simple)
    np.fill_diagonal(crossed, simple)
    return crossed * size_factor(region, nation, delta)


def regional(national: Floats, quotients: Floats) -> Floats:
    """Regional coefficients (n, n): the national ones, cut to what the region supplies, never more than them."""
    return national * np.minimum(quotients, 1.0)
