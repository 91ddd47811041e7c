"""The right to be forgotten: everything that says who somebody is goes; the pseudonymous journal stays.

The order matters: what must be done elsewhere is done first, so that an erasure that failed can be asked again.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import and_, delete, or_, select, update

from api.identity.devices import Devices
from api.identity.errors import wrong_state
from api.identity.people import People
from api.identity.records import Records
from api.identity.schema import (
    api_key,
    device,
    enrolment,
    member,
    member_account,
    member_state,
    passkey,
    payment_request,
    session,
    signin_link,
    totp,
    webhook,
)
from ledger.community.membership import MemberState
from ledger.service import Ledger
from ledger.store.memos import forget_memos


class Erasure:
    """Forgets members who have left."""

    def __init__(self, records: Records, people: People, devices: Devices, ledger: Ledger) -> None:
        self._records = records
        self._people = people
        self._devices = devices
        self._ledger = ledger

    def erase(self, community: UUID, uid: UUID, actor: UUID) -> int:
        """Forget a member; returns how many memos were dropped. Raises Refused (404, 409)."""
        found = self._people.get(community, uid)
        if found.state is not MemberState.LEFT:
            raise wrong_state(
                "member_not_left", "only who has left can be erased; set the member's state to left first"
            )
        for known in self._devices.of(community, uid):
            self._devices.revoke(community, known.id, actor)
        memos = sum(self._forget(community, account) for account in found.accounts)
        requests = payment_request.c
        with self._records.write_access() as connection:
            their_keys = select(api_key.c.id).where(api_key.c.community == community, api_key.c.member == uid)
            for table in (session, signin_link, totp):
                theirs_by_key = and_(table.c.community == community, table.c.api_key.in_(their_keys))
                connection.execute(delete(table).where(theirs_by_key))
            for table in (passkey, api_key, device, enrolment, webhook, member_account, member_state):
                connection.execute(delete(table).where(table.c.community == community, table.c.member == uid))
            theirs = or_(
                requests.made_by == uid,
                requests.payee.in_(found.accounts),
                requests.payer.in_(found.accounts),
            )
            connection.execute(
                update(payment_request).where(requests.community == community, theirs).values(memo="")
            )
            connection.execute(delete(member).where(member.c.community == community, member.c.id == uid))
        return memos

    def _forget(self, community: UUID, account: UUID) -> int:
        count: int = self._ledger.work(lambda connection: forget_memos(connection, community, account))
        return count
