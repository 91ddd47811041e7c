"""People and agreements as the API shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from api import presenting
from api.deps import Caller, Services
from api.identity.approvals import Proposal
from api.identity.devices import Device, Standing
from api.identity.hooks import Subscription
from api.identity.keys import Key
from api.identity.people import Member
from api.identity.requests import Request
from api.identity.standing import Overview
from api.schemas.common import Out, moment, moment_or_none, to_b64
from api.schemas.derived import present
from ledger.core.accounts import Account, AccountState, Form
from ledger.core.signing import fingerprint
from ledger.store.reader import Reader

Json = dict[str, Any]


def again(model: type[Out]) -> dict[int | str, Json]:
    """What a route says of an id that it has seen before."""
    return {200: {"model": model, "description": "Made before under this id."}}


def member(use: Services, community: UUID, found: Member, seen: Reader) -> Json:
    """A member with the accounts."""
    return {
        "id": str(found.id), "name": found.name, "kind": found.kind.value, "state": found.state.value,
        "contact": found.contact, "locale": found.locale, "place": found.place, "sectors": list(found.sectors),
        "listed": found.listed, "created_at": moment(found.created_at), "version": found.version,
        "accounts": accounts(use, community, found, seen),
    }  # fmt: skip


def accounts(use: Services, community: UUID, found: Member, seen: Reader) -> list[Json]:
    """A member's accounts as they are now."""
    held = [seen.account(community, account) for account in found.accounts]
    return [presenting.account(each, use.facts.unit(community, each.currency, seen), found.id) for each in held]


def listed(use: Services, community: UUID, found: Member, seen: Reader) -> Json:
    """A member as the directory shows it: accounts that can be paid from elsewhere, so none of notes, without totals."""
    held = [seen.account(community, account) for account in found.accounts]
    payable = [each for each in held if each.state is AccountState.OPEN and each.form is Form.DIGITAL]
    return {
        "member": str(found.id), "name": found.name, "kind": found.kind.value, "place": found.place,
        "sectors": list(found.sectors), "acceptance_bp": max([each.acceptance_bp for each in payable], default=0),
        "accounts": [
            {"id": str(each.uid), "currency": use.facts.unit(community, each.currency, seen).code} for each in payable
        ],
    }  # fmt: skip


def device(standing: Standing) -> Json:
    """A device with what it may do."""
    found = standing.device
    return {
        "id": str(found.id), "member": str(found.member), "label": found.label, "public_key": to_b64(found.public_key),
        "fingerprint": fingerprint(found.public_key), "state": standing.state.value,
        "accounts": [str(account) for account in standing.accounts],
        "created_at": moment(found.created_at), "revoked_at": moment_or_none(found.revoked_at),
    }  # fmt: skip


def devices(found: Overview) -> Json:
    """Devices, and the keys that are none of them."""
    unknown = [
        {
            "member": str(each.member), "public_key": to_b64(each.key), "fingerprint": fingerprint(each.key),
            "accounts": [str(account) for account in each.accounts],
        }
        for each in found.unknown
    ]  # fmt: skip
    return {"items": [device(each) for each in found.devices], "unknown": unknown}


def awaited(found: Device, accounts: Iterable[Account]) -> Json:
    """Where a device could be let in, and by which keys."""
    return {
        "public_key": to_b64(found.public_key), "fingerprint": fingerprint(found.public_key),
        "accounts": [{"id": str(each.uid), "keys": [to_b64(key) for key in each.keys]} for each in accounts],
    }  # fmt: skip


def key(found: Key, waits: bool) -> Json:
    """A key, without its token. `waits`: for a second person, see `vouching`."""
    return {
        "id": str(found.id), "hint": found.hint, "label": found.label, "roles": [role.value for role in found.roles],
        "scopes": list(found.scopes), "member": _text(found.member), "device": _text(found.device),
        "waits": waits, "created_at": moment(found.created_at), "expires_at": moment_or_none(found.expires_at),
        "revoked_at": moment_or_none(found.revoked_at),
    }  # fmt: skip


def requests(caller: Caller, found: Iterable[Request], address: str) -> list[Json]:
    """Payment requests, with the names of both sides. `address` begins the links where no public URL is set."""
    some = list(found)
    sides = {account for each in some for account in (each.payee, each.payer) if account is not None}
    names = caller.use.identity.names(caller.community, sides)
    return [_request(caller, each, names, address) for each in some]


def _request(caller: Caller, each: Request, names: Mapping[UUID, str], address: str) -> Json:
    unit = caller.use.facts.currency(caller.community, each.currency)
    return {
        "id": str(each.id), "token": each.token, "link": caller.use.identity.link(each.token, address),
        "state": each.state, "payment": str(each.payment), "payee": str(each.payee),
        "payee_name": names.get(each.payee), "payer": _text(each.payer),
        "payer_name": None if each.payer is None else names.get(each.payer), "amount": each.amount,
        "currency": unit.code, "scale": unit.scale, "memo": each.memo or None, "created_at": moment(each.created_at),
        "expires_at": moment(each.expires_at), "decided_at": moment_or_none(each.decided_at),
    }  # fmt: skip


def proposal(found: Proposal) -> Json:
    """A proposal with the command that it holds."""
    said: Json = presenting.proposal(found)["approval"]
    return said | {
        "action": found.action, "content": present(found.command, omit=("id", "community", "actor")),
        "asked_at": moment(found.asked_at), "decided_by": _text(found.decided_by),
        "decided_at": moment_or_none(found.decided_at),
    }  # fmt: skip


def webhook(found: Subscription) -> Json:
    """A subscription, without its secret."""
    return {
        "id": str(found.id), "url": found.url, "events": list(found.events), "member": _text(found.member),
        "created_at": moment(found.created_at), "after": found.cursor, "failures": found.failures,
        "next_at": moment_or_none(found.next_at), "disabled": found.disabled or None,
        "last_status": found.last_status or None,
    }  # fmt: skip


def _text(uid: UUID | None) -> str | None:
    return None if uid is None else str(uid)
