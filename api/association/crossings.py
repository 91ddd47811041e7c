"""A payment from one community to another: both legs or none (INT-4).

1. The payer's device signs a hold to the account that mirrors the other community. It never runs out by itself.
2. There, the account that mirrors us pays the payee, from the float that it was given (INT-5).
3. The hold is captured. When 2 was refused, it is voided instead.

Every command's id is made from the crossing's, and the row says how far it came, so a crossing that was stopped at any
point is taken up again by `resume` and ends the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, and_, insert, select, update

from api.association.links import Link, Links, Standing
from api.association.schema import crossing as table
from api.association.schema import link as links
from api.identity import outcomes
from api.identity.errors import conflict, invalid, not_found, wrong_state
from api.identity.records import Records
from ledger.core.commands import CaptureHold, Pay, PlaceHold, VoidHold
from ledger.core.errors import Rejected
from ledger.service import Ledger

PATIENCE = 600 * 10**9
"""Nanoseconds after which a hold that never came is given up: longer than any request lives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A payment to another community as it stands. `state`: held, paid, done or failed; `reason` says why it failed."""

    id: UUID
    community: UUID
    link: UUID
    payer: UUID
    other: UUID
    payee: UUID
    amount: int
    hold: UUID
    payment: UUID
    """The id of its payment in the other community: that of the request which it pays, or one of its own."""
    state: str
    reason: str
    made_at: int


class Crossings:
    """Payments between communities of this server."""

    def __init__(self, records: Records, ledger: Ledger, links: Links) -> None:
        self._records = records
        self._ledger = ledger
        self._links = links

    def check(self, link: Link, amount: int, promised: int = 0) -> None:
        """Raises Refused unless the convention bears this amount now, before anybody signs.

        `promised`: what others were let through with and the ledger does not hold yet.
        """
        use = self._links.use(self._links.get(link.community, link.id))
        if use.standing is Standing.STOPPED:
            raise wrong_state("link_stopped", "payments to this community are stopped; ask your association")
        if use.owed + promised + amount > use.accepted:
            raise wrong_state("link_limit", "this is more than the convention between the two communities allows now")
        if amount > use.floats:
            raise wrong_state("link_float", "the other community has too few units in advance for this amount now")

    def pay(self, link: Link, command: PlaceHold, payee: UUID, payment: UUID | None = None) -> Crossing:
        """Pay somebody in the other community with a signed hold. The same hold again repeats the answer. Raises Refused.

        `payment` is the id that a request there waits for: the ledger there takes it once, whoever pays.
        """
        if command.community != link.community or command.payee != link.account or command.seconds:
            raise invalid("payee", "must be the account of the convention, by a hold that does not run out")
        if command.currency != link.currency:
            raise invalid("currency", f"must be {link.currency}")
        known = self._find(link.community, command.id)
        if known is not None:
            if (known.payee, known.payer, known.amount) != (payee, command.payer, command.amount):
                raise conflict("id_reused", "this id was used for another payment; make a new one", "id")
            return self.settle(known)
        self._must_receive(link, payee)
        now = self._records.clock()
        with self._records.write() as connection:  # before the hold: what is held is always known here
            self.check(link, command.amount, _promised(connection, link))
            connection.execute(
                insert(table).values(
                    community=link.community, id=command.id, link=link.id, payer=command.payer, other=link.other,
                    payee=payee, amount=command.amount, hold=command.id, state="held", reason="", made_at=now,
                    changed_at=now, payment=payment or uuid5(command.id, "ricochet/crossing/pay"),
                )
            )  # fmt: skip
        found = self.get(link.community, command.id)
        try:
            self._ledger.submit(command)
        except Rejected as refused:
            self._note(found, "failed", str(refused))
            raise
        return self.settle(found)

    def settle(self, found: Crossing) -> Crossing:
        """Take a crossing on to its end. Raises Unavailable or Rejected when that is not possible now; ask again later."""
        if found.state == "held" and not self._happened(found.community, found.hold):
            if self._records.clock() < found.made_at + PATIENCE:
                return found
            return self._note(found, "failed", "the hold was never made")
        if found.state == "held":
            if self._ledger.reader.hold(found.community, found.hold).resolved == "voided":
                return self._note(found, "failed", found.reason or "the other community could not take it")
            far = self._links.get(found.other, self._links.get(found.community, found.link).other_link)
            pay = Pay(  # the crossing is its actor: under the same id, another crossing's payment is another command
                id=found.payment, community=found.other, actor=found.id, payer=far.account,
                payee=found.payee, amount=found.amount, currency=far.currency,
            )  # fmt: skip
            try:
                self._ledger.submit(pay)
            except Rejected as refused:
                self._ledger.submit(
                    VoidHold(
                        id=uuid5(found.id, "ricochet/crossing/void"), community=found.community, actor=found.link,
                        hold=found.hold,
                    )
                )  # fmt: skip
                return self._note(found, "failed", str(refused))
            found = self._note(found, "paid")
        if found.state == "paid":
            self._ledger.submit(
                CaptureHold(
                    id=uuid5(found.id, "ricochet/crossing/capture"), community=found.community, actor=found.link,
                    hold=found.hold,
                )
            )  # fmt: skip
            found = self._note(found, "done")
        return found

    def resume(self, before: int, limit: int = 100) -> int:
        """Settle what has not moved since a moment (ns); returns how many ended. What fails is tried again next time."""
        open_states = table.c.state.in_(["held", "paid"])
        query = select(table).where(open_states, table.c.changed_at < before).limit(limit)
        with self._records.read() as connection:
            found = [_crossing(row) for row in connection.execute(query)]
        ended = 0
        for each in found:
            try:
                ended += self.settle(each).state in ("done", "failed")
            except Rejected:
                continue
        return ended

    def get(self, community: UUID, uid: UUID) -> Crossing:
        """One crossing, by the community of its payer. Raises Refused (404)."""
        found = self._find(community, uid)
        if found is None:
            raise not_found("payment")
        return found

    def _find(self, community: UUID, uid: UUID) -> Crossing | None:
        with self._records.read() as connection:
            row = connection.execute(select(table).where(_is(community, uid))).first()
        return None if row is None else _crossing(row)

    def _must_receive(self, link: Link, payee: UUID) -> None:
        there = self._links.get(link.other, link.other_link)
        held = self._ledger.reader.account(link.other, payee)
        unit = next(u for u in self._ledger.reader.currencies(link.other) if u.no == held.currency)
        if unit.code != there.currency or payee == there.account:
            raise invalid("payee", f"must be a member's account in {there.currency}")

    def _happened(self, community: UUID, command: UUID) -> bool:
        with self._records.read() as connection:
            return outcomes.entry(connection, community, command) is not None

    def _note(self, found: Crossing, state: str, reason: str = "") -> Crossing:
        with self._records.write() as connection:
            connection.execute(
                update(table)
                .where(_is(found.community, found.id))
                .values(state=state, reason=reason, changed_at=self._records.clock())
            )
        return self.get(found.community, found.id)


def _promised(connection: Connection, link: Link) -> int:
    """What crossings were let through with whose holds the ledger does not have yet; no other comes in between.

    To be asked before the mirror account is read: a hold that arrives meanwhile counts twice rather than not at all.
    """
    row = and_(links.c.community == link.community, links.c.id == link.id)
    connection.execute(select(links.c.id).where(row).with_for_update())
    mine = and_(table.c.community == link.community, table.c.link == link.id, table.c.state == "held")
    rows = connection.execute(select(table.c.hold, table.c.amount).where(mine))
    held: dict[UUID, int] = {row.hold: row.amount for row in rows}
    arrived = outcomes.entered(connection, link.community, held) if held else set()
    return sum(amount for hold, amount in held.items() if hold not in arrived)


def _is(community: UUID, uid: UUID) -> Any:
    return and_(table.c.community == community, table.c.id == uid)


def _crossing(row: Any) -> Crossing:
    return Crossing(
        id=row.id, community=row.community, link=row.link, payer=row.payer, other=row.other, payee=row.payee,
        amount=row.amount, hold=row.hold, payment=row.payment, state=row.state, reason=row.reason, made_at=row.made_at,
    )  # fmt: skip
