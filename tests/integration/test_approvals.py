"""Four eyes: what is approved is what was asked, by somebody else who may, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from api.identity import approvals
from api.identity.approvals import Proposal, summarize
from api.identity.errors import Refused
from api.identity.principal import Principal, Role
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Model
from ledger.core.errors import Code, Rejected
from ledger.core.policy import Policy
from ledger.service import new_id
from tests.integration.town import Town, open_town

LIMIT = 50_000


@pytest.fixture
def town(engine_url: str) -> Iterator[Town]:
    with open_town(engine_url) as made:
        made.do(
            c.DefineCurrency, code="MLC", scale=2, model=Model.BACKED, policy=Policy(four_eyes_over=LIMIT)
        )
        yield made


@pytest.fixture
def account(town: Town) -> UUID:
    """An account in the backed currency."""
    uid = new_id()
    town.do(c.OpenAccount, account=uid, currency="MLC", kind=AccountKind.PERSON)
    return uid


@pytest.fixture
def asker(town: Town) -> Principal:
    """A treasurer."""
    return town.principal(Role.TREASURER)


@pytest.fixture
def other(town: Town) -> Principal:
    """Another treasurer."""
    return town.principal(Role.TREASURER)


def issue(town: Town, asker: Principal, account: UUID, amount: int = LIMIT + 1) -> c.Issue:
    """An issue that needs a second person; refused once, as the route does."""
    command = c.Issue(
        id=new_id(), community=town.community, actor=asker.actor, account=account, currency="MLC", amount=amount,
        euros=amount,
    )  # fmt: skip
    with pytest.raises(Rejected) as refused:
        town.ledger.submit(command)
    assert refused.value.code is Code.APPROVAL_REQUIRED
    return command


def propose(town: Town, asker: Principal, account: UUID) -> Proposal:
    """A proposal to issue."""
    return town.identity.propose(asker, "issues.create", issue(town, asker, account))


def check_refused(code: str, act: Callable[[], object]) -> None:
    """The edge refuses with this code."""
    with pytest.raises(Refused) as refused:
        act()
    assert refused.value.code == code


def test_a_second_person_submits_what_was_asked(
    town: Town, account: UUID, asker: Principal, other: Principal
) -> None:
    proposal = propose(town, asker, account)
    assert (proposal.state, proposal.asked_by) == ("open", asker.actor)
    receipt, approved = town.identity.approvals.approve(other, town.community, proposal.id)
    assert (approved.state, approved.decided_by, receipt.command_id) == ("approved", other.actor, proposal.id)
    entry = town.ledger.reader.entry(town.community, proposal.id).decoded()
    assert isinstance(entry.command, c.Issue)
    assert (entry.command.actor, entry.command.approver) == (asker.actor, other.actor)
    assert town.balance(account) == LIMIT + 1
    again, _ = town.identity.approvals.approve(other, town.community, proposal.id)
    assert again.replayed and town.balance(account) == LIMIT + 1


def test_asking_twice_makes_one_proposal(town: Town, account: UUID, asker: Principal) -> None:
    command = issue(town, asker, account)
    first = town.identity.propose(asker, "issues.create", command)
    assert town.identity.propose(asker, "issues.create", command) == first
    changed = replace(command, amount=1)
    check_refused("id_reused", lambda: town.identity.propose(asker, "issues.create", changed))
    assert town.identity.approvals.page(town.community) == [first]


def test_nobody_approves_alone(town: Town, account: UUID, asker: Principal) -> None:
    proposal = propose(town, asker, account)
    approve = town.identity.approvals.approve
    check_refused("same_actor", lambda: approve(asker, town.community, proposal.id))
    second_key = replace(asker, key=new_id())
    check_refused("same_actor", lambda: approve(second_key, town.community, proposal.id))
    assert town.balance(account) == 0


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.MEMBER, Role.PLATFORM_ADMIN])
def test_who_approves_must_have_the_role_itself(
    town: Town, account: UUID, asker: Principal, role: Role
) -> None:
    proposal = propose(town, asker, account)
    stranger = town.principal(role)
    check_refused(
        "not_allowed", lambda: town.identity.approvals.approve(stranger, town.community, proposal.id)
    )
    check_refused(
        "not_allowed", lambda: town.identity.approvals.reject(stranger, town.community, proposal.id)
    )
    assert town.identity.approvals.get(town.community, proposal.id).state == "open"


def test_a_narrowed_key_does_not_approve(
    town: Town, account: UUID, asker: Principal, other: Principal
) -> None:
    proposal = propose(town, asker, account)
    reader = replace(other, scopes=frozenset({"read", "operate"}))
    check_refused("not_allowed", lambda: town.identity.approvals.approve(reader, town.community, proposal.id))


def test_a_rejected_proposal_is_over(town: Town, account: UUID, asker: Principal, other: Principal) -> None:
    proposal = propose(town, asker, account)
    rejected = town.identity.approvals.reject(other, town.community, proposal.id)
    assert (rejected.state, rejected.decided_by) == ("rejected", other.actor)
    assert town.identity.approvals.reject(other, town.community, proposal.id) == rejected
    check_refused(
        "approval_rejected", lambda: town.identity.approvals.approve(other, town.community, proposal.id)
    )
    assert town.balance(account) == 0


def test_who_asked_may_take_it_back(town: Town, account: UUID, asker: Principal, other: Principal) -> None:
    proposal = propose(town, asker, account)
    assert town.identity.approvals.reject(asker, town.community, proposal.id).state == "rejected"


def test_a_proposal_ends_by_time(town: Town, account: UUID, asker: Principal, other: Principal) -> None:
    proposal = propose(town, asker, account)
    town.clock.now = proposal.expires_at
    for act in (town.identity.approvals.approve, town.identity.approvals.reject):
        check_refused("approval_expired", lambda act=act: act(other, town.community, proposal.id))  # type: ignore[misc]
    page = town.identity.approvals.page
    assert [each.id for each in page(town.community, "expired")] == [proposal.id]
    assert page(town.community, "open") == []


def test_what_the_ledger_refuses_now_may_be_approved_later(
    town: Town, account: UUID, asker: Principal, other: Principal
) -> None:
    proposal = propose(town, asker, account)
    town.do(c.FreezeAccount, account=account, debits=False, credits=True)
    for _ in range(2):
        with pytest.raises(Rejected) as refused:
            town.identity.approvals.approve(other, town.community, proposal.id)
        assert refused.value.code is Code.ACCOUNT_FROZEN
    assert town.identity.approvals.get(town.community, proposal.id).state == "open"
    town.do(c.FreezeAccount, account=account, debits=False, credits=False)
    town.identity.approvals.approve(other, town.community, proposal.id)
    assert town.balance(account) == LIMIT + 1


def test_what_was_approved_when_we_were_stopped_reads_approved(
    town: Town, account: UUID, asker: Principal, other: Principal
) -> None:
    proposal = propose(town, asker, account)
    town.ledger.submit(replace(proposal.command, approver=other.actor))  # type: ignore[call-arg]
    third = town.principal(Role.TREASURER)
    found = town.identity.approvals.get(town.community, proposal.id)
    assert (found.state, found.decided_by) == ("approved", other.actor)
    check_refused(
        "approval_approved", lambda: town.identity.approvals.reject(third, town.community, proposal.id)
    )
    receipt, _ = town.identity.approvals.approve(third, town.community, proposal.id)
    assert receipt.replayed and town.balance(account) == LIMIT + 1


def test_proposals_of_another_community_are_unknown(
    town: Town, account: UUID, asker: Principal, other: Principal
) -> None:
    proposal = propose(town, asker, account)
    check_refused("approval_not_found", lambda: town.identity.approvals.approve(other, new_id(), proposal.id))
    assert town.identity.approvals.page(new_id()) == []


def test_proposals_are_read_in_pages(town: Town, account: UUID, asker: Principal) -> None:
    made = {propose(town, asker, account).id for _ in range(5)}
    page = town.identity.approvals.page
    first = page(town.community, "open", limit=3)
    rest = page(town.community, "open", after=first[-1].id, limit=3)
    assert (len(first), {each.id for each in [*first, *rest]}) == (3, made)


def test_the_summary_says_what_is_asked_without_the_rest(town: Town, account: UUID, asker: Principal) -> None:
    command = issue(town, asker, account)
    assert summarize(command) == f"issue: account {account}, currency MLC, amount 50001, euros 50001"
    policy = c.ChangePolicy(
        id=new_id(), community=town.community, actor=asker.actor, currency="MLC", since=0,
        policy=Policy(commission_bp=500, commission_gift_bp=200),
    )  # fmt: skip
    assert summarize(policy) == (
        "change_policy: currency MLC, policy (commission_bp 500, commission_gift_bp 200), since 0"
    )
    assert approvals.LIFE == 7 * 86_400 * 10**9
