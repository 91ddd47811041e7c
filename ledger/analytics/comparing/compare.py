"""Several communities side by side: one definition, one window, intervals; no ranking where intervals overlap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ledger.analytics.answers.figures import FEW, WHOLE, Cell, Figure, Flag, Result, Table, Unit
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.comparing.bootstrap import DRAWS, Estimate, of_ratio, of_statistic, pooled
from ledger.analytics.comparing.disclosure import HIDDEN, too_few
from ledger.analytics.network.clearing import clear
from ledger.analytics.network.links import Links, links
from ledger.analytics.scan.behind import sums_and_units
from ledger.analytics.scan.dealing import ordered
from ledger.analytics.scan.events import opening_state
from ledger.analytics.scan.passing import by_owner
from ledger.analytics.scan.scanned import End, Rule, Scan
from ledger.analytics.scan.scanner import Scanner
from ledger.analytics.scan.shapes import Setting
from ledger.analytics.scan.whole import fits
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, YEAR
from ledger.analytics.spending.recirculation import business_kinds
from ledger.core.errors import LedgerError

CLEARING_DRAWS = 40
PILOTS = "pilots"
"""The name in `scene.loaded` of the other communities, a mapping from their name to their scene."""


class NotComparable(LedgerError):
    """Scenes that cannot stand side by side; `field` and `remedy` say which and what to do."""

    field = "window"
    remedy = "take the same window for all"

    def __init__(self, name: str) -> None:
        super().__init__(f"{self.field}: that of {name} is another; {self.remedy}")


@dataclass(frozen=True, slots=True)
class Blocks:
    """One row for each owner with an account: paid, money x years, and holdings that ended in a payment (amount, x days)."""

    paid: NDArray[np.float64]
    money_years: NDArray[np.float64]
    ended: NDArray[np.float64]
    amount_days: NDArray[np.float64]


def blocks(scene: Scene) -> Blocks:
    """The scan again with a row for each account, summed by owner."""
    kept = scene.kept.get("blocks")
    if isinstance(kept, Blocks):
        return kept
    rows = cast(list[tuple[int, int]], scene.rows("SELECT account, owner FROM account ORDER BY account"))
    group_of = np.zeros(max((account for account, _ in rows), default=-1) + 1, np.int64)
    group_of[[account for account, _ in rows]] = np.arange(len(rows))
    start, end = scene.window.start, scene.window.end
    setting = Setting(start, end, max(len(rows), 1), cast(Sequence[int], group_of), [start, end], [0])
    saved = opening_state(scene)
    scanner = Scanner(setting, saved, plain=not fits(scene, saved))
    for piece in ordered(scene):
        scanner.feed(*piece)
    scan = scanner.finish()
    owners = {owner: place for place, owner in enumerate(sorted({owner for _, owner in rows}))}
    table = np.zeros((4, len(owners)))
    for row, (_, owner) in enumerate(rows):
        table[:, owners[owner]] += _of_account(scan, row)
    scene.kept["blocks"] = found = Blocks(*table[:, table.any(axis=0)])
    return found


def _of_account(scan: Scan, row: int) -> tuple[float, float, float, float]:
    ended = scan.matched(Rule.FIFO, (End.TRANSFER,), rows=[row]).volume
    return (
        float(scan.spent([row])),
        scan.integral(rows=[row]) / YEAR,
        float(ended),
        scan.mixed_seconds((End.TRANSFER,), rows=[row]) / DAY,
    )


def velocity(scene: Scene) -> Estimate | None:
    """Payments a year for each unit of money held."""
    each = blocks(scene)
    return _ratio(each.paid, each.money_years)


def holding(scene: Scene) -> Estimate | None:
    """Mean days from receiving to paying on, mixed."""
    each = blocks(scene)
    return _ratio(each.amount_days, each.ended)


def recirculation(scene: Scene) -> Estimate | None:
    """What businesses pay on of what they receive."""
    kinds = business_kinds(scene)
    sums: dict[int, list[int]] = {}
    for each in by_owner(scene):
        if each.kind in kinds:
            both = sums.setdefault(each.owner, [0, 0])
            both[0] += each.flows.net_spent
            both[1] += each.flows.net_receipts
    table = np.array(list(sums.values()), dtype=np.float64).reshape(-1, 2)
    return _ratio(table[:, 0], table[:, 1])


def clearing_share(scene: Scene) -> Estimate | None:
    """What a set-off would take off payments; a member's block is all that it paid."""
    network = links(scene)
    if network.total == 0:
        return None
    done = clear(network)

    def again(drawn: NDArray[np.int64]) -> float | None:
        many = drawn[network.src]
        part = Links(network.owner, network.src, network.dst, network.amount * many, network.count).only(
            many > 0
        )
        return clear(part).cleared / part.total if part.total else None

    return of_statistic(again, network.nodes, done.cleared / done.total, CLEARING_DRAWS)


def _ratio(parts: NDArray[np.float64], wholes: NDArray[np.float64]) -> Estimate | None:
    whole = float(wholes.sum())
    return of_ratio(parts, wholes, float(parts.sum()) / whole) if whole > 0 else None


MEASURES: dict[str, tuple[Unit, Callable[[Scene], Estimate | None]]] = {
    "velocity": (Unit.PER_YEAR, velocity),
    "holding": (Unit.DAYS, holding),
    "recirculation": (Unit.RATIO, recirculation),
    "clearing": (Unit.SHARE, clearing_share),
}


