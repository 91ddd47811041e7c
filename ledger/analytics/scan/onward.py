"""What became of money that one payer gave to others: the ricochet of one's own payments, in proportion ("mixed").

Each receiver's postings are walked once. Whatever leaves takes from everything that is held in proportion, so the payer's
part as well; a debt is filled before anything is held. First in first out would say "still there" for as long as it takes
to spend what was there before: at a velocity of one, a year. Groups of too few people are put together, so that a sum is
never one member's.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

FEWEST = 5
"""People whose doings a group must hold together."""
FEWEST_ENDS = 3
"""And those to whom it went on, where it went to members."""
LARGEST_PERCENT = 85
"""Of a group, more than that is no one's alone (PRIV-3)."""
STEP_BP = 500
"""Shares are told in steps, so that one more small payment tells nothing."""

K = TypeVar("K", bound=Hashable)


class Posting(NamedTuple):
    """A receiver's posting: minor units, above 0 received; `end` says where it went; `mine` that our payer gave it."""

    amount: int
    end: Hashable
    mine: bool = False


KEPT, REPAID = "kept", "repaid"
"""Ends of what did not go on: still held, or it filled the receiver's debt."""


def follow(opening: int, postings: Iterable[Posting]) -> dict[Hashable, int]:
    """By end, how much of what our payer gave went there. `opening` is the balance before the first posting."""
    held, ours, debt = max(opening, 0), 0, max(-opening, 0)
    went = dict[Hashable, int]()

    def note(end: Hashable, amount: int) -> None:
        if amount:
            went[end] = went.get(end, 0) + amount

    for amount, end, given in postings:
        if amount > 0:
            filled = min(amount, debt)
            debt -= filled
            held += amount - filled
            if given:
                note(REPAID, filled)
                ours += amount - filled
            continue
        left = max(held + amount, 0)
        stays = ours * left // held if held else 0
        note(end, ours - stays)
        debt += left - held - amount
        held, ours = left, stays
    note(KEPT, ours)
    return went


@dataclass(frozen=True, slots=True)
class Flow:
    """An amount that went by way of one receiver; `end` is a member to whom it went on, None where nobody is."""

    by: Hashable
    amount: int
    end: Hashable = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group that may be told: its keys, its share of the whole in basis points (in steps), and by how many people."""

    keys: tuple[Hashable, ...]
    share: int
    people: int


def told(groups: Mapping[K, list[Flow]]) -> list[Group]:
    """The groups that can be told, largest first; those of too few people are one, or none where even all are too few."""
    total = sum(flow.amount for flows in groups.values() for flow in flows)
    if not total or not enough([flow for flows in groups.values() for flow in flows], ends=False):
        return []
    alone = {key: flows for key, flows in groups.items() if enough(flows)}
    hidden = [key for key in groups if key not in alone]
    together = [flow for key in hidden for flow in groups[key]]
    for key in sorted(alone, key=lambda each: _sum(alone[each])):
        if not hidden or enough(together, ends=False):
            break
        hidden.append(key)
        together += alone.pop(key)
    found: list[tuple[tuple[Hashable, ...], list[Flow]]] = [((key,), flows) for key, flows in alone.items()]
    if hidden:
        found.append((tuple(hidden), together))
    made = [
        Group(keys, _stepped(_sum(flows), total), len({flow.by for flow in flows})) for keys, flows in found
    ]
    return sorted(made, key=lambda each: -each.share)


def enough(flows: list[Flow], *, ends: bool = True) -> bool:
    """Whether a group may stand alone; without `ends`, whatever it went to."""
    by: dict[Hashable, int] = {}
    for flow in flows:
        by[flow.by] = by.get(flow.by, 0) + flow.amount
    met = {flow.end for flow in flows if flow.end is not None}
    if ends and met and len(met) < FEWEST_ENDS:
        return False
    return len(by) >= FEWEST and max(by.values()) * 100 <= LARGEST_PERCENT * sum(by.values())


def _sum(flows: list[Flow]) -> int:
    return sum(flow.amount for flow in flows)


def _stepped(part: int, total: int) -> int:
    return (part * 10_000 + total * STEP_BP // 2) // (total * STEP_BP) * STEP_BP
