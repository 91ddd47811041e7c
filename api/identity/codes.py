"""Enrolment codes: each works for one device.

If that device did not hear the answer, it may ask again with the same code for ten minutes.
"""

from __future__ import annotations

import hmac
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from api.identity import tokens
from api.identity.records import Records
from api.identity.schema import enrolment
from api.identity.vault import Vault

CODE_LIFE = 24 * 3600 * 10**9
"""Nanoseconds."""
AGAIN = 600 * 10**9
ATTEMPTS = 5
"""Wrong codes with the right first group after which a code is worth nothing."""


class Codes:
    """The codes of every community, kept as hashes."""

    def __init__(self, records: Records, vault: Vault) -> None:
        self._records = records
        self._vault = vault

    def new(
        self, community: UUID, name: str, member: UUID, by: UUID, life: int = CODE_LIFE, *, instead: bool = False
    ) -> tuple[str, int]:
        """A code for one device of a member, and when it ends (ns). `name` is the community's; `life` in ns.

        `instead`: codes of the same member that nobody has used are worth nothing from now on, they may have been lost.
        """
        now = self._records.clock()
        with self._records.write() as connection:
            gone = enrolment.c.expires_at <= now
            if instead:
                gone = or_(gone, and_(enrolment.c.member == member, enrolment.c.used_at.is_(None)))
            connection.execute(delete(enrolment).where(_code(community), gone))
            code = tokens.new_code(name)
            while connection.execute(select(enrolment.c.lookup).where(_code(community, code.lookup))).first():
                code = tokens.new_code(name)
            connection.execute(
                insert(enrolment).values(
                    community=community, lookup=code.lookup, hash=self._vault.code_hash(str(code)), member=member,
                    created_by=by, expires_at=now + life, attempts=0,
                )
            )  # fmt: skip
        return str(code), now + life

    def use(
        self, connection: Connection, community: UUID, code: tokens.Code, public_key: bytes
    ) -> UUID | None:
        """The member a code is for; None, with the attempt counted, when the code is not good."""
        ours = _code(community, code.lookup)
        row = connection.execute(select(enrolment).where(ours).with_for_update()).first()
        now = self._records.clock()
        if row is None or row.expires_at <= now or row.attempts >= ATTEMPTS:
            return None
        if not hmac.compare_digest(row.hash, self._vault.code_hash(str(code))):
            connection.execute(update(enrolment).where(ours).values(attempts=enrolment.c.attempts + 1))
            return None
        if row.used_at is None:
            connection.execute(update(enrolment).where(ours).values(used_at=now, public_key=public_key))
        elif row.public_key != public_key or now >= row.used_at + AGAIN:
            return None
        member: UUID = row.member
        return member


def _code(community: UUID, lookup: str | None = None) -> Any:
    ours = enrolment.c.community == community
    return ours if lookup is None else and_(ours, enrolment.c.lookup == lookup)
