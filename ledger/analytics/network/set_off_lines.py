"""The lines of the registry for circularity and set-off."""

from __future__ import annotations

from ledger.analytics.answers.figures import Flag
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.network.set_off import SHOWN, circularity, invoices, set_off, stress
from ledger.core.accounts import Model

_DEBT = frozenset(Model) - {Model.TIME}
"""Hours owed are no debt."""
_SOURCE = "minimum-cost flow; with liquidity: Fleischman, Dini and Littera (2020)"
_FORMULA = (
    "debts w; f with 0 <= f <= w and the same net position for each as w, sum f least; cleared = sum w - sum f. "
    "net debt = sum of positive net positions. Exact, in minor units"
)
_SERIES = {
    "period": ("Period", "Période"),
    "gross": ("Gross", "Brut"),
    "net_debt": ("Net debt", "Dette nette"),
    "cleared": ("In circles", "En circuit"),
    "cleared_share": ("Share", "Part"),
}
_PROPOSALS = {
    "debtor": ("Debtor", "Débiteur"),
    "creditor": ("Creditor", "Créancier"),
    "before": ("Before", "Avant"),
    "after": ("After", "Après"),
}
_GROSS = {
    "gross": ("Debts, gross", "Dettes, brut"),
    "net_debt": ("Net debt", "Dette nette"),
    "cleared": ("Set off without any money", "Compensé sans argent"),
    "cleared_share": ("Its share of gross debts", "Sa part des dettes brutes"),
    "remaining": ("Debts that remain", "Dettes restantes"),
}

INDICATORS = (
    Indicator(
        name="circularity",
        section="E",
        title="Circularity",
        title_fr="Circularité",
        meaning="The largest part of the volume that went in closed circles, whatever their length and order: what came back "
        "to where it started. 0 in a chain, 1 when everyone paid as much as they were paid.",
        meaning_fr="La plus grande part du volume ayant suivi des circuits fermés, quels qu'en soient la longueur et l'ordre. "
        "0 pour une chaîne, 1 si chacun a payé autant qu'il a reçu.",
        formula=f"{_FORMULA}; circularity = cleared / volume. By chance: as for reciprocity, each amount staying with its payer; "
        "not above 20,000 links",
        source=_SOURCE,
        flag=Flag.MEASURED,
        compute=circularity,
        figures={
            "circulation": ("Maximum circulation", "Circulation maximale"),
            "circularity": ("Circularity", "Circularité"),
            "circularity_by_chance": ("Circularity by chance", "Circularité au hasard"),
            "circularity_z": ("z", "z"),
        },
        tables={"by_year": ("By year", "Par année")},
        columns=_SERIES,
    ),
    Indicator(
        name="set_off",
        section="F",
        title="What a set-off would have spared",
        title_fr="Ce qu'une compensation aurait épargné",
        meaning="If the payments of the window had been debts open at once: how much could be set off without any money and "
        "with nobody's net position changed, and how much with the balances and credit lines that members had. "
        "A proposal only: each party must consent.",
        meaning_fr="Si les paiements de la période avaient été des dettes ouvertes en même temps : ce qui se compense sans "
        "argent et sans changer la position nette de personne, puis avec les soldes et lignes de crédit des membres. "
        "Une proposition seulement : chaque partie doit consentir.",
        formula=f"{_FORMULA}. With liquidity: each may also pay from balances at the window's start, and credit lines of its "
        f"end, and take in up to its ceiling. At most {SHOWN} proposals are shown",
        source=_SOURCE,
        flag=Flag.ESTIMATED,
        compute=set_off,
        models=_DEBT,
        figures=_GROSS
        | {
            "available_balances": ("Balances at the start", "Soldes au début"),
            "cleared_with_balances": ("Set off with balances", "Compensé avec les soldes"),
            "share_with_balances": ("Its share", "Sa part"),
            "net_debt_with_balances": ("Net debt left with balances", "Dette nette restante avec les soldes"),
            "moved_with_balances": ("Money that moved for it", "Argent qui a bougé pour cela"),
            "available_credit": ("Credit lines not drawn", "Lignes de crédit non tirées"),
            "cleared_with_credit": ("Set off with balances and credit", "Compensé avec soldes et crédit"),
            "share_with_credit": ("Its share", "Sa part"),
            "net_debt_with_credit": ("Net debt left with both", "Dette nette restante avec les deux"),
            "moved_with_credit": (
                "Money and credit that moved for it",
                "Argent et crédit qui ont bougé pour cela",
            ),
        },
        tables={
            "by_month": ("By month, debts of the month only", "Par mois, dettes du mois seulement"),
            "by_year": ("By year, debts of the year only", "Par année, dettes de l'année seulement"),
            "proposals": ("Debts brought down", "Dettes réduites"),
        },
        columns=_SERIES | _PROPOSALS,
    ),
    Indicator(
        name="set_off_stress",
        section="F",
        title="Circularity without the largest seller",
        title_fr="Circularité sans le plus gros vendeur",
        meaning="How much of the circulation hangs on one member: the same computation after the one who receives most has left.",
        meaning_fr="Ce qui tient à un seul membre : le même calcul après le départ de celui qui reçoit le plus.",
        formula=f"{_FORMULA}; then without all links of the member with the largest receipts",
        source=_SOURCE,
        flag=Flag.ESTIMATED,
        compute=stress,
        models=_DEBT,
        figures={
            "top_share": (
                "Share of volume received by the largest seller",
                "Part du volume reçue par le plus gros vendeur",
            ),
            "circularity_with": ("Circularity with it", "Circularité avec lui"),
            "circularity_without": ("Circularity without it", "Circularité sans lui"),
            "circulation_lost": ("Circulation lost", "Circulation perdue"),
            "volume_lost": ("Volume lost", "Volume perdu"),
        },
    ),
    Indicator(
        name="invoice_set_off",
        section="F",
        title="Set-off of declared debts",
        title_fr="Compensation de dettes déclarées",
        meaning="Which unpaid invoices can be set off against each other so that nobody's net position changes. "
        "A proposal only: each party must consent.",
        meaning_fr="Quelles factures impayées peuvent se compenser sans changer la position nette de personne. "
        "Une proposition seulement : chaque partie doit consentir.",
        formula=f"{_FORMULA}. At most {SHOWN} proposals are shown",
        source=_SOURCE,
        flag=Flag.DECLARED,
        compute=invoices,
        models=_DEBT,
        needs=frozenset({"obligations"}),
        figures=_GROSS,
        tables={"proposals": ("Debts brought down", "Dettes réduites")},
        columns=_PROPOSALS,
    ),
)
