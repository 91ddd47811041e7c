"""A ledger that never was in Ricochet as a scene: one CSV or Parquet file of movements, and one of accounts.

Columns `id`, `time`, `kind`, `from`, `to`, `amount`, under whatever titles; `id` and `kind` may be missing. An empty
`from` is an issue, an empty `to` a redemption. The order is that of the times, then of the ids when all are whole
numbers, else of the file. Every row is used or refused by line and column, and then nothing is read at all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ledger.analytics.foreign.accounts import SYSTEM, load_accounts
from ledger.analytics.foreign.cells import amount, in_seconds, moment, words
from ledger.analytics.foreign.faults import check_cells, check_ids, check_sides
from ledger.analytics.foreign.source import ForeignError, Source, source
from ledger.analytics.source.scene import SCHEMA, VOLUME_VIEW, CurrencyFacts, Provenance, Scene
from ledger.analytics.source.window import Window, moment_text

COLUMNS = ("id", "time", "kind", "from", "to", "amount")
_MAY_MISS = ("id", "kind")


@dataclass(frozen=True, slots=True)
class ForeignFacts:
    """What the reading itself can tell; `scene.loaded["foreign"]`."""

    rows: int
    self_payments: int
    """From an account to itself: counted, and in no figure."""
    between_system: int
    """Between two accounts of the issuer: counted, and in no figure."""
    unknown_accounts: int
    """Accounts that moved money and that the accounts file does not list; 0 without such a file."""
    accounts_file: bool
    unit: str
    """Of the amounts, as their column calls it: `pence` for `amount_pence`; else `minor`."""


@contextmanager
def foreign_scene(
    path: Path,
    accounts: Path | None = None,
    columns: Mapping[str, str] | None = None,
    scale: int | None = None,
    start: int | None = None,
    end: int | None = None,
    memory: str | None = None,
) -> Iterator[Scene]:
    """Read a record. `columns` maps our names to the file's titles; `scale`: amounts are in major units with so many
    decimals; `start` and `end`: the window, seconds since 1970, by default from the first movement to the last;
    `memory`: what DuckDB may use, such as "2GB". Raises ForeignError, OSError."""
    given = source(path, list((columns or {}).values()) or COLUMNS)
    places = _places(given, columns or {})
    with tempfile.TemporaryDirectory(prefix="ricochet-") as spill:
        db = duckdb.connect(
            config={
                "temp_directory": spill,
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            }
        )
        try:
            db.execute("SET TimeZone = 'UTC'")
            if memory is not None:
                db.execute("SET memory_limit = $memory", {"memory": memory})
            load_accounts(db, accounts, scale)
            _stage(db, given, places, scale)
            check_cells(db, given, places, scale)
            _name_kinds(db)
            check_sides(db, given, places)
            check_ids(db, given, places)
            facts = _build(db, given, places, accounts is not None)
            window = _window(db, path, start, end)
            internal = "SELECT count(*) FROM movement m JOIN account a ON m.src = a.account JOIN account b "
            internal += "ON m.dst = b.account WHERE a.owner = b.owner"
            (number,) = db.execute(internal).fetchone() or (0,)
            record = Provenance(path.stem, facts.rows, given.sha256(), internal=int(number))
            loaded: dict[str, object] = {"foreign": facts}
            code = "units" if scale else "minor units" if facts.unit == "minor" else facts.unit
            yield Scene(db, window, CurrencyFacts(code, scale or 0, None), record, loaded)
        finally:
            db.close()


def _places(given: Source, columns: Mapping[str, str]) -> dict[str, str]:
    """Our names to the columns of the source. Raises ForeignError for one that is missing or not clear."""
    known, places = ", ".join(COLUMNS), {}
    faults = [f"--columns: {name!r} is none of {known}" for name in columns if name not in COLUMNS]
    for name in COLUMNS:
        title = columns.get(name, name)
        if name not in columns:  # our own name in capitals is no other name
            alike = [each for each in given.header if each.casefold() == name]
            title = alike[0] if len(alike) == 1 else name
        count = given.header.count(title)
        if count == 1:
            places[name] = f"c{given.header.index(title)}"
        elif count > 1:
            faults.append(f"more than one column is called {title!r}; rename all but one")
        elif name in columns or name not in _MAY_MISS:
            faults.append(
                f"no column {title!r} for `{name}`; the file has {', '.join(given.header)}: say which with "
                f"--columns {name}=..."
            )
    if faults:
        raise ForeignError(given.path, faults)
    return places


def _stage(
    db: duckdb.DuckDBPyConnection, given: Source, places: Mapping[str, str], scale: int | None
) -> None:
    types = {name: given.types[int(place[1:])] for name, place in places.items()}
    time = moment(places["time"], types["time"])
    paid = amount(places["amount"], types["amount"], scale)
    given.attach(db, "given_movements")
    seconds = in_seconds(places["time"]) if types["time"] == "VARCHAR" else "NULL"
    kind = f"lower({words(places['kind'])})" if "kind" in places else "''"
    try:
        db.execute(
            f"CREATE TABLE staged AS SELECT *, CASE WHEN moment IS NULL THEN time_said END AS bad_time,"
            f" CASE WHEN amount IS NULL THEN amount_said END AS bad_amount"
            f" FROM (SELECT row, {words(places['id']) if 'id' in places else 'NULL'} AS id, {kind} AS kind,"
            f" {time.value} AS moment, {time.text} AS time_said, {seconds} AS seconds,"
            f" {words(places['from'])} AS src, {words(places['to'])} AS dst,"
            f" {paid.value} AS amount, {paid.text} AS amount_said FROM {given.relation})"
        )
    finally:
        given.check_rows()
    db.execute("ALTER TABLE staged DROP time_said")
    db.execute("ALTER TABLE staged DROP amount_said")


def _name_kinds(db: duckdb.DuckDBPyConnection) -> None:
    """A side that is empty or the issuer's own is outside; a transfer from there is an issue, to there a redemption."""
    system = "SELECT label FROM listed WHERE kind IN (" + ", ".join(f"'{kind}'" for kind in SYSTEM) + ")"
    db.execute(f"CREATE TABLE system_label AS {system}")
    inner = (
        "SELECT s.*, s.src = '' OR a.label IS NOT NULL AS src_out, s.dst = '' OR b.label IS NOT NULL AS dst_out,"
        " src_out AND dst_out AND s.src || s.dst <> '' AS between_system"
        " FROM staged s LEFT JOIN system_label a ON s.src = a.label LEFT JOIN system_label b ON s.dst = b.label"
    )
    db.execute(
        "CREATE VIEW sided AS SELECT * REPLACE (CASE WHEN kind NOT IN ('', 'transfer') THEN kind"
        f" WHEN src_out THEN 'issue' WHEN dst_out THEN 'redeem' ELSE 'transfer' END AS kind) FROM ({inner})"
    )


