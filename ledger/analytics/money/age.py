"""How old the money is that members hold, and who lets it lie."""

from __future__ import annotations

from ledger.analytics.answers.figures import WHOLE, Cell, Figure, Flag, Result, Table, Unit, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.money.holding import OPEN, spread
from ledger.analytics.scan.scanned import Rule
from ledger.analytics.scan.whole import scanned
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY

OLD_DAYS = (30, 90, 365)
DORMANT_DAYS = 90
_PYRAMID = (1, 7, 28, 90, 365)


def compute(scene: Scene) -> Result:
    """Age of the money held at the window's end: FIFO leaves the youngest stock, LIFO the oldest."""
    scan = scanned(scene).scan
    stock = scan.stock()
    figures = {"age_days": spread(scan, OPEN)}
    for days in OLD_DAYS:
        young, old = (scan.over(days, rule, OPEN) for rule in Rule)
        figures[f"over_{days}_days"] = (
            Figure(young / stock, Unit.SHARE, low=min(young, old) / stock, high=max(young, old) / stock)
            if stock
            else Figure(None, Unit.SHARE, why="no_money")
        )
    accounts, holding, held = _dormant(scene)
    figures["dormant"] = Figure(accounts, Unit.COUNT, holding)
    figures["dormant_accounts_share"] = ratio(accounts, holding, Unit.SHARE, n=holding, why="no_money")
    figures["dormant_money_share"] = ratio(held, stock, Unit.SHARE, n=accounts, why="no_money")
    rows: list[tuple[Cell, ...]] = []
    for low, high in zip((0, *_PYRAMID), (*_PYRAMID, None), strict=True):
        young, old = ((scan.over(low, rule, OPEN) if low else stock)
                      - (scan.over(high, rule, OPEN) if high else 0) for rule in Rule)  # fmt: skip
        rows.append((low, high, young, old))
    units = {"from_days": Unit.COUNT, "to_days": Unit.COUNT, "fifo": Unit.CURRENCY, "lifo": Unit.CURRENCY}
    return Result(figures, {"pyramid": Table(tuple(units), tuple(rows), units, WHOLE)}, ("bounds",))


def _dormant(scene: Scene) -> tuple[int, int, int]:
    """Accounts that hold money and have paid nothing out for 90 days, all that hold money, and what the first hold."""
    row = scene.rows(
        """
        WITH step AS (
          SELECT src AS account, time, -amount AS delta, src <> dst OR dst IS NULL AS paid FROM movement
          WHERE src IS NOT NULL AND time < $stop
          UNION ALL
          SELECT dst, time, amount, false FROM movement WHERE dst IS NOT NULL AND time < $stop
          UNION ALL
          SELECT account, NULL, opening, false FROM account WHERE opening <> 0
        ), held AS (
          SELECT account, sum(delta) AS balance, coalesce(max(time) FILTER (WHERE paid), min(time)) AS since
          FROM step WHERE account NOT IN (SELECT account FROM account WHERE form = 'paper')
          GROUP BY account HAVING sum(delta) > 0
        )
        SELECT count(*) FILTER (WHERE idle), count(*), sum(balance) FILTER (WHERE idle)
        FROM (SELECT balance, since IS NULL OR since < $end - $days AS idle FROM held) AS each""",
        days=DORMANT_DAYS * DAY,
    )[0]
    idle, every, held = (int(str(cell or 0)) for cell in row)
    return idle, every, held


INDICATORS = (
    Indicator(
        name="age",
        section="B",
        title="Age of money and dormant share",
        title_fr="Âge de la monnaie et part dormante",
        meaning="How long the money that members hold has lain with them, and how much of it lies with those who have paid "
        f"nothing for {DORMANT_DAYS} days.",
        meaning_fr="Depuis quand la monnaie détenue est chez ses détenteurs, et quelle part est chez ceux qui n'ont rien payé "
        f"depuis {DORMANT_DAYS} jours.",
        formula="share of M in lots older than 30, 90, 365 days at the window's end: oldest first leaves the least, newest "
        f"first the most; dormant: a balance above zero and no outflow for {DORMANT_DAYS} days",
        source="Age of money: Zhang, Chegeni and Tessone (2024); bounds by FIFO and LIFO",
        flag=Flag.MEASURED,
        compute=compute,
        figures={
            "age_days": ("Mean age in days", "Âge moyen en jours"),
            **{
                f"over_{days}_days": (f"Older than {days} days, at least", f"Plus de {days} jours, au moins")
                for days in OLD_DAYS
            },
            "dormant": ("Dormant accounts", "Comptes dormants"),
            "dormant_accounts_share": (
                "Dormant of accounts with money",
                "Dormants parmi les comptes créditeurs",
            ),
            "dormant_money_share": ("Money in dormant accounts", "Monnaie sur comptes dormants"),
        },
        tables={"pyramid": ("Money by its age", "Monnaie selon son âge")},
        columns={
            "from_days": ("From days", "De (jours)"),
            "to_days": ("To days", "À (jours)"),
            "fifo": ("Held, oldest spent first", "Détenu, plus ancien dépensé d'abord"),
            "lifo": ("Held, newest spent first", "Détenu, plus récent dépensé d'abord"),
        },
    ),
)
