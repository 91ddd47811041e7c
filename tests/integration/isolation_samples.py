"""A good request to every address that needs a key, in terms of the things of one community."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert

from api.identity import schema
from api.identity.principal import Principal, Role
from api.identity.requests import Asked
from ledger.community.membership import MemberKind, MemberState
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Form, Model
from ledger.core.policy import Policy, Programme
from ledger.service import new_id
from tests.integration.served import STAFF, Place

M, S, OP, T, A, R, P = (
    Role.MEMBER, Role.MERCHANT, Role.OPERATOR, Role.TREASURER, Role.AUDITOR, Role.REGION_READER, Role.PLATFORM_ADMIN,
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """Who may do it, the query, and the body; `{name}` stands for a thing of the community."""

    by: Role
    body: Any = None
    query: str = ""
    match: bool = False


NEW = {"id": "{new}"}
PAYMENT = {**NEW, "payer": "{ada}", "payee": "{ben}", "amount": 1, "currency": "{code}"}

SAMPLES: dict[str, Sample] = {
    "POST /v1/payments": Sample(M, PAYMENT),
    "GET /v1/payments/{payment}": Sample(M),
    "POST /v1/payments/{payment}/refunds": Sample(S, {**NEW, "amount": 1}),
    "POST /v1/payment-batches": Sample(
        M, {**NEW, "payer": "{ada}", "currency": "{code}", "payees": [{"payee": "{ben}", "amount": 1}]}
    ),
    "POST /v1/accounts": Sample(OP, {**NEW, "member": "{member}", "currency": "{code}", "kind": "person"}),
    "GET /v1/accounts": Sample(A),
    "GET /v1/accounts/{account}": Sample(M),
    "PATCH /v1/accounts/{account}": Sample(OP, {**NEW, "ceiling": None}, match=True),
    "POST /v1/accounts/{empty}/closure": Sample(OP, NEW),
    "GET /v1/accounts/{account}/statement": Sample(M),
    "POST /v1/holds": Sample(M, PAYMENT),
    "GET /v1/holds/{hold}": Sample(M),
    "POST /v1/holds/{hold}/capture": Sample(S, NEW),
    "POST /v1/holds/{void}/void": Sample(S, NEW),
    "GET /v1/entries/{entry}": Sample(M),
    "POST /v1/entries/{fee}/reversal": Sample(T, NEW),
    "GET /v1/receipts/{entry}": Sample(M),
    "GET /v1/journal": Sample(A),
    "GET /v1/proofs/inclusion": Sample(A, query="id={payment}"),
    "GET /v1/proofs/consistency": Sample(A, query="from=1&to=2"),
    "GET /v1/currencies": Sample(A),
    "POST /v1/currencies": Sample(OP, {**NEW, "code": "NEW", "scale": 2, "model": "mutual"}),
    "GET /v1/currencies/{currency}": Sample(A),
    "GET /v1/currencies/{currency}/policies": Sample(A),
    "POST /v1/currencies/{currency}/policies": Sample(OP, {**NEW, "policy": {"default_line": 1_000}}),
    "POST /v1/issues": Sample(
        T, {**NEW, "account": "{shop}", "currency": "{code}-B", "amount": 100, "euros": 100}
    ),
    "POST /v1/redemptions": Sample(
        T, {**NEW, "account": "{shop}", "currency": "{code}-B", "amount": 1, "invoice": "{new}"}
    ),
    "POST /v1/grants": Sample(T, {**NEW, "account": "{purse}", "amount": 1}),
    "POST /v1/fees": Sample(T, {**NEW, "account": "{ben}", "amount": 1}),
    "POST /v1/commands/set_terms": Sample(OP, {**NEW, "account": "{ben}", "acceptance_bp": 5_000}),
    "POST /v1/commands/leave": Sample(OP, {**NEW, "account": "{leaver}"}),
    "POST /v1/commands/forfeit": Sample(T, {**NEW, "account": "{ben}"}),
    "POST /v1/commands/settle_debt": Sample(T, {**NEW, "account": "{ada}", "amount": 1}),
    "POST /v1/commands/write_off": Sample(T, {**NEW, "account": "{ben}"}),
    "POST /v1/commands/charge_demurrage": Sample(
        OP, {**NEW, "account": "{ben}", "through": "2026-01-01T00:00:00Z"}
    ),
    "POST /v1/commands/expire_hold": Sample(OP, {**NEW, "hold": "{hold}"}),
    "POST /v1/commands/expire_purse": Sample(OP, {**NEW, "account": "{purse}"}),
    "POST /v1/commands/move_reserve": Sample(
        T, {**NEW, "currency": "{code}-B", "form": "digital", "euros": 1}
    ),
    "POST /v1/commands/exchange_form": Sample(
        T, {**NEW, "payer": "{shop}", "payee": "{notes}", "currency": "{code}-B", "amount": 1}
    ),
    "POST /v1/commands/seal_period": Sample(T, {**NEW, "through": "2020-01-01T00:00:00Z"}),
    "POST /v1/commands/import_opening": Sample(
        OP, {**NEW, "account": "{fresh}", "balance": 5, "occurred_at": "2021-01-01T00:00:00Z"}
    ),
    "POST /v1/commands/import_payment": Sample(
        OP, {**NEW, "payer": "{ada}", "payee": "{ben}", "amount": 1, "occurred_at": "2021-01-01T00:00:00Z"}
    ),
    "POST /v1/payment-requests": Sample(S, {**NEW, "payee": "{ben}", "amount": 1, "currency": "{code}"}),
    "GET /v1/payment-requests": Sample(S),
    "GET /v1/payment-requests/{request}": Sample(S),
    "POST /v1/payment-requests/{request}/acceptance": Sample(M, {"payer": "{ada}"}),
    "POST /v1/payment-requests/{declined}/rejection": Sample(S),
    "GET /v1/approvals": Sample(A),
    "GET /v1/approvals/{approval}": Sample(A),
    "POST /v1/approvals/{approval}/approval": Sample(T),
    "POST /v1/approvals/{unwanted}/rejection": Sample(T),
    "POST /v1/members": Sample(OP, {**NEW, "name": "Dan", "kind": "person"}),
    "GET /v1/members": Sample(A),
    "GET /v1/members/me": Sample(M),
    "GET /v1/members/me/export": Sample(M),
    "GET /v1/members/{member}": Sample(M),
    "PATCH /v1/members/{member}": Sample(M, {"place": "Bayonne"}, match=True),
    "POST /v1/members/{member}/enrolments": Sample(OP),
    "DELETE /v1/members/{gone}/personal-data": Sample(OP),
    "GET /v1/devices": Sample(A),
    "DELETE /v1/devices/{device}": Sample(OP),
    "POST /v1/members/me/devices": Sample(
        M, {"signed": ["signed.by.nobody"], "public_key": "A" * 43, "label": "paper"}
    ),
    "GET /v1/devices/{own_device}/approval": Sample(M),
    "POST /v1/devices/{own_device}/approval": Sample(M, {"signed": ["signed.by.nobody"]}),
    "GET /v1/reports": Sample(A),
    "GET /v1/reports/{indicator}": Sample(A, query="currency={code}"),
    "GET /v1/directory": Sample(M, query="query=a"),
    "GET /v1/directory/resolve": Sample(M, query="name={ben_name}"),
    "POST /v1/keys": Sample(OP, {"label": "till", "roles": ["auditor"]}),
    "GET /v1/keys": Sample(OP),
    "DELETE /v1/keys/{key}": Sample(OP),
    "POST /v1/webhooks": Sample(OP, {**NEW, "url": "https://hooks.example/x"}),
    "GET /v1/webhooks": Sample(OP),
    "DELETE /v1/webhooks/{webhook}": Sample(OP),
    "POST /v1/webhooks/{rotated}/secret": Sample(OP),
    "POST /v1/communities": Sample(P, {"code": "{spare}", "name": "Spare"}),
}
"""By the address with the name of the thing that it is asked about."""

ASKED_ELSEWHERE = {"GET /v1/journal/stream"}
"""Streams do not end; tests/integration/test_api_serve.py and test_isolation.py ask for them in their own way."""

REFUSED_BY_THE_RULES = {
    "POST /v1/commands/forfeit", "POST /v1/commands/write_off", "POST /v1/commands/charge_demurrage",
    "POST /v1/commands/expire_hold", "POST /v1/commands/expire_purse", "POST /v1/devices/{own_device}/approval",
    "POST /v1/members/me/devices",
}  # fmt: skip
"""Requests that come too early here, or lack a signature: how they are refused tells that the key was let in."""


def things(place: Place) -> dict[str, str]:
    """One of everything in a community, by the name that samples use."""
    community = place.community
    paid = place.do(c.Pay, payer=place.ada.account, payee=place.ben.account, amount=50, currency=place.code)
    fee = place.do(c.ChargeFee, account=place.ben.account, amount=1)
    holds = [
        place.do(
            c.PlaceHold, payer=place.ada.account, payee=place.ben.account, amount=2, currency=place.code
        ).command_id
        for _ in range(2)
    ]
    found = _accounts(place) | _people(place)
    return found | {
        "code": place.code, "currency": place.code, "account": str(place.ada.account), "ada": str(place.ada.account),
        "ben": str(place.ben.account), "member": str(place.ada.id), "ben_name": place.ben.name,
        "payment": str(paid.command_id), "entry": str(paid.command_id), "fee": str(fee.command_id),
        "hold": str(holds[0]), "void": str(holds[1]), "spare": f"{place.code}-X", **_agreements(place, found["shop"]),
        "community": str(community), "key": _spare_key(place), "indicator": "participation",
    }  # fmt: skip


def _accounts(place: Place) -> dict[str, str]:
    purse, notes, shop = new_id(), new_id(), place.open(place.ben.id, f"{place.code}-B", MemberKind.BUSINESS)
    card, food = f"{place.code}-C", Policy(programmes=(Programme(code="FOOD", budget=1_000),))
    place.do(c.DefineCurrency, code=card, scale=2, model=Model.EARMARKED, policy=food)
    place.do(c.OpenAccount, account=purse, currency=card, kind=AccountKind.PURSE, programme="FOOD")
    place.do(
        c.OpenAccount, account=notes, currency=f"{place.code}-B", kind=AccountKind.BUSINESS, form=Form.PAPER
    )
    place.do(c.Issue, account=shop, currency=f"{place.code}-B", amount=100, euros=100)
    empty, leaver, fresh = (place.open(place.ada.id, place.code, MemberKind.PERSON) for _ in range(3))
    return {
        "purse": str(purse), "notes": str(notes), "shop": str(shop), "empty": str(empty), "leaver": str(leaver),
        "fresh": str(fresh),
    }  # fmt: skip


def _people(place: Place) -> dict[str, str]:
    identity, community = place.use.identity, place.community
    gone = place.join(f"{place.code} Gone", MemberKind.PERSON)
    member = identity.people.get(community, gone.id)
    identity.people.change(community, gone.id, member.version, {"state": MemberState.LEFT})
    phone = place.join(f"{place.code} Phone", MemberKind.PERSON)
    code, _ = identity.devices.invite(community, phone.id, STAFF)
    device = identity.devices.enrol(code, new_id().bytes * 2, "phone")
    return {"gone": str(gone.id), "device": str(device.device.id), "own_device": str(_own_device(place))}


def _own_device(place: Place) -> UUID:
    """A device of Ada's that signs for nothing, as her payments here go without signature."""
    uid, key = new_id(), new_id().bytes * 2
    row = {"community": place.community, "id": uid, "member": place.ada.id, "public_key": key, "label": "x", "created_at": 1}
    with place.use.ledger.database.write.begin() as connection:
        connection.execute(insert(schema.device).values(row))
    return uid