def compare(scenes: Mapping[str, Scene]) -> Result:
    """Each measure for each community. Raises NotComparable when windows differ."""
    window = next(iter(scenes.values())).window
    for name, scene in scenes.items():
        if scene.window != window:
            raise NotComparable(name)
    secret = {name for name, scene in scenes.items() if _secret(scene)}
    figures: dict[str, Figure] = {}
    tables: dict[str, Table] = {}
    for measure, (unit, ask) in MEASURES.items():
        found = {name: None if name in secret else ask(scene) for name, scene in scenes.items()}
        figures |= _pooled(measure, unit, [each for each in found.values() if each is not None])
        tables[measure] = _table(found, figures[f"{measure}_pooled"], unit)
    notes = ["not_ranked_where_intervals_overlap"]
    if len({scene.currency.model for scene in scenes.values()}) > 1:
        notes.append("models_differ")
    return Result(figures, tables, (*notes, *([HIDDEN] if secret else [])))


def _secret(scene: Scene) -> bool:
    """Whether even the whole community has too few behind its payments."""
    for side in ("src", "dst"):
        found = sums_and_units(
            scene, "volume WHERE time >= $start AND time < $stop", (), f"{side}_owner", f"{side}_kind"
        )
        if any(too_few(units, total) for total, _, units in found.values()):
            return True
    return False


def places(found: Mapping[str, Estimate | None]) -> dict[str, int]:
    """The place, from the largest, of those whose interval meets no other's; the others are not told apart."""
    known = {name: each for name, each in found.items() if each is not None}
    order = sorted(known, key=lambda name: -known[name].value)
    return {
        name: place
        for place, name in enumerate(order, 1)
        if len(order) > 1 and all(_apart(known[name], known[other]) for other in order if other != name)
    }


def _apart(one: Estimate, other: Estimate) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.low > other.high or other.low > one.high


def _table(found: Mapping[str, Estimate | None], middle: Figure, unit: Unit) -> Table:
    ranked = places(found)
    rows: list[tuple[Cell, ...]] = []
    for name in sorted(found, key=lambda name: -(each.value if (each := found[name]) is not None else -1.0)):
        each = found[name]
        if each is None:
            rows.append((name, None, None, None, None, None, False))
        else:
            rows.append((name, each.low, each.value, each.high, each.n, ranked.get(name), False))
    if middle.value is not None:
        rows.append(("pooled", middle.low, middle.value, middle.high, middle.n, None, True))
    columns = ("pilot", "low", "value", "high", "n", "place", "pooled")
    return Table(
        columns,
        tuple(rows),
        {"low": unit, "value": unit, "high": unit, "n": Unit.COUNT, "place": Unit.COUNT},
        WHOLE,
    )


def _pooled(measure: str, unit: Unit, found: list[Estimate]) -> dict[str, Figure]:
    together = pooled(found)
    if together is None:
        few = Figure(None, unit, len(found), why="one_pilot")
        return {f"{measure}_pooled": few, f"{measure}_between": few}
    return {
        f"{measure}_pooled": Figure(
            together.value, unit, len(found), max(together.low, 0.0), together.high, Flag.ESTIMATED
        ),
        f"{measure}_between": Figure(together.between, unit, len(found), flag=Flag.ESTIMATED),
    }


def compute(scene: Scene) -> Result:
    """This community beside those that were loaded."""
    others = cast(Mapping[str, Scene], scene.loaded[PILOTS])
    return compare({f"{scene.provenance.community} · {scene.currency.code}": scene, **others})


INDICATORS = (
    Indicator(
        name="comparison",
        section="I",
        title="Pilots side by side",
        title_fr="Expérimentations côte à côte",
        meaning="The same measures for several communities over the same window, with intervals. "
        "Pilots whose intervals overlap are not ranked.",
        meaning_fr="Les mêmes mesures pour plusieurs communautés sur la même période, avec intervalles. "
        "Les expérimentations dont les intervalles se recouvrent ne sont pas classées.",
        formula=f"95 % intervals: members drawn anew with all they paid and held, {DRAWS} times "
        f"({CLEARING_DRAWS} for set-off), centred on the value, n ≥ {FEW}. "
        "Place: only where the interval meets no other. Pooled: random effects.",
        source="DerSimonian and Laird (1986); Efron (1979)",
        flag=Flag.MEASURED,
        compute=compute,
        needs=frozenset({PILOTS}),
        figures={
            "velocity_pooled": ("Velocity, pooled", "Vitesse, ensemble"),
            "velocity_between": ("Velocity, spread between pilots", "Vitesse, écart entre expérimentations"),
            "holding_pooled": ("Holding time, pooled", "Durée de détention, ensemble"),
            "holding_between": (
                "Holding time, spread between pilots",
                "Durée de détention, écart entre expérimentations",
            ),
            "recirculation_pooled": ("Recirculation, pooled", "Recirculation, ensemble"),
            "recirculation_between": (
                "Recirculation, spread between pilots",
                "Recirculation, écart entre expérimentations",
            ),
            "clearing_pooled": ("Set-off share, pooled", "Part compensable, ensemble"),
            "clearing_between": (
                "Set-off share, spread between pilots",
                "Part compensable, écart entre expérimentations",
            ),
        },
        tables={
            "velocity": ("Velocity", "Vitesse"),
            "holding": ("Holding time, mixed", "Durée de détention, au prorata"),
            "recirculation": ("Recirculation of businesses", "Recirculation des professionnels"),
            "clearing": ("Share that a set-off takes off", "Part qu'une compensation supprime"),
        },
        columns={
            "pilot": ("Pilot", "Expérimentation"),
            "low": ("95 % from", "95 % de"),
            "value": ("Value", "Valeur"),
            "high": ("to", "à"),
            "n": ("Members", "Adhérents"),
            "place": ("Place", "Rang"),
            "pooled": ("Pooled", "Ensemble"),
        },
    ),
)
