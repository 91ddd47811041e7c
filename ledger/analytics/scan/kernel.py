"""The scan: one pass over the events of each account that matches money out to money in, in exact integers.

A balance is money held while above zero and credit drawn while below, so only one side has lots at a time. An event
first takes from the side that the balance is on, then adds to the other. Two rules match at once, from two sequences
of lots: FIFO (oldest first) and LIFO (newest first; demurrage takes the oldest under both). The third, mixed, needs
only a mean age. After its last event an account has open lots, with their age at the window's end.

Mixed lots are rational, so their mean age is a float, in seconds at the moment when the newest money came in (the last
FIFO lot knows it). Payments leave that age as it is, and nothing is ever subtracted: a mean moment of entry, taken from
the moment of a payment, loses all digits where few old units lie among very many new ones. With unit roundoff
u = 2**-53, an entry rounds 5 times, reading an age 3 times, each sum once: a sum of amount x seconds is within
(5 n + N + 3) u of itself, for N terms of accounts that took in at most n times. 10 million of each: 7e-9 at the worst.

The function is written flat, over flat sequences and integers alone: numba compiles it as it stands, and without numba
Python runs it on lists, whose integers know no limit. Compiled, amount x seconds is kept in two words (`MASK`, `BITS`):
exact while all amounts sum to less than `MOST_MONEY` and the record spans less than `MOST_SECONDS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.analytics.scan.shapes import Batch, Resting, Saved, Setting, Totals

BITS = 30
MASK = (1 << BITS) - 1
MOST_MONEY = 1 << 61
MOST_SECONDS = 1 << 32

HELD, CREDIT = 0, 1
FIFO, LIFO = 0, 1
TRANSFER, OTHER, OPEN = 0, 1, 2
"""How a holding ended: by a payment to another owner, otherwise, or not yet at the window's end."""
DEMURRAGE = 3
"""As the code of an event: ended otherwise, and the oldest money goes first under every rule."""

# One row of `counts`, for each side: three ways to end of (volume, then pairs, low, high word for each rule), then
# the stock before the window, the change in it, change x seconds to the row's end, and the age carried in, for each rule.
VOLUME, PAIRS, LOW, HIGH = 0, 1, 2, 3
PER_RULE, PER_END = 3, 7
STOCK, FLOW, AREA_LOW, AREA_HIGH, CARRIED = 21, 22, 23, 24, 25
PER_SIDE = 29
SPENT = 2 * PER_SIDE
COLUMNS = SPENT + 1
MIXED_COLUMNS = 8
"""For each side: the three ends, and the age carried in."""

# The account in hand, between two batches.
ACCOUNT, BALANCE, HEAD, TAIL, BUCKET, ENTERED, NEXT, MADE, LOTS = 0, 1, 2, 4, 6, 7, 8, 9, 10
IN_HAND = 12
NOBODY, LAST = -1, 1 << 62


