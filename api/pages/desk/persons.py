"""What the desk's pages about people share: words for kinds and states, a member's accounts, who may change things."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from api.association.agreements import File
from api.association.dues import Paid
from api.identity.people import Member
from api.identity.permissions import allowed
from api.pages.frame.texts import later
from api.pages.frame.visit import Visit
from api.problems import hidden
from ledger.community.agreement import Step
from ledger.community.membership import MemberKind, MemberState
from ledger.core.accounts import Account, AccountState, Currency, Form, Freeze, Model
from ledger.core.policy import Policy

EUROS = Currency(0, "€", 2, Model.MIRROR)

KINDS: dict[MemberKind, str] = {
    MemberKind.PERSON: later("Person"), MemberKind.BUSINESS: later("Business"),
    MemberKind.ASSOCIATION: later("Association"), MemberKind.PUBLIC: later("Public body"),
}  # fmt: skip
STATES: dict[MemberState, str] = {
    MemberState.PENDING: later("Applied"), MemberState.ACTIVE: later("Active"), MemberState.LAPSED: later("Dues unpaid"),
    MemberState.SUSPENDED: later("Suspended"), MemberState.LEFT: later("Has left"),
}  # fmt: skip
COUNTED: dict[MemberState, str] = {
    MemberState.PENDING: later("Applicants"), MemberState.ACTIVE: later("Active members"),
    MemberState.LAPSED: later("With dues unpaid"), MemberState.SUSPENDED: later("Suspended members"),
    MemberState.LEFT: later("Departures"),
}  # fmt: skip
"""The same as headings of a count."""
COLOURS: dict[MemberState, str] = {
    MemberState.PENDING: "accent", MemberState.ACTIVE: "good", MemberState.LAPSED: "warning",
    MemberState.SUSPENDED: "bad", MemberState.LEFT: "",
}  # fmt: skip
FREEZES: dict[Freeze, str] = {
    Freeze.NONE: later("Pays and receives"), Freeze.DEBITS: later("Receives only, pays nothing"),
    Freeze.CREDITS: later("Pays only, receives nothing"), Freeze.BOTH: later("Neither pays nor receives"),
}  # fmt: skip
ACCOUNT_STATES: dict[AccountState, str] = {
    AccountState.OPEN: later("Open"), AccountState.LEAVING: later("Leaving: spends down"),
    AccountState.CLOSED: later("Closed"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owned:
    """An account of a member, its unit, and the rules in force now."""

    account: Account
    unit: Currency
    policy: Policy

    @property
    def line(self) -> int | None:
        """The credit line, minor units; None: no floor."""
        return None if self.account.floor is None else -self.account.floor

    @property
    def freeze(self) -> Freeze:
        """What it refuses."""
        return Freeze(self.account.frozen)

    @property
    def open(self) -> bool:
        """Whether its terms can be changed."""
        return self.account.state is not AccountState.CLOSED


def options(visit: Visit, words: dict[MemberKind, str] | dict[MemberState, str]) -> list[tuple[str, str]]:
    """(value, label) for a choice."""
    return [(each.value, visit.text(word)) for each, word in words.items()]


def may(visit: Visit, action: str = "desk.operate") -> bool:
    """Whether the visitor has a further action, so that only then its forms are shown."""
    return allowed(visit.caller.principal, action)


def rules(visit: Visit, currency: str) -> Policy:
    """A currency's rules as they are now."""
    versions = visit.use.ledger.reader.policies(visit.caller.community, currency)
    now = visit.use.clock()
    return next((each.policy for each in reversed(versions) if each.since <= now), versions[0].policy)


def owned(visit: Visit, member: Member) -> list[Owned]:
    """Every account of a member, closed ones last."""
    c = visit.caller.community
    with visit.use.ledger.reader.snapshot() as seen:
        found = [seen.account(c, uid) for uid in member.accounts]
    some = [_owned(visit, each) for each in found]
    return sorted(some, key=lambda each: (not each.open, each.account.no))


def one_of(visit: Visit, member: UUID, account: UUID) -> tuple[Member, Owned]:
    """A member and one of the member's accounts. Raises 404 for an account of somebody else."""
    found = visit.use.identity.people.get(visit.caller.community, member)
    if account not in found.accounts:
        raise hidden("account")
    return found, _owned(visit, visit.use.ledger.reader.account(visit.caller.community, account))


def _owned(visit: Visit, account: Account) -> Owned:
    unit = visit.use.facts.unit(visit.caller.community, account.currency)
    return Owned(account, unit, rules(visit, unit.code))


def units(visit: Visit) -> list[Currency]:
    """The currencies that members can have accounts in."""
    return [
        each
        for each in visit.use.ledger.reader.currencies(visit.caller.community)
        if each.model not in (Model.MIRROR, Model.EARMARKED)
    ]


def noon(day: date) -> int:
    """A day as a moment that is the same day everywhere around, ns."""
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) * 10**9


def names(visit: Visit, members: set[UUID]) -> dict[UUID, str]:
    """What members are called; who is forgotten too."""
    found = visit.use.identity.roster.among(visit.caller.community, members)
    forgotten = visit.text("Forgotten member")
    return {uid: found[uid].name if uid in found else forgotten for uid in members}


STEPS: dict[Step, str] = {
    Step.DRAFT: later("Draft"), Step.SUBMITTED: later("Handed in"), Step.VISITED: later("Visited"),
    Step.APPROVED: later("Approved"), Step.REFUSED: later("Refused"), Step.APPEALED: later("Appealed"),
    Step.SUSPENDED: later("Approval suspended"), Step.WITHDRAWN: later("Withdrawn"),
}  # fmt: skip


def noon_of(file: File) -> int:
    """When a file was begun, ns."""
    return noon(date.fromisoformat(file.history[0]["on"]))


def payable(visit: Visit, some: Collection[Owned]) -> list[tuple[str, str]]:
    """Accounts from which dues can be taken, as choices; none for who may not take them (MLC-15)."""
    if not may(visit, "fees.create"):
        return []
    models = (Model.MUTUAL, Model.BACKED, Model.TIME)
    return [
        (str(each.account.uid), f"{each.unit.code}: {visit.amount(each.account.balance, each.unit)}")
        for each in some
        if each.account.state is AccountState.OPEN and each.unit.model in models and each.account.form is Form.DIGITAL
    ]


def dues_of(visit: Visit, member: Member) -> list[tuple[Paid, Currency]]:
    """What a member paid and in which unit, newest first."""
    c = visit.caller.community
    known = {each.code: each for each in units(visit)}
    return [(each, known.get(each.currency, EUROS)) for each in visit.use.association.dues.of(c, member.id)]
