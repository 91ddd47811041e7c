"""Local multipliers as they are published: each convention under its own name, so that none is taken for another."""

from __future__ import annotations

from collections.abc import Sequence


def lm3(rounds: Sequence[float]) -> float:
    """(R1 + R2 + R3) / R1, between 1 and 3 when no round is larger than the one before (New Economics Foundation)."""
    first, second, third = rounds[:3]
    return (first + second + third) / first


def indirect_by_direct(direct: float, indirect: float, induced: float) -> float:
    """(indirect + induced) / direct: the convention of French territorial multipliers."""
    return (indirect + induced) / direct


def territorial_effect(spent: float, rounds: Sequence[float]) -> float:
    """What all rounds bring to a territory per unit spent there or elsewhere; `rounds` starts with the part spent inside."""
    return sum(rounds) / spent


def constant_respending(share: float) -> tuple[float, float]:
    """LM3 and the limit of all rounds when everybody pays on the same share: 1 + r + r², 1/(1 - r). 0 <= share < 1."""
    if not 0 <= share < 1:
        raise ValueError(f"share: must be at least 0 and less than 1, not {share}")
    return 1 + share + share**2, 1 / (1 - share)


def gain(one: float, other: float) -> float:
    """How much more one has than the other, as a share of the other."""
    return (one - other) / other
