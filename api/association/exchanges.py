"""Offers and requests of time, and the exchanges that come of them: both agree, both confirm, the receiver pays (TIME-7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import and_, delete, insert, or_, select, update

from api.association.schema import deal, deal_note, listing
from api.identity import outcomes
from api.identity.errors import forbidden, invalid, not_found, wrong_state
from api.identity.people import People
from api.identity.records import Records
from ledger.community.exchanges import Deal, Listing, advance, confirm
from ledger.community.membership import MemberState
from ledger.core.policy import Sphere
from ledger.service import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An offer or a request (`kind` "offer" or "ask") of a member."""

    id: UUID
    member: UUID
    account: UUID
    kind: str
    title: str
    category: str
    text: str
    sphere: Sphere
    state: Listing
    reasons: str
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """An exchange between two members."""

    id: UUID
    listing: UUID
    giver: UUID
    receiver: UUID
    minutes: int
    proposed_by: UUID
    state: Deal
    cheque: str | None
    """The receiver's signed payment (JWS), given before the giver confirmed."""
    changed_at: int
    version: int

    @property
    def payment(self) -> UUID:
        """The id that its payment must have, so that it is paid once."""
        return uuid5(self.id, "ricochet/exchange")

    def other(self, member: UUID) -> UUID:
        """The other side."""
        return self.receiver if member == self.giver else self.giver


