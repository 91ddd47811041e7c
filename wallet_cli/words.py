"""The wallet's two languages. The English sentence in the code is the key; `wallet_cli.french` holds the other one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wallet_cli.french import FRENCH

LANGUAGES: Final = ("en", "fr")
LOCALES: Final = {"en": "en_GB", "fr": "fr_FR"}
"""How Babel writes amounts and dates in each language."""

_now: str = "en"


def use(language: str) -> None:
    """Speak this language from now on; one process, one person."""
    global _now
    if language not in LANGUAGES:
        raise ValueError(f"language: {language!r} is not one of {', '.join(LANGUAGES)}")
    _now = language


def language() -> str:
    """The language spoken now."""
    return _now


def locale() -> str:
    """The Babel locale of the language spoken now."""
    return LOCALES[_now]


def from_environment(environ: Mapping[str, str]) -> str:
    """The language of the locale: French where it is French, else English."""
    values = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "fr" if next(filter(None, values), "").lower().startswith("fr") else "en"


def _(sentence: str, /, **values: object) -> str:
    """The sentence in the language spoken now, its {names} filled in."""
    said = FRENCH.get(sentence, sentence) if _now == "fr" else sentence
    return said.format(**values) if values else said
