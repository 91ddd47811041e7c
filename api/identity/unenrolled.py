"""Members whom no device of theirs lets pay yet: who needs an enrolment code."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, select

from api.identity.records import Records
from api.identity.schema import device, enrolment, member
from ledger.community.membership import MemberKind, MemberState


class Unenrolled:
    """Of every community."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def of(self, community: UUID, *, again: bool = False) -> list[UUID]:
        """Active persons without a device, by name; `again`: also those who hold a code that still works."""
        theirs = (device.c.community == member.c.community) & (device.c.member == member.c.id) & device.c.revoked_at.is_(None)
        code = (
            (enrolment.c.community == member.c.community) & (enrolment.c.member == member.c.id)
            & enrolment.c.used_at.is_(None) & (enrolment.c.expires_at > self._records.clock())
        )  # fmt: skip
        query = select(member.c.id).where(
            member.c.community == community, member.c.state == MemberState.ACTIVE.value,
            member.c.kind == MemberKind.PERSON.value, ~exists().where(theirs),
        )  # fmt: skip
        if not again:
            query = query.where(~exists().where(code))
        with self._records.read() as connection:
            return list(connection.execute(query.order_by(member.c.name_key, member.c.id)).scalars())
