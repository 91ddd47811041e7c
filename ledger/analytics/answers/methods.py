"""How a figure is defined and where the definition comes from, in a language: English stands with the indicator."""

from __future__ import annotations

from typing import NamedTuple

from ledger.analytics.answers.formulas_fr import FORMULAS
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.answers.sources_fr import SOURCES


class Method(NamedTuple):
    """What an indicator is called and means, how it is computed, and who says so."""

    title: str
    meaning: str
    formula: str
    source: str


def method_of(indicator: Indicator, lang: str) -> Method:
    """The words of an indicator in one language."""
    title, meaning = indicator.title, indicator.meaning
    if lang == "fr":
        title, meaning = indicator.title_fr, indicator.meaning_fr
    return Method(title, meaning, formula(indicator, lang), source(indicator, lang))


def formula(indicator: Indicator, lang: str) -> str:
    """How it is computed; in English where there is no French."""
    return FORMULAS.get(indicator.name, indicator.formula) if lang == "fr" else indicator.formula


def source(indicator: Indicator, lang: str) -> str:
    """Where the definition comes from; in English where there is no French."""
    return SOURCES.get(indicator.name, indicator.source) if lang == "fr" else indicator.source
