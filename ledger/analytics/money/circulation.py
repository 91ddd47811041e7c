"""How much money there is, what brought it in and took it out, and whether that adds up."""

from __future__ import annotations

from ledger.analytics.answers.figures import WHOLE, Cell, Figure, Flag, Result, Table, Unit, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.scan.scanned import End, Rule, Side
from ledger.analytics.scan.whole import SceneScan, scanned
from ledger.analytics.source.months import month_of
from ledger.analytics.source.scene import Kind, Scene
from ledger.analytics.source.window import DAY

FLOWS = ("issued", "redeemed", "demurrage", "fees", "community", "corrections", "written_off", "opened")
"""What crosses the border between members and the outside: `issued`, `opened`, `community` (payments of the community and
to it), `corrections` and `written_off` count what comes in less what goes out, the others what goes out less what comes in."""

_KIND_OF = {
    "issued": Kind.ISSUE, "redeemed": Kind.REDEEM, "demurrage": Kind.DEMURRAGE, "fees": Kind.FEE,
    "community": Kind.TRANSFER, "corrections": Kind.CORRECTION, "written_off": Kind.WRITEOFF, "opened": Kind.OPENING,
}  # fmt: skip
_OUTWARD = ("redeemed", "demurrage", "fees")


def residual(
    before: int, after: int, *, issued: int = 0, redeemed: int = 0, demurrage: int = 0, fees: int = 0,
    community: int = 0, corrections: int = 0, written_off: int = 0, opened: int = 0, credit: int = 0,
) -> int:  # fmt: skip
    """What the flows leave unexplained of the change of M, in the unit of the arguments: shown, never hidden.

    `credit` is credit drawn less credit repaid: in mutual credit a payment from below zero makes money.
    """
    explained = issued - redeemed - demurrage - fees + community + corrections + written_off + opened + credit
    return after - before - explained


def average(scene: Scene) -> Figure:
    """M: money held, averaged over the window by its exact step function."""
    scan, seconds = scanned(scene).scan, scene.window.seconds
    return ratio(scan.integral(), seconds, Unit.CURRENCY, n=_accounts(scene), why="empty_window")


def compute(scene: Scene) -> Result:
    """Money in circulation."""
    scan = scanned(scene).scan
    paper = _paper(scene)
    figures = {
        "average": average(scene),
        "before": Figure(scan.stock(before=True), Unit.CURRENCY),
        "after": Figure(scan.stock(), Unit.CURRENCY),
        "overdraft_average": ratio(
            scan.integral(Side.CREDIT), scene.window.seconds, Unit.CURRENCY, why="empty_window"
        ),
        "overdraft_after": Figure(scan.stock(Side.CREDIT), Unit.CURRENCY),
    }
    if paper is not None:
        figures["paper_average"] = ratio(paper[1], scene.window.seconds, Unit.CURRENCY, why="empty_window")
        figures["paper_after"] = Figure(paper[0], Unit.CURRENCY)
    notes = ("step_average",) if paper is None else ("step_average", "paper_apart")
    return Result(figures, {"by_month": _by_month(scene, scanned(scene))}, notes)


def stock_flow(scene: Scene) -> Result:
    """The change of money in circulation from what was issued, redeemed and so on, with what is left over."""
    scan = scanned(scene).scan
    flows = flows_of(scene)
    repaid = scan.matched(Rule.FIFO, (End.TRANSFER, End.OTHER), Side.CREDIT).volume
    drawn = scan.stock(Side.CREDIT) - scan.stock(Side.CREDIT, before=True) + repaid
    before, after = scan.stock(before=True), scan.stock()
    said = {"before": before, **flows, "credit_drawn": drawn, "credit_repaid": repaid, "after": after}
    said["residual"] = residual(before, after, credit=drawn - repaid, **flows)
    return Result({name: Figure(value, Unit.CURRENCY) for name, value in said.items()})


def flows_of(scene: Scene) -> dict[str, int]:
    """The FLOWS of the window, minor units; notes apart: notes changed into an account or back are corrections."""
    digital = "SELECT account FROM account WHERE form IS DISTINCT FROM 'paper'"
    rows = scene.rows(
        f"""
        SELECT kind, sum(CASE WHEN enters THEN amount ELSE 0 END), sum(CASE WHEN leaves THEN amount ELSE 0 END)
        FROM (SELECT kind, amount, coalesce(src IN ({digital}), false) AS leaves,
                     coalesce(dst IN ({digital}), false) AS enters
              FROM movement WHERE time >= $start AND time < $stop) AS sides
        WHERE enters <> leaves GROUP BY kind"""
    )
    paid = {str(kind): (int(str(inward)), int(str(outward))) for kind, inward, outward in rows}
    found = {}
    for name in FLOWS:
        inward, outward = paid.get(_KIND_OF[name], (0, 0))
        found[name] = outward - inward if name in _OUTWARD else inward - outward
    return found


