"""Intervals by drawing members anew: the block is an account's owner with all that it paid, held and received.

Seeded, so that the same record gives the same interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ledger.analytics.answers.figures import FEW

SEED = 2_026
DRAWS = 400
CHUNK = 4_000_000
"""Weights that are drawn at once: bounds the memory."""
TAIL = 0.025

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval; no interval below 30 blocks."""

    value: float
    low: float | None
    high: float | None
    n: int


def of_ratio(parts: Floats, wholes: Floats, value: float, seed: int = SEED) -> Estimate:
    """sum(parts) / sum(wholes), `value`, when the n blocks (n,) are drawn anew with replacement."""
    n = len(parts)
    if n < FEW:
        return Estimate(value, None, None, n)
    chance = np.random.default_rng(seed)
    drawn = []
    for count in _chunks(n):
        weights = chance.multinomial(n, np.full(n, 1 / n), size=count).astype(np.float64)
        below = weights @ wholes
        drawn.append((weights @ parts)[below > 0] / below[below > 0])
    return centred(value, np.concatenate(drawn), n)


def of_statistic(
    statistic: Callable[[NDArray[np.int64]], float | None], n: int, value: float, draws: int, seed: int = SEED
) -> Estimate:
    """A statistic of how often each of n blocks is drawn; None where a draw has no value."""
    if n < FEW:
        return Estimate(value, None, None, n)
    chance = np.random.default_rng(seed)
    found = [statistic(chance.multinomial(n, np.full(n, 1 / n))) for _ in range(draws)]
    return centred(value, np.array([each for each in found if each is not None]), n)


def centred(value: float, drawn: Floats, n: int) -> Estimate:
    """The interval of the draws, moved so that their mean is the value; never below 0.

    Networks lose cycles when members are drawn anew: without the move the value could lie outside its own interval.
    """
    if len(drawn) < 2:
        return Estimate(value, None, None, n)
    low, high = np.quantile(drawn, [TAIL, 1 - TAIL]) - drawn.mean() + value
    return Estimate(value, max(min(float(low), value), 0.0), max(float(high), value), n)


def _chunks(n: int) -> list[int]:
    size = max(1, CHUNK // n)
    return [min(size, DRAWS - at) for at in range(0, DRAWS, size)]


@dataclass(frozen=True, slots=True)
class Pooled:
    """Several estimates of one thing as draws from a common law (DerSimonian and Laird 1986)."""

    value: float
    low: float
    high: float
    between: float
    """Standard deviation between pilots, beyond chance."""


def pooled(estimates: list[Estimate]) -> Pooled | None:
    """The mean of pilots that differ; None below two with an interval of some width."""
    known = [
        each for each in estimates if each.low is not None and each.high is not None and each.high > each.low
    ]
    if len(known) < 2:
        return None
    values = np.array([each.value for each in known])
    errors = np.array(
        [
            (each.high - each.low) / (2 * 1.959963984540054)
            for each in known
            if each.high is not None and each.low is not None
        ]
    )
    weights = errors**-2
    fixed = float((weights * values).sum() / weights.sum())
    spread = float((weights * (values - fixed) ** 2).sum())
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    between = max(0.0, (spread - (len(known) - 1)) / scale)
    shared = 1 / (errors**2 + between)
    mean = float((shared * values).sum() / shared.sum())
    wide = 1.959963984540054 / float(np.sqrt(shared.sum()))
    return Pooled(mean, mean - wide, mean + wide, between**0.5)
