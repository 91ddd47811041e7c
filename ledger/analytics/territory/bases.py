"""Where the money that circulates comes from: Davezies' four bases of a territory's income.

sources.csv   source, base
              `source` is an account by its name (pension fund, town hall), or `kind:` and the kind of account that is
              issued to (kind:business), or `outside:` and which of the community's accounts issues (outside:funder);
              `base` is productive, residential, public or social
national.csv  source, base, amount: incomes of a whole territory, any unit
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

import numpy as np

from ledger.analytics.answers.figures import About, Cell, Figure, Flag, Result, Table, Unit, Units, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.source.beside import BesideError, lines
from ledger.analytics.source.scene import Scene
from ledger.analytics.spending.injected import injected
from ledger.analytics.spending.multipliers import lm3
from ledger.analytics.spending.rounds import rounds
from ledger.core.accounts import Model


class Base(StrEnum):
    """Income from outside."""

    PRODUCTIVE = "productive"
    """Sales outside the territory."""
    RESIDENTIAL = "residential"
    """Pensions, tourists, people who work elsewhere."""
    PUBLIC = "public"
    """Wages of public servants."""
    SOCIAL = "social"
    """Benefits and care."""


ASSUMED: dict[str, Base] = {"outside:funder": Base.SOCIAL, "kind:public": Base.PUBLIC}
"""What nobody declared: a funder's programme is a benefit, what a public body is issued it spends. The rest is unknown."""

PROFESSIONAL_KINDS = frozenset({"business", "association", "public"})


def shares(amounts: Mapping[Base, float]) -> dict[Base, float]:
    """Each base's share of all four; empty when there is nothing."""
    whole = sum(amounts.values())
    return {base: amounts.get(base, 0) / whole for base in Base} if whole else {}


def multiplier(total: float, basic: float) -> float:
    """All income by the income that came from outside."""
    return total / basic


def read_sources(path: Path) -> dict[str, Base]:
    """Read sources.csv. Raises BesideError."""
    found: dict[str, Base] = {}
    for line in lines(path, ("source", "base")):
        source = line.text("source")
        if source in found:
            raise line.error("source", f"{source} stands twice; keep one")
        found[source] = _base(line.text("base"), path, line.number)
    return found


def read_incomes(path: Path) -> dict[Base, float]:
    """Read national.csv: incomes summed by base. Raises BesideError."""
    found: dict[Base, float] = {}
    for line in lines(path, ("source", "base", "amount")):
        base = _base(line.text("base"), path, line.number)
        found[base] = found.get(base, 0.0) + line.number_of("amount")
    return found


def _base(said: str, path: Path, number: int) -> Base:
    if said not in list(Base):
        raise BesideError(f"{path.name}, line {number}, base: must be one of {', '.join(Base)}, not {said}")
    return Base(said)


def base_of(label: str, kind: str | None, outside: str | None, declared: Mapping[str, Base]) -> Base | None:
    """Of an issue to an account: by its name, its kind, or the account that issued; None: unknown."""
    for known in (declared, ASSUMED):
        for source in (label, f"kind:{kind}", f"outside:{outside}"):
            if source in known:
                return known[source]
    return None


