"""Members, their states in the ledger, and being forgotten."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from api.identity.errors import Refused
from api.identity.people import Member, Profile
from api.identity.requests import Asked
from api.identity.schema import member as members
from ledger.community.membership import MemberKind, MemberState
from ledger.core import commands as c
from ledger.core.accounts import AccountKind
from ledger.core.errors import Code, Kind, Rejected, Unavailable
from ledger.service import Memo, memo_hash, new_id
from tests.integration.town import Phone, Town, open_town


@pytest.fixture
def town(engine_url: str) -> Iterator[Town]:
    with open_town(engine_url) as made:
        yield made


def become(town: Town, who: Member, state: str) -> Member:
    """Change the state as the route does."""
    people = town.identity.people
    version = people.get(town.community, who.id).version
    people.change(town.community, who.id, version, {"state": MemberState(state)})
    return town.identity.states.enforce(town.community, who.id)


def test_a_member_comes_back_as_given(town: Town) -> None:
    profile = Profile(
        name="Café des Arts", kind=MemberKind.BUSINESS, contact="contact@example.org", place="Die",
        sectors=("56.10A",), listed=True, locale="fr",
    )  # fmt: skip
    uid = new_id()
    made, replayed = town.identity.people.create(town.community, uid, profile)
    assert (made.id, made.version, replayed) == (uid, 1, False)
    found = town.identity.people.get(town.community, uid)
    assert found.profile == profile and found == made


def test_the_same_id_makes_one_member(town: Town) -> None:
    uid, profile = new_id(), Profile(name="Ana", kind=MemberKind.PERSON)
    town.identity.people.create(town.community, uid, profile)
    again, replayed = town.identity.people.create(town.community, uid, profile)
    assert replayed and again.id == uid
    with pytest.raises(Refused) as refused:
        town.identity.people.create(town.community, uid, Profile(name="Bea", kind=MemberKind.PERSON))
    assert refused.value.code == "id_reused"
    assert [each.name for each in town.identity.people.page(town.community)] == ["Ana"]


def test_a_member_of_another_community_is_unknown(town: Town) -> None:
    ana = town.member("Ana")
    with pytest.raises(Refused) as refused:
        town.identity.people.get(new_id(), ana.id)
    assert refused.value.kind is Kind.NOT_FOUND
    assert town.identity.people.page(new_id()) == []
    assert town.identity.owner(new_id(), ana.accounts[0]) is None


def test_a_stale_change_is_refused(town: Town) -> None:
    ana = town.member("Ana")
    changed = town.identity.people.change(town.community, ana.id, ana.version, {"place": "Crest"})
    assert changed.version == ana.version + 1 == changed.enforced
    with pytest.raises(Refused) as refused:
        town.identity.people.change(town.community, ana.id, ana.version, {"place": "Die"})
    assert refused.value.code == "version_differs"
    assert town.identity.people.get(town.community, ana.id).place == "Crest"


def test_a_change_that_changes_nothing_is_none(town: Town) -> None:
    ana = town.member("Ana")
    assert town.identity.people.change(town.community, ana.id, ana.version, {"name": "Ana"}) == ana


def test_many_make_the_same_member_at_once(town: Town) -> None:
    uid, profile = new_id(), Profile(name="Ana", kind=MemberKind.PERSON)
    answers: list[bool | type[Exception]] = []

    def make() -> None:
        try:
            answers.append(town.identity.people.create(town.community, uid, profile)[1])
        except Unavailable as busy:
            answers.append(type(busy))

    racing = [threading.Thread(target=make) for _ in range(6)]
    for each in racing:
        each.start()
    for each in racing:
        each.join()
    assert answers.count(False) == 1 and len(answers) == 6
    assert town.identity.people.create(town.community, uid, profile)[1] is True


def test_an_illegal_change_of_state_is_refused(town: Town) -> None:
    ana = town.member("Ana")
    become(town, ana, "left")
    with pytest.raises(Refused, match="who is left cannot become active"):
        become(town, ana, "active")
    assert town.identity.people.get(town.community, ana.id).state is MemberState.LEFT


def test_the_state_reaches_every_account(town: Town) -> None:
    """CORE-9, through the ledger's own refusals."""
    ana, bea = town.member("Ana"), town.member("Bea")
    second = town.open(ana.id)
    for state, frozen in (("lapsed", 2), ("suspended", 3), ("active", 0), ("left", 3), ("pending", 3)):
        become(town, ana, state)
        assert (town.frozen(ana.accounts[0]), town.frozen(second)) == (frozen, frozen), state
    become(town, ana, "active")
    become(town, ana, "lapsed")
    town.ledger.submit(town.pay(ana, bea, 100))  # spends down
    with pytest.raises(Rejected) as refused:
        town.ledger.submit(town.pay(bea, ana, 100))
    assert refused.value.code is Code.ACCOUNT_FROZEN


def test_an_account_opened_for_a_pending_member_is_frozen(town: Town) -> None:
    pending = town.member("Ana", state=MemberState.PENDING)
    assert town.frozen(pending.accounts[0]) == 3
    become(town, pending, "active")
    assert town.frozen(pending.accounts[0]) == 0


def test_a_change_of_state_that_was_stopped_is_finished_later(town: Town) -> None:
    ana = town.member("Ana")
    town.identity.people.change(town.community, ana.id, 1, {"state": MemberState.SUSPENDED})
    town.identity.people.change(town.community, ana.id, 2, {"place": "Die"})
    assert town.frozen(ana.accounts[0]) == 0, "the server stopped here"
    assert town.identity.states.pending() == [(town.community, ana.id)]
    assert town.identity.catch_up() == 1
    assert town.frozen(ana.accounts[0]) == 3
    assert town.identity.catch_up() == 0


