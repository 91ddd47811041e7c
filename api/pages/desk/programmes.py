"""`/desk/programmes`: public programmes, the purses of their beneficiaries, grants to all of them, shops to pay (PUB-1 to 3)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from uuid import UUID, uuid5

from fastapi import Path
from pydantic import Field
from starlette.responses import Response

from api.association import programmes
from api.association.programme_months import Month
from api.association.programmes import Standing
from api.pages.desk.persons import may
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.looking import month_of, this_month
from api.pages.frame.sheets import CSV, Number, Sheet, as_csv
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.problems import not_found
from ledger.core.accounts import Account, AccountState
from ledger.core.commands import Grant
from ledger.core.errors import Code, Rejected, Unavailable
from ledger.service import new_id

router = page_router()

Unit = Path(pattern=r"^[A-Z0-9-]{2,12}$")
Named = Path(max_length=64)


def standing(visit: Visit) -> list[Standing]:
    """Every programme of the community."""
    return programmes.standings(visit.use.ledger.reader, visit.caller.community, visit.use.clock())


def one_of(visit: Visit, currency: str, programme: str) -> Standing:
    """One programme. Raises 404."""
    for each in standing(visit):
        if (each.unit.code, each.programme.code) == (currency, programme):
            return each
    raise not_found("programme")


@router.get("/desk/programmes")
def overview(visit: Visit = page("desk.read")) -> Response:
    """Every programme with what became of its money, and the shops that wait for euros."""
    use, c, some = visit.use, visit.caller.community, standing(visit)
    units = {each.unit.code: each.unit for each in some}
    month = month_of(visit.request.query_params.get("month", ""))
    moved = {} if month is None else {
        (code, name): found.get(month, Month())
        for code, unit in units.items()
        for name, found in use.association.programme_months.of(use.ledger.reader, c, unit).items()
    }  # fmt: skip
    waiting = [(unit, each) for unit in units.values() for each in programmes.owed(use.ledger.reader, c, unit)]
    names = use.identity.names(c, [each.uid for _, each in waiting])
    return visit.show(
        "desk/programmes.html", some=some, waiting=waiting, names=names, may=may(visit, "redemptions.create"),
        month=month, now=this_month(use.clock()), moved=moved, nothing=Month(),
    )  # fmt: skip


@router.get("/desk/programmes/shops.csv")
def shops(visit: Visit = page("desk.read")) -> Response:
    """The shops with units that were not paid yet, as a list for the bank."""
    use, c, some = visit.use, visit.caller.community, standing(visit)
    lines: list[list[str | Number | None]] = [
        [visit.text("Shop"), visit.text("IBAN"), visit.text("Currency"), visit.text("Amount")]
    ]
    for unit in {each.unit.code: each.unit for each in some}.values():
        waiting = programmes.owed(use.ledger.reader, c, unit)
        owners = use.identity.people.owners(c, [each.uid for each in waiting])
        for each in waiting:
            member, name = owners.get(each.uid, (None, ""))
            files = [] if member is None else use.association.agreements.of(c, member)
            iban = next((file.says["iban"] for file in files if file.says.get("iban")), "")
            lines.append([name, iban, unit.code, Number(Decimal(each.balance).scaleb(-unit.scale), "#,##0.00")])
    answer = Response(as_csv([Sheet(visit.text("Shops"), lines)], visit.lang), media_type=CSV)
    visit.dress(answer)
    answer.headers["content-disposition"] = f'attachment; filename="{visit.face.code}-shops.csv"'
    return answer


@router.get("/desk/programmes/{currency}/{programme}")
def one(visit: Visit = page("desk.read"), currency: str = Unit, programme: str = Named) -> Response:
    """One programme: its money, and the forms for further purses and for a grant."""
    each = one_of(visit, currency, programme)
    return visit.show(
        "desk/programme.html", each=each, over=0 < each.programme.ends_at <= visit.use.clock(),
        uid=visit.form.get("uid") or new_id(),
        opens=may(visit, "accounts.open") and may(visit, "members.create"), grants=may(visit, "grants.create"),
    )  # fmt: skip


class Granted(Filled):
    """What the grant is called, and how much each purse gets. Nobody gets a grant of one name twice."""

    uid: UUID
    name: str = Field(max_length=80)


@dataclass(frozen=True, slots=True)
class Round:
    """A grant to every purse of a programme: the purses, the amount of each (minor units), its name."""

    of: Standing
    purses: list[Account]
    amount: int
    name: str
    uid: UUID

    @property
    def total(self) -> int:
        """Minor units, where nobody had it before."""
        return self.amount * len(self.purses)


def _round(visit: Visit, currency: str, programme: str) -> Round:
    of, sent = one_of(visit, currency, programme), visit.read(Granted)
    amount = visit.money("amount", of.unit)
    every = programmes.purses(visit.use.ledger.reader, visit.caller.community, of.unit)
    some = [each for each in every if each.programme == programme and each.state is AccountState.OPEN]
    if not some:
        raise visit.misfilled({"amount": visit.text("Nobody has a purse of this programme yet.")})
    return Round(of, some, amount, sent.name, sent.uid)


@router.post("/desk/programmes/{currency}/{programme}/grant/check")
@or_again(one)
def check_grant(visit: Visit = page("grants.create"), currency: str = Unit, programme: str = Named) -> Response:
    """How many would get it, and what is left of the budget; nothing is written."""
    found = _round(visit, currency, programme)
    if found.total > found.of.budget_left:
        left = visit.amount(max(found.of.budget_left, 0), found.of.unit)
        said = visit.text("The budget has %(left)s left, less than all of them together would get.", left=left)
        raise visit.misfilled({"amount": said})
    return visit.show("desk/programme_grant.html", found=found, kept=visit.form.kept())


@router.post("/desk/programmes/{currency}/{programme}/grant")
@or_again(one)
async def grant(
    visit: Visit = page("grants.create", step_up=True), currency: str = Unit, programme: str = Named
) -> Response:
    """Each purse gets it once under this name; sent again, only those get it that had nothing yet."""
    found = await asyncio.to_thread(_round, visit, currency, programme)
    c, by, use = visit.caller.community, visit.caller.principal.actor, visit.use
    owners = await asyncio.to_thread(use.identity.people.owners, c, [each.uid for each in found.purses])
    commands = [
        Grant(
            id=uuid5(found.uid, str(each.uid)), community=c, actor=by, account=each.uid, amount=found.amount,
            once=sha256(f"{owners.get(each.uid, (each.uid,))[0]}/{currency}/{programme}/{found.name}".encode()).digest(),
        )
        for each in found.purses
    ]  # fmt: skip
    answers = await asyncio.to_thread(use.ledger.submit_many, commands)
    use.hub.wrote(c)
    away = next((each for each in answers if isinstance(each, Unavailable)), None)
    if away is not None:
        raise away  # those that were done are done: the same form does the rest
    refused = [each for each in answers if isinstance(each, Rejected)]
    before = sum(each.code is Code.ALREADY_CLAIMED for each in refused)
    done = len(answers) - len(refused)
    said = visit.many("%(num)s purse has it.", "%(num)s purses have it.", done)
    if before:
        said += " " + visit.many("%(num)s had it before.", "%(num)s had it before.", before)
    if len(refused) > before:
        said += " " + visit.many("%(num)s was refused.", "%(num)s were refused.", len(refused) - before)
    return visit.go(f"/desk/programmes/{currency}/{programme}", said)
