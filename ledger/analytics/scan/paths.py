"""From issue to redemption: every piece of money with the moment of its issue and how often it was paid since.

Each account holds a chain of pieces, oldest first. A payment takes them from the old end (FIFO) or the new one (LIFO)
and hangs them, in the order in which they hung, at the new end of the receiver's. What a payment lacks is credit drawn:
issued there and then. What comes into a debt extinguishes it: redeemed there and then.

The function is written over flat sequences of integers: numba compiles it as it stands, and without numba Python runs
it on lists, whose integers know no limit. It stops when it runs out of room for pieces; the caller makes room and
calls again.
"""

from __future__ import annotations

from collections.abc import Callable, MutableSequence, Sequence
from typing import NamedTuple, cast

BITS = 30
MASK = (1 << BITS) - 1

MOST_STEPS = 10
"""Pieces paid so often or more are counted together."""

PAYMENT, MOVED, ISSUE, UNTRACKED, REDEEM, GONE, DEMURRAGE = 0, 1, 2, 3, 4, 5, 6
"""How a movement counts: a step; no step (internal, refunds); three origins and ends; demurrage takes the oldest."""

NOBODY = -1
# Places of `state`.
NEXT, FREE, LEFT = 0, 1, 2
# Columns of `ended`, one row per number of steps: redeemed (amount, low and high word of amount x seconds, pieces),
# gone otherwise (amount), money of unknown origin that was redeemed.
REDEEMED, LOW, HIGH, PIECES, OTHERWISE, UNKNOWN = 0, 1, 2, 3, 4, 5
COLUMNS = 6

Ints = MutableSequence[int]


class Moves(NamedTuple):
    """In the order of the record. Places of accounts, -1 where it is the community."""

    time: Sequence[int]
    src: Sequence[int]
    dst: Sequence[int]
    amount: Sequence[int]
    how: Sequence[int]


class Pieces(NamedTuple):
    """Slots. `born` is the moment of issue, -1 unknown. `older` and `newer` are the neighbours in an account's chain;
    free slots are chained by `newer`."""

    amount: Ints
    born: Ints
    steps: Ints
    older: Ints
    newer: Ints


def follow(
    moves: Moves, pieces: Pieces, oldest: Ints, newest: Ints, debt: Ints, ended: Ints, state: Ints, lifo: int, start: int
) -> int:
    """Follow moves from `state[NEXT]` on; 1 when all are done, 0 when there is no room for more pieces.

    `oldest` and `newest` are the ends of each account's chain, `debt` what it owes (0 or more), `ended` (steps, COLUMNS)
    flat. Only ends at or after `start` are counted.
    """
    time, src, dst, amount, how = moves
    size, born, steps, older, newer = pieces
    at = state[0]
    while at < len(time):
        if state[2] == 0:
            state[0] = at
            return 0
        payer, payee, left, now, kind = src[at], dst[at], amount[at], time[at], how[at]
        counted = now >= start
        from_new = lifo == 1 and kind != DEMURRAGE
        anchor = NOBODY if payee == NOBODY else newest[payee]
        while left > 0:
            # take one piece, or issue one
            if payer != NOBODY and oldest[payer] != NOBODY:
                piece = newest[payer] if from_new else oldest[payer]
                if size[piece] > left:
                    part = state[1]
                    state[1], state[2] = newer[part], state[2] - 1
                    size[part], born[part], steps[part] = left, born[piece], steps[piece]
                    size[piece] -= left
                    piece = part
                elif from_new:
                    newest[payer] = older[piece]
                    if older[piece] == NOBODY:
                        oldest[payer] = NOBODY
                    else:
                        newer[older[piece]] = NOBODY
                else:
                    oldest[payer] = newer[piece]
                    if newer[piece] == NOBODY:
                        newest[payer] = NOBODY
                    else:
                        older[newer[piece]] = NOBODY
            else:
                piece = state[1]
                state[1], state[2] = newer[piece], state[2] - 1
                size[piece], born[piece], steps[piece] = left, now, 0
                if kind == UNTRACKED:
                    born[piece] = NOBODY
                if payer != NOBODY:
                    debt[payer] += left
            left -= size[piece]
            if kind == PAYMENT and steps[piece] < MOST_STEPS:
                steps[piece] += 1
            # end it, or what of it fills a debt
            gone = size[piece] if payee == NOBODY else min(size[piece], debt[payee])
            if gone > 0:
                if payee != NOBODY:
                    debt[payee] -= gone
                if counted:
                    row = steps[piece] * COLUMNS
                    if kind in (GONE, DEMURRAGE):
                        ended[row + OTHERWISE] += gone
                    elif born[piece] == NOBODY:
                        ended[row + UNKNOWN] += gone
                    else:
                        age = now - born[piece]
                        ended[row + REDEEMED] += gone
                        ended[row + PIECES] += 1
                        low = ended[row + LOW] + (gone & MASK) * age
                        ended[row + LOW] = low & MASK
                        ended[row + HIGH] += (low >> BITS) + (gone >> BITS) * age
                size[piece] -= gone
            if size[piece] == 0:
                newer[piece] = state[1]
                state[1], state[2] = piece, state[2] + 1
                continue
            # hang it after the anchor, joined to its neighbour of this movement or before when both have the same past
            after = oldest[payee] if anchor == NOBODY else newer[anchor]
            beside = after if from_new else anchor
            if beside != NOBODY and born[beside] == born[piece] and steps[beside] == steps[piece]:
                size[beside] += size[piece]
                newer[piece] = state[1]
                state[1], state[2] = piece, state[2] + 1
                continue
            older[piece], newer[piece] = anchor, after
            if anchor == NOBODY:
                oldest[payee] = piece
            else:
                newer[anchor] = piece
            if after == NOBODY:
                newest[payee] = piece
            else:
                older[after] = piece
            if not from_new:
                anchor = piece
        at += 1
    state[0] = at
    return 1


def compiled() -> Callable[..., int] | None:
    """The same function as machine code, None where numba is not installed."""
    try:
        from numba import njit
    except ImportError:
        return None
    try:
        return cast(Callable[..., int], njit(cache=True)(follow))
    except RuntimeError:  # no folder to keep it in
        return cast(Callable[..., int], njit(follow))