def _build(
    db: duckdb.DuckDBPyConnection, given: Source, places: Mapping[str, str], with_accounts: bool
) -> ForeignFacts:
    """From the checked rows to the tables of a scene."""
    db.execute(SCHEMA)
    db.execute(
        "INSERT INTO account SELECT row_number() OVER (ORDER BY l.row NULLS LAST, label) - 1, label, l.kind, 'digital',"
        " 0, l.area, l.sector, NULL, NULL, NULL, coalesce(l.opening, 0), NULL, NULL FROM ("
        " SELECT src AS label FROM sided WHERE NOT src_out UNION SELECT dst FROM sided WHERE NOT dst_out"
        " UNION SELECT label FROM listed WHERE label NOT IN (SELECT label FROM system_label)) LEFT JOIN listed l USING (label)"
    )
    db.execute(
        "UPDATE account SET owner = o.owner FROM (SELECT a.account, min(a.account) OVER (PARTITION BY"
        " coalesce('owner ' || l.owner, 'account ' || a.label)) AS owner FROM account a LEFT JOIN listed l USING (label)) o"
        " WHERE account.account = o.account"
    )
    (whole,) = db.execute(
        r"SELECT count(*) > 0 AND bool_and(regexp_full_match(id, '[+-]?\d{1,18}')) FROM staged"
    ).fetchone() or (False,)
    order = "moment, CAST(id AS BIGINT), row" if whole else "moment, row"
    db.execute(
        f"INSERT INTO movement SELECT row_number() OVER (ORDER BY {order}), row + {int(given.is_csv)},"
        " CAST(floor(moment / 1000000) AS BIGINT), s.kind, a.account, b.account, amount,"
        " CASE WHEN s.src_out AND s.src <> '' OR s.dst_out AND s.dst <> '' THEN 'system' END, NULL"
        " FROM sided s LEFT JOIN account a ON s.src = a.label LEFT JOIN account b ON s.dst = b.label"
        " WHERE NOT between_system"
    )
    db.execute(VOLUME_VIEW)
    counts = db.execute(
        "SELECT (SELECT count(*) FROM staged), (SELECT count(*) FROM movement WHERE src = dst),"
        " (SELECT count(*) FROM sided WHERE between_system),"
        " (SELECT count(*) FROM account a WHERE label NOT IN (SELECT label FROM listed))"
    ).fetchone() or (0, 0, 0, 0)
    for table in ("VIEW sided", "TABLE staged", "TABLE system_label", "TABLE listed"):
        db.execute(f"DROP {table}")
    title = given.header[int(places["amount"][1:])]
    unit = title.removeprefix("amount_") if title.startswith("amount_") else "minor"
    rows, to_self, system, unknown = (int(each) for each in counts)
    return ForeignFacts(
        rows, to_self, system, unknown if with_accounts else 0, with_accounts, unit or "minor"
    )


def _window(db: duckdb.DuckDBPyConnection, path: Path, start: int | None, end: int | None) -> Window:
    first, last = db.execute("SELECT min(time), max(time) FROM movement").fetchone() or (None, None)
    begin = start if start is not None else first if first is not None else end or 0
    if end is None:
        return Window.whole(begin, max(begin, last if last is not None else begin))
    if end < begin:
        said = moment_text(begin)
        raise ForeignError(
            path, [f"--to {moment_text(end)} lies before {said}; say an earlier --from, or a later --to"]
        )
    return Window.between(begin, end)