def compute(scene: Scene) -> Result:
    """Indicator `bases`."""
    declared = scene.loaded.get("sources", {})
    assert isinstance(declared, Mapping)
    of = injected(scene)
    first = {base: np.zeros(of.size) for base in (*Base, None)}
    owners: dict[Base | None, dict[int, bool]] = {base: {} for base in (*Base, None)}
    for owner, label, kind, outside, amount in _issues(scene):
        base = base_of(label, kind, outside, declared)
        first[base][np.searchsorted(of.owner, owner)] += amount
        owners[base][owner] = kind in PROFESSIONAL_KINDS
    amounts = {base: int(first[base].sum()) for base in (*Base, None)}
    classified = sum(amounts[base] for base in Base)
    rows: list[tuple[Cell, ...]] = []
    sides = []
    for base in (*Base, None):
        if amounts[base]:
            found = rounds(of, first[base], 3)
            share = amounts[base] / of.total_issued
            firms = sum(owners[base].values())
            sides.append((Units(firms, len(owners[base]) - firms, int(first[base].max())),))
            rows.append((base and base.value, len(owners[base]), amounts[base], share, found[1] / found[0], lm3(found)))
    said = shares({base: amounts[base] for base in Base})
    why = "no_sources" if of.total_issued else "no_issue"
    figures = {
        base.value: Figure(said[base], Unit.SHARE, len(owners[base])) if said else Figure(None, Unit.SHARE, why=why)
        for base in Base
    }
    figures["classified"] = ratio(classified, of.total_issued, Unit.SHARE, why="no_issue")
    figures["multiplier"] = ratio(of.total_issued + of.volume, of.total_issued, why="no_issue")
    units = {"receivers": Unit.COUNT, "issued": Unit.CURRENCY, "share": Unit.SHARE, "paid_on": Unit.RATIO, "lm3": Unit.RATIO}
    about = About("issued", ("base",), "issued", tuple(sides))
    table = Table(("base", "receivers", "issued", "share", "paid_on", "lm3"), tuple(rows), units, about)
    return Result(figures, {"bases": table}, [] if declared else ["sources_assumed"])


def _issues(scene: Scene) -> Iterable[tuple[int, str, str | None, str | None, int]]:
    for owner, label, kind, outside, amount in scene.rows(
        """SELECT a.owner, a.label, a.kind, m.outside, sum(m.amount) FROM movement m JOIN account a ON m.dst = a.account
        WHERE m.kind = 'issue' AND m.src IS NULL AND m.time >= $start AND m.time < $stop
        GROUP BY a.owner, a.label, a.kind, m.outside ORDER BY a.owner"""
    ):
        yield int(str(owner)), str(label), _text(kind), _text(outside), int(str(amount))


def _text(cell: object) -> str | None:
    return None if cell is None else str(cell)


INDICATORS = (
    Indicator(
        name="bases",
        section="D",
        title="Where the money comes from (four bases)",
        title_fr="D'où vient la monnaie (quatre bases)",
        meaning="Which income from outside feeds the currency: sales outside (productive), pensions and visitors "
        "(residential), public wages (public), benefits (social), and how much of each is paid on. What nobody declared "
        "stays unknown.",
        meaning_fr="Quels revenus extérieurs alimentent la monnaie : ventes hors du territoire (productive), pensions et "
        "visiteurs (résidentielle), salaires publics (publique), prestations (sociale), et ce qui en est redépensé. Ce que "
        "personne n'a déclaré reste inconnu.",
        formula="issues by base of their source, by share of the issues whose base is known; paid on = R2 / R1 and LM3 of "
        "each base; multiplier = (issued + payments) / issued",
        source="Davezies, La République et ses territoires (2008); sources.csv",
        flag=Flag.DECLARED,
        compute=compute,
        models=frozenset({Model.BACKED, Model.EARMARKED, Model.MIRROR}),
        figures={
            "productive": ("Productive base", "Base productive"),
            "residential": ("Residential base", "Base résidentielle"),
            "public": ("Public base", "Base publique"),
            "social": ("Social base", "Base sociale"),
            "classified": ("Issues with a known base", "Émissions de base connue"),
            "multiplier": ("All income by income from outside", "Revenu total sur revenu extérieur"),
        },
        tables={"bases": ("Issues by base, and what is paid on", "Émissions par base, et ce qui est redépensé")},
        columns={
            "base": ("Base", "Base"),
            "receivers": ("Receivers", "Bénéficiaires"),
            "issued": ("Issued", "Émis"),
            "share": ("Share", "Part"),
            "paid_on": ("Paid on once", "Redépensé une fois"),
            "lm3": ("LM3", "LM3"),
        },
    ),
)
