"""What was paid from one community to another, by month and member: for those who may only see sums of it (PRIV-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from api.association.schema import crossing, link
from api.identity.records import Records
from api.identity.schema import member, member_account

PROFESSIONAL = frozenset({"business", "association", "public"})


@dataclass(frozen=True, slots=True)
class Party:
    """Who paid or was paid; an account of nobody counts as an individual of its own."""

    uid: UUID
    professional: bool


@dataclass(frozen=True, slots=True)
class Crossed:
    """A payment that arrived. `month` as "2026-03", UTC; minor units of `currency`, the payer's, at par with the payee's."""

    month: str
    source: UUID
    target: UUID
    currency: str
    payer: Party
    payee: Party
    amount: int


class Flows:
    """Reads the payments between communities of this server."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def state(self) -> tuple[int, int]:
        """Changes with what `every` answers: how many there are, and the last change (ns)."""
        query = select(func.count(), func.coalesce(func.max(crossing.c.changed_at), 0)).select_from(crossing)
        with self._records.read() as connection:
            many, last = connection.execute(query).one()
        return int(many), int(last)

    def every(self) -> list[Crossed]:
        """All that the payee has, oldest first. Names are in none of them."""
        (payer, payers), (payee, payees) = (
            (held.alias(), who.alias()) for held, who in ((member_account, member), (member_account, member))
        )
        query = (
            select(
                crossing.c.made_at, crossing.c.community, crossing.c.other, link.c.currency, crossing.c.amount,
                func.coalesce(payer.c.member, crossing.c.payer), payers.c.kind,
                func.coalesce(payee.c.member, crossing.c.payee), payees.c.kind,
            )
            .join(link, and_(link.c.community == crossing.c.community, link.c.id == crossing.c.link))
            .outerjoin(payer, _held(payer, crossing.c.community, crossing.c.payer))
            .outerjoin(payers, _is(payers, payer))
            .outerjoin(payee, _held(payee, crossing.c.other, crossing.c.payee))
            .outerjoin(payees, _is(payees, payee))
            .where(crossing.c.state.in_(["paid", "done"]))
            .order_by(crossing.c.made_at, crossing.c.id)
        )  # fmt: skip
        with self._records.read() as connection:
            return [
                Crossed(
                    _month(made), source, target, currency, Party(payer_uid, payer_kind in PROFESSIONAL),
                    Party(payee_uid, payee_kind in PROFESSIONAL), amount,
                )
                for made, source, target, currency, amount, payer_uid, payer_kind, payee_uid, payee_kind
                in connection.execute(query)
            ]  # fmt: skip


def _held(held: Any, community: Any, account: Any) -> ColumnElement[bool]:
    return and_(held.c.community == community, held.c.account == account)


def _is(who: Any, held: Any) -> ColumnElement[bool]:
    return and_(who.c.community == held.c.community, who.c.id == held.c.member)


def _month(at: int) -> str:
    return datetime.fromtimestamp(at // 10**9, UTC).strftime("%Y-%m")