def _spare_key(place: Place) -> str:
    by = Principal(STAFF, None, frozenset({P}), frozenset())
    return str(place.use.identity.keys.create(by, place.community, frozenset({A})).key.id)


def _agreements(place: Place, shop: str) -> dict[str, str]:
    identity, community = place.use.identity, place.community
    asked = Asked(payee=place.ben.account, amount=1, currency=place.code)
    requests = [identity.requests.make(community, new_id(), place.ben.id, asked)[0].id for _ in range(2)]
    by = Principal(STAFF, community, frozenset({T}), frozenset({"issue"}))
    issues = [
        c.Issue(
            id=new_id(), community=community, actor=STAFF, account=UUID(shop), currency=f"{place.code}-B",
            amount=20_000, euros=20_000,
        )
        for _ in range(2)
    ]  # fmt: skip
    proposals = [identity.propose(by, "issues.create", issue).id for issue in issues]
    hooks = [
        identity.hooks.create(community, new_id(), STAFF, f"https://hooks.example/{n}")[0].id
        for n in range(2)
    ]
    return {
        "request": str(requests[0]), "declined": str(requests[1]), "approval": str(proposals[0]),
        "unwanted": str(proposals[1]), "webhook": str(hooks[0]), "rotated": str(hooks[1]),
    }  # fmt: skip


def filled(value: Any, known: dict[str, str]) -> Any:
    """A sample with the things of a community in it; `{new}` is new each time."""
    if isinstance(value, dict):
        return {name: filled(each, known) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, known) for each in value]
    if isinstance(value, str):
        return value.format(**{**known, "new": str(uuid4())})
    return value


def texts(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value
