"""How much of what members paid each other went in circles, and what a set-off would have spared them.

A ledger holds payments, not debts. The payments of the window stand for the debts that they settled: the figures say
what could have been set off, had all of them been open at once. With a file of debts (`obligations`) they are the debts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ledger.analytics.answers.figures import WHOLE, Cell, Figure, Result, Table, Unit, ratio, said
from ledger.analytics.network.clearing import Clearing, clear, clear_with, net_debt
from ledger.analytics.network.links import MOST, Ints, Links, TooLarge, exact_sum, links, traits
from ledger.analytics.network.liquidity import liquidity
from ledger.analytics.network.nulls import MOST_LINKS, against, chance_of
from ledger.analytics.network.obligations import Obligations
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.slices import months, years

SHOWN = 1_000
"""Proposals in a report, the largest first; `proposals` gives all."""


def clearing_of(scene: Scene) -> Clearing:
    """The set-off of the window's payments, kept with the scene. Raises TooLarge."""
    kept = scene.kept.get("clearing")
    if not isinstance(kept, Clearing):
        kept = scene.kept["clearing"] = clear(links(scene))
    return kept


def proposals(
    network: Links, label: Sequence[str], left: Ints, most: int = MOST
) -> list[tuple[str, str, int, int]]:
    """Debts that a set-off brings down, at most so many: debtor, creditor, before, after; the largest reduction first.

    They hold together only as a whole: leave one out and its two parties' net positions change.
    """
    reduced = np.flatnonzero(left < network.amount)
    order = reduced[np.argsort(left[reduced] - network.amount[reduced], kind="stable")][:most]
    columns = (array[order].tolist() for array in (network.src, network.dst, network.amount, left))
    return [(label[src], label[dst], before, after) for src, dst, before, after in zip(*columns, strict=True)]


def circularity(scene: Scene) -> Result:
    """Indicator `circularity`."""
    network = links(scene)
    size, total = len(network.src), network.total
    try:
        cleared: int | None = clearing_of(scene).cleared
    except TooLarge:
        cleared = None
    chance = chance_of(scene) if cleared is not None else None
    share = (
        Figure(None, Unit.SHARE, size, why="too_large") if cleared is None else _share(cleared, total, size)
    )
    few = "too_many_links" if size > MOST_LINKS else "few"
    figures = {"circulation": said(cleared, Unit.CURRENCY, size, why="too_large"), "circularity": share}
    found = against(cleared or 0, chance.cleared if chance else [], Unit.SHARE, total, few)
    figures |= {"circularity_by_chance": found["by_chance"], "circularity_z": found["z"]}
    return Result(figures, {"by_year": _by_year(scene)}, ["seeded"] if chance else [])


def set_off(scene: Scene) -> Result:
    """Indicator `set_off`."""
    network = links(scene)
    try:
        figures = _gross(network, clearing_of(scene)) | _with_liquidity(scene, network)
        offered = _proposed(network, traits(scene, network).label, clearing_of(scene))
    except TooLarge:
        figures, offered = _too_large(network), _proposals_table([])
    tables = {"by_month": _series(months(scene)), "by_year": _series(years(scene)), "proposals": offered}
    return Result(figures, tables, _notes(offered, "payments_as_debts"))


def invoices(scene: Scene) -> Result:
    """Indicator `invoice_set_off`, of the debts loaded as `obligations`."""
    owed = scene.loaded["obligations"]
    if not isinstance(owed, Obligations):
        raise TypeError("`obligations` is what ledger.analytics.network.obligations.obligations() reads")
    try:
        done = clear(owed.network)
    except TooLarge:
        return Result(_too_large(owed.network))
    offered = _proposed(owed.network, owed.label, done)
    return Result(_gross(owed.network, done), {"proposals": offered}, _notes(offered, "consent_needed"))


def stress(scene: Scene) -> Result:
    """Indicator `set_off_stress`."""
    network = links(scene)
    if not network.nodes:
        return Result({name: Figure(None, unit, why="no_transfers") for name, unit in _STRESS.items()})
    received = network.received()
    top = received.index(max(received))
    rest = network.without(top)
    try:
        cleared = clearing_of(scene).cleared, clear(rest).cleared
    except TooLarge:
        return Result({name: Figure(None, unit, why="too_large") for name, unit in _STRESS.items()})
    before, after = (
        _share(cleared[0], network.total, len(network.src)),
        _share(cleared[1], rest.total, len(rest.src)),
    )
    figures = {
        "top_share": ratio(received[top], network.total, Unit.SHARE, n=network.nodes),
        "circularity_with": before,
        "circularity_without": after,
        "circulation_lost": Figure(cleared[0] - cleared[1], Unit.CURRENCY),
        "volume_lost": Figure(network.total - rest.total, Unit.CURRENCY),
    }
    return Result(figures)


