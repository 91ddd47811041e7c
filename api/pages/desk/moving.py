"""What the treasurer's forms share: whose account, and a command that is done or laid before a second person."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from api.identity.approvals import Proposal
from api.pages.frame.visit import Visit
from api.submitting import submit_or_ask
from ledger.core.accounts import Account, AccountState, Currency, Model
from ledger.core.commands import Command


@dataclass(frozen=True, slots=True)
class Payable:
    """A member's account as a form offers it."""

    account: Account
    unit: Currency
    name: str


def accounts(visit: Visit, *models: Model) -> list[Payable]:
    """Open accounts of members in currencies of some models, by name."""
    use, c = visit.use, visit.caller.community
    found, after = [], 0
    while some := use.ledger.reader.accounts(c, after_no=after, limit=1_000):
        found += some
        after = some[-1].no
    names = use.identity.names(c, [each.uid for each in found])
    units = {unit.no: unit for unit in use.ledger.reader.currencies(c)}
    return sorted(
        (
            Payable(each, units[each.currency], names[each.uid])
            for each in found
            if each.uid in names and each.state is AccountState.OPEN and units[each.currency].model in models
        ),
        key=lambda each: (each.name.casefold(), each.unit.code, each.account.no),
    )


def chosen(visit: Visit, some: list[Payable], named: str, field: str = "account") -> Payable:
    """The one that a form names. Raises Misfilled."""
    for each in some:
        if str(each.account.uid) == named:
            return each
    raise visit.misfilled({field: visit.text("Choose one of the list.")})


async def do(visit: Visit, action: str, command: Command, done: str, path: str) -> Response:
    """Do it, and say so; or say that a second person has to."""
    answer = await submit_or_ask(visit.caller, action, command)
    if isinstance(answer, Proposal):
        said = visit.text("This needs a second person. It waits here until somebody else approves it.")
        return visit.go("/desk/approvals", said)
    return visit.go(path, done)

