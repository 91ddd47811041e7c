"""Leontief's model: what one unit of final demand makes everybody produce, buy abroad and earn.

Arrays: Z (n, n) what each sector (column) buys of each (row); x (n,) output; A = Z / x; L = (I - A)^-1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Unproductive(ValueError):
    """The coefficients describe sectors that use more than they make: no finite output meets a demand."""


def per_output(amounts: Floats, output: Floats) -> Floats:
    """Amounts (…, n) per unit of output (n,); sectors without output are divided by 1."""
    return np.asarray(amounts / np.where(output == 0, 1.0, output), np.float64)


def inverse(coefficients: Floats) -> Floats:
    """L = (I - A)^-1, (n, n). Raises Unproductive."""
    if coefficients.size and np.abs(np.linalg.eigvals(coefficients)).max() >= 1:
        raise Unproductive(
            "the flows of the table use up at least all output; check that rows are sellers and columns buyers, "
            "and that output is in the unit of the flows"
        )
    return np.asarray(np.linalg.inv(np.eye(len(coefficients)) - coefficients), np.float64)


def output_multipliers(leontief: Floats) -> Floats:
    """(n,) output of all sectors per unit of final demand for each: type I of an open model, column sums of L."""
    return np.asarray(leontief.sum(axis=0), np.float64)


def closed(coefficients: Floats, wages: Floats, consumption: Floats, within: float = 0.0) -> Floats:
    """A (n+1, n+1) with households as the last sector.

    `wages` (n,) household income per unit of output, `consumption` (n,) what households buy per unit of income,
    `within` what households pay households per unit of income.
    """
    return np.asarray(
        np.block([[coefficients, consumption[:, None]], [wages[None, :], np.array([[within]])]]), np.float64
    )


def closed_multipliers(leontief: Floats) -> Floats:
    """(n,) type II: output of the n sectors, households left out, from the L (n+1, n+1) of a closed model."""
    return np.asarray(leontief[:-1, :-1].sum(axis=0), np.float64)


def rounds(coefficients: Floats, count: int) -> Floats:
    """(count, n): what one unit of demand makes bought in round 0 (itself), 1, 2, …; their sum tends to type I."""
    found = [np.ones(len(coefficients))]
    while len(found) < count:
        found.append(found[-1] @ coefficients)
    return np.array(found)


def embodied(per_unit: Floats, leontief: Floats) -> Floats:
    """(…, n) of something that each sector has per unit of output (imports, value added, jobs, emissions): per unit of
    final demand, all suppliers included. Imports and value added add up to 1."""
    return np.asarray(per_unit @ leontief, np.float64)
