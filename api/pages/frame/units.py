"""Amounts, days and moments as people read and type them. Integers inside; Babel writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, format_percent

from ledger.core import money
from ledger.core.accounts import Currency, Model

SECOND = 10**9
_TIME = re.compile(
    r"(?:([0-9]{1,6})\s*(?:h|:))?\s*(?:([0-9]{1,7})\s*(?:min|mn|m)?)?", re.ASCII | re.IGNORECASE
)
LOCALES = {"en": "en_GB", "fr": "fr_FR"}
"""How each language writes figures and dates here."""
SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def write_amount(minor: int, unit: Currency, lang: str, *, plus: bool = False, bare: bool = False) -> str:
    """Minor units for people: "12,50 RIV", "1 h 30". `plus` puts a sign before receipts, `bare` leaves the unit out."""
    sign = MINUS if minor < 0 else "+" if plus and minor > 0 else ""
    if unit.model is Model.TIME:
        return sign + _write_time(abs(minor), lang)
    pattern = "#,##0" + ("." + "0" * unit.scale if unit.scale else "")
    number = format_decimal(Decimal(abs(minor)).scaleb(-unit.scale), format=pattern, locale=LOCALES[lang])
    return sign + number + ("" if bare else SPACE + unit.code)


def _write_time(minutes: int, lang: str) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{SPACE}min"
    return format_decimal(hours, locale=LOCALES[lang]) + f"{SPACE}h" + (f"{SPACE}{rest:02}" if rest else "")


def plain_amount(minor: int, unit: Currency) -> str:
    """Minor units as a field takes them back: "12.50", "1h30"."""
    if unit.model is Model.TIME:
        hours, rest = divmod(minor, 60)
        return f"{hours}h{rest:02}"
    return money.format_minor(minor, unit.scale)


def read_amount(text: str, unit: Currency) -> int | None:
    """Minor units of "12.50", "12,50", "1 200" or, for time, "1h30", "1:30", "45 min"; None when it is none of them."""
    if unit.model is Model.TIME:
        return _read_time(text.strip())
    try:
        return money.parse(re.sub(r"\s", "", text), unit.scale)
    except ValueError:
        return None


def _read_time(text: str) -> int | None:
    found = _TIME.fullmatch(text)
    if not text or found is None or text.isdecimal():  # a bare number could be hours or minutes
        return None
    hours, minutes = int(found[1] or 0), int(found[2] or 0)
    return None if found[1] is not None and minutes > 59 else hours * 60 + minutes


def write_share(basis_points: int, lang: str) -> str:
    """Basis points as a percentage: 2500 is "25 %"."""
    return format_percent(Decimal(basis_points) / 10_000, format="#,##0.##\N{NO-BREAK SPACE}%", locale=LOCALES[lang])


def write_number(number: int, lang: str) -> str:
    """A count, its thousands apart."""
    return format_decimal(number, locale=LOCALES[lang])


def moment_of(ns: int, timezone: str) -> datetime:
    """Nanoseconds since 1970 as a local moment, to the microsecond."""
    seconds, rest = divmod(ns, SECOND)
    return (
        datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000).astimezone(ZoneInfo(timezone))
    )


def write_day(ns: int, lang: str, timezone: str) -> str:
    """ "21 nov. 2026"; in French the first of a month is "1er"."""
    said = format_date(moment_of(ns, timezone), "medium", locale=LOCALES[lang])
    return f"1er{said[1:]}" if lang == "fr" and said.startswith("1 ") else said


def write_month(month: str, lang: str) -> str:
    """ "2026-11" as "nov. 2026"."""
    return format_date(date(int(month[:4]), int(month[5:]), 1), "MMM y", locale=LOCALES[lang])


def write_clock(ns: int, lang: str, timezone: str) -> str:
    """ "14:02"."""
    return format_time(moment_of(ns, timezone), "HH:mm", locale=LOCALES[lang])


def write_moment(ns: int, lang: str, timezone: str) -> str:
    """ "21 nov. 2026, 14:02"."""
    local = moment_of(ns, timezone)
    return format_datetime(local, "d MMM y, HH:mm", tzinfo=local.tzinfo, locale=LOCALES[lang])
