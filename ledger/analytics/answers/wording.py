"""Figures and cells as people read them, in English and French."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from babel.numbers import format_decimal, format_percent

from ledger.analytics.answers.figures import Cell, Figure, Flag, Unit
from ledger.analytics.answers.reasons import why
from ledger.analytics.source.scene import CurrencyFacts
from ledger.core.accounts import Model

LANGUAGES = ("en", "fr")

FLAGS: dict[Flag, tuple[str, str]] = {
    Flag.MEASURED: ("measured", "mesuré"),
    Flag.DECLARED: ("declared", "déclaré"),
    Flag.ESTIMATED: ("estimated", "estimé"),
}

_ENDINGS: dict[Unit, tuple[str, str]] = {
    Unit.PER_YEAR: (" per year", " par an"),
    Unit.PER_WEEK: (" per week", " par semaine"),
    Unit.PERCENT_PER_YEAR: (" % per year", " % par an"),
    Unit.DAYS: (" days", " jours"),
}
_UNNAMED = {"minor units": "unités mineures", "units": "unités"}
_PATTERNS: dict[Unit, str] = {
    Unit.RATIO: "#,##0.####",
    Unit.PER_YEAR: "#,##0.###",
    Unit.PER_WEEK: "#,##0.####",
    Unit.PERCENT_PER_YEAR: "#,##0.##",
    Unit.DAYS: "#,##0.#",
    Unit.INDEX: "#,##0.####",
}


def figure(figure: Figure, currency: CurrencyFacts, lang: str = "en") -> str:
    """A figure with its unit, and its bounds where it has some; or why it is not given."""
    if figure.value is None:
        return f"– ({why(figure.why, lang)})"
    said = cell(figure.value, figure.unit, currency, lang)
    if figure.low is None or figure.high is None:
        return said
    low, high = (cell(bound, figure.unit, currency, lang, bare=True) for bound in (figure.low, figure.high))
    return f"{said} [{low} – {high}]"


def cell(
    value: Cell, unit: Unit | None, currency: CurrencyFacts, lang: str = "en", *, bare: bool = False
) -> str:
    """A value; `bare` leaves the word of the unit out, for columns that name it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return {True: ("yes", "oui"), False: ("no", "non")}[value][lang == "fr"]
    if isinstance(value, str):
        return value
    if unit is Unit.CURRENCY:
        return _amount(value, currency, lang, bare)
    if unit is Unit.SHARE:
        return str(format_percent(value, format="#,##0.##%" if lang == "en" else "#,##0.## %", locale=lang))
    pattern = "#,##0" if isinstance(value, int) else _PATTERNS.get(unit or Unit.OTHER, "#,##0.####")
    ending = "" if bare or unit is None else _ENDINGS.get(unit, ("", ""))[lang == "fr"]
    return str(format_decimal(value, format=pattern, locale=lang)) + ending


def _amount(value: int | float, currency: CurrencyFacts, lang: str, bare: bool) -> str:
    if currency.model is Model.TIME:  # minor units are minutes
        said = str(format_decimal(value / 60, format="#,##0.##", locale=lang))
        return said if bare else f"{said} h"
    scaled = Decimal(round(value)).scaleb(-currency.scale)
    pattern = "#,##0" + ("." + "0" * currency.scale if currency.scale else "")
    said = str(format_decimal(scaled, format=pattern, locale=lang))
    return said if bare else f"{said} {unit_word(currency, lang)}"


def unit_word(currency: CurrencyFacts, lang: str = "en") -> str:
    """The code of a currency; of a record from elsewhere, whose currency has no name, a word for its units."""
    unnamed = currency.model is None and lang == "fr"
    return _UNNAMED.get(currency.code, currency.code) if unnamed else currency.code


def label(pair: tuple[str, str] | None, key: str, lang: str = "en") -> str:
    """A label in a language; its key where it has none."""
    return key.replace("_", " ") if pair is None else pair[lang == "fr"]


def clock(window: Sequence[str]) -> str:
    """Start and end of a window without the parts of the day where both are midnight."""
    short = [moment.removesuffix("T00:00:00Z") for moment in window]
    return " – ".join(short)
