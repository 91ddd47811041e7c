"""Payment requests: "pay me 12.50", as a link. A request is paid at most once, however many telephones try.

The id of the payment is made from the id of the request, so that the ledger itself refuses a second one. An id that
a refusal has used up, or a payment of something else, can never pay the request any more: only then does the next
attempt's id take its place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import and_, insert, literal, or_, select, tuple_, update

from api.identity import outcomes, tokens
from api.identity.errors import conflict, forbidden, invalid, not_found, wrong_state
from api.identity.records import Records
from api.identity.schema import payment_request as table
from ledger.core.commands import Command, Pay
from ledger.core.errors import Rejected
from ledger.core.journal import Receipt
from ledger.service import Ledger, Memo

DAY = 86_400 * 10**9
LIFE = 30 * DAY
LONGEST = 366 * DAY
"""Nanoseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request asks for. `payer` None: whoever has the link."""

    payee: UUID
    amount: int
    currency: str
    memo: str = ""
    payer: UUID | None = None

    def fingerprint(self, life: int) -> bytes:
        """Equal for the same content."""
        content = [str(self.payee), self.amount, self.currency, self.memo, str(self.payer), life]
        return sha256(json.dumps(content).encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Asked):
    """A request as kept. `state`: open, paid, rejected or expired."""

    id: UUID
    token: str
    made_by: UUID
    state: str
    attempt: int
    created_at: int
    expires_at: int
    decided_at: int | None

    @property
    def payment(self) -> UUID:
        """The id that a payment of this request must have."""
        return uuid5(self.id, f"ricochet/payment/{self.attempt}")

    def paid_by(self, command: Command) -> bool:
        """Whether a command pays what is asked."""
        return (
            isinstance(command, Pay)
            and (command.payee, command.amount, command.currency) == (self.payee, self.amount, self.currency)
            and self.payer in (None, command.payer)
        )


class Requests:
    """The payment requests of every community."""

    def __init__(self, records: Records, ledger: Ledger) -> None:
        self._records = records
        self._ledger = ledger

    def make(
        self, community: UUID, uid: UUID, by: UUID, asked: Asked, life: int = LIFE
    ) -> tuple[Request, bool]:
        """A new request that lives `life` ns, and False; or the one that the same id made before, and True."""
        if not 0 < life <= LONGEST:
            raise invalid("expires_in", f"must be 1 to {LONGEST // 10**9} seconds")
        self._must_hold(community, asked)
        now, fingerprint = self._records.clock(), asked.fingerprint(life)
        made = Request(
            id=uid, token=tokens.new_link_token(), made_by=by, state="open", attempt=0, created_at=now,
            expires_at=now + life, decided_at=None, payee=asked.payee, amount=asked.amount, currency=asked.currency,
            memo=asked.memo, payer=asked.payer,
        )  # fmt: skip
        with self._records.write() as connection:
            row = connection.execute(select(table).where(_is(community, uid))).first()
            if row is None:
                names = (
                    "id",
                    "token",
                    "made_by",
                    "state",
                    "attempt",
                    "created_at",
                    "expires_at",
                    "payee",
                    "payer",
                )
                values = {name: getattr(made, name) for name in (*names, "amount", "currency", "memo")}
                connection.execute(
                    insert(table).values(community=community, fingerprint=fingerprint, **values)
                )
                return made, False
        if bytes(row.fingerprint) != fingerprint:
            raise conflict("id_reused", "this id was used for another request; make a new one", "id")
        return self.get(community, uid), True

    def get(self, community: UUID, key: UUID | str) -> Request:
        """By id or by the token of its link, as it stands now. Raises Refused (404)."""
        which = table.c.id == key if isinstance(key, UUID) else table.c.token == key
        with self._records.read() as connection:
            row = connection.execute(select(table).where(table.c.community == community, which)).first()
        if row is None:
            raise not_found("payment request")
        return self._settled(community, self._request(row))

    def community_of(self, token: str) -> UUID | None:
        """Where the request of a link was made; None when there is none such."""
        with self._records.read() as connection:
            found: UUID | None = connection.execute(
                select(table.c.community).where(table.c.token == token)
            ).scalar_one_or_none()
        return found

    def page(
        self,
        community: UUID,
        accounts: Collection[UUID],
        after: tuple[int, UUID] | None = None,
        limit: int = 50,
    ) -> list[Request]:
        """Requests for or to some accounts, newest first, after (created_at, id)."""
        mine = or_(table.c.payee.in_(accounts), table.c.payer.in_(accounts))
        query = select(table).where(table.c.community == community, mine)
        if after is not None:
            position = tuple_(literal(after[0], table.c.created_at.type), literal(after[1], table.c.id.type))
            query = query.where(tuple_(table.c.created_at, table.c.id) < position)
        query = query.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(limit)
        with self._records.read() as connection:
            found = [self._request(row) for row in connection.execute(query)]
            tried = {each.payment for each in found if each.state != "paid"}
            entered = outcomes.entered(connection, community, tried)
        return [self._settled(community, each) if each.payment in entered else each for each in found]

    def accept(
        self,
        community: UUID,
        key: UUID | str,
        pay: Callable[[Request], tuple[Pay, Memo | None]],
    ) -> tuple[Receipt, Request]:
        """Pay a request with the command that `pay` gives for it. Raises Refused or LedgerError."""
        request = self.get(community, key)
        command, memo = pay(request)
        check_pays(request, command)
        receipt = self._ledger.submit(command, memo)
        return receipt, self.paid(community, request, receipt.ts)

    def paid(self, community: UUID, request: Request, at: int) -> Request:
        """Note that a request was paid; `at` is the moment (ns) of the entry."""
        paid = replace(request, state="paid", decided_at=request.decided_at or at)
        self._decide(community, paid)
        return paid

    def reject(self, community: UUID, key: UUID | str) -> Request:
        """Refuse to pay, or give up asking. Doing it again changes nothing. Raises Refused (409)."""
        request = self.get(community, key)
        if request.state in ("paid", "expired"):
            raise wrong_state(f"request_{request.state}", f"this request is {request.state} already")
        if request.state == "open":
            request = replace(request, state="rejected", decided_at=self._records.clock())
            self._decide(community, request)
        return self.get(community, request.id)

    def _settled(self, community: UUID, request: Request) -> Request:
        """With what the ledger knows: that it is paid, or which attempt is the first whose id is not used up."""
        first = request
        while request.state != "paid":
            with self._records.read() as connection:
                entry = outcomes.entry(connection, community, request.payment)
                used = entry is not None or outcomes.refused(connection, community, request.payment)
            if entry is not None and request.paid_by(entry.command):
                request = replace(request, state="paid", decided_at=entry.ts)
            elif used:
                request = replace(request, attempt=request.attempt + 1)
            else:
                break
        if request != first:
            self._decide(community, request)
        return request

    def _decide(self, community: UUID, request: Request) -> None:
        """Keep what was decided. Paid stays paid: the money has moved. An attempt is never taken back."""
        values: dict[str, Any] = {"attempt": request.attempt}
        if request.state in ("paid", "rejected"):
            values |= {"state": request.state, "decided_at": request.decided_at}
        still = and_(_is(community, request.id), table.c.attempt <= request.attempt, table.c.state != "paid")
        with self._records.write() as connection:
            connection.execute(update(table).where(still).values(values))

    def _must_hold(self, community: UUID, asked: Asked) -> None:
        units = {unit.no: unit.code for unit in self._ledger.reader.currencies(community)}
        if asked.currency not in units.values():
            raise invalid("currency", "is no currency of this community")
        for field, account in (("payee", asked.payee), ("payer", asked.payer)):
            if account is None:
                continue
            try:
                held = self._ledger.reader.account(community, account)
            except Rejected:
                raise invalid(field, "is no account of this community") from None
            if units[held.currency] != asked.currency:
                raise invalid(field, f"does not hold {asked.currency}")

    def _request(self, row: Any) -> Request:
        over = row.state == "open" and row.expires_at <= self._records.clock()
        return Request(
            id=row.id, token=row.token, made_by=row.made_by, state="expired" if over else row.state,
            attempt=row.attempt, created_at=row.created_at, expires_at=row.expires_at, decided_at=row.decided_at,
            payee=row.payee, payer=row.payer, amount=row.amount, currency=row.currency, memo=row.memo,
        )  # fmt: skip


def check_pays(request: Request, command: Pay) -> None:
    """Raises Refused unless a command pays what is asked, under the id that pays it, in time.

    Of a request that is paid, the ledger knows who did it: it repeats the receipt or refuses.
    """
    if request.payer not in (None, command.payer):
        raise forbidden("not_allowed", "payer: this request is addressed to another account")
    for field in ("payee", "amount", "currency"):
        if getattr(command, field) != getattr(request, field):
            raise invalid(field, f"must be {getattr(request, field)}, as requested")
    if command.id != request.payment:
        raise invalid("id", f"must be the request's payment, now {request.payment}; read the request again")
    if request.state not in ("open", "paid"):
        raise wrong_state(f"request_{request.state}", f"this request is {request.state}; ask for a new one")


def _is(community: UUID, uid: UUID) -> Any:
    return and_(table.c.community == community, table.c.id == uid)
