"""A scene: one currency's whole record up to an entry, and the window that is looked at.

Every indicator takes a scene. Two DuckDB tables hold the record, whether it came from a journal or from a foreign file:

movement   seq BIGINT        the order of the record (time, then ledger order), from 1; never the time alone
           entry BIGINT      the entry of the journal; for foreign files the line
           time BIGINT       whole seconds since 1970 UTC
           kind VARCHAR      see `Kind`
           src, dst BIGINT   the account paying and the account paid; NULL where it is the community itself or outside
           amount BIGINT     minor units, at least 1
           outside VARCHAR   for a NULL side: which of the community's own accounts it is (its kind), else NULL
           sphere VARCHAR    time credit: individual, collective, associative; else NULL
account    account BIGINT    dense number from 0
           label VARCHAR     the account's uid, or its name in a foreign file
           kind VARCHAR      person, business, association, public, purse; NULL when unknown
           form VARCHAR      digital or paper
           owner BIGINT      accounts with the same owner are one unit; never NULL
           area, sector, college VARCHAR      NULL when unknown
           floor, ceiling BIGINT              present limits, minor units (floor is minus the credit line); NULL: none
           opening BIGINT    balance before the first movement, 0 unless a foreign record says otherwise
           opened, closed BIGINT              seconds; NULL when unknown or not
member     owner BIGINT, kind, state, area, sector, college VARCHAR, joined, left, dues_until BIGINT (seconds, NULL)
term       account, seq, time, floor, ceiling  history of limits, when known; here `seq` is the entry
partner    account, other        accounts that stand for another community under a convention, and its code
reserve    entry, time, form, change           euros (minor units) into or out of the fund behind each form, when known

Entries that were reversed and their reversals are in neither table: `undone` counts them. Only members' accounts are
in `account`; a movement between two of the community's own accounts is dropped when the record is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import duckdb

from ledger.analytics.source.window import Window
from ledger.core.accounts import Model


class Kind(StrEnum):
    """Why money moved."""

    TRANSFER = "transfer"
    ISSUE = "issue"
    REDEEM = "redeem"
    DEMURRAGE = "demurrage"
    FEE = "fee"
    WRITEOFF = "credit_writeoff"
    CORRECTION = "correction"
    """Refunds: money that goes back; not volume."""
    OPENING = "opening"
    """Brought in with its history unknown: held since then, `existing`."""


@dataclass(frozen=True, slots=True)
class CurrencyFacts:
    """What the unit is."""

    code: str
    scale: int
    model: Model | None
    """None for a foreign record: nothing is assumed."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """By which anybody with the export can compute the figures again."""

    community: str
    as_of: int
    """Entry number; for a foreign file its number of rows."""
    root: str
    """Merkle root at that entry in hex; for a foreign file the SHA-256 of its bytes."""
    undone: int = 0
    """Movements left out because they were reversed, and their reversals."""
    internal: int = 0
    """Movements from an account to itself or between accounts of one owner, left out of volume."""
    facts: str = ""
    """SHA-256 in hex of what was known of members beside the journal (`ledger.analytics.source.facts`); "" for nothing."""


@dataclass(slots=True)
class Scene:
    """A record, a window and what was computed of it so far."""

    db: duckdb.DuckDBPyConnection
    window: Window
    currency: CurrencyFacts
    provenance: Provenance
    loaded: Mapping[str, object] = field(default_factory=dict)
    """Data from beside the ledger that an indicator may need: `io_table`, `factors`, `survey`, `accounts`."""
    kept: dict[str, object] = field(default_factory=dict)
    """Results that several indicators share (links, the scan), by name."""

    def at(self, window: Window) -> Scene:
        """The same record, another window."""
        return Scene(self.db.cursor(), window, self.currency, self.provenance, self.loaded)

    def number(self, sql: str, **values: object) -> int:
        """One integer; 0 for an empty sum. `$start`, `$end` and `$stop` are the window."""
        row = self.rows(sql, **values)[0]
        return int(row[0] or 0)  # type: ignore[call-overload,no-any-return]

    def rows(self, sql: str, **values: object) -> list[tuple[object, ...]]:
        """All rows of a query; `$start`, `$end` and `$stop` are the window where it names them."""
        named = {"start": self.window.start, "end": self.window.end, "stop": self.window.stop, **values}
        used = {name: value for name, value in named.items() if f"${name}" in sql}
        return self.db.execute(sql, used).fetchall()


TRANSFERS = "kind = 'transfer' AND src IS NOT NULL AND dst IS NOT NULL"
"""A payment between two members' accounts; with owners apart, what counts as volume (`volume` view)."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS movement (
  seq BIGINT, entry BIGINT, time BIGINT, kind VARCHAR, src BIGINT, dst BIGINT, amount BIGINT, outside VARCHAR, sphere VARCHAR);
CREATE TABLE IF NOT EXISTS account (
  account BIGINT, label VARCHAR, kind VARCHAR, form VARCHAR, owner BIGINT, area VARCHAR, sector VARCHAR, college VARCHAR,
  floor BIGINT, ceiling BIGINT, opening BIGINT, opened BIGINT, closed BIGINT);
CREATE TABLE IF NOT EXISTS member (
  owner BIGINT, kind VARCHAR, state VARCHAR, area VARCHAR, sector VARCHAR, college VARCHAR, joined BIGINT, "left" BIGINT,
  dues_until BIGINT);
CREATE TABLE IF NOT EXISTS term (account BIGINT, seq BIGINT, time BIGINT, floor BIGINT, ceiling BIGINT);
CREATE TABLE IF NOT EXISTS partner (account BIGINT, other VARCHAR);
CREATE TABLE IF NOT EXISTS reserve (entry BIGINT, time BIGINT, form VARCHAR, change BIGINT);
"""
"""`movement` and the others may as well be views over Parquet with these columns."""

VOLUME_VIEW = """
CREATE OR REPLACE VIEW volume AS
SELECT m.seq, m.time, m.src, m.dst, m.amount, m.sphere, a.owner AS src_owner, b.owner AS dst_owner,
       a.area AS src_area, b.area AS dst_area, a.sector AS src_sector, b.sector AS dst_sector,
       a.kind AS src_kind, b.kind AS dst_kind
FROM movement m JOIN account a ON m.src = a.account JOIN account b ON m.dst = b.account
WHERE m.kind = 'transfer' AND a.owner <> b.owner;
"""
"""Payments between different owners: what velocity, flows and networks count, all time; filter by the window."""
