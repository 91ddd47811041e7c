"""Amounts as people write and read them: decimals by locale, and hours for time currencies. Integers inside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from babel.dates import format_datetime
from babel.numbers import format_decimal

from ledger.core import money
from wallet_cli.errors import Misused
from wallet_cli.words import _, language, locale

_TIME = re.compile(r"(?:([0-9]{1,6})\s*h)?\s*(?:([0-9]{1,7})\s*(?:min|mn|m)?)?", re.ASCII | re.IGNORECASE)
_CLOCK = re.compile(r"([0-9]{1,6}):([0-5][0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Unit:
    """A currency as far as writing amounts needs it. In a time currency the minor unit is the minute."""

    code: str
    scale: int
    time: bool = False


def read_amount(text: str, unit: Unit) -> int:
    """Minor units of "12.50", "12,50" or, for time, "1h30", "1:30", "45min". Misused otherwise, and at 0 or below."""
    amount = _read_time(text) if unit.time else _read_decimal(text, unit)
    if not 0 < amount <= money.MAX_AMOUNT:
        raise Misused(_("{text} cannot be paid; give an amount above zero.", text=text))
    return amount


def _read_decimal(text: str, unit: Unit) -> int:
    try:
        return money.parse(re.sub(r"\s", "", text), unit.scale)
    except ValueError:
        example = write_number(1250 if unit.scale else 12, unit)
        raise Misused(
            _(
                "{text} is not an amount in {currency}; write it like {example}, with at most {scale} decimals.",
                text=text, currency=unit.code, example=example, scale=unit.scale,
            )
        ) from None  # fmt: skip


def _read_time(text: str) -> int:
    text = text.strip()
    clock = _CLOCK.fullmatch(text)
    if clock:
        return int(clock.group(1)) * 60 + int(clock.group(2))
    found = _TIME.fullmatch(text)
    # a bare number could be hours or minutes: ask rather than guess
    if not found or text.isdecimal() or (found.group(1) is None and found.group(2) is None):
        raise Misused(_("{text} is not a time; write it like 1h30, 2h or 45min.", text=text))
    hours, minutes = int(found.group(1) or 0), int(found.group(2) or 0)
    if found.group(1) is not None and minutes > 59:
        raise Misused(_("{text} is not a time; write it like 1h30, 2h or 45min.", text=text))
    return hours * 60 + minutes


def write_amount(amount: int, unit: Unit, plus: bool = False) -> str:
    """Minor units for people: "12.50 RIV", "12,50 RIV", "1 h 30 min". `plus` puts a sign before receipts too."""
    sign = "+" if plus and amount > 0 else ""
    if unit.time:
        return sign + _write_time(amount)
    return f"{sign}{write_number(amount, unit)} {unit.code}"


def write_number(amount: int, unit: Unit, grouped: bool = True) -> str:
    """Minor units as a decimal of the locale, without the currency; `grouped` sets the thousands apart."""
    pattern = ("#,##0" if grouped else "0") + ("." + "0" * unit.scale if unit.scale else "")
    return format_decimal(Decimal(amount).scaleb(-unit.scale), format=pattern, locale=locale())


def _write_time(amount: int) -> str:
    hours, minutes = divmod(abs(amount), 60)
    sign = "-" if amount < 0 else ""
    if not hours:
        return f"{sign}{minutes} min"
    if not minutes:
        return f"{sign}{hours} h"
    return f"{sign}{hours} h {minutes:02}" + ("" if language() == "fr" else " min")


def from_ns(moment: int) -> datetime:
    """Nanoseconds since 1970 as a moment, to the microsecond."""
    seconds, rest = divmod(moment, 10**9)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)


def write_moment(moment: datetime) -> str:
    """A moment in this machine's time zone, as the locale writes it."""
    local = moment.astimezone()
    return format_datetime(local, "medium", tzinfo=local.tzinfo, locale=locale())
