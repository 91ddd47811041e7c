"""The state of a member reaches the ledger: only members in the right state pay and receive (CORE-9).

The state is committed first, then each account is frozen or thawed by a command. Whatever stops that in between
leaves `enforced` behind `version`, and `pending` finds it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import and_, select, update

from api.identity.people import Member, People
from api.identity.records import Records
from api.identity.schema import member
from ledger.community.membership import FREEZES
from ledger.core.accounts import AccountState, Freeze
from ledger.core.commands import FreezeAccount
from ledger.service import OPERATOR, Ledger, new_id


class States:
    """Freezes and thaws; the only place that does it because of who a member is."""

    def __init__(self, records: Records, people: People, ledger: Ledger) -> None:
        self._records = records
        self._people = people
        self._ledger = ledger

    def enforce(self, community: UUID, uid: UUID, actor: UUID = OPERATOR) -> Member:
        """Make the accounts of a member refuse what its state asks. Raises LedgerError; then it may be asked again.

        Somebody may change the state while we write, and our older freeze may arrive after the newer one: so the
        member is read again afterwards, until nothing has changed meanwhile.
        """
        while True:
            found = self._people.get(community, uid)
            self.settle(community, found.accounts, FREEZES[found.state], actor)
            if self._enforced(community, found):
                return found

    def settle(self, community: UUID, accounts: Iterable[UUID], freeze: Freeze, actor: UUID) -> None:
        """Freeze accounts so, where they are not yet."""
        for account in accounts:
            now = self._ledger.reader.account(community, account)
            if now.state is not AccountState.CLOSED and now.frozen != freeze:
                self._ledger.submit(
                    FreezeAccount(
                        id=new_id(), community=community, actor=actor, account=account,
                        debits=bool(freeze & Freeze.DEBITS), credits=bool(freeze & Freeze.CREDITS),
                    )
                )  # fmt: skip

    def pending(self, limit: int = 100) -> list[tuple[UUID, UUID]]:
        """(community, member) whose newest state has not reached the ledger."""
        query = (
            select(member.c.community, member.c.id).where(member.c.enforced < member.c.version).limit(limit)
        )
        with self._records.read() as connection:
            return [(community, uid) for community, uid in connection.execute(query)]

    def _enforced(self, community: UUID, found: Member) -> bool:
        if found.enforced == found.version:
            return self._people.get(community, found.id).version == found.version
        same = and_(
            member.c.community == community, member.c.id == found.id, member.c.version == found.version
        )
        with self._records.write() as connection:
            done = connection.execute(update(member).where(same).values(enforced=found.version))
            return done.rowcount == 1
