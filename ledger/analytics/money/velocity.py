"""How fast money turns: payments over money held, and whether other ways to measure it agree."""

from __future__ import annotations

from ledger.analytics.answers.figures import (
    WHOLE,
    About,
    Cell,
    Figure,
    Flag,
    Result,
    Table,
    Unit,
    Units,
    ratio,
)
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.money.circulation import average
from ledger.analytics.scan.behind import sums_and_units
from ledger.analytics.scan.scanned import End, Rule, Side
from ledger.analytics.scan.whole import Group, scanned
from ledger.analytics.source.months import month_of
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, WEEK, YEAR

_IN_WINDOW = "(SELECT * FROM volume WHERE time >= $start AND time < $stop)"
YOUNG = 28
"""Days: money younger than this says how dense the age of money is at 0."""


def compute(scene: Scene) -> Result:
    """Transfer velocity."""
    found = scanned(scene)
    volume, integral = found.scan.spent(), found.scan.integral()
    many = _payments(scene)
    figures = {
        "per_year": per_year(scene),
        "per_week": _velocity(volume, integral, WEEK, Unit.PER_WEEK, many),
        "volume": Figure(volume, Unit.CURRENCY, many),
        "average": average(scene),
        "internal": Figure(scene.provenance.internal, Unit.COUNT),
        "undone": Figure(scene.provenance.undone, Unit.COUNT),
    }
    tables = {"by_month": _by_month(scene)}
    for key in ("area", "sector"):
        if any(_of(group, key) is not None for group in found.groups):
            tables[f"by_{key}"] = _by(scene, key)
    return Result(figures, tables, ("transaction_velocity", "without_issue_and_redemption"))


def per_year(scene: Scene) -> Figure:
    """Payments over money held and time, for a year."""
    scan = scanned(scene).scan
    return _velocity(scan.spent(), scan.integral(), YEAR, Unit.PER_YEAR, _payments(scene))


def _payments(scene: Scene) -> int:
    return scene.number(f"SELECT count(*) FROM {_IN_WINDOW}")


def stationarity(scene: Scene) -> Result:
    """Three velocities that are one only while nothing changes. Spending on credit counts as money held for no time."""
    scan = scanned(scene).scan
    spent = scan.spent()
    fifo, lifo = (scan.matched(rule, (End.TRANSFER,)) for rule in Rule)
    mixed = scan.mixed_seconds((End.TRANSFER,))
    held = (fifo.amount_seconds, lifo.amount_seconds, mixed)
    least, most = min(held), max(held)
    young = [
        (scan.stock() - scan.over(YOUNG, rule, (End.OPEN,))) * YEAR / (YOUNG * DAY) / scan.stock()
        if scan.stock()
        else 0.0
        for rule in Rule
    ]
    why = "no_transfers" if not fifo.volume else "no_time"
    figures = {
        "fisher": _velocity(spent, scan.integral(), YEAR, Unit.PER_YEAR, None),
        "inverse": Figure(
            spent * YEAR / mixed, Unit.PER_YEAR, fifo.pairs, spent * YEAR / most,
            spent * YEAR / least if least > 0 else None,
        ) if mixed > 0 else Figure(None, Unit.PER_YEAR, why=why),
        "age_density": Figure(young[0], Unit.PER_YEAR, low=min(young), high=max(young))
        if scan.stock() else Figure(None, Unit.PER_YEAR, why="no_money"),
    }  # fmt: skip
    return Result(figures, notes=("stationary_only",))


def _velocity(volume: int, integral: int, length: int, unit: Unit, n: int | None) -> Figure:
    """Volume over money x time, for a unit of time of `length` seconds."""
    return ratio(volume * length, integral, unit, n=n, why="no_money")


