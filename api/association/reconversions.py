"""Requests of professionals for euros (MLC-4): asked in the wallet, redeemed at the desk, or declined with reasons.

The desk redeems with the command id `Reconversion.redemption`, which may become a proposal for a second person; either
way the request reads `done` once the entry is in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import and_, insert, select, update

from api.association.schema import reconversion as table
from api.identity import outcomes
from api.identity.approvals import proposal_id
from api.identity.errors import conflict, invalid, not_found, wrong_state
from api.identity.people import People
from api.identity.records import Records

LONGEST_INVOICE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconversion:
    """A request as it stands. `state`: asked, done, declined or withdrawn; `reasons` say why it was declined."""

    id: UUID
    member: UUID
    account: UUID
    currency: str
    amount: int
    invoice: str
    state: str
    reasons: str
    asked_at: int
    decided_by: UUID | None
    decided_at: int | None

    @property
    def redemption(self) -> UUID:
        """The command id with which the desk redeems it."""
        return uuid5(self.id, "ricochet/reconversion")


class Reconversions:
    """The requests of every community."""

    def __init__(self, records: Records, people: People) -> None:
        self._records = records
        self._people = people

    def ask(
        self,
        community: UUID,
        uid: UUID,
        member: UUID,
        account: UUID,
        currency: str,
        amount: int,
        invoice: str,
    ) -> Reconversion:
        """A new request; the same id again changes nothing. Raises Refused (409, 422)."""
        if amount <= 0:
            raise invalid("amount", "must be above 0")
        if not 0 < len(invoice) <= LONGEST_INVOICE:
            raise invalid("invoice", f"must have 1 to {LONGEST_INVOICE} characters")
        if account not in self._people.get(community, member).accounts:
            raise invalid("account", "must be one of the member's accounts")
        with self._records.write() as connection:
            row = connection.execute(select(table).where(_is(community, uid))).first()
            if row is None:
                connection.execute(
                    insert(table).values(
                        community=community, id=uid, member=member, account=account, currency=currency, amount=amount,
                        invoice=invoice, state="asked", reasons="", asked_at=self._records.clock(),
                    )
                )  # fmt: skip
        found = self.get(community, uid)
        if (found.member, found.account, found.amount, found.invoice) != (member, account, amount, invoice):
            raise conflict("id_reused", "this id was used for another request; make a new one", "id")
        return found

    def get(self, community: UUID, uid: UUID, member: UUID | None = None) -> Reconversion:
        """One request, as the ledger knows it too; with `member`, only theirs. Raises Refused (404)."""
        with self._records.read() as connection:
            row = connection.execute(select(table).where(_is(community, uid))).first()
        if row is None or member not in (None, row.member):
            raise not_found("reconversion")
        return self._settled(community, [_reconversion(row)])[0]

    def of(self, community: UUID, member: UUID) -> list[Reconversion]:
        """A member's requests, newest first."""
        query = select(table).where(table.c.community == community, table.c.member == member)
        return self._read(community, query.order_by(table.c.asked_at.desc(), table.c.id.desc()))

    def waiting(self, community: UUID) -> list[Reconversion]:
        """What the treasurer has to decide, oldest first."""
        query = select(table).where(table.c.community == community, table.c.state == "asked")
        found = self._read(community, query.order_by(table.c.asked_at, table.c.id))
        return [each for each in found if each.state == "asked"]

    def decline(self, community: UUID, uid: UUID, by: UUID, reasons: str) -> Reconversion:
        """The treasurer says no, and why."""
        if not reasons.strip():
            raise invalid("reasons", "must say why, so that the member can ask again")
        return self._decide(community, self.get(community, uid), "declined", by, reasons)

    def withdraw(self, community: UUID, uid: UUID, member: UUID) -> Reconversion:
        """The member no longer asks."""
        return self._decide(community, self.get(community, uid, member), "withdrawn", member)

    def done(self, community: UUID, uid: UUID, by: UUID) -> Reconversion:
        """The treasurer has redeemed it."""
        return self._decide(community, self.get(community, uid), "done", by)

    def _read(self, community: UUID, query: Any) -> list[Reconversion]:
        with self._records.read() as connection:
            found = [_reconversion(row) for row in connection.execute(query)]
        return self._settled(community, found)

    def _settled(self, community: UUID, found: list[Reconversion]) -> list[Reconversion]:
        """With what the journal says: redeemed at once, or after a second person's yes."""
        ids = {uid for each in found if each.state == "asked" for uid in _ids(each)}
        if not ids:
            return found
        with self._records.read() as connection:
            entered = outcomes.entered(connection, community, ids)
        return [
            replace(each, state="done") if entered & set(_ids(each)) and each.state == "asked" else each
            for each in found
        ]

    def _decide(
        self, community: UUID, found: Reconversion, state: str, by: UUID, reasons: str = ""
    ) -> Reconversion:
        if found.state == state:
            return found
        if found.state != "asked":
            raise wrong_state(f"reconversion_{found.state}", f"this request is {found.state} already")
        values = {
            "state": state,
            "decided_by": by,
            "decided_at": self._records.clock(),
            "reasons": reasons.strip(),
        }
        still = and_(_is(community, found.id), table.c.state == "asked")
        with self._records.write() as connection:
            connection.execute(update(table).where(still).values(values))
        return self.get(community, found.id)


def _ids(each: Reconversion) -> tuple[UUID, UUID]:
    return each.redemption, proposal_id(each.redemption)


def _is(community: UUID, uid: UUID) -> Any:
    return and_(table.c.community == community, table.c.id == uid)


def _reconversion(row: Any) -> Reconversion:
    return Reconversion(
        id=row.id, member=row.member, account=row.account, currency=row.currency, amount=row.amount, invoice=row.invoice,
        state=row.state, reasons=row.reasons, asked_at=row.asked_at, decided_by=row.decided_by, decided_at=row.decided_at,
    )  # fmt: skip
