"""Businesses that accept, are active, receive nothing, never redeem; how far receipts stand with a few; gifts; guarantee."""

from __future__ import annotations

from typing import cast

from ledger.analytics.answers.figures import FEW, WHOLE, Figure, Flag, Number, Result, Table, Unit, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, YEAR
from ledger.core.accounts import Model

TOP = 10
GAUGE_EUROS = 1_000_000
"""Payments of twelve months, and circulation, above which French law asks more of an issuer (LEG-3, LEG-4), in euros."""


def merchants(scene: Scene) -> Result:
    """Counts of businesses at the window's end, and what they did in it."""
    accepting, active, receiving, ever, redeemed = cast(
        tuple[int, ...],
        scene.rows(
            f"""
            WITH business AS (
                SELECT owner, bool_or(coalesce(opened, 0) < $stop AND (closed IS NULL OR closed >= $stop)) AS open
                FROM account WHERE kind = 'business' GROUP BY owner),
            moved AS (
                SELECT owner, max(time) AS last, max(CASE WHEN got THEN time END) AS got, bool_or(got) AS ever FROM (
                    SELECT src_owner AS owner, time, false AS got FROM volume WHERE time < $stop
                    UNION ALL SELECT dst_owner, time, true FROM volume WHERE time < $stop) GROUP BY owner),
            redeemer AS (
                SELECT DISTINCT a.owner FROM movement m JOIN account a ON m.src = a.account
                WHERE m.kind = 'redeem' AND m.time < $stop)
            SELECT count(*) FILTER (WHERE open),
                   count(*) FILTER (WHERE open AND last >= $stop - {90 * DAY}),
                   count(*) FILTER (WHERE open AND got >= $start),
                   count(*) FILTER (WHERE ever),
                   count(*) FILTER (WHERE ever AND r.owner IS NOT NULL)
            FROM business b LEFT JOIN moved USING (owner) LEFT JOIN redeemer r USING (owner)"""
        )[0],
    )
    backed = scene.currency.model in (None, Model.BACKED)
    return Result(
        {
            "accepting": Figure(accepting, Unit.COUNT, accepting),
            "active": Figure(active, Unit.COUNT, accepting),
            "active_share": ratio(active, accepting, Unit.SHARE, n=accepting, why="no_businesses"),
            "without_receipts": Figure(accepting - receiving, Unit.COUNT, accepting),
            "never_redeemed": ratio(ever - redeemed, ever, Unit.SHARE, n=ever, why="no_businesses")
            if backed
            else Figure(None, Unit.SHARE, why="no_redemption"),
            **_top(scene),
            **_gifts(scene),
        }
    )


def _top(scene: Scene) -> dict[str, Figure]:
    """Share of all payments of the window that the ten largest receivers got; only a count below 30 receivers."""
    share, receivers = scene.rows(
        f"""SELECT sum(got) FILTER (WHERE place <= {TOP}), count(*) FROM
            (SELECT sum(amount) AS got, row_number() OVER (ORDER BY sum(amount) DESC, dst_owner) AS place
             FROM volume WHERE time >= $start AND time < $stop GROUP BY dst_owner)"""
    )[0]
    total = scene.number("SELECT sum(amount) FROM volume WHERE time >= $start AND time < $stop")
    many = cast(int, receivers)
    if many < FEW:
        said = Figure(None, Unit.SHARE, many, why="few" if many else "no_transfers")
    else:
        said = ratio(cast(int, share), total, Unit.SHARE, n=many)
    return {"receivers": Figure(many, Unit.COUNT), "top_10_share": said}


def _gifts(scene: Scene) -> dict[str, Figure]:
    """What the community gave to associations out of its own and common funds, and its share of what was issued."""
    given, associations = scene.rows(
        """SELECT coalesce(sum(m.amount), 0), count(DISTINCT a.owner) FROM movement m JOIN account a ON m.dst = a.account
           WHERE m.src IS NULL AND a.kind = 'association' AND m.outside IN ('common_fund', 'operator')
             AND m.kind IN ('issue', 'transfer') AND m.time >= $start AND m.time < $stop"""
    )[0]
    issued = scene.number(
        """SELECT sum(amount) FROM movement WHERE kind = 'issue' AND coalesce(outside, '') NOT IN ('common_fund', 'operator')
           AND time >= $start AND time < $stop"""
    )
    gift, many = cast(int, given), cast(int, associations)
    return {
        "gifts": Figure(gift, Unit.CURRENCY, many),
        "gift_share": ratio(gift, issued, Unit.SHARE, n=many, why="no_issue"),
    }


