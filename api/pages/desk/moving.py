"""What the treasurer's forms share: whose account, and a command that is done or laid before a second person."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response

from api.identity.approvals import Proposal
from api.identity.names import search_key
from api.pages.frame.visit import Visit
from api.submitting import submit_or_ask
from ledger.core.accounts import Account, AccountState, Currency, Model
from ledger.core.commands import Command

FEW = 20
"""Accounts that a list holds; among more, one looks for a name."""


@dataclass(frozen=True, slots=True)
class Payable:
    """A member's account as a form offers it."""

    account: Account
    unit: Currency
    name: str
    member: UUID


def accounts(visit: Visit, *models: Model) -> list[Payable]:
    """Open accounts of members in currencies of some models, by name."""
    use, c = visit.use, visit.caller.community
    found, after = [], 0
    while some := use.ledger.reader.accounts(c, after_no=after, limit=1_000):
        found += some
        after = some[-1].no
    owners = use.identity.people.owners(c, [each.uid for each in found])
    units = {unit.no: unit for unit in use.ledger.reader.currencies(c)}
    return sorted(
        (
            Payable(each, units[each.currency], owners[each.uid][1], owners[each.uid][0])
            for each in found
            if each.uid in owners and each.state is AccountState.OPEN and units[each.currency].model in models
        ),
        key=lambda each: (each.name.casefold(), each.unit.code, each.account.no),
    )


@dataclass(frozen=True, slots=True)
class Picked:
    """Whose account: a list while there are few, else what a search finds, until one is picked."""

    some: list[Payable]
    """What a list offers; with `one` only that."""
    one: Payable | None
    words: str
    found: list[Payable]
    """What the words find, at most `FEW`."""
    many: bool
    """Whether a search comes before the form."""


def picking(visit: Visit, every: list[Payable], field: str = "account") -> Picked:
    """From the form, or from the address: `?account=` picks one, `?q=` looks for a name."""
    query = visit.request.query_params
    named, words = visit.form.get(field) or query.get(field, ""), query.get("q", "").strip()[:80]
    one = next((each for each in every if str(each.account.uid) == named), None)
    if len(every) <= FEW:
        return Picked(every, one, "", [], many=False)
    key = search_key(words)
    found = [each for each in every if key in search_key(each.name)][:FEW] if key else []
    return Picked([one] if one else [], one, words, found, many=one is None)


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

