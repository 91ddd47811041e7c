"""The figures of `ricochet analyse --json` the slow way: rows in the order of the ledger, fractions, loops over pairs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from ledger.analytics.scan.kernel import DEMURRAGE, OPEN, OTHER, TRANSFER
from ledger.analytics.source.window import DAY, YEAR
from tests.analytics_graphs import (
    best_by_lp,
    core_numbers,
    cycles_of_three,
    gini_of,
    network_of,
    paid_back,
    positions,
    strong_components,
)
from tests.analytics_reference import Event, Pair, holdings, integral

Figures = dict[str, Any]


class Row(NamedTuple):
    """One line; "" is outside."""

    time: int
    kind: str
    src: str
    dst: str
    amount: int


def figures(rows: Sequence[Row], areas: Mapping[str, str]) -> Figures:
    """Every key of the validation files, what cannot be said as None. An account without an area is not in `areas`."""
    start, end = rows[0].time, rows[-1].time
    events, paid, issued = _sides(rows)
    sums = Counter({kind: sum(row.amount for row in rows if row.kind == kind) for kind in ("issue", "redeem")})
    held, owed = (sum(integral(each, start, end, side) for each in events.values()) for side in (0, 1))
    final = [sum(max(sign * sum(delta for _, delta, _ in each), 0) for each in events.values()) for sign in (1, -1)]
    volume, length = sum(paid.values()), end - start
    found: Figures = {
        "window_seconds": [start, end],
        "transfers": volume,
        "issued": sums["issue"],
        "redeemed": sums["redeem"],
        "integral_positive": held,
        "integral_overdraft": owed,
        "final_positive": final[0],
        "final_overdraft": final[1],
        "M_average": _ratio(held, length),
        "velocity_conventional_per_year": _ratio(volume * YEAR, held) if length else None,
        "network": _network(paid, areas),
        "LM3": _multiplier(issued, paid, None),
    }
    if areas:
        found["LM3_within_area"] = _multiplier(issued, paid, areas)["LM3"]
    for rule in ("fifo", "lifo"):
        pairs = [pair for each in events.values() for pair in holdings(each, rule, end) if pair.side == 0]
        found[rule] = _holding(pairs, volume) | {"remaining": final[0], "identity_area": True}
    pairs = [pair for each in events.values() for pair in holdings(each, "mixed", end) if pair.side == 0]
    mixed = _means([pair for pair in pairs if pair.ended != OPEN])
    found["mixed"] = {"volume": mixed["volume"], "mean_days": mixed["mean_days"]}
    return found


def _sides(rows: Sequence[Row]) -> tuple[dict[str, list[Event]], Counter[tuple[str, str]], Counter[str]]:
    """Events of each account, payments by payer and payee, issues by receiver."""
    events: dict[str, list[Event]] = defaultdict(list)
    paid: Counter[tuple[str, str]] = Counter()
    issued: Counter[str] = Counter()
    for row in rows:
        between = bool(row.src and row.dst)
        if row.src == row.dst:
            continue
        code = DEMURRAGE if row.kind == "demurrage" else TRANSFER if row.kind == "transfer" and between else OTHER
        for name, sign in ((row.src, -1), (row.dst, 1)):
            if name:
                events[name].append((row.time, sign * row.amount, code))
        if code == TRANSFER:
            paid[row.src, row.dst] += row.amount
        if row.kind == "issue":
            issued[row.dst] += row.amount
    return events, paid, issued


def _means(pairs: Sequence[Pair]) -> Figures:
    volume, whole = sum(pair.amount for pair in pairs), sum(pair.amount * pair.seconds for pair in pairs)
    return {
        "pairs": len(pairs), "volume": int(volume), "amount_seconds": int(whole), "mean_days": _ratio(whole, volume * DAY)
    }  # fmt: skip


def _holding(pairs: Sequence[Pair], spent: int) -> Figures:
    paid_on = [pair for pair in pairs if pair.ended == TRANSFER]
    means = _means(paid_on)
    return {
        **_means([pair for pair in pairs if pair.ended != OPEN]),
        "transfer_ended": means,
        "amount_share_over_days": {
            str(days): _ratio(sum(pair.amount for pair in paid_on if pair.seconds > days * DAY), means["volume"])
            for days in (1, 7, 28, 56, 365)
        },
        "mean_days_incl_overdraft_funded": _ratio(means["amount_seconds"], spent * DAY),
    }


def _network(paid: Mapping[tuple[str, str], int], areas: Mapping[str, str]) -> Figures:
    number = {name: at for at, name in enumerate(sorted({name for pair in paid for name in pair}))}
    edges = [(number[src], number[dst], amount) for (src, dst), amount in paid.items()]
    both = [*edges, *((dst, src, amount) for src, dst, amount in edges if (dst, src) not in {e[:2] for e in edges})]
    strong, weak, core = strong_components(edges), strong_components(both), core_numbers(edges)
    home = {node: component for component in strong for node in component}
    out, into = ([sum(e[2] for e in edges if e[side] == at) for at in range(len(number))] for side in (0, 1))
    volume, largest = sum(paid.values()), max(map(len, strong), default=0)
    mutual, mutual_amount = paid_back(edges)
    debt = sum(value for value in positions(edges).values() if value > 0)
    cleared = round(best_by_lp(network_of(edges))) if edges else 0
    found = {
        "nodes": len(number),
        "edges": len(edges),
        "total": volume,
        "reciprocity_edges": _ratio(mutual, len(edges)),
        "reciprocity_weighted": _ratio(mutual_amount, volume),
        "lscc_nodes": largest,
        "lscc_share": _ratio(largest, len(number)),
        "lwcc_nodes": max(map(len, weak), default=0),
        "n_scc_gt1": sum(len(each) > 1 for each in strong),
        "weight_inside_scc_share": _ratio(sum(e[2] for e in edges if home[e[0]] == home[e[1]]), volume),
        "kcore_max": max(core.values(), default=0),
        "kcore_max_nodes": sum(each == max(core.values()) for each in core.values()),
        "gini_in_strength": float(gini_of(into)) if edges else None,
        "gini_out_strength": float(gini_of(out)) if edges else None,
        "HHI_turnover": _ratio(sum((a + b) ** 2 for a, b in zip(out, into, strict=True)), 4 * volume**2),
        "directed_3cycles": cycles_of_three(edges),
        "clearing": {"total": volume, "NID": debt, "remaining": volume - cleared, "cleared": cleared,
                     "cleared_share": _ratio(cleared, volume)},
    }  # fmt: skip
    if areas and volume:
        same = sum(amount for (src, dst), amount in paid.items() if areas[src] == areas[dst])
        sides = [Counter[str](), Counter[str]()]
        for pair, amount in paid.items():
            for side in (0, 1):
                sides[side][areas[pair[side]]] += amount
        chance = sum(sides[0][area] * sides[1][area] for area in sides[0])
        found["same_area_share"] = same / volume
        found["modularity_area_directed"] = float(Fraction(same, volume) - Fraction(chance, volume**2))
    return found


def _multiplier(
    issued: Counter[str], paid: Counter[tuple[str, str]], areas: Mapping[str, str] | None
) -> Figures:
    whole, income = issued.total(), Counter(issued)
    if not whole:
        return dict.fromkeys(("R1", "R2", "R3", "LM3", "LM_infinity", "one_plus_T_over_G"))
    for (_, dst), amount in paid.items():
        income[dst] += amount
    rounds, now = [], {name: Fraction(amount) for name, amount in issued.items()}
    for _ in range(3):
        rounds.append(sum(now.values(), Fraction(0)))
        after: dict[str, Fraction] = defaultdict(Fraction)
        for (src, dst), amount in paid.items():
            if income[src] and (areas is None or areas[src] == areas[dst]):
                after[dst] += now.get(src, Fraction(0)) * amount / income[src]
        now = after
    limit = _ratio(whole + paid.total(), whole)
    said: list[float | None] = [*map(float, rounds), float(sum(rounds) / rounds[0]), limit, limit]
    return dict(zip(("R1", "R2", "R3", "LM3", "LM_infinity", "one_plus_T_over_G"), said, strict=True))


def _ratio(part: int | Fraction, whole: int | Fraction) -> float | None:
    return float(Fraction(part) / Fraction(whole)) if whole else None
