"""The words of the pages of a report, in English and French."""

from __future__ import annotations

from datetime import UTC, datetime

from babel.dates import format_date

from ledger.analytics.source.window import Window

WORDS: dict[str, tuple[str, str]] = {
    "kicker": ("Circulation report", "Rapport de circulation"),
    "window_said": ("{0} to {1}", "du {0} au {1}"),
    "window": ("Window", "Période"),
    "contents": ("Contents", "Sommaire"),
    "entry": ("As of entry", "Jusqu'à l'écriture"),
    "root": ("Merkle root", "Racine de Merkle"),
    "rows": ("Rows of the file", "Lignes du fichier"),
    "sha256": ("Its SHA-256", "Son SHA-256"),
    "proof": ("Entry {0}, root {1}…", "Écriture {0}, racine {1}…"),
    "rows_proof": ("{0} rows, SHA-256 {1}…", "{0} lignes, SHA-256 {1}…"),
    "movements": ("Movements in the window", "Mouvements de la période"),
    "left_out": ("Left out", "Écartés"),
    "left_out_said": (
        "{0} reversed movements and reversals; {1} between accounts of one owner",
        "{0} mouvements annulés et annulations ; {1} entre comptes d'un même titulaire",
    ),
    "facts": ("Facts of members, SHA-256", "Données des adhérents, SHA-256"),
    "beside": ("From outside", "Données externes"),
    "program": ("Computed by", "Calculé par"),
    "again": (
        (
            "Every figure follows from the journal up to this entry. With an export of it anybody can compute them again: "
            "ricochet report all --check."
        ),
        (
            "Chaque chiffre découle du journal jusqu'à cette écriture. Avec son export, chacun peut les recalculer : "
            "ricochet report all --check."
        ),
    ),
    "again_rows": (
        "Every figure follows from this file alone; whoever has it can compute them again with ricochet analyse.",
        "Chaque chiffre découle de ce seul fichier ; qui le détient peut les recalculer avec ricochet analyse.",
    ),
    "figure": ("Figure", "Indicateur"),
    "value": ("Value", "Valeur"),
    "n": ("n", "n"),
    "standing": ("Standing", "Nature"),
    "chart": ("Chart", "Graphique"),
    "in_hours": ("hours", "heures"),
    "more": (
        "{0} more rows are in the data file (--csv).",
        "{0} autres lignes sont dans le fichier de données (--csv).",
    ),
    "earlier": (
        "{0} earlier rows are in the data file (--csv).",
        "{0} lignes antérieures sont dans le fichier de données (--csv).",
    ),
    "drawn": (
        "The {0} lines behind the chart are in the data file (--csv).",
        "Les {0} lignes derrière le graphique sont dans le fichier de données (--csv).",
    ),
    "name": ("Command", "Commande"),
    "formula": ("Formula", "Formule"),
    "source": ("Source", "Source"),
    "exclusions": ("Left out", "Exclusions"),
    "methods": ("J. Methods", "J. Méthodes"),
    "methods-said": (
        (
            "How each figure is defined, from what it was computed and what was left out. The machine-readable tables are "
            "written by --json, --csv and --parquet."
        ),
        (
            "Comment chaque chiffre est défini, d'où il vient et ce qui en est écarté. Les tables lisibles par machine "
            "s'obtiennent par --json, --csv et --parquet."
        ),
    ),
}

UNKNOWN = ("unknown", "inconnu")
"""A group that nothing is known of."""

LACKING: dict[str, tuple[str, str]] = {
    "io_table": (
        "This needs a table of the regional economy: load one with --with io_table=FOLDER.",
        "Il faut un tableau entrées-sorties : à charger par --with io_table=DOSSIER.",
    ),
    "factors": (
        "This needs emission factors with their year and licence: load them with --with factors=FILE.",
        "Il faut des facteurs d'émission avec année et licence : à charger par --with factors=FICHIER.",
    ),
    "survey": (
        "This needs the answers of an LM3 survey: load them with --with survey=FILE.",
        "Il faut les réponses d'une enquête LM3 : à charger par --with survey=FICHIER.",
    ),
    "accounts": (
        "This needs purchases from the accounts of businesses: load them with --with accounts=FILE.",
        "Il faut les achats tirés des comptes des professionnels : à charger par --with accounts=FICHIER.",
    ),
    "pilots": (
        "This stands several communities side by side: ricochet compare with at least two of them.",
        "Ceci met plusieurs communautés côte à côte : ricochet compare avec au moins deux d'entre elles.",
    ),
    "obligations": (
        "This needs a list of invoices (debtor, creditor, amount): load it with --with obligations=FILE.",
        "Il faut une liste de factures (débiteur, créancier, montant) : à charger par --with obligations=FICHIER.",
    ),
}
"""How to get what an indicator needs beside the ledger."""

SILENT: dict[str, tuple[str, str]] = {
    "A": (
        "Nothing was asked of this part. Areas and sectors come from the members' register.",
        "Aucun indicateur demandé ici. Territoires et secteurs viennent du registre des adhérents.",
    ),
    "B": ("Nothing was asked of this part.", "Aucun indicateur demandé ici."),
    "C": ("Nothing was asked of this part.", "Aucun indicateur demandé ici."),
    "D": (
        "Nothing was asked of this part. It needs areas of members, or a table of the regional economy.",
        "Aucun indicateur demandé ici. Il faut le territoire des adhérents, ou un tableau entrées-sorties.",
    ),
    "E": ("Nothing was asked of this part.", "Aucun indicateur demandé ici."),
    "F": (
        "Nothing was asked of this part; limit use and losses are figures of mutual credit.",
        "Aucun indicateur demandé ici ; l'usage des lignes et les pertes concernent le crédit mutuel.",
    ),
    "G": ("Nothing was asked of this part.", "Aucun indicateur demandé ici."),
    "H": (
        "No footprint was computed. It needs emission factors by sector: --with factors=FILE.",
        "Aucune empreinte calculée. Il faut des facteurs d'émission par secteur : --with factors=FICHIER.",
    ),
    "I": (
        (
            "A ledger cannot show what would have happened without the currency. That needs the turnover of members and of "
            "comparable firms that are not members, over several years, and the costs of the scheme."
        ),
        (
            "Un registre ne dit pas ce qui se serait passé sans la monnaie. Il faut les chiffres d'affaires des adhérents et "
            "d'entreprises comparables non adhérentes, sur plusieurs années, et les coûts du dispositif."
        ),
    ),
}
"""What a part without any figure says."""

MAIN = (
    ("circulation", "average"),
    ("hours", "hours"),
    ("velocity", "per_year"),
    ("credit_health", "limit_use"),
    ("recirculation", "recirculation"),
    ("participation", "active_90"),
    ("holding", "holding_days"),
    ("rounds", "lm_inf"),
)
"""Indicator and figure of what stands on the cover: the first four that there are."""


def day(at: int, lang: str) -> str:
    """A day as people write it: 4 January 2026, 4 janvier 2026, 1er janvier 2026. UTC."""
    date = datetime.fromtimestamp(at, UTC).date()
    said = str(format_date(date, format="long", locale="en_GB" if lang == "en" else lang))
    return said.replace("1 ", "1er ", 1) if lang == "fr" and date.day == 1 else said


def days(window: Window, lang: str) -> tuple[str, str]:
    """First and last day of a window: one that ends at midnight does not reach into the day that begins there."""
    last = window.end - 1 if window.stop == window.end and window.seconds > 0 else window.end
    return day(window.start, lang), day(last, lang)