class Exchanges:
    """The time bank's board and its exchanges, in every community."""

    def __init__(self, records: Records, people: People) -> None:
        self._records = records
        self._people = people

    def post(
        self, community: UUID, member: UUID, account: UUID, *, kind: str, title: str, category: str, text: str,
        sphere: Sphere = Sphere.INDIVIDUAL,
    ) -> Offer:  # fmt: skip
        """A new offer or request; it waits for the coordinator (TIME-8)."""
        found = self._people.get(community, member)
        if found.state is not MemberState.ACTIVE:
            raise forbidden("not_active", "only active members offer or ask; ask the association")
        if account not in found.accounts:
            raise invalid("account", "must be one of the member's accounts")
        if kind not in ("offer", "ask"):
            raise invalid("kind", 'must be "offer" or "ask"')
        for field, said, longest in (("title", title, 80), ("category", category, 40), ("text", text, 1_000)):
            if len(said) > longest or (field != "text" and not said.strip()):
                raise invalid(field, f"must have 1 to {longest} characters")
        uid = new_id()
        with self._records.write() as connection:
            connection.execute(
                insert(listing).values(
                    community=community, id=uid, member=member, account=account, kind=kind, title=title.strip(),
                    category=category.strip(), text=text, sphere=sphere.value, state=Listing.PROPOSED.value,
                    decided_by=None, reasons="", created_at=self._records.clock(),
                )
            )  # fmt: skip
        return self.offer(community, uid)

    def offer(self, community: UUID, uid: UUID) -> Offer:
        """One offer or request. Raises Refused (404)."""
        with self._records.read() as connection:
            row = connection.execute(select(listing).where(_listing(community, uid))).first()
        if row is None:
            raise not_found("offer")
        return _offer(row)

    def board(self, community: UUID, state: Listing = Listing.OPEN, member: UUID | None = None) -> list[Offer]:
        """Offers and requests in a state, of one member if given, newest first."""
        query = select(listing).where(listing.c.community == community, listing.c.state == state.value)
        if member is not None:
            query = query.where(listing.c.member == member)
        with self._records.read() as connection:
            return [_offer(row) for row in connection.execute(query.order_by(listing.c.created_at.desc()))]

    def decide(self, community: UUID, uid: UUID, by: UUID, *, allow: bool, reasons: str = "") -> Offer:
        """The coordinator lets an offer through, or says why not."""
        if not allow and not reasons.strip():
            raise invalid("reasons", "must say why, so that the member can change the offer")
        to = Listing.OPEN if allow else Listing.DECLINED
        with self._records.write() as connection:
            connection.execute(
                update(listing)
                .where(_listing(community, uid), listing.c.state.in_([Listing.PROPOSED.value, to.value]))
                .values(state=to.value, decided_by=by, reasons=reasons)
            )
        found = self.offer(community, uid)
        if found.state is not to:
            raise wrong_state("offer_decided", f"this offer is {found.state} already")
        return found

    def close(self, community: UUID, uid: UUID, member: UUID) -> Offer:
        """A member takes an own offer or request away."""
        if self.offer(community, uid).member != member:
            raise not_found("offer")
        with self._records.write() as connection:
            connection.execute(
                update(listing).where(_listing(community, uid)).values(state=Listing.CLOSED.value)
            )
        return self.offer(community, uid)

    def propose(self, community: UUID, uid: UUID, member: UUID, minutes: int) -> Exchange:
        """A member takes up somebody's offer or request and says how long."""
        found = self.offer(community, uid)
        if found.state is not Listing.OPEN:
            raise wrong_state("offer_closed", "this offer is not open")
        if found.member == member:
            raise invalid("offer", "is your own; somebody else must take it up")
        if minutes <= 0:
            raise invalid("minutes", "must be above 0")
        giver, receiver = (found.member, member) if found.kind == "offer" else (member, found.member)
        new, now = new_id(), self._records.clock()
        with self._records.write() as connection:
            connection.execute(
                insert(deal).values(
                    community=community, id=new, listing=uid, giver=giver, receiver=receiver, minutes=minutes,
                    proposed_by=member, state=Deal.PROPOSED.value, created_at=now, changed_at=now, version=1,
                )
            )  # fmt: skip
        return self.get(community, new)

    def get(self, community: UUID, uid: UUID, member: UUID | None = None) -> Exchange:
        """One exchange, as the ledger knows it too; with `member`, only if it is one of the two. Raises Refused (404)."""
        with self._records.read() as connection:
            row = connection.execute(select(deal).where(_deal(community, uid))).first()
            found = None if row is None else _exchange(row)
            if found is None or member not in (None, found.giver, found.receiver):
                raise not_found("exchange")
            entry = None if found.state is Deal.PAID else outcomes.entry(connection, community, found.payment)
        return found if entry is None else self._keep(community, found, Deal.PAID)

    def of(self, community: UUID, member: UUID) -> list[Exchange]:
        """A member's exchanges, latest first."""
        mine = or_(deal.c.giver == member, deal.c.receiver == member)
        query = select(deal).where(deal.c.community == community, mine).order_by(deal.c.changed_at.desc())
        with self._records.read() as connection:
            return [_exchange(row) for row in connection.execute(query)]

    def agree(self, community: UUID, uid: UUID, member: UUID, minutes: int) -> Exchange:
        """Say yes to the minutes proposed, or propose others, which the other side must then agree to."""
        found = self.get(community, uid, member)
        if minutes != found.minutes:
            again = advance(found.state, Deal.PROPOSED)
            return self._keep(community, found, again, minutes=minutes, proposed_by=member, cheque=None)
        if found.proposed_by == member and found.state is Deal.PROPOSED:
            return found
        return self._keep(community, found, advance(found.state, Deal.AGREED))

    def confirm(self, community: UUID, uid: UUID, member: UUID, cheque: str | None = None) -> Exchange:
        """Say that the service was given; the receiver leaves the signed time cheque for it.

        The state says `paid` only once the payment is in the ledger: when `both_confirmed`, submit the cheque, then `get`.
        """
        found = self.get(community, uid, member)
        if member == found.receiver and cheque is None and found.cheque is None:
            raise invalid("signed", "the time cheque of the receiver is missing")
        to = confirm(found.state, giver=member == found.giver)
        if to is Deal.PAID and cheque is None:
            return found
        return self._keep(community, found, found.state if to is Deal.PAID else to, cheque=cheque or found.cheque)

    def both_confirmed(self, found: Exchange, member: UUID) -> bool:
        """Whether, with this member's word, both have confirmed, so that the receiver's time cheque is due."""
        return confirm(found.state, giver=member == found.giver) is Deal.PAID

    def cancel(self, community: UUID, uid: UUID, member: UUID) -> Exchange:
        """Call it off, before it is paid."""
        found = self.get(community, uid, member)
        return self._keep(community, found, advance(found.state, Deal.CANCELLED))

    def _keep(self, community: UUID, found: Exchange, state: Deal, **values: Any) -> Exchange:
        same = and_(_deal(community, found.id), deal.c.version == found.version)
        new = {"state": state.value, "version": found.version + 1, "changed_at": self._records.clock(), **values}
        with self._records.write() as connection:
            if connection.execute(update(deal).where(same).values(new)).rowcount != 1:
                raise wrong_state("version_differs", "the exchange was changed meanwhile; look at it again")
            if state in (Deal.PAID, Deal.CANCELLED):
                ended = and_(deal_note.c.community == community, deal_note.c.deal == found.id)
                connection.execute(delete(deal_note).where(ended))
            row = connection.execute(select(deal).where(_deal(community, found.id))).one()
        return _exchange(row)


def _listing(community: UUID, uid: UUID) -> Any:
    return and_(listing.c.community == community, listing.c.id == uid)


def _deal(community: UUID, uid: UUID) -> Any:
    return and_(deal.c.community == community, deal.c.id == uid)


def _offer(row: Any) -> Offer:
    return Offer(
        id=row.id, member=row.member, account=row.account, kind=row.kind, title=row.title, category=row.category,
        text=row.text, sphere=Sphere(row.sphere), state=Listing(row.state), reasons=row.reasons, created_at=row.created_at,
    )  # fmt: skip


def _exchange(row: Any) -> Exchange:
    return Exchange(
        id=row.id, listing=row.listing, giver=row.giver, receiver=row.receiver, minutes=row.minutes,
        proposed_by=row.proposed_by, state=Deal(row.state), cheque=row.cheque, changed_at=row.changed_at, version=row.version,
    )  # fmt: skip
