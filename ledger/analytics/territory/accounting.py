"""Environmental accounts of regions from a table of several regions: what is emitted where, and for whose demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ledger.analytics.territory.leontief import Floats, embodied, inverse, per_output


@dataclass(frozen=True, slots=True)
class Regions:
    """n sectors of r regions, k stressors."""

    of: NDArray[np.int64]
    """(n,) the region of each sector, from 0."""
    flows: Floats
    """(n, n)."""
    demand: Floats
    """(n, r) final demand of each region."""
    stress: Floats
    """(k, n) by production."""
    direct: Floats
    """(k, r) by households themselves."""


class Accounts(NamedTuple):
    """Each (k, r)."""

    production: Floats
    """Emitted in the region, by its sectors and households."""
    consumption: Floats
    """Emitted anywhere for the region's demand, and by its households."""
    imports: Floats
    """Of the consumption, what was emitted in other regions."""
    exports: Floats
    """Of the production, what was for other regions' demand."""


def accounts(regions: Regions) -> Accounts:
    """production - exports + imports = consumption, in each region. Raises Unproductive."""
    output = regions.flows.sum(axis=1) + regions.demand.sum(axis=1)
    intensity = per_output(regions.stress, output)
    leontief = inverse(per_output(regions.flows, output))
    count = regions.demand.shape[1]
    inside = np.equal.outer(regions.of, np.arange(count))
    made = leontief @ regions.demand
    """(n, r): output of each sector for each region's demand."""
    for_others = made.sum(axis=1, keepdims=True) - made
    return Accounts(
        production=regions.stress @ inside + regions.direct,
        consumption=embodied(intensity, leontief) @ regions.demand + regions.direct,
        imports=np.asarray(intensity @ np.where(inside, 0.0, made), np.float64),
        exports=np.asarray(intensity @ np.where(inside, for_others, 0.0), np.float64),
    )