def scan(
    batch: Batch, setting: Setting, finish: bool, hand: Any, mean_age: Any, room: int, lot_amount: Any, lot_time: Any,
    saved: Saved, resting: Resting, keep: bool, kept: Saved, totals: Totals,
) -> None:  # fmt: skip
    """Take a batch into `totals`. `finish` closes the last account and those of `saved` that had no event.

    `lot_amount` and `lot_time` hold `room` lots for each rule, enough for every event of the batch beside those in hand.
    """
    counts, mixed, bins = totals
    start, end, groups = setting.start, setting.end, setting.groups
    edges, bounds = setting.edges, setting.bounds
    number, last_bucket, all_bins = len(batch.account), len(bounds) - 2, len(edges) + 1
    known = len(resting.moved) > 0
    i = bin_at = 0
    while i < number or finish:
        wanted = batch.account[i] if i < number else LAST
        if hand[ACCOUNT] == NOBODY:  # take up the next account, as it was left or new
            p = hand[NEXT]
            hand[BALANCE] = hand[BUCKET] = hand[ENTERED] = 0
            hand[HEAD] = hand[HEAD + 1] = hand[TAIL] = hand[TAIL + 1] = 0
            if p < len(saved.account) and saved.account[p] <= wanted:
                hand[NEXT] = p + 1
                held, group = abs(saved.balance[p]), setting.group_of[saved.account[p]]
                side = HELD if saved.balance[p] > 0 else CREDIT
                since_newest = start - saved.time[FIFO][saved.until[2 * p] - 1] if held > 0 else 0
                row, group_mixed = group * COLUMNS + side * PER_SIDE, group * MIXED_COLUMNS + side * 4
                counts[row + STOCK] += held
                still = known and saved.account[p] < wanted
                if still:  # no event: all of it is open
                    counts[row + OPEN * PER_END + VOLUME] += held
                    mixed[group_mixed + OPEN] += held * (saved.mean_age[p] + (since_newest + (end - start)))
                if still or (known and batch.time[i] >= start):  # the ages of its lots from their sum, when the window began
                    hand[ENTERED] = 1
                    mixed[group_mixed + 3] += held * (saved.mean_age[p] + since_newest)
                    for rule in range(2):
                        opened = row + OPEN * PER_END + rule * PER_RULE
                        for turn in range(2 if still else 1):  # and at its end
                            at, age = (row + CARRIED + 2 * rule, start) if turn == 0 else (opened + LOW, end)
                            age -= resting.since
                            low = counts[at] + (held & MASK) * age - resting.low[rule][p]
                            counts[at] = low & MASK
                            counts[at + 1] += (held >> BITS) * age - resting.high[rule][p] + (low >> BITS)
                        if still:
                            first = saved.until[2 * p - 2 + rule] if p > 0 else 0
                            counts[opened + PAIRS] += saved.until[2 * p + rule] - first
                if still:
                    continue
                if known:
                    resting.moved[p] = 1
                hand[ACCOUNT] = saved.account[p]
                hand[BALANCE] = saved.balance[p]
                mean_age[0] = saved.mean_age[p]
                for rule in range(2):
                    first = saved.until[2 * p - 2 + rule] if p > 0 else 0
                    many, amounts, times = saved.until[2 * p + rule] - first, saved.amount[rule], saved.time[rule]
                    for k in range(many):
                        lot_amount[rule * room + k] = amounts[first + k]
                        lot_time[rule * room + k] = times[first + k]
                    hand[TAIL + rule] = many
            elif wanted == LAST:
                break
            else:
                hand[ACCOUNT] = wanted
            continue
        balance = hand[BALANCE]
        t, change, code = end, 0, OPEN
        if hand[ACCOUNT] == wanted:
            t, change, code = batch.time[i], batch.delta[i], batch.code[i]
            i += 1
        elif keep:  # its events are over: leave it as it is for another day
            made = hand[MADE]
            kept.account[made], kept.balance[made], kept.mean_age[made] = hand[ACCOUNT], balance, mean_age[0]  # type: ignore[index]
            for rule in range(2):
                first = hand[LOTS + rule]
                for k in range(hand[HEAD + rule], hand[TAIL + rule]):
                    kept.amount[rule][first] = lot_amount[rule * room + k]  # type: ignore[index]
                    kept.time[rule][first] = lot_time[rule * room + k]  # type: ignore[index]
                    first += 1
                hand[LOTS + rule] = first
                kept.until[2 * made + rule] = first  # type: ignore[index]
            hand[MADE] = made + 1

        inside = t >= start
        group_row = setting.group_of[hand[ACCOUNT]] * COLUMNS
        group_mixed = setting.group_of[hand[ACCOUNT]] * MIXED_COLUMNS
        while hand[BUCKET] < last_bucket and bounds[hand[BUCKET] + 1] <= t:
            hand[BUCKET] += 1
        bucket_row = (groups + hand[BUCKET]) * COLUMNS
        bucket_mixed = (groups + hand[BUCKET]) * MIXED_COLUMNS
        side = HELD if balance > 0 else CREDIT
        offset = side * PER_SIDE
        newest = lot_time[hand[TAIL + FIFO] - 1] if balance != 0 else t

        if inside and hand[ENTERED] == 0 and code != OPEN:  # the age that its money had when the window began
            hand[ENTERED] = 1
            for rule in range(2):
                for k in range(hand[HEAD + rule], hand[TAIL + rule]):
                    take, age = lot_amount[rule * room + k], start - lot_time[rule * room + k]
                    at = group_row + offset + CARRIED + 2 * rule
                    low = counts[at] + (take & MASK) * age
                    counts[at] = low & MASK
                    counts[at + 1] += (take >> BITS) * age + (low >> BITS)
            mixed[group_mixed + side * 4 + 3] += abs(balance) * (mean_age[0] + (start - newest))

        if code == OPEN:  # what is held, and its age now; lots lie in the order in which they came
            counts[group_row + offset + OPEN * PER_END + VOLUME] += abs(balance)
            mixed[group_mixed + side * 4 + OPEN] += abs(balance) * (mean_age[0] + (end - newest))
            for rule in range(2):
                low, high, first = 0, 0, ((side * 2 + rule) * 3 + OPEN) * all_bins
                if hand[TAIL + rule] > hand[HEAD + rule]:  # where the oldest belongs; the others lie near it
                    oldest_age, bin_at, right = end - lot_time[rule * room + hand[HEAD + rule]], 0, all_bins - 1
                    while bin_at < right:
                        middle = (bin_at + right) >> 1
                        if edges[middle] < oldest_age:
                            bin_at = middle + 1
                        else:
                            right = middle
                for k in range(rule * room + hand[HEAD + rule], rule * room + hand[TAIL + rule]):
                    take, age = lot_amount[k], end - lot_time[k]
                    while bin_at > 0 and edges[bin_at - 1] >= age:
                        bin_at -= 1
                    while bin_at < all_bins - 1 and edges[bin_at] < age:
                        bin_at += 1
                    bins[first + bin_at] += take
                    low += (take & MASK) * age
                    high += (take >> BITS) * age + (low >> BITS)
                    low &= MASK
                at = group_row + offset + OPEN * PER_END + rule * PER_RULE
                counts[at + PAIRS] += hand[TAIL + rule] - hand[HEAD + rule]
                sum_low = counts[at + LOW] + low
                counts[at + LOW] = sum_low & MASK
                counts[at + HIGH] += high + (sum_low >> BITS)
                if hand[ENTERED] == 0:  # no event in the window: all of it was younger by its length when it began
                    short = (abs(balance) & MASK) * (end - start)
                    at = group_row + offset + CARRIED + 2 * rule
                    sum_low = counts[at] + low - (short & MASK)
                    counts[at] = sum_low & MASK
                    counts[at + 1] += high - (abs(balance) >> BITS) * (end - start) - (short >> BITS) + (sum_low >> BITS)
            if hand[ENTERED] == 0:
                mixed[group_mixed + side * 4 + 3] += abs(balance) * (mean_age[0] + (start - newest))
            hand[ACCOUNT] = NOBODY
            continue

        out = min(abs(change), abs(balance)) if (balance > 0) != (change > 0) else 0
        into = abs(change) - out
        ended = OTHER if code == DEMURRAGE else code
        if out > 0:
            for rule in range(2):
                need, pairs, low, high = out, 0, 0, 0
                oldest = rule == FIFO or code == DEMURRAGE
                while need > 0:
                    at = rule * room + (hand[HEAD + rule] if oldest else hand[TAIL + rule] - 1)
                    take, age = min(need, lot_amount[at]), t - lot_time[at]
                    pairs += 1
                    low += (take & MASK) * age
                    high += (take >> BITS) * age + (low >> BITS)
                    low &= MASK
                    if inside:
                        left, right = 0, all_bins - 1
                        while left < right:
                            middle = (left + right) >> 1
                            if edges[middle] < age:
                                left = middle + 1
                            else:
                                right = middle
                        bins[((side * 2 + rule) * 3 + ended) * all_bins + left] += take
                    need -= take
                    lot_amount[at] -= take
                    if lot_amount[at] == 0:
                        if oldest:
                            hand[HEAD + rule] += 1
                        else:
                            hand[TAIL + rule] -= 1
                if inside:
                    for row in (group_row, bucket_row):
                        at = row + offset + ended * PER_END + rule * PER_RULE
                        counts[at + PAIRS] += pairs
                        sum_low = counts[at + LOW] + low
                        counts[at + LOW] = sum_low & MASK
                        counts[at + HIGH] += high + (sum_low >> BITS)
            if inside:
                counts[group_row + offset + ended * PER_END + VOLUME] += out
                counts[bucket_row + offset + ended * PER_END + VOLUME] += out
                mixed[group_mixed + side * 4 + ended] += out * (mean_age[0] + (t - newest))
                mixed[bucket_mixed + side * 4 + ended] += out * (mean_age[0] + (t - newest))

        new_side = HELD if change > 0 else CREDIT
        if into > 0:
            for rule in range(2):
                at = rule * room + hand[TAIL + rule]
                lot_amount[at], lot_time[at] = into, t
                hand[TAIL + rule] += 1
            rest = abs(balance) - out
            mean_age[0] = (mean_age[0] + (t - newest)) * (float(rest) / float(rest + into))
        if not inside:
            counts[group_row + offset + STOCK] -= out
            counts[group_row + new_side * PER_SIDE + STOCK] += into
        else:
            if code == TRANSFER and change < 0:
                counts[group_row + SPENT] -= change
                counts[bucket_row + SPENT] -= change
            for row, until in ((group_row, end), (bucket_row, bounds[hand[BUCKET] + 1])):
                for at, moved in ((row + offset, -out), (row + new_side * PER_SIDE, into)):
                    counts[at + FLOW] += moved
                    low = counts[at + AREA_LOW] + (moved & MASK) * (until - t)
                    counts[at + AREA_LOW] = low & MASK
                    counts[at + AREA_HIGH] += (moved >> BITS) * (until - t) + (low >> BITS)
        hand[BALANCE] = balance + change


def compiled() -> Callable[..., None] | None:
    """`scan` as machine code, None where numba is not installed."""
    return machine_code(scan)


def machine_code(loop: Callable[..., Any]) -> Callable[..., Any] | None:
    """The same function compiled, once on a machine; None where numba is not installed."""
    try:
        from numba import njit
    except ImportError:
        return None
    try:
        return njit(cache=True)(loop)
    except RuntimeError:  # no folder to keep it in
        return njit(loop)  # type: ignore[no-any-return]
