"""Words for the values that columns of tables hold as codes: kinds of members, forms, spheres, classes, fates."""

from __future__ import annotations

import re
from datetime import date

from babel.dates import format_skeleton

from ledger.analytics.answers.trades import sector

WORDS: dict[str, tuple[str, str]] = {
    "person": ("persons", "particuliers"),
    "business": ("businesses", "professionnels"),
    "association": ("associations", "associations"),
    "public": ("public bodies", "collectivités"),
    "purse": ("purses", "porte-monnaie fléchés"),
    "digital": ("digital", "numérique"),
    "paper": ("paper", "papier"),
    "individual": ("individual", "individuelle"),
    "collective": ("collective", "collective"),
    "associative": ("associative", "associative"),
    "unsaid": ("not said", "non précisée"),
    "positive": ("no debt", "sans dette"),
    "to_50": ("up to 50 %", "jusqu'à 50 %"),
    "to_80": ("50 to 80 %", "50 à 80 %"),
    "to_100": ("80 to 100 %", "80 à 100 %"),
    "over": ("over the line", "au-delà de la ligne"),
    "written_off": ("written off", "passé en perte"),
    "paid_on": ("paid on", "redépensé"),
    "redeemed": ("redeemed", "reconverti"),
    "charged": ("charges", "prélèvements"),
    "kept": ("kept", "gardé"),
    "pooled": ("all together", "ensemble"),
    "…": ("others", "autres"),
}
"""English and French of each code."""

CODED = frozenset(
    {
        "kind",
        "payer_kind",
        "payee_kind",
        "form",
        "sphere",
        "from_class",
        "to_class",
        "fate",
        "sector",
        "payer_sector",
        "payee_sector",
        "college",
    }
)
"""Columns whose values may be codes; other columns hold names, which stay as they are."""

SECTORS = frozenset({"sector", "payer_sector", "payee_sector"})
"""Columns of activity codes."""


_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


def text_word(column: str, value: str, lang: str = "en") -> str:
    """The text of a cell: a code in words where its column holds codes, a month such as 2026-04 by name, else as it is."""
    if _MONTH.fullmatch(value):
        return str(format_skeleton("yMMM", date(int(value[:4]), int(value[5:]), 1), locale=lang))
    return value_word(column, value, lang)


def value_word(column: str, value: str, lang: str = "en") -> str:
    """A code in words where its column holds codes; any other text as it is."""
    if column in CODED and value in WORDS:
        return WORDS[value][lang == "fr"]
    return sector(value, lang) if column in SECTORS else value
