"""What the cells of a foreign record mean, as SQL, and in words why one cannot be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.analytics.source.scene import Kind
from ledger.core.money import MAX_AMOUNT

_ISO = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|UTC|[+-](0\d|1[0-5])(:?[0-5]\d)?)?)?"
_WHOLE = r"[+-]?\d{1,15}"
_ZONED = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
EARLIEST, LATEST = -2_208_988_800, 7_258_118_399
"""The first second of 1900 and the last of 2199: what lies outside is a slip, and would give series of thousands of years."""

KINDS = tuple(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True)
class Cells:
    """The expressions for one column: its value (NULL where it cannot be read) and its text."""

    value: str
    text: str


def words(column: str) -> str:
    """A cell as text without the blanks around it; '' for none."""
    said = f"coalesce(CAST({column} AS VARCHAR), '')"
    rare = "chr(32) || chr(9) || chr(160)"  # trim with a set is slow
    return f"CASE WHEN contains({said}, chr(9)) OR contains({said}, chr(160)) THEN trim({said}, {rare}) ELSE trim({said}) END"


def whole(said: str) -> str:
    """A text of digits alone, perhaps with a sign, as BIGINT; NULL for any other."""
    return rf"CASE WHEN regexp_full_match({said}, '[+-]?\d{{1,18}}') THEN CAST({said} AS BIGINT) END"


def moment(column: str, kind: str) -> Cells:
    """A time in microseconds since 1970 UTC. Text without an offset is UTC; whole numbers are seconds."""
    said = words(column)
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        as_time = f"CAST({column} AS {'TIMESTAMPTZ' if kind in _ZONED else 'TIMESTAMP'})"
        return Cells(_possible(f"CASE WHEN isfinite({as_time}) THEN epoch_us({as_time}) END"), said)
    zone = f"regexp_replace(upper({said}), ' ?UTC$', 'Z')"
    value = (
        f"CASE WHEN {in_seconds(column)} THEN"
        f" CASE WHEN {whole(said)} BETWEEN {EARLIEST} AND {LATEST} THEN {whole(said)} * 1000000 END"
        f" WHEN regexp_full_match(upper({said}), '{_ISO}') THEN epoch_us(TRY_CAST({zone} AS TIMESTAMPTZ)) END"
    )
    return Cells(_possible(value), said)


def _possible(micros: str) -> str:
    """The same where it lies between `EARLIEST` and `LATEST`."""
    first, last = EARLIEST * 1_000_000, LATEST * 1_000_000 + 999_999
    return f"(SELECT CASE WHEN u BETWEEN {first} AND {last} THEN u END FROM (SELECT {micros} AS u))"


def in_seconds(column: str) -> str:
    """Whether a cell of text says a time as a number."""
    return f"({whole(words(column))}) IS NOT NULL"


def amount(column: str, kind: str, scale: int | None, *, signed: bool = False) -> Cells:
    """Minor units. With a scale the cell is in major units, with up to so many decimals (zeros beyond are nothing)."""
    said, digits = words(column), scale or 0
    least = -MAX_AMOUNT if signed else 1
    if kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"):
        minor = f"CAST({column} AS HUGEINT) * {10**digits}"
    elif scale is None:
        minor = whole(said)
    else:
        decimals = rf"\d{{1,{digits}}}0*" if digits else "0+"
        number = rf"[+-]?\d{{1,17}}([.,]{decimals})?"
        units = rf"regexp_extract({said}, '^[+-]?(\d+)', 1)"
        part = rf"regexp_extract({said}, '[.,](\d{{1,{digits}}})', 1)" if digits else "''"
        minor = (
            f"CASE WHEN regexp_full_match({said}, '{number}') THEN"
            f" CAST({units} || rpad({part}, {digits}, '0') AS HUGEINT) * CASE WHEN {said} LIKE '-%' THEN -1 ELSE 1 END END"
        )
    value = f"(SELECT CASE WHEN m BETWEEN {least} AND {MAX_AMOUNT} THEN CAST(m AS BIGINT) END FROM (SELECT {minor} AS m))"
    return Cells(value, said)


def why_no_time(said: str) -> str:
    """The remedy for a time."""
    if not said:
        return "no time; write it like 2026-11-21T10:00:00Z or in whole seconds"
    if re.fullmatch(_WHOLE, said):
        return f"{said} seconds lie outside the years 1900 to 2199; were milliseconds meant? divide them by 1000"
    if re.match(r"\d{1,2}[/.]\d{1,2}[/.]\d{4}\b", said):
        return f"{_short(said)}: day or month first? write the year first, in a spreadsheet the format YYYY-MM-DD"
    if re.match(r"\d{4}-\d{2}-\d{2}", said) and not 1900 <= int(said[:4]) < 2200:
        return f"{_short(said)} lies outside the years 1900 to 2199; write the year that was meant"
    return f"{_short(said)} is not a time; write it like 2026-11-21, 2026-11-21T10:00:00+02:00 or in whole seconds"


def why_no_amount(said: str, scale: int | None) -> str:
    """The remedy for an amount."""
    if not said:
        return "no amount; write digits"
    number = re.fullmatch(r"([+-]?)(\d+)(?:[.,](\d+))?", said)
    if number is None:
        return f"{_short(said)} is not an amount; digits alone, without signs for thousands or a currency"
    sign, whole, part = number[1], number[2], number[3] or ""
    if part.rstrip("0") if scale is not None else part:
        if scale is None:
            none = "" if part.rstrip("0") else ", or --scale 0 for none"
            return f"{said} has decimals; say how many the currency has, such as --scale 2{none}"
        if len(part.rstrip("0")) > scale:
            return f"{said} has more decimals than --scale {scale}"
    if sign == "-" or not int(whole + part):
        return f"{said} is not above 0; write it the other way round, or leave the line out"
    return f"{said} is larger than the largest amount, {MAX_AMOUNT} minor units; write all amounts in larger units"


def why_no_kind(said: str) -> str:
    """The remedy for a kind."""
    return f"{_short(said)} is not a kind; it is one of {', '.join(KINDS)}"


def read_moment(said: str) -> int:
    """A time from an option, in whole seconds since 1970 UTC. Raises ValueError."""
    said = said.strip()
    if re.fullmatch(_WHOLE, said):
        if EARLIEST <= int(said) <= LATEST:
            return int(said)
    elif re.fullmatch(_ISO, said.upper()):
        try:
            read = datetime.fromisoformat(said.upper().replace("UTC", "Z"))
        except ValueError:
            raise ValueError(why_no_time(said)) from None
        found = int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() // 1)
        if EARLIEST <= found <= LATEST:
            return found
    raise ValueError(why_no_time(said))


def _short(said: str) -> str:
    return repr(said if len(said) <= 40 else said[:37] + "...")