def _by_month(scene: Scene) -> Table:
    """Velocity of each part of the window, with the inverse of the holding times that ended in it."""
    scan = scanned(scene).scan
    rows: list[tuple[Cell, ...]] = []
    for number, (_, area) in enumerate(scan.monthly()):
        row = scan.month(number)
        volume, ended = scan.spent(row), (End.TRANSFER,)
        fifo, lifo = (scan.matched(rule, ended, Side.HELD, row) for rule in Rule)
        rows.append((
            month_of(scan.bounds[number] // DAY), volume,
            volume * YEAR / area if area else None,
            volume * YEAR / fifo.amount_seconds if fifo.amount_seconds else None,
            volume * YEAR / lifo.amount_seconds if lifo.amount_seconds else None,
            fifo.pairs,
        ))  # fmt: skip
    units = {
        "volume": Unit.CURRENCY, "velocity": Unit.PER_YEAR, "inverse_fifo": Unit.PER_YEAR, "inverse_lifo": Unit.PER_YEAR,
        "pairs": Unit.COUNT,
    }  # fmt: skip
    return Table(("month", *units), tuple(rows), units, WHOLE)


def _by(scene: Scene, key: str) -> Table:
    """Volume by the sender's area or sector, over the balances of the same accounts."""
    found = scanned(scene)
    behind = sums_and_units(scene, _IN_WINDOW, [f"src_{key}"], "src_owner", "src_kind")
    names = sorted({_of(group, key) for group in found.groups}, key=lambda name: (name is None, name or ""))
    rows: list[tuple[Cell, ...]] = []
    units: list[tuple[Units, ...]] = []
    for name in names:
        chosen = found.rows(lambda group, name=name: _of(group, key) == name)  # type: ignore[misc]
        volume, integral = found.scan.spent(chosen), found.scan.integral(rows=chosen)
        seconds = scene.window.seconds
        rows.append((name, volume, integral / seconds if seconds else None,
                     volume * YEAR / integral if integral else None))  # fmt: skip
        units.append((behind.get((name,), (0, 0, Units(0, 0, 0)))[2],))
    columns = {"volume": Unit.CURRENCY, "average": Unit.CURRENCY, "velocity": Unit.PER_YEAR}
    about = About("volume_by_payer", (key,), "volume", tuple(units))
    return Table((key, *columns), tuple(rows), columns, about)


def _of(group: Group, key: str) -> str | None:
    return group.area if key == "area" else group.sector


INDICATORS = (
    Indicator(
        name="velocity",
        section="B",
        title="Velocity of payments",
        title_fr="Vitesse de circulation",
        meaning="How often a unit in circulation is paid on in a year. It counts payments, not incomes: it cannot be set "
        "beside the velocity of the euro that central banks publish.",
        meaning_fr="Combien de fois par an une unité en circulation est payée. Elle compte les paiements, non les revenus : "
        "elle ne se compare pas à la vitesse de l'euro publiée par les banques centrales.",
        formula="V = payments between members of different owners in the window / (average M x its length); by area or "
        "sector, payments by the payer over the balances of the same accounts",
        source="Fisher's MV = PT; Mattsson, Luedtke and Takes (2022)",
        flag=Flag.MEASURED,
        compute=compute,
        figures={
            "per_year": ("Velocity a year", "Vitesse par an"),
            "per_week": ("Velocity a week", "Vitesse par semaine"),
            "volume": ("Payments", "Paiements"),
            "average": ("Money in circulation, average", "Monnaie en circulation, moyenne"),
            "internal": (
                "Left out: between accounts of one owner",
                "Écartés : entre comptes d'un même titulaire",
            ),
            "undone": ("Left out: reversed, and their reversals", "Écartés : annulés, et leurs annulations"),
        },
        tables={
            "by_month": ("Velocity by month", "Vitesse par mois"),
            "by_area": ("Velocity by area of the payer", "Vitesse par territoire du payeur"),
            "by_sector": ("Velocity by sector of the payer", "Vitesse par secteur du payeur"),
        },
        columns={
            "month": ("Month", "Mois"),
            "area": ("Area", "Territoire"),
            "sector": ("Sector", "Secteur"),
            "volume": ("Payments", "Paiements"),
            "average": ("Money held, average", "Monnaie détenue, moyenne"),
            "velocity": ("Velocity a year", "Vitesse par an"),
            "inverse_fifo": (
                "From holding times, oldest first",
                "Par la durée de détention, plus ancien d'abord",
            ),
            "inverse_lifo": (
                "From holding times, newest first",
                "Par la durée de détention, plus récent d'abord",
            ),
            "pairs": ("Holdings", "Détentions"),
        },
    ),
    Indicator(
        name="stationarity",
        section="B",
        title="Do three measures of velocity agree?",
        title_fr="Trois mesures de la vitesse s'accordent-elles ?",
        meaning="While habits and the amount of money stay the same, three ways to measure velocity give one number. Where "
        "they differ, money piles up somewhere or habits change.",
        meaning_fr="Tant que les habitudes et la masse restent stables, trois mesures de la vitesse coïncident. Un écart "
        "signale que la monnaie s'accumule quelque part ou que les habitudes changent.",
        formula="payments / (M x time); 1 / mean holding time of what is spent, on credit 0 [oldest first, newest first]; "
        f"density of the age of money at 0, from the share younger than {YOUNG} days at the end",
        source="Wang, Ding and Zhang (2003); Zhang, Chegeni and Tessone (2024)",
        flag=Flag.MEASURED,
        compute=stationarity,
        figures={
            "fisher": ("Payments over money held", "Paiements sur monnaie détenue"),
            "inverse": ("Inverse of the holding time", "Inverse de la durée de détention"),
            "age_density": ("Density of the age of money at 0", "Densité de l'âge de la monnaie en 0"),
        },
    ),
)
