"""How a figure is defined and where the definition comes from, in a language: English stands with the indicator."""

from __future__ import annotations

from ledger.analytics.answers.formulas_fr import FORMULAS
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.answers.sources_fr import SOURCES


def formula(indicator: Indicator, lang: str) -> str:
    """How it is computed; in English where there is no French."""
    return FORMULAS.get(indicator.name, indicator.formula) if lang == "fr" else indicator.formula


def source(indicator: Indicator, lang: str) -> str:
    """Where the definition comes from; in English where there is no French."""
    return SOURCES.get(indicator.name, indicator.source) if lang == "fr" else indicator.source