def guarantee(scene: Scene) -> Result:
    """Circulation by form at the window's end against the reserve, and the two gauges of the law."""
    held = {
        cast(str, form): cast(int, amount)
        for form, amount in scene.rows(
            """SELECT a.form, sum(greatest(a.opening + coalesce(e.delta, 0), 0)) FROM account a LEFT JOIN (
                   SELECT account, sum(delta) AS delta FROM (
                       SELECT src AS account, -amount AS delta FROM movement WHERE time < $stop
                       UNION ALL SELECT dst, amount FROM movement WHERE time < $stop) GROUP BY account) e
               ON a.account = e.account GROUP BY a.form ORDER BY a.form"""
        )
    }
    said = {
        cast(str, form): cast(int, euros)
        for form, euros in scene.rows(
            "SELECT form, CAST(sum(change) AS BIGINT) FROM reserve WHERE time < $stop GROUP BY form ORDER BY form"
        )
    }
    rows, figures = [], {}
    for form in ("paper", "digital"):
        circulating, euros = held.get(form, 0), said.get(form)
        figures[f"guarantee_{form}"] = (
            Figure(None, Unit.RATIO, why="needs_reserve")
            if euros is None
            else ratio(euros, circulating, Unit.RATIO, why="no_money")
        )
        rows.append((form, circulating, euros, figures[f"guarantee_{form}"].value))
    limit = GAUGE_EUROS * 10**scene.currency.scale
    paid = scene.number(
        "SELECT sum(amount) FROM volume WHERE time >= $year_ago AND time < $stop", **_year_ago(scene)
    )
    figures["gauge_payments"] = ratio(paid, limit, Unit.RATIO)
    figures["gauge_circulation"] = ratio(sum(held.values()), limit, Unit.RATIO)
    units: dict[str, Unit] = {"circulation": Unit.CURRENCY, "reserve": Unit.CURRENCY, "ratio": Unit.RATIO}
    columns = ("form", "circulation", "reserve", "ratio")
    return Result(figures, {"by_form": Table(columns, tuple(rows), units, WHOLE)})


def _year_ago(scene: Scene) -> dict[str, Number]:
    return {"year_ago": scene.window.stop - YEAR}


INDICATORS = (
    Indicator(
        name="merchants",
        section="G",
        title="Businesses and associations",
        title_fr="Entreprises et associations",
        meaning="Businesses that accept the currency, those that use it, those that receive nothing, those that never "
        "redeemed; how much the ten largest receive; gifts to associations.",
        meaning_fr="Les professionnels qui acceptent la monnaie, ceux qui s'en servent, ceux qui ne reçoivent rien, ceux qui "
        "n'ont jamais reconverti ; la part des dix premiers ; les dons aux associations.",
        formula="Accepting: an open account at the end. Active: a payment in the last 90 days. Never redeemed: of the "
        "businesses that ever received. Top 10: their receipts ÷ all payments (n ≥ 30). Gift share: gifts from the "
        "community's own and common funds ÷ other issue.",
        source="Definition of this project; gifts to associations: Euskal Moneta",
        flag=Flag.MEASURED,
        compute=merchants,
        figures={
            "accepting": ("Businesses that accept", "Professionnels acceptant la monnaie"),
            "active": ("Active in 90 days", "Actifs sur 90 jours"),
            "active_share": ("Active share", "Part des actifs"),
            "without_receipts": ("Received nothing in the window", "Sans encaissement sur la période"),
            "never_redeemed": ("Never redeemed", "N'ont jamais reconverti"),
            "receivers": ("Receivers in the window", "Bénéficiaires de paiements"),
            "top_10_share": ("Share of the ten largest receivers", "Part des dix premiers bénéficiaires"),
            "gifts": ("Gifts to associations", "Dons aux associations"),
            "gift_share": ("Gifts ÷ issue", "Dons ÷ changes"),
        },
    ),
    Indicator(
        name="guarantee",
        section="B",
        title="Guarantee ratio and legal gauges",
        title_fr="Taux de garantie et seuils légaux",
        meaning="Euros of the guarantee fund for each unit in circulation, paper and digital apart; how near the legal "
        "thresholds of one million euros are.",
        meaning_fr="Euros du fonds de garantie par unité en circulation, papier et numérique à part ; distance aux seuils "
        "légaux d'un million d'euros.",
        formula="Reserve ÷ Σ max(b, 0) by form at the end. Gauges: payments of the last 365.25 days, and circulation, ÷ 1 M€.",
        source="French monetary and financial code (Code monétaire et financier), articles L521-3, L525-5 and L525-6",
        flag=Flag.MEASURED,
        compute=guarantee,
        models=frozenset({Model.BACKED}),
        figures={
            "guarantee_paper": ("Guarantee ratio, paper", "Taux de garantie, papier"),
            "guarantee_digital": ("Guarantee ratio, digital", "Taux de garantie, numérique"),
            "gauge_payments": ("Payments of 12 months ÷ 1 M€", "Paiements sur 12 mois ÷ 1 M€"),
            "gauge_circulation": ("Circulation ÷ 1 M€", "Circulation ÷ 1 M€"),
        },
        tables={"by_form": ("Circulation and reserve", "Circulation et réserve")},
        columns={
            "form": ("Form", "Forme"),
            "circulation": ("In circulation", "En circulation"),
            "reserve": ("Reserve", "Réserve"),
            "ratio": ("Ratio", "Taux"),
        },
    ),
)
