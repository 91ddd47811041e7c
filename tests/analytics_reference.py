"""Holding times the slow way: one unit of bookkeeping at a time, fractions for the mixed rule, no cleverness.

An event is (time, delta, code) of one account in the order of the ledger; codes are the kernel's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ledger.analytics.scan.kernel import DEMURRAGE, OPEN, OTHER

Event = tuple[int, int, int]
RULES = ("fifo", "lifo", "mixed")


@dataclass
class Pair:
    """A holding: how much, for how long, on which side of zero (0 held, 1 credit), and how it ended."""

    amount: Fraction
    seconds: int
    side: int
    ended: int
    at: int


@dataclass
class Lots:
    """One account under one rule."""

    rule: str
    lots: list[tuple[Fraction, int]] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)

    def take(self, amount: int, at: int, side: int, code: int) -> None:
        """Take so much out."""
        ended = OTHER if code == DEMURRAGE else code
        if self.rule == "mixed":
            whole = sum(lot for lot, _ in self.lots)
            self.pairs += [
                Pair(lot * amount / whole, at - since, side, ended, at) for lot, since in self.lots
            ]
            self.lots = [(lot - lot * amount / whole, since) for lot, since in self.lots if amount < whole]
            return
        left = Fraction(amount)
        while left:
            place = 0 if self.rule == "fifo" or code == DEMURRAGE else -1
            lot, since = self.lots[place]
            taken = min(lot, left)
            self.pairs.append(Pair(taken, at - since, side, ended, at))
            left -= taken
            if taken == lot:
                self.lots.pop(place)
            else:
                self.lots[place] = (lot - taken, since)


def holdings(events: Sequence[Event], rule: str, end: int, opening: tuple[int, int] = (0, 0)) -> list[Pair]:
    """All holdings of an account up to `end`, those still open last. `opening`: a balance and its moment."""
    balance, since = opening
    account = Lots(rule, [(Fraction(abs(balance)), since)] if balance else [])
    for at, delta, code in events:
        before, balance = balance, balance + delta
        for side, sign in ((0, 1), (1, -1)):
            change = max(sign * balance, 0) - max(sign * before, 0)
            if change < 0:
                account.take(-change, at, side, code)
        for sign in (1, -1):
            change = max(sign * balance, 0) - max(sign * before, 0)
            if change > 0:
                account.lots.append((Fraction(change), at))
    side = 0 if balance > 0 else 1
    account.pairs += [Pair(lot, end - since, side, OPEN, end) for lot, since in account.lots]
    return account.pairs


def integral(events: Sequence[Event], start: int, end: int, side: int = 0, opening: int = 0) -> int:
    """Balance x seconds of one side between two moments, second by second of change."""
    sign, total, balance, since = (1, -1)[side], 0, opening, start
    for at, delta, _ in [*events, (end, 0, OTHER)]:
        at = min(max(at, start), end)
        total += max(sign * balance, 0) * (at - since)
        balance, since = balance + delta, at
    return total


def every_matching(events: Sequence[Event], end: int) -> Iterator[int]:
    """Amount x seconds spent under every causal way to match money out to money in, unit by unit; small accounts only."""

    def spend(number: int, held: tuple[int, ...], total: int) -> Iterator[int]:
        if number == len(events):
            yield total
            return
        at, delta, _ = events[number]
        if delta > 0:
            yield from spend(number + 1, (*held, *(at for _ in range(delta))), total)
            return
        for chosen, rest in _choices(held, -delta):
            yield from spend(number + 1, rest, total + sum(at - since for since in chosen))

    yield from spend(0, (), 0)


def _choices(held: tuple[int, ...], many: int) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Every way to take so many units, those of one moment being alike."""
    if many == 0:
        return {((), held)}
    found = set()
    for place, since in enumerate(held):
        for chosen, rest in _choices(held[:place] + held[place + 1 :], many - 1):
            found.add((tuple(sorted((since, *chosen))), tuple(sorted(rest))))
    return found
