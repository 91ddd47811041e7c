"""Figures of a report for pages and files; large, as what computes them is, so loaded by the first who looks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from api.pages.frame.looking import Pilot
from api.pages.frame.sheets import Number
from ledger.analytics.answers import wording
from ledger.analytics.answers.figures import Figure, Flag, Unit
from ledger.analytics.answers.value_words import text_word
from ledger.analytics.source.scene import CurrencyFacts
from ledger.core.accounts import Model

PERCENT = frozenset(
    {
        "guarantee.guarantee_paper", "guarantee.guarantee_digital", "guarantee.gauge_payments",
        "guarantee.gauge_circulation", "recirculation.recirculation", "recirculation.reconversion",
        "recirculation.redeemed_of_issued",
    }
)  # fmt: skip
"""Ratios that people read in percent."""


ALONE = {
    "circulation.average": ("In circulation, on average", "En circulation, en moyenne"),
    "circulation.after": ("In circulation, accounts", "En circulation, comptes"),
    "circulation.paper_after": ("In circulation, notes", "En circulation, billets"),
    "participation.joins": ("New members", "Nouvelles adhésions"),
    "participation.leaves": ("Members who left", "Départs"),
    "in_and_out.issued": ("Changed into units", "Changes en unités"),
    "in_and_out.redeemed": ("Changed back into euros", "Reconversions en euros"),
    "recirculation.redeemed_of_issued": ("Changed back, of what was changed", "Reconversions sur changes"),
    "merchants.never_redeemed": ("Professionals who never changed back", "Prestataires n'ayant jamais reconverti"),
    "merchants.without_receipts": ("Professionals without receipts", "Prestataires sans encaissement"),
    "velocity.volume": ("Payments, added up", "Montant des paiements"),
    "pairs.b2b_share": ("Payments between professionals", "Paiements entre prestataires"),
}
"""Labels of figures that stand away from their heading."""


def unit_of(pilot: Pilot) -> CurrencyFacts:
    """What a pilot's figures are counted in."""
    return CurrencyFacts(pilot.currency, pilot.scale, pilot.model)


def figure_of(said: dict[str, Any], key: str = "") -> Figure:
    """A figure from its JSON; `key` as "indicator.figure" reads some ratios in percent."""
    flag = said.get("flag")
    unit = Unit.SHARE if key in PERCENT else Unit(said["unit"])
    return Figure(
        said["value"], unit, said.get("n"), said.get("low"), said.get("high"),
        None if flag is None else Flag(flag), said.get("why", ""),
    )  # fmt: skip


def alone(key: str, label: str, lang: str) -> str:
    """What a figure is called away from its heading."""
    return wording.label(ALONE[key], key, lang) if key in ALONE else label


def flag_word(flag: str, lang: str) -> str:
    """ "measured", "declared" or "estimated" in a language."""
    return wording.FLAGS[Flag(flag)][lang == "fr"]


def number(value: int | float, unit: Unit, currency: CurrencyFacts) -> Number:
    """For a spreadsheet: amounts in whole units of the currency, hours for time, shares as percent."""
    if unit is Unit.CURRENCY:
        if currency.model is Model.TIME:
            return Number(round(value / 60, 2), "#,##0.00")
        form = "#,##0" + ("." + "0" * currency.scale if currency.scale else "")
        return Number(Decimal(round(value)).scaleb(-currency.scale), form)
    if unit is Unit.SHARE:
        return Number(value, "0.0%")
    return Number(value, "#,##0" if isinstance(value, int) else "#,##0.00##")


def counted_in(unit: Unit, currency: str, lang: str) -> str:
    """What such a number counts, in a word."""
    words = {
        Unit.SHARE: ("part, 1 = 100 %" if lang == "fr" else "share, 1 = 100 %"),
        Unit.DAYS: ("jours" if lang == "fr" else "days"),
        Unit.PER_YEAR: ("par an" if lang == "fr" else "per year"),
        Unit.PERCENT_PER_YEAR: ("% par an" if lang == "fr" else "% per year"),
        Unit.PER_WEEK: ("par semaine" if lang == "fr" else "per week"),
    }  # fmt: skip
    return currency if unit is Unit.CURRENCY else words.get(unit, "")


def month_word(month: str, lang: str) -> str:
    """ "2026-03" as "Mar 2026" or "mars 2026"."""
    return text_word("month", month, lang)
