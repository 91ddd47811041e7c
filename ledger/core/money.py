"""Amounts in minor units: parse, format, split exactly. Integers only.

An amount is an int of minor units (cents; minutes for time). The scale of a currency says how many decimal digits
a major unit has. Rates are basis points (1/10,000) so that 5 % is the integer 500.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_AMOUNT = 2**53 - 1
"""The largest amount: every JSON client reads it exactly."""

MAX_TOTAL = 2**62 - 1
"""The largest sum one side of an account may reach: fits a signed 64-bit column with room for one more amount."""

MAX_SCALE = 9
BP = 10_000
"""Basis points in one whole."""

_DECIMAL = re.compile(r"(-?)([0-9]{1,16})(?:[.,]([0-9]{1,9}))?", re.ASCII)


def parse(text: str, scale: int) -> int:
    """Read a decimal such as "12.50" or "12,5" as minor units.

    Raises ValueError when the text is not a plain decimal, has more digits than the currency, or is too large.
    """
    match = _DECIMAL.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not an amount; write it like 12.50")
    sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
    if len(fraction) > scale:
        raise ValueError(f"{text!r} has {len(fraction)} decimals; this currency has {scale}")
    minor: int = int(whole) * 10**scale + int((fraction + "0" * scale)[:scale] or "0")
    if minor > MAX_AMOUNT:
        raise ValueError(f"{text!r} is larger than the largest amount")
    return -minor if sign else minor


def format_minor(amount: int, scale: int, mark: str = ".") -> str:
    """Write minor units as a decimal with exactly `scale` digits: 1250 at scale 2 is "12.50"."""
    sign, digits = ("-", str(-amount)) if amount < 0 else ("", str(amount))
    if scale == 0:
        return sign + digits
    digits = digits.rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}{mark}{digits[-scale:]}"


def round_half_up(numerator: int, denominator: int) -> int:
    """The non-negative quotient rounded half up (domain rule CORE-2)."""
    if numerator < 0 or denominator <= 0:
        raise ValueError("round_half_up takes a numerator >= 0 and a denominator > 0")
    return (2 * numerator + denominator) // (2 * denominator)


def share(amount: int, rate_bp: int) -> int:
    """A rate in basis points of an amount, rounded half up: 5 % of 1,000 is `share(1000, 500) == 50`."""
    return round_half_up(amount * rate_bp, BP)


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split a total by weights so that the parts sum to it exactly.

    Largest remainder; ties go to the earlier part. Raises ValueError on a negative total or weight, or when all
    weights are 0.
    """
    if total < 0 or any(w < 0 for w in weights):
        raise ValueError("allocate takes a total >= 0 and weights >= 0")
    whole = sum(weights)
    if whole == 0:
        raise ValueError("allocate needs at least one weight above 0")
    parts = [total * w // whole for w in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
