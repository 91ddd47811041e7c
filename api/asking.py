"""Who may see a payment request, and the payment that an acceptance of it means."""

from __future__ import annotations

from uuid import UUID

from api.deps import Caller
from api.identity.errors import not_found
from api.identity.requests import Request
from api.memos import plain_memo, signed_memo
from api.paying import own_signature
from api.schemas.payments import SignedBody
from api.schemas.requests import AcceptanceBody
from api.signed import read_signed
from ledger.core.commands import Pay
from ledger.service import Memo, memo_hash


def visible(caller: Caller, key: str) -> Request:
    """A request by its token or id. One addressed to an account is shown by its id only to the two sides.

    Token and id are random; who has one was given it. Raises Refused (404).
    """
    name = _id_or_token(key)
    found = caller.use.identity.requests.get(caller.community, name)
    if isinstance(name, UUID) and found.payer is not None and not _is_side(caller, found):
        raise not_found("payment request")
    return found


def payment_of(caller: Caller, found: Request, body: AcceptanceBody | SignedBody) -> tuple[Pay, Memo | None]:
    """The command that pays a request. Unsigned, its memo is the request's."""
    if isinstance(body, SignedBody):
        command = read_signed(body.signed, Pay)
        own_signature(caller, command)
        caller.must_own(command.payer, "payer")
        return command, signed_memo(body.memo, body.memo_salt)
    caller.must_own(body.payer, "payer")
    memo = plain_memo(caller.use.secret, caller.community, found.payment, found.memo or None, None)
    command = Pay(
        id=body.id or found.payment, community=caller.community, actor=caller.principal.actor, payer=body.payer,
        payee=found.payee, amount=found.amount, currency=found.currency, deal=body.deal, sphere=body.sphere,
        activity=body.activity or "", memo_hash=None if memo is None else memo_hash(memo),
    )  # fmt: skip
    return command, memo


def _is_side(caller: Caller, found: Request) -> bool:
    own = caller.principal.accounts
    return found.made_by == caller.principal.actor or found.payee in own or found.payer in own


def _id_or_token(key: str) -> UUID | str:
    return UUID(key) if len(key) == 36 and key.count("-") == 4 and _is_hex(key) else key


def _is_hex(text: str) -> bool:
    return all(char in "0123456789abcdefABCDEF-" for char in text)
