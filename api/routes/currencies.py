"""Currencies and the history of their rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api import presenting
from api.deps import Caller, How, asking, command_id, require
from api.params import Code, respond
from api.schemas.approvals import WaitingOut
from api.schemas.common import moment
from api.schemas.currencies import (
    CurrenciesOut,
    CurrencyBody,
    CurrencyOut,
    CurrencyWrittenOut,
    PoliciesOut,
    PolicyChangeBody,
)
from api.schemas.derived import build, present
from api.schemas.payments import EntryWrittenOut
from api.submitting import Outcome, submit, submit_or_ask
from ledger.core.accounts import Currency, Form, Model, PolicyVersion
from ledger.core.commands import ChangePolicy, DefineCurrency
from ledger.core.policy import Policy
from ledger.store.reader import Reader
from ledger.store.views import Supply

router = APIRouter(tags=["currencies"])


@router.post("/v1/currencies", status_code=201, response_model=CurrencyWrittenOut)
async def define(
    body: CurrencyBody,
    caller: Caller = require("currencies.define"),
    how: How = asking(),
) -> Response:
    """Define a currency. Its code, scale and model never change."""
    command = DefineCurrency(
        id=command_id(caller, body.id, how.key), community=caller.community, actor=caller.principal.actor,
        code=body.code, scale=body.scale, model=body.model, policy=build(Policy, body.policy),
    )  # fmt: skip
    outcome = await submit(caller, command, dry_run=how.dry_run)
    unit = {"code": command.code, "scale": command.scale, "model": command.model.value}
    return respond(outcome.status, presenting.written(outcome) | {"currency": unit})


@router.get("/v1/currencies", response_model=CurrenciesOut)
def list_currencies(caller: Caller = require("currencies.read")) -> Response:
    """The currencies of the community, with what circulates of each."""
    with caller.use.ledger.reader.snapshot() as seen:
        supplies = seen.supply(caller.community)
        units = [unit for unit in seen.currencies(caller.community) if unit.model is not Model.MIRROR]
        return respond(200, {"items": [_currency(caller, seen, unit, supplies) for unit in units]})


@router.get("/v1/currencies/{currency}", response_model=CurrencyOut)
def read(currency: Code, caller: Caller = require("currencies.read")) -> Response:
    """A currency with its rules in force."""
    unit = caller.use.facts.currency(caller.community, currency)
    with caller.use.ledger.reader.snapshot() as seen:
        return respond(200, _currency(caller, seen, unit, seen.supply(caller.community)))


@router.get("/v1/currencies/{currency}/policies", response_model=PoliciesOut)
def policies(currency: Code, caller: Caller = require("currencies.read")) -> Response:
    """Every version of a currency's rules, oldest first, those to come included."""
    found = caller.use.ledger.reader.policies(caller.community, currency)
    return respond(200, {"items": [_version(each) for each in found]})


@router.post(
    "/v1/currencies/{currency}/policies",
    status_code=201,
    response_model=EntryWrittenOut,
    responses={202: {"model": WaitingOut}},
)
async def change_policy(
    currency: Code,
    body: PolicyChangeBody,
    caller: Caller = require("policies.change"),
    how: How = asking(),
) -> Response:
    """Set a currency's rules from a moment on. Where four eyes are asked for, a second person approves (202)."""
    command = ChangePolicy(
        id=command_id(caller, body.id, how.key), community=caller.community, actor=caller.principal.actor,
        currency=currency, policy=build(Policy, body.policy), since=body.since or 0, resolution=body.resolution,
    )  # fmt: skip
    answer = await submit_or_ask(caller, "policies.change", command, dry_run=how.dry_run)
    if not isinstance(answer, Outcome):
        return respond(202, presenting.proposal(answer))
    return respond(answer.status, presenting.written(answer) | {"transfers": []})


def _currency(caller: Caller, seen: Reader, unit: Currency, supplies: Iterable[Supply]) -> dict[str, Any]:
    mine = [each for each in supplies if each.currency == unit.code]
    reserve = {each.form.value: each.reserve for each in mine}
    versions = seen.policies(caller.community, unit.code)
    return {
        "code": unit.code, "scale": unit.scale, "model": unit.model.value,
        "policy": present(in_force(versions, caller.use.clock())),
        "circulation": sum(each.circulation for each in mine),
        "reserve": {form.value: reserve[form.value] for form in Form} if unit.model is Model.BACKED else None,
    }  # fmt: skip


def in_force(versions: list[PolicyVersion], now: int) -> Policy:
    """The rules at a moment (ns)."""
    return next((each.policy for each in reversed(versions) if each.since <= now), versions[0].policy)


def _version(each: PolicyVersion) -> dict[str, Any]:
    return {"since": moment(each.since), "seq": each.seq, "policy": present(each.policy)}
