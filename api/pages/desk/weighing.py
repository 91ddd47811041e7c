"""What a command would do to the guarantee: units and euros of each form before and after it, tried without writing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api.deps import Services
from api.pages.frame.visit import Visit
from ledger.core.accounts import Account, AccountKind, Currency, Form, Model, Transfer
from ledger.core.checks import technical_uid
from ledger.core.commands import Command
from ledger.core.draft import MIRROR_CODE
from ledger.service import new_id
from ledger.store.reader import Reader

Place = tuple[str, Form]


@dataclass(frozen=True, slots=True)
class Backing:
    """Units out and euros set aside, minor units of each."""

    units: int
    euros: int

    @property
    def ratio_bp(self) -> int | None:
        """Guarantee ratio, basis points rounded down (MLC-2); None when nothing is out."""
        return self.euros * 10_000 // self.units if self.units else None


@dataclass(frozen=True, slots=True)
class Weighed:
    """One form of a currency, before and after."""

    unit: Currency
    form: Form
    before: Backing
    after: Backing


def weigh(use: Services, command: Command) -> list[Weighed]:
    """The forms whose units or euros the command would change. Raises what the ledger would refuse, four eyes aside."""
    tried: Any = replace(command, id=new_id())
    if hasattr(tried, "approver"):
        tried = replace(tried, approver=new_id())  # somebody else will approve; here only the effect is asked for
    c = command.community
    moved = use.ledger.dry_run(tried).transfers
    with use.ledger.reader.snapshot() as seen:
        units, euros = _changes(seen, c, moved)
        known = {unit.code: unit for unit in seen.currencies(c)}
        return [
            Weighed(
                known[each.currency], each.form, Backing(each.circulation, each.reserve),
                Backing(each.circulation + units[each.currency, each.form], each.reserve + euros[each.currency, each.form]),
            )
            for each in seen.supply(c)
            if each.reserve is not None and (units[each.currency, each.form] or euros[each.currency, each.form])
        ]  # fmt: skip


def weighed(visit: Visit, command: Command, action: str) -> Response:
    """The page that shows it before it is done; its form sends the same values on to `action`."""
    return visit.show("desk/weighed.html", weighed=weigh(visit.use, command), action=action, kept=visit.form.kept())


def _changes(seen: Reader, c: UUID, moved: tuple[Transfer, ...]) -> tuple[Counter[Place], Counter[Place]]:
    """How units in hands and euros set aside change, by currency and form."""
    by: Counter[int] = Counter()
    for each in moved:
        by[each.credit] += each.posted
        by[each.debit] -= each.posted
    codes = {unit.no: unit for unit in seen.currencies(c)}
    funds = {
        technical_uid(c, MIRROR_CODE, AccountKind.RESERVE, form, unit.code): (unit.code, form)
        for unit in codes.values() if unit.model is Model.BACKED for form in Form
    }  # fmt: skip
    units: Counter[Place] = Counter()
    euros: Counter[Place] = Counter()
    for no, (uid, _) in seen.numbered(c, by.keys()).items():
        held = seen.account(c, uid)
        if uid in funds:
            euros[funds[uid]] += by[no]
        elif codes[held.currency].model is Model.BACKED:
            units[codes[held.currency].code, held.form] += _held(held, by[no]) - _held(held, 0)
    return units, euros


def _held(held: Account, change: int) -> int:
    """What an account adds to circulation: its balance where that is above 0, as `Reader.supply` counts."""
    return max(held.balance + change, 0)