_STRESS = {
    "top_share": Unit.SHARE,
    "circularity_with": Unit.SHARE,
    "circularity_without": Unit.SHARE,
    "circulation_lost": Unit.CURRENCY,
    "volume_lost": Unit.CURRENCY,
}
_LEFT = {
    "net_debt": Unit.CURRENCY,
    "cleared": Unit.CURRENCY,
    "cleared_share": Unit.SHARE,
    "remaining": Unit.CURRENCY,
}


def _share(cleared: int, total: int, n: int) -> Figure:
    return ratio(cleared, total, Unit.SHARE, n=n, why="no_transfers")


def _gross(network: Links, done: Clearing) -> dict[str, Figure]:
    size = len(network.src)
    return {
        "gross": Figure(done.total, Unit.CURRENCY, size),
        "net_debt": Figure(done.net_debt, Unit.CURRENCY, network.nodes),
        "cleared": Figure(done.cleared, Unit.CURRENCY, size),
        "cleared_share": _share(done.cleared, done.total, size),
        "remaining": Figure(done.remaining, Unit.CURRENCY, size),
    }


def _too_large(network: Links) -> dict[str, Figure]:
    gross = {"gross": Figure(network.total, Unit.CURRENCY)}
    return gross | {name: Figure(None, unit, why="too_large") for name, unit in _LEFT.items()}


def _with_liquidity(scene: Scene, network: Links) -> dict[str, Figure]:
    """The same with balances, then with balances and credit lines; what members could pay with, and how much moved."""
    of = liquidity(scene, network)
    return {
        **_funded(network, "balances", of.held, of.held, of.room, "no_balance"),
        **_funded(network, "credit", of.credit, of.held + of.credit, of.room, "no_credit_line"),
    }


def _funded(network: Links, name: str, there: Ints, usable: Ints, room: Ints, why: str) -> dict[str, Figure]:
    done = clear_with(network, usable, room) if there.any() else None
    amounts = (done.cleared, done.net_debt, done.liquidity_used) if done else (None, None, None)
    keys = (f"cleared_with_{name}", f"net_debt_with_{name}", f"moved_with_{name}")
    figures = {f"available_{name}": Figure(exact_sum(there), Unit.CURRENCY, int((there > 0).sum()))}
    for key, value in zip(keys, amounts, strict=True):
        figures[key] = said(value, Unit.CURRENCY, network.nodes, why=why)
    share = _share(done.cleared, done.total, network.nodes) if done else Figure(None, Unit.SHARE, why=why)
    return {**figures, f"share_with_{name}": share}


def _by_year(scene: Scene) -> Table:
    """Asked by two indicators, so kept with the scene."""
    kept = scene.kept.get("clearing_by_year")
    if not isinstance(kept, Table):
        kept = scene.kept["clearing_by_year"] = _series(years(scene))
    return kept


def _series(slices: Iterable[tuple[str, Scene]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for label, scene in slices:
        network = links(scene)
        total = network.total
        try:
            cleared: int | None = clearing_of(scene).cleared
        except TooLarge:
            cleared = None
        share = None if cleared is None or not total else cleared / total
        rows.append((label, total, net_debt(network), cleared, share))
    units = {
        "gross": Unit.CURRENCY,
        "net_debt": Unit.CURRENCY,
        "cleared": Unit.CURRENCY,
        "cleared_share": Unit.SHARE,
    }
    return Table(("period", "gross", "net_debt", "cleared", "cleared_share"), tuple(rows), units, WHOLE)


def _proposed(network: Links, label: Sequence[str], done: Clearing) -> Table:
    return _proposals_table(proposals(network, label, done.left, SHOWN))


def _proposals_table(found: Sequence[tuple[str, str, int, int]]) -> Table:
    units = {"before": Unit.CURRENCY, "after": Unit.CURRENCY}
    return Table(("debtor", "creditor", "before", "after"), tuple(found), units)


def _notes(offered: Table, first: str) -> list[str]:
    return [first, "proposals_cut"] if len(offered.rows) == SHOWN else [first]
