"""`/desk/money/reserve` and `/desk/money/notes`: euros of the guarantee fund, and units that change form (MLC-3)."""

from __future__ import annotations

import asyncio
from typing import Literal
from uuid import UUID

from starlette.responses import Response

from api.pages.desk.moving import Payable, accounts, chosen, do, picking
from api.pages.desk.weighing import weighed
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from ledger.core.accounts import Currency, Form, Model
from ledger.core.commands import ExchangeForm, MoveReserve
from ledger.service import new_id

router = page_router()


def _backed(visit: Visit) -> list[Currency]:
    found = visit.use.ledger.reader.currencies(visit.caller.community)
    return [unit for unit in found if unit.model is Model.BACKED]


# --- euros of the guarantee fund ---


@router.get("/desk/money/reserve")
def fund(visit: Visit = page("commands.move_reserve")) -> Response:
    """Euros into the fund or out of it, without units."""
    return visit.show("desk/reserve.html", units=_backed(visit), uid=visit.form.get("uid") or new_id())


class Moved(Filled):
    """Which fund, and which way."""

    uid: UUID
    fund: str
    way: Literal["in", "out"]


def _move(visit: Visit) -> tuple[MoveReserve, Currency]:
    sent = visit.read(Moved)
    code, _, form = sent.fund.rpartition(":")
    unit = next((each for each in _backed(visit) if each.code == code), None)
    if unit is None or form not in list(Form):
        raise visit.misfilled({"fund": visit.text("Choose one of the list.")})
    euros = visit.money("euros", unit)
    command = MoveReserve(
        id=sent.uid, community=visit.caller.community, actor=visit.caller.principal.actor, currency=code,
        form=Form(form), euros=euros if sent.way == "in" else -euros,
    )  # fmt: skip
    return command, unit


@router.post("/desk/money/reserve/check")
@or_again(fund)
def check_fund(visit: Visit = page("commands.move_reserve")) -> Response:
    """What it would do to the guarantee; nothing is written."""
    command, unit = _move(visit)
    way = visit.text("Into the fund") if command.euros > 0 else visit.text("Out of the fund")
    said = [(way, visit.amount(abs(command.euros), unit, bare=True) + " €")]
    return weighed(visit, command, "/desk/money/reserve", said)


@router.post("/desk/money/reserve")
@or_again(fund)
async def move_fund(visit: Visit = page("commands.move_reserve", step_up=True)) -> Response:
    """Move them; above the threshold a second person does."""
    command, _ = await asyncio.to_thread(_move, visit)
    return await do(visit, "commands.move_reserve", command, visit.text("The guarantee fund is changed."), "/desk/money")


# --- units that change form ---


def _changeable(visit: Visit) -> list[Payable]:
    """Accounts in notes or digital units; one with a device pays only what its device signs, so it stands as payee only."""
    return accounts(visit, Model.BACKED)


@router.get("/desk/money/notes")
def notes(visit: Visit = page("commands.exchange_form")) -> Response:
    """Notes deposited on an account, or withdrawn from one."""
    some = _changeable(visit)
    forms = {(each.unit.code, each.account.form) for each in some}
    both = any((code, Form.PAPER) in forms and (code, Form.DIGITAL) in forms for code, _ in forms)
    payers = [each for each in some if not each.account.signed_only]
    picked = picking(visit, payers, "payer")
    first = picked.one or next(iter(payers), None)
    fitting = [each for each in some if first is not None and _fits(first, each)]
    own = [each for each in fitting if first is not None and each.member == first.member]
    return visit.show(
        "desk/notes.html", picked=picked, both=both, some=(own or fitting) if picked.one else some,
        other=next((each.account.uid for each in own or fitting), ""), uid=visit.form.get("uid") or new_id(),
    )  # fmt: skip


def _fits(payer: Payable, payee: Payable) -> bool:
    return payer.unit == payee.unit and payer.account.form is not payee.account.form


class Changed(Filled):
    """From which account to which."""

    uid: UUID
    payer: str
    payee: str


def _change(visit: Visit) -> ExchangeForm:
    sent, some = visit.read(Changed), _changeable(visit)
    payer, payee = chosen(visit, some, sent.payer, "payer"), chosen(visit, some, sent.payee, "payee")
    return ExchangeForm(
        id=sent.uid, community=visit.caller.community, actor=visit.caller.principal.actor,
        payer=payer.account.uid, payee=payee.account.uid, currency=payer.unit.code,
        amount=visit.money("amount", payer.unit),
    )  # fmt: skip


@router.post("/desk/money/notes/check")
@or_again(notes)
def check_notes(visit: Visit = page("commands.exchange_form")) -> Response:
    """What it would do to the guarantee of both forms; nothing is written."""
    return weighed(visit, _change(visit), "/desk/money/notes")


@router.post("/desk/money/notes")
@or_again(notes)
async def change_notes(visit: Visit = page("commands.exchange_form", step_up=True)) -> Response:
    """Change the form; the euros follow from one fund to the other."""
    command = await asyncio.to_thread(_change, visit)
    return await do(visit, "commands.exchange_form", command, visit.text("The form is changed."), "/desk/money")
