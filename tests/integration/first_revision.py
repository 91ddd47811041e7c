"""A ledger as the first revision of the tables held it, made from one of today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, inspect, select, text

from ledger.store import schema


def as_it_was(today: Engine, first: Engine) -> None:
    """Everything that the one database holds, in the tables of the first revision."""
    with today.connect() as source, first.begin() as target:
        found = inspect(target)
        for table in schema.metadata.sorted_tables:
            kept = [column["name"] for column in found.get_columns(table.name)]
            rows = source.execute(text(f"SELECT {', '.join(map(_quoted, kept))} FROM {table.name}")).all()
            _put(target, table.name, kept, rows)
        postings = list(_postings(source.execute(select(schema.transfer).order_by("community_id", "seq", "leg"))))
        _put(target, "posting", [column["name"] for column in found.get_columns("posting")], postings)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _put(connection: Connection, table: str, names: Sequence[str], rows: Sequence[Any]) -> None:
    if rows:
        places = ", ".join(f":{name}" for name in names)
        insert = text(f"INSERT INTO {table} ({', '.join(map(_quoted, names))}) VALUES ({places})")
        connection.execute(insert, [dict(zip(names, row, strict=True)) for row in rows])


def _postings(transfers: Iterable[Any]) -> Iterator[tuple[int, ...]]:
    """Up to revision 0003: one row for each account that a transfer moved, with four running totals."""
    totals: dict[tuple[int, int], list[int]] = {}
    for t in transfers:
        for no, version, at in ((t.debit_no, t.debit_version, 0), (t.credit_no, t.credit_version, 2)):
            after = totals.setdefault((t.community_id, no), [0] * 4)
            after[at] += t.held
            after[at + 1] += t.posted
            yield (t.community_id, no, version, t.seq, t.leg, *after)