def _by_month(scene: Scene, found: SceneScan) -> Table:
    held, drawn = found.scan.monthly(), found.scan.monthly(Side.CREDIT)
    rows: list[tuple[Cell, ...]] = []
    for number, ((stock, area), (overdraft, _)) in enumerate(zip(held, drawn, strict=True)):
        start, end = found.scan.bounds[number : number + 2]
        month = found.scan.month(number)
        volume = found.scan.spent(month)
        mean = area / (end - start) if end > start else None
        rows.append((month_of(start // DAY), mean, stock, overdraft, volume))
    units = dict.fromkeys(("average", "after", "overdraft_after", "volume"), Unit.CURRENCY)
    return Table(("month", *units), tuple(rows), units, WHOLE)


def _paper(scene: Scene) -> tuple[int, int] | None:
    """Of notes: the amount out at the end, and amount x seconds over the window; None without accounts of notes."""
    if not scene.number("SELECT count(*) FROM account WHERE form = 'paper'"):
        return None
    row = scene.rows(
        """
        SELECT sum(delta), sum(CAST(delta AS DECIMAL(19, 0)) * CAST($end - greatest(time, $start) AS DECIMAL(18, 0))) FROM (
          SELECT time, -amount AS delta FROM movement JOIN account ON src = account WHERE form = 'paper'
          UNION ALL
          SELECT time, amount FROM movement JOIN account ON dst = account WHERE form = 'paper'
          UNION ALL
          SELECT $start, opening FROM account WHERE form = 'paper') AS step
        WHERE time < $stop"""
    )[0]
    return int(str(row[0] or 0)), int(str(row[1] or 0))


def _accounts(scene: Scene) -> int:
    return scene.number("SELECT count(*) FROM account WHERE form IS DISTINCT FROM 'paper'")


INDICATORS = (
    Indicator(
        name="circulation",
        section="B",
        title="Money in circulation",
        title_fr="Monnaie en circulation",
        meaning="What members hold, on average over the window and at its ends. Overdrafts are not taken off: where "
        "credit makes the money, what some owe is what others hold.",
        meaning_fr="Ce que détiennent les membres, en moyenne sur la période et à ses bornes. Les découverts n'en sont "
        "pas déduits : là où le crédit crée la monnaie, les dettes des uns sont l'avoir des autres.",
        formula="M(t) = sum of max(balance, 0) over members' accounts; average = integral of M over the window / its length, "
        "an exact step function; notes apart, their holder is unknown",
        source="Irving Fisher's M; step average: Mattsson, Luedtke and Takes (2022)",
        flag=Flag.MEASURED,
        compute=compute,
        figures={
            "average": ("Average over the window", "Moyenne sur la période"),
            "before": ("Just before the window", "Juste avant la période"),
            "after": ("At the end", "À la fin"),
            "overdraft_average": ("Overdrafts, average", "Découverts, en moyenne"),
            "overdraft_after": ("Overdrafts at the end", "Découverts à la fin"),
            "paper_average": ("Notes, average", "Billets, en moyenne"),
            "paper_after": ("Notes at the end", "Billets à la fin"),
        },
        tables={"by_month": ("Money in circulation by month", "Monnaie en circulation par mois")},
        columns={
            "month": ("Month", "Mois"),
            "average": ("Average", "Moyenne"),
            "after": ("At the end", "À la fin"),
            "overdraft_after": ("Overdrafts at the end", "Découverts à la fin"),
            "volume": ("Payments", "Paiements"),
        },
    ),
    Indicator(
        name="stock_flow",
        section="B",
        title="What brought money in and took it out",
        title_fr="Ce qui a créé et détruit de la monnaie",
        meaning="The change of money in circulation from what was issued, changed back, charged and drawn on credit. What "
        "these do not explain is shown.",
        meaning_fr="La variation de la monnaie en circulation : émissions, reconversions, frais et crédit tiré. Ce que cela "
        "n'explique pas est affiché.",
        formula="residual = M(end) - M(start) - (issued - redeemed - demurrage - fees + payments by the community "
        "less those to it + corrections + written off "
        "+ brought along + credit drawn - credit repaid)",
        source="Money conservation; yearly tables of Chiemgauer and Eusko",
        flag=Flag.MEASURED,
        compute=stock_flow,
        figures={
            "before": ("In circulation before", "En circulation avant"),
            "issued": ("Issued", "Émis"),
            "redeemed": ("Changed back", "Reconverti"),
            "demurrage": ("Demurrage", "Fonte"),
            "fees": ("Fees to the community", "Frais versés à la communauté"),
            "community": ("Paid by the community, less paid to it", "Payé par la communauté, moins ce qu'elle reçoit"),
            "corrections": ("Corrections", "Corrections"),
            "written_off": ("Debts written off", "Dettes passées en perte"),
            "opened": ("Brought along, history unknown", "Apporté, passé inconnu"),
            "credit_drawn": ("Credit drawn", "Crédit tiré"),
            "credit_repaid": ("Credit repaid", "Crédit remboursé"),
            "after": ("In circulation after", "En circulation après"),
            "residual": ("Not explained (must be 0)", "Inexpliqué (doit être 0)"),
        },
    ),
)
