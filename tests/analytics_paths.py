"""Trajectories the slow way: every account is a list of single units, each with its birth and its number of payments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from ledger.analytics.scan.paths import MOST_STEPS
from tests.analytics_town import Move


class Unit(NamedTuple):
    born: int | None
    steps: int


def redeemed(moves: Sequence[Move], owner: dict[str, str], lifo: bool, start: int) -> Counter[tuple[int, int | None]]:
    """How many units ended as redeemed at or after `start`, by number of payments and age in seconds (None: unknown)."""
    held: dict[str, list[Unit]] = defaultdict(list)
    debt: Counter[str] = Counter()
    found: Counter[tuple[int, int | None]] = Counter()
    for time, kind, src, dst, amount in moves:
        if src == dst:
            continue
        one = src is not None and dst is not None and owner.get(src, src) == owner.get(dst, dst)
        step = kind == "transfer" and src is not None and dst is not None and not one
        taken: list[Unit] = []
        for _ in range(amount):
            if src is not None and held[src]:
                taken.append(held[src].pop(-1 if lifo and kind != "demurrage" else 0))
            else:
                taken.append(Unit(time if src is not None or kind == "issue" else None, 0))
                if src is not None:
                    debt[src] += 1
        taken = [Unit(unit.born, min(unit.steps + step, MOST_STEPS)) for unit in taken]
        kept: list[Unit] = []
        for unit in taken:
            ends = dst is None or debt[dst] > 0
            if dst is not None and ends:
                debt[dst] -= 1
            if not ends:
                kept.append(unit)
            elif time >= start and kind not in ("fee", "demurrage", "credit_writeoff"):
                found[unit.steps, None if unit.born is None else time - unit.born] += 1
        if dst is not None:
            held[dst].extend(reversed(kept) if lifo and kind != "demurrage" else kept)
    return found
