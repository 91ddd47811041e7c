"""The rows of a foreign record that cannot be used, each named by line and column with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import duckdb

from ledger.analytics.foreign.cells import KINDS, why_no_amount, why_no_kind, why_no_time
from ledger.analytics.foreign.source import SHOWN, ForeignError, Source
from ledger.analytics.source.scene import Kind

Places = Mapping[str, str]
Why = Callable[[str], str]

NOTHING = ("NULL", "null", "None", "NaN", "nan", "\\N", "<NA>")
"""As programs write an empty cell: an account called so would swallow what came from outside."""
_DAY = r"(19|20|21)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
"""A date without dashes, which is a whole number as well."""

_BREAKS = "(contains({0}, chr(10)) OR contains({0}, chr(13)) OR contains({0}, chr(0)))"


def check_cells(
    db: duckdb.DuckDBPyConnection, given: Source, places: Places, scale: int | None
) -> None:  # fmt: skip
    """Times, kinds, amounts, ids and names by themselves."""
    kinds = ", ".join(f"'{kind}'" for kind in ("", *KINDS))
    nothing = ", ".join(f"'{each}'" for each in NOTHING)
    seconds, others, days = db.execute(
        "SELECT count(*) FILTER (seconds), count(*) FILTER (NOT seconds AND moment IS NOT NULL), count(*) FILTER (seconds AND"
        f" regexp_full_match(CAST(moment // 1000000 AS VARCHAR), '{_DAY}')) FROM staged"
    ).fetchone() or (0, 0, 0)
    checks = [
        ("time", "bad_time", "moment IS NULL"),
        ("kind", "kind", f"kind NOT IN ({kinds})"),
        ("amount", "bad_amount", "amount IS NULL"),
        ("from", "src", _BREAKS.format("src")),
        ("to", "dst", _BREAKS.format("dst")),
        ("both", "kind", "src = '' AND dst = ''"),
        ("from_nothing", "src", f"src IN ({nothing})"),
        ("to_nothing", "dst", f"dst IN ({nothing})"),
    ]
    if "id" in places:
        checks += [("id", "id", "id = ''"), ("id_break", "id", _BREAKS.format("id"))]
    if seconds and days == seconds:
        checks.append(("days", "CAST(moment // 1000000 AS VARCHAR)", "seconds"))
    elif seconds and others:
        fewer = "seconds" if seconds <= others else "NOT seconds"
        checks.append(("mixed", "''", f"moment IS NOT NULL AND {fewer}"))
    why: dict[str, Why] = {
        "time": why_no_time,
        "mixed": lambda _: "some times are whole seconds and some are dates; write all of them one way",
        "days": lambda said: (
            f"{said} would be seconds since 1970; a date has dashes: {said[:4]}-{said[4:6]}-{said[6:]}"
        ),
        "both": lambda _: "both sides are empty; name who pays, who is paid, or both",
        "from_nothing": _nobody,
        "to_nothing": _nobody,
        "kind": why_no_kind,
        "amount": lambda said: why_no_amount(said, scale),
        "id": lambda _: "no id; give every row one, or leave the column out",
    }
    _raise(db, given, places, "staged", checks, why)


def check_sides(db: duckdb.DuckDBPyConnection, given: Source, places: Places) -> None:
    """Who pays and who is paid, by kind."""
    kept = "leave it empty, or list that account with the kind `system` in the accounts file"
    pays = ", ".join(f"'{kind}'" for kind in (Kind.REDEEM, Kind.DEMURRAGE, Kind.FEE))
    checks = [
        ("issued_from", "src", "kind = 'issue' AND NOT src_out"),
        ("redeemed_to", "dst", "kind = 'redeem' AND NOT dst_out"),
        ("payer", "kind", f"kind IN ({pays}) AND src_out AND NOT dst_out"),
    ]
    why: dict[str, Why] = {
        "issued_from": lambda said: (
            f"an issue comes from outside, not from {said!r}; {kept}, or call it a transfer"
        ),
        "redeemed_to": lambda said: (
            f"a redemption goes outside, not to {said!r}; {kept}, or call it a transfer"
        ),
        "payer": lambda said: f"a {said} needs the account that pays it",
    }
    _raise(db, given, places, "sided", checks, why)


def check_ids(db: duckdb.DuckDBPyConnection, given: Source, places: Places) -> None:
    """The same id twice."""
    if "id" not in places:
        return
    (rows, different) = db.execute("SELECT count(*), count(DISTINCT id) FROM staged").fetchone() or (0, 0)
    if rows == different:
        return
    twice = (
        "(SELECT row, id, first FROM (SELECT row, id, min(row) OVER (PARTITION BY id) AS first FROM staged)"
        " WHERE row > first)"
    )
    found = db.execute(f"SELECT * FROM {twice} ORDER BY row LIMIT {SHOWN}").fetchall()
    where = given.places([number for row, _, first in found for number in (row, first)])
    column = _title(given, places, "id")
    faults = [
        f"{where[row]}, column {column}: the id {said!r} is that of {where[first]} too; remove one of them"
        for row, said, first in found
    ]
    raise ForeignError(given.path, faults, rows - different)


def _raise(
    db: duckdb.DuckDBPyConnection, given: Source, places: Places, table: str,
    checks: list[tuple[str, str, str]], why: Mapping[str, Why],
) -> None:  # fmt: skip
    each = " UNION ALL ".join(
        f"SELECT row, '{name}' AS what, CAST({said} AS VARCHAR) AS said FROM {table} WHERE {bad}"
        for name, said, bad in checks
    )
    found = db.execute(
        f"SELECT *, count(*) OVER () FROM ({each}) ORDER BY row, what LIMIT {SHOWN}"
    ).fetchall()
    if not found:
        return
    where = given.places([row for row, _, _, _ in found])
    names = {
        "mixed": "time",
        "days": "time",
        "from_nothing": "from",
        "to_nothing": "to",
        "issued_from": "from",
        "redeemed_to": "to",
        "payer": "from",
        "id_break": "id",
        "both": "from",
    }
    breaks: Why = lambda said: "a line break or a zero byte in a name; check the quotes"  # noqa: E731
    faults = [
        f"{where[row]}, column {_title(given, places, names.get(name, name))}: {why.get(name, breaks)(said or '')}"
        for row, name, said, _ in found
    ]
    raise ForeignError(given.path, faults, found[0][3])


def _nobody(said: str) -> str:
    return f"{said!r} is how programs write an empty cell; leave it empty, or call that account otherwise"


def _title(given: Source, places: Places, name: str) -> str:
    return given.header[int(places[name][1:])]
