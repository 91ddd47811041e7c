"""The accounts file of a foreign record: the account first, then `area` and, if there, `sector`, `owner`, `kind`, `opening`."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ledger.analytics.foreign.cells import amount, words
from ledger.analytics.foreign.source import ForeignError, Source, source
from ledger.core.accounts import MEMBER_KINDS, AccountKind

OPTIONAL = ("area", "sector", "owner", "kind", "opening")
PEOPLE = tuple(kind.value for kind in AccountKind if kind in MEMBER_KINDS)
SYSTEM = ("system", *(kind.value for kind in AccountKind if kind not in MEMBER_KINDS))
"""Kinds of accounts that are the issuer's own: money there does not circulate."""


def load_accounts(db: duckdb.DuckDBPyConnection, path: Path | None, scale: int | None) -> None:
    """Make the table `listed`: label, area, sector, owner, kind, opening, row. Empty without a file. Raises ForeignError."""
    db.execute(
        "CREATE TABLE listed (label VARCHAR, area VARCHAR, sector VARCHAR, owner VARCHAR, kind VARCHAR,"
        " opening BIGINT, opening_text VARCHAR, row BIGINT)"
    )
    if path is None:
        return
    given = source(path, OPTIONAL)
    places = _places(given)
    given.attach(db, "given_accounts")
    texts = [f"nullif({words(places[name])}, '')" if name in places else "NULL" for name in OPTIONAL[:4]]
    texts[3] = f"lower({texts[3]})"
    opening, opening_text = "0", "''"
    if "opening" in places:
        kind = given.types[int(places["opening"][1:])]
        cells = amount(places["opening"], kind, scale, signed=True)
        opening, opening_text = f"CASE WHEN {cells.text} = '' THEN 0 ELSE {cells.value} END", cells.text
    db.execute(
        f"INSERT INTO listed SELECT {words('c0')}, {', '.join(texts)}, {opening}, {opening_text}, row"
        f" FROM {given.relation}"
    )
    given.check_rows()
    _check(db, given, scale)


def _places(given: Source) -> dict[str, str]:
    header = [name.casefold() for name in given.header]
    places = {}
    for name in OPTIONAL:
        if header[1:].count(name) > 1:
            raise ForeignError(given.path, [f"more than one column {name}"])
        if name in header[1:]:
            places[name] = f"c{header.index(name, 1)}"
    if len(header) > 1 and not places:
        known = ", ".join(OPTIONAL)
        raise ForeignError(
            given.path, [f"no column is called {known}; the file has {', '.join(given.header)}: name them so"]
        )
    return places


def _check(db: duckdb.DuckDBPyConnection, given: Source, scale: int | None) -> None:
    kinds = ", ".join(f"'{kind}'" for kind in (*PEOPLE, *SYSTEM))
    found = db.execute(
        "SELECT row, 'account' AS what, label AS said, 0 AS first FROM listed WHERE label = '' UNION ALL "
        f"SELECT row, 'kind', kind, 0 FROM listed WHERE kind NOT IN ({kinds}) UNION ALL "
        "SELECT row, 'opening', opening_text, 0 FROM listed WHERE opening IS NULL UNION ALL "
        "SELECT row, 'twice', label, first FROM (SELECT row, label, min(row) OVER (PARTITION BY label) AS first"
        " FROM listed WHERE label <> '') WHERE row > first ORDER BY 1"
    ).fetchall()
    if not found:
        return
    where = given.places([number for row, _, _, first in found for number in (row, first) if number])
    says = {
        "account": "{at}: no account is named in the first column",
        "kind": "{at}: {said!r} is not a kind of account; it is one of " + ", ".join((*PEOPLE, SYSTEM[0])),
        "opening": "{at}: {said!r} is not an opening balance"
        + (" in minor units; has it decimals? --scale" if scale is None else f" with --scale {scale}"),
        "twice": "{at}: account {said!r} stands there twice, first in {first}",
    }
    raise ForeignError(
        given.path,
        [
            says[what].format(at=where[row], said=said, first=where.get(first))
            for row, what, said, first in found
        ],
    )
