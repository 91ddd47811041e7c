"""What an association asks of its members: dues by kind of member, and who sits in its committee (MLC-15 to MLC-17, GOV-1).

These are the association's own, no rules of the ledger: nothing that was received changes with them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from uuid import UUID

from sqlalchemy import insert, select

from api.association.schema import own_rules as table
from api.identity.errors import invalid
from api.identity.records import Records
from ledger.community.agreement import COLLEGES, USUAL_COLLEGES
from ledger.community.dues import DuesRules

MOST_CENTS = 1_000_000
"""Of any of the dues: 10,000 €; more is a slip of the keyboard."""
MOST_GRACE = 366


@dataclass(frozen=True, slots=True)
class OwnRules:
    """Rules with when (ns) and by whom they were set; None for the usual ones."""

    dues: DuesRules = field(default_factory=DuesRules)
    colleges: tuple[str, ...] = USUAL_COLLEGES
    set_at: int | None = None
    set_by: UUID | None = None


class OwnRulesBook:
    """The rules of every community, and what they were before."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def of(self, community: UUID) -> OwnRules:
        """The rules in force."""
        return next(iter(self.history(community, 1)), OwnRules())

    def history(self, community: UUID, limit: int = 20) -> list[OwnRules]:
        """What was set, newest first."""
        query = select(table).where(table.c.community == community).order_by(table.c.set_at.desc()).limit(limit)
        with self._records.read() as connection:
            rows = connection.execute(query).all()
        return [_read(row.rules, row.set_at, row.set_by) for row in rows]

    def put(self, community: UUID, dues: DuesRules, colleges: tuple[str, ...], by: UUID) -> None:
        """Rules from now on; the same as before change nothing. Raises Refused (422)."""
        _must_hold(dues, colleges)
        now = self.of(community)
        if (now.dues, now.colleges) == (dues, colleges):
            return
        rules = json.dumps({"dues": asdict(dues), "colleges": colleges})
        with self._records.write() as connection:
            connection.execute(
                insert(table).values(community=community, set_at=self._records.clock(), rules=rules, set_by=by)
            )


def _must_hold(dues: DuesRules, colleges: tuple[str, ...]) -> None:
    for name, value in asdict(dues).items():
        most = MOST_GRACE if name == "grace_days" else MOST_CENTS
        if not 0 <= value <= most:
            raise invalid(name, f"must be 0 to {most}")
    if dues.person_suggested < dues.person_floor:
        raise invalid("person_suggested", "must be at least the lowest dues")
    if not dues.starter <= dues.small <= dues.large:
        raise invalid("large", "must not be less than what smaller firms pay")
    if not colleges or len(set(colleges)) != len(colleges) or not set(colleges) <= set(COLLEGES):
        raise invalid("colleges", f"must be one or more of {', '.join(COLLEGES)}")


def _read(text: str, at: int, by: UUID) -> OwnRules:
    said = json.loads(text)
    return OwnRules(DuesRules(**said["dues"]), tuple(said["colleges"]), at, by)