def test_what_cannot_be_finished_now_is_tried_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = town.member("Ana")
    town.identity.people.change(town.community, ana.id, 1, {"state": MemberState.SUSPENDED})
    submit, tries = town.ledger.submit, []

    def busy(command: c.Command) -> Any:
        tries.append(command)
        if len(tries) == 1:
            raise Unavailable
        return submit(command)

    monkeypatch.setattr(town.ledger, "submit", busy)

    async def keep_up() -> None:
        task = asyncio.create_task(town.identity.keep_up(seconds=0))
        while town.identity.states.pending():
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(asyncio.wait_for(keep_up(), 20))
    assert town.frozen(ana.accounts[0]) == 3 and len(tries) == 2


def test_a_state_changed_while_it_is_enforced_wins(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = town.member("Ana")
    town.identity.people.change(town.community, ana.id, 1, {"state": MemberState.SUSPENDED})
    settle = town.identity.states.settle
    calls: list[Any] = []

    def meanwhile(*given: Any) -> None:
        calls.append(given)
        if len(calls) == 1:  # somebody thaws the member, and then our older freeze arrives
            town.identity.people.change(town.community, ana.id, 2, {"state": MemberState.ACTIVE})
            town.identity.states.enforce(town.community, ana.id)
        settle(*given)

    monkeypatch.setattr(town.identity.states, "settle", meanwhile)
    town.identity.states.enforce(town.community, ana.id)
    assert town.frozen(ana.accounts[0]) == 0 and len(calls) >= 3


def test_closed_accounts_are_left_alone(town: Town) -> None:
    ana = town.member("Ana")
    town.do(c.CloseAccount, account=ana.accounts[0])
    become(town, ana, "suspended")
    assert town.frozen(ana.accounts[0]) == 0


def test_an_account_has_one_owner(town: Town) -> None:
    ana, bea = town.member("Ana"), town.member("Bea")
    town.identity.account_opened(town.community, ana.id, ana.accounts[0])
    with pytest.raises(Refused, match="another member"):
        town.identity.account_opened(town.community, bea.id, ana.accounts[0])
    assert town.identity.owner(town.community, ana.accounts[0]) == ana.id
    nobody = new_id()
    assert town.identity.names(town.community, [*ana.accounts, *bea.accounts, nobody]) == {
        ana.accounts[0]: "Ana",
        bea.accounts[0]: "Bea",
    }


def test_many_members_move_in_at_once(town: Town) -> None:
    rows = [
        (new_id(), Profile(name=f"Member {n:04}", kind=MemberKind.PERSON), [new_id()]) for n in range(500)
    ]
    town.identity.people.record(town.community, rows)
    page = town.identity.people.page(town.community, limit=300)
    rest = town.identity.people.page(town.community, after=page[-1].id, limit=300)
    assert {(each.id, each.accounts) for each in [*page, *rest]} == {
        (uid, tuple(held)) for uid, _, held in rows
    }


# --- being forgotten ---


def test_only_who_has_left_is_erased(town: Town) -> None:
    ana = town.member("Ana")
    with pytest.raises(Refused, match="only who has left"):
        town.identity.erasure.erase(town.community, ana.id, ana.id)


def test_an_erased_member_leaves_nothing_but_the_journal(town: Town) -> None:
    ana, bea = town.member("Ana Unique-Name", contact="ana@unique.example"), town.member("Bea")
    phone = Phone()
    code, _ = town.identity.devices.invite(town.community, ana.id, new_id())
    enrolled = town.identity.devices.enrol(code, phone.public_key, "unique-telephone")
    memo = Memo(b"s" * 16, "unique-memo")
    pay = phone.sign(town.pay(ana, bea, 100, memo_hash=memo_hash(memo)))
    receipt = town.ledger.submit(pay, memo)
    other = Memo(b"t" * 16, "kept")
    cleo = town.member("Cleo")
    kept = town.ledger.submit(town.pay(bea, cleo, 10, memo_hash=memo_hash(other)), other)
    asked = Asked(payee=ana.accounts[0], amount=5, currency="RIV", memo="unique-request")
    town.identity.requests.make(town.community, new_id(), ana.id, asked)
    become(town, ana, "left")
    assert town.identity.erasure.erase(town.community, ana.id, new_id()) == 1
    assert town.ledger.reader.memo(town.community, receipt.seq) is None
    assert town.ledger.reader.memo(town.community, kept.seq) == other
    assert town.who(enrolled.key.token) is None
    assert phone.public_key not in town.ledger.reader.account(town.community, ana.accounts[0]).keys
    assert town.ledger.reader.entry(town.community, pay.id).seq == receipt.seq
    with town.ledger.database.read.connect() as connection:
        rows = "".join(
            str(connection.execute(table.select()).all()) for table in members.metadata.sorted_tables
        )
    assert "unique" not in rows.lower(), "the pseudonymous id may stay, what it stood for is gone"
    with pytest.raises(Refused, match="no such member"):
        town.identity.erasure.erase(town.community, ana.id, new_id())


def test_a_database_that_cannot_answer_is_unavailable(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def down() -> None:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(town.ledger.database.read, "begin", down)
    with pytest.raises(Unavailable, match="send the same request again"):
        town.identity.people.get(town.community, new_id())


def test_accounts_of_members_are_of_their_kind() -> None:
    assert {kind.value for kind in MemberKind} < {kind.value for kind in AccountKind}
