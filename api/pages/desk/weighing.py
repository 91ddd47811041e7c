"""What a command would do to the guarantee and to members' accounts: before and after it, tried without writing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api.deps import Services
from api.pages.frame.visit import Visit
from ledger.core.accounts import Account, AccountKind, Currency, Form, Model
from ledger.core.checks import technical_uid
from ledger.core.commands import Command
from ledger.core.draft import MIRROR_CODE
from ledger.service import new_id

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


@dataclass(frozen=True, slots=True)
class Touched:
    """A member's account, its balance before and after, minor units."""

    name: str
    unit: Currency
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Effect:
    """All that a command would change: each form of a currency, and accounts of members."""

    guarantee: list[Weighed]
    accounts: list[Touched]


def weigh(use: Services, command: Command) -> Effect:
    """What the command would change. Raises what the ledger would refuse, four eyes aside."""
    tried: Any = replace(command, id=new_id())
    if hasattr(tried, "approver"):
        tried = replace(tried, approver=new_id())  # somebody else will approve; here only the effect is asked for
    c = command.community
    moved = use.ledger.dry_run(tried).transfers
    by: Counter[int] = Counter()
    for each in moved:
        by[each.credit] += each.posted
        by[each.debit] -= each.posted
    with use.ledger.reader.snapshot() as seen:
        held = {no: seen.account(c, uid) for no, (uid, _) in seen.numbered(c, by.keys()).items()}
        known = {unit.no: unit for unit in seen.currencies(c)}
        units, euros = _changes(c, held, by, known)
        forms = [
            Weighed(
                unit, each.form, Backing(each.circulation, each.reserve),
                Backing(each.circulation + units[each.currency, each.form], each.reserve + euros[each.currency, each.form]),
            )
            for each in seen.supply(c)
            if each.reserve is not None and (units[each.currency, each.form] or euros[each.currency, each.form])
            for unit in known.values() if unit.code == each.currency
        ]  # fmt: skip
    names = use.identity.names(c, [each.uid for each in held.values()])
    accounts = [
        Touched(names[each.uid], known[each.currency], each.balance, each.balance + by[no])
        for no, each in held.items() if each.uid in names and by[no]
    ]  # fmt: skip
    return Effect(forms, accounts)


def weighed(visit: Visit, command: Command, action: str, said: Sequence[tuple[str, str]] = ()) -> Response:
    """The page that shows it before it is done, `said` above; its form sends the same values on to `action`."""
    return visit.show("desk/weighed.html", effect=weigh(visit.use, command), action=action, said=said, kept=visit.form.kept())


def _changes(
    c: UUID, accounts: dict[int, Account], by: Counter[int], known: dict[int, Currency]
) -> tuple[Counter[Place], Counter[Place]]:
    """How units in hands and euros set aside change, by currency and form."""
    funds = {
        technical_uid(c, MIRROR_CODE, AccountKind.RESERVE, form, unit.code): (unit.code, form)
        for unit in known.values() if unit.model is Model.BACKED for form in Form
    }  # fmt: skip
    units: Counter[Place] = Counter()
    euros: Counter[Place] = Counter()
    for no, held in accounts.items():
        if held.uid in funds:
            euros[funds[held.uid]] += by[no]
        elif known[held.currency].model is Model.BACKED:
            units[known[held.currency].code, held.form] += _held(held, by[no]) - _held(held, 0)
    return units, euros


def _held(held: Account, change: int) -> int:
    """What an account adds to circulation: its balance where that is above 0, as `Reader.supply` counts."""
    return max(held.balance + change, 0)
