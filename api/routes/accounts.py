"""Open, read, change and close accounts; statements."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid5

from fastapi import APIRouter
from starlette.responses import Response

from api import presenting
from api.deps import Caller, How, asking, command_id, require
from api.holders import first_keys, must_be_member
from api.params import Accept, Cursor, From, IfMatch, Limit, To, if_match, page, respond
from api.schemas.accounts import (
    AccountBody,
    AccountOut,
    AccountPatch,
    AccountsOut,
    AccountWrittenOut,
    CommandIdBody,
    StatementOut,
)
from api.schemas.common import CurrencyCode
from api.statements import as_csv, statement_page, wants_csv
from api.submitting import Outcome, submit, was_done
from api.terms import change_of
from ledger.core.commands import CloseAccount, OpenAccount

router = APIRouter(tags=["accounts"])


@router.post("/v1/accounts", status_code=201, response_model=AccountWrittenOut)
async def open_account(
    body: AccountBody,
    caller: Caller = require("accounts.open"),
    how: How = asking(),
) -> Response:
    """Open an account of a member; the devices that sign for the member sign for it too."""
    uid = command_id(caller, body.id, how.key)
    account = body.account or uuid5(uid, "account")
    await asyncio.to_thread(must_be_member, caller, body.member)
    keys = await asyncio.to_thread(first_keys, caller, body.member, uid)
    command = OpenAccount(
        id=uid, community=caller.community, actor=caller.principal.actor, account=account, currency=body.currency,
        kind=body.kind, form=body.form, line=body.line, ceiling=body.ceiling, programme=body.programme or "",
        sectors=tuple(body.sectors), acceptance_bp=body.acceptance_bp, keys=keys,
    )  # fmt: skip
    outcome = await submit(caller, command, dry_run=how.dry_run)
    if not how.dry_run:
        await asyncio.to_thread(caller.use.identity.account_opened, caller.community, body.member, account)
    return await _written(caller, account, outcome)


@router.get("/v1/accounts", response_model=AccountsOut)
def list_accounts(
    caller: Caller = require("accounts.list"),
    currency: CurrencyCode | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Accounts of the community; a member's own."""
    at = caller.use.cursors.page(cursor, "accounts", caller.community, {"currency": currency})
    reader, c = caller.use.ledger.reader, caller.community
    if caller.own:
        found = [reader.account(c, uid) for uid in sorted(caller.principal.accounts)]
        last = None
    else:
        found = reader.accounts(
            c, code=at.filters.get("currency"), after_no=int(at.position or 0), limit=limit
        )
        last = found[-1].no if found else None
    owners = caller.use.identity.people.owners(c, [held.uid for held in found])
    items = []
    for held in found:
        member, name = owners.get(held.uid, (None, None))
        said = presenting.account(held, caller.use.facts.unit(c, held.currency), member)
        items.append(said | {"name": name})
    wanted = at.filters.get("currency")
    items = [each for each in items if wanted in (None, each["currency"])]
    return respond(200, page(caller, "accounts", at.filters, items, limit, last))


@router.get("/v1/accounts/{account}", response_model=AccountOut)
def read(account: UUID, caller: Caller = require("accounts.read")) -> Response:
    """An account with its totals. The ETag goes into If-Match of a change."""
    caller.must_see(account)
    said = _account(caller, account)
    return respond(200, said, etag=said["seq"])


@router.patch("/v1/accounts/{account}", response_model=AccountWrittenOut)
async def change(
    account: UUID,
    body: AccountPatch,
    caller: Caller = require("accounts.update"),
    how: How = asking(),
    match: IfMatch = None,
) -> Response:
    """Change one of an account's terms."""
    uid = command_id(caller, body.id, how.key)
    command = change_of(body, account, id=uid, community=caller.community, actor=caller.principal.actor)
    seen = await asyncio.to_thread(_unchanged, caller, account, uid, match)
    return await _written(caller, account, await submit(caller, command, dry_run=how.dry_run, seen=seen), 200)


@router.post("/v1/accounts/{account}/closure", status_code=201, response_model=AccountWrittenOut)
async def close(
    account: UUID,
    body: CommandIdBody,
    caller: Caller = require("accounts.close"),
    how: How = asking(),
) -> Response:
    """Close an account that holds nothing."""
    uid = command_id(caller, body.id, how.key)
    command = CloseAccount(id=uid, community=caller.community, actor=caller.principal.actor, account=account)
    return await _written(caller, account, await submit(caller, command, dry_run=how.dry_run))


@router.get(
    "/v1/accounts/{account}/statement",
    response_model=StatementOut,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def statement(
    account: UUID,
    caller: Caller = require("statements.read"),
    limit: Limit = 50,
    cursor: Cursor = None,
    start: From = None,
    end: To = None,
    accept: Accept = None,
) -> Response:
    """The account's lines, newest first, as JSON or CSV; `from` and `to` by the date of recording."""
    caller.must_see(account)
    said = statement_page(caller, account, limit, cursor, start, end)
    return as_csv(said) if wants_csv(accept) else respond(200, said)


def _account(caller: Caller, account: UUID) -> dict[str, Any]:
    held = caller.use.ledger.reader.account(caller.community, account)
    unit = caller.use.facts.unit(caller.community, held.currency)
    return presenting.account(held, unit, caller.use.identity.owner(caller.community, account))


async def _written(caller: Caller, account: UUID, outcome: Outcome, status: int | None = None) -> Response:
    said = presenting.written(outcome)
    if outcome.dry:
        return respond(200, said)
    said["account"] = await asyncio.to_thread(_account, caller, account)
    return respond(status or outcome.status, said, etag=said["account"]["seq"])


def _unchanged(caller: Caller, account: UUID, command: UUID, match: str | None) -> int | None:
    """What the caller saw, for the writer to hold it against what is there then; None: whatever is there.

    Raises 412 or 428, unless the same change was made already and this is a retry.
    """
    if was_done(caller, command):
        return None
    now = caller.use.ledger.reader.account(caller.community, account).touched_seq
    if_match(match, now)
    return None if (match or "").strip() == "*" else now
