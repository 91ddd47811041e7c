"""An account's postings, followed from the latest to the one before, and so on.

Postings stand in the journal's order, two in a transfer, and each names the transfer that its account had before. An index
of all of them by account would be most of what a payment costs to write; so one posting in `MARK` is found by (account,
version), and the others are at most `MARK` steps behind it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    cast,
    select,
    text,
)

from ledger.store.columns import MARK, marked
from ledger.store.schema import transfer


class Place(NamedTuple):
    """Where an account's posting of a version stands."""

    version: int
    seq: int
    leg: int


def place_from(connection: Connection, number: int, no: int, last: Place, version: int) -> Place:
    """The nearest place at or after `version` that can be found at once; `last` is the account's last."""
    mark = -(-version // MARK) * MARK
    return last if mark >= last.version else place_of_mark(connection, number, no, mark)


def place_of_mark(connection: Connection, number: int, no: int, mark: int) -> Place:
    """Where the posting of this version stands, a multiple of `MARK` that the account has reached."""
    for side in ("debit", "credit"):
        query = select(transfer.c.seq, transfer.c.leg).where(
            transfer.c.community_id == number,
            transfer.c[f"{side}_no"] == no,
            transfer.c[f"{side}_version"] == mark,
            text(marked(side)),
        )
        found = connection.execute(query).first()
        if found is not None:
            return Place(mark, *found)
    raise LookupError(f"account {no} has no posting of version {mark}; run `ricochet verify`")


def along(number: int, no: int, start: Place, oldest: int = 1) -> dict[str, int]:
    """The parameters of a question about `TRAIL`: an account's postings from `start` back to version `oldest`."""
    version, seq, leg = start
    return {"number": number, "no": no, "version": version, "seq": seq, "leg": leg, "oldest": oldest}


def _trail() -> CTE:
    first = select(cast(bindparam("version"), BigInteger).label("version"), *_columns()).where(
        _at(bindparam("seq"), bindparam("leg"))
    )
    walk = first.cte("trail", recursive=True, nesting=True)
    step = select(walk.c.version - 1, *_columns()).join_from(
        walk, transfer, _at(walk.c.before_seq, walk.c.before_leg)
    )
    return walk.union_all(step.where(walk.c.version > bindparam("oldest")))


def _at(seq: Any, leg: Any) -> ColumnElement[bool]:
    return and_(transfer.c.community_id == NUMBER, transfer.c.seq == seq, transfer.c.leg == leg)


def _columns() -> list[Any]:
    """The columns of a transfer, seen from one of its sides."""
    paid = transfer.c.debit_no == bindparam("no")

    def own(name: str) -> Any:
        return case((paid, transfer.c[f"debit_{name}"]), else_=transfer.c[f"credit_{name}"])

    def signed(column: Any) -> Any:
        return case((paid, -column), else_=column)

    return [
        transfer.c.seq,
        transfer.c.leg,
        transfer.c.reason,
        case((paid, transfer.c.credit_no), else_=transfer.c.debit_no).label("other_no"),
        signed(transfer.c.posted).label("posted"),
        signed(transfer.c.held).label("held"),
        own("balance").label("balance"),
        own("held").label("held_after"),
        own("promised").label("promised_after"),
        own("before_seq").label("before_seq"),
        own("before_leg").label("before_leg"),
    ]


NUMBER: BindParameter[int] = bindparam("number")
"""The community that a question about `TRAIL` is about."""
TRAIL = _trail()
"""Postings of an account, each with its transfer: version, seq, leg, reason, other_no, posted and held as they changed the
account, balance, held_after, promised_after. Whoever joins more to it joins it outside: left alone, SQLite reads a whole
community first. Execute with `along`."""
