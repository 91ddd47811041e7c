"""An association's life on both engines: dues, files, votes, exchanges of time, tellers, needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from typer.testing import CliRunner

from api import __main__ as operator
from api.association import migrations
from api.association.service import Association
from api.identity import migrations as identity_migrations
from api.identity.errors import Refused
from api.identity.records import Records
from ledger.community.agreement import Step, Verdict
from ledger.community.dues import DuesRules
from ledger.community.exchanges import Deal, Listing
from ledger.community.membership import MemberKind, MemberState
from ledger.community.voting import Choice, Mode, VotingRules
from ledger.core.accounts import Freeze
from ledger.core.errors import Rejected
from ledger.core.policy import Policy
from ledger.service import new_id
from ledger.store import migrations as ledger_migrations
from ledger.store.engine import open_database
from tests.integration.town import DAY, SECOND, Town, open_town


@dataclass
class Scene:
    """A town and its association's life."""

    town: Town
    life: Association

    @property
    def community(self) -> UUID:
        return self.town.community


@pytest.fixture
def scene(engine_url: str) -> Iterator[Scene]:
    with open_town(engine_url) as town:
        yield Scene(town, Association(town.ledger, town.identity, Records(town.ledger.database, town.clock)))


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_frozen_scripts_are_what_the_schema_says(engine: str) -> None:
    """Each revision so far only adds tables, so that together they are the schema."""
    paths = migrations.VERSIONS.glob(f"*_{engine}.sql")
    frozen = [each.strip() for path in paths for each in path.read_text().split(";\n\n")]
    assert sorted(frozen) == sorted(migrations.script(engine))


def test_dues_let_a_lapsed_member_receive_again(scene: Scene) -> None:
    ana = scene.town.member("Ana")
    dues, by, uid = scene.life.dues, new_id(), new_id()
    first = dues.receive(scene.community, uid, ana.id, 1_500, "EUR", 12, by)
    assert dues.receive(scene.community, uid, ana.id, 1_500, "EUR", 12, by) == first, "sent twice, counted once"
    assert dues.through(scene.community) == {ana.id: first.through}
    with pytest.raises(Refused, match="id was used"):
        dues.receive(scene.community, uid, ana.id, 1_600, "EUR", 12, by)
    scene.town.clock.now += 420 * DAY
    assert dues.lapse(scene.community, DuesRules(), by) == []
    scene.town.clock.now += 10 * DAY
    assert dues.reminders(scene.community) == [(ana.id, first.through)]
    assert dues.lapse(scene.community, DuesRules(), by) == [ana.id]
    assert scene.town.frozen(ana.accounts[0]) == Freeze.CREDITS
    again = dues.receive(scene.community, new_id(), ana.id, 500, "EUR", 1, by)
    assert again.through - dues.today() < timedelta(days=31)
    assert scene.town.frozen(ana.accounts[0]) == Freeze.NONE
    assert [paid.months for paid in dues.of(scene.community, ana.id)] == [1, 12]


@pytest.mark.parametrize(("cents", "months", "days", "field"), [(-1, 12, 0, "cents"), (1, 0, 0, "months"), (1, 1, 1, "paid_on")])
def test_dues_that_cannot_be(scene: Scene, cents: int, months: int, days: int, field: str) -> None:
    ana, dues = scene.town.member("Ana"), scene.life.dues
    with pytest.raises(Refused) as refused:
        dues.receive(scene.community, new_id(), ana.id, cents, "EUR", months, new_id(), dues.today() + timedelta(days=days))
    assert refused.value.field == field and dues.of(scene.community, ana.id) == []


def test_a_professional_is_approved_and_may_receive(scene: Scene) -> None:
    shop = scene.town.member("Bakery", MemberKind.BUSINESS, state=MemberState.PENDING)
    files, by, day = scene.life.agreements, new_id(), date(2026, 3, 2)
    assert scene.town.frozen(shop.accounts[0]) == Freeze.BOTH
    file = files.open(scene.community, shop.id, {"siren": "123456789", "wants": "account"}, by, day)
    with pytest.raises(Refused, match="go on with that one"):
        files.open(scene.community, shop.id, {}, by, day)
    file = files.step(scene.community, file.id, file.version, Step.SUBMITTED, by, day, says={"naf": "10.71C"})
    with pytest.raises(Refused, match="changed meanwhile"):
        files.step(scene.community, file.id, file.version - 1, Step.VISITED, by, day)
    assert [each.id for each in files.waiting(scene.community)] == [file.id]
    file = files.step(scene.community, file.id, file.version, Step.VISITED, by, day, note="two ovens")
    with pytest.raises(Refused, match="committee"):
        files.step(scene.community, file.id, file.version, Step.APPROVED, by, day)
    verdict = Verdict(step=Step.APPROVED, on=day, colleges=frozenset({"person", "business"}), commitments=("flour", "bags"))
    file = files.decide(scene.community, file.id, file.version, verdict, ("person", "business"), by)
    assert file.review_on == date(2029, 3, 2) and file.says == {"siren": "123456789", "wants": "account", "naf": "10.71C"}
    assert [step["step"] for step in file.history] == ["draft", "submitted", "visited", "approved"]
    assert scene.town.frozen(shop.accounts[0]) == Freeze.NONE
    stop = Verdict(step=Step.SUSPENDED, on=day, colleges=frozenset(), reasons="no answer")
    assert files.decide(scene.community, file.id, file.version, stop, (), by).step is Step.SUSPENDED
    assert scene.town.frozen(shop.accounts[0]) == Freeze.BOTH


def test_a_vote_is_announced_cast_and_counted(scene: Scene) -> None:
    voters = [scene.town.member(f"Voter {n}") for n in range(4)]
    shop, late = scene.town.member("Shop", MemberKind.BUSINESS), scene.town.member("Late", state=MemberState.LAPSED)
    votes, now = scene.life.resolutions, scene.town.clock.now
    rules = VotingRules(mode=Mode.COLLEGES, weights={"person": 50, "business": 50}, quorum_percent=50)
    said = votes.announce(
        scene.community, new_id(), title="Commission 3 %", text="…", rules=rules, opens_at=now + DAY, closes_at=now + 8 * DAY,
        currency="RIV", policy=Policy(commission_bp=300), since=now + 40 * DAY,
    )  # fmt: skip
    assert said.entitled == {"person": 4, "business": 1} and said.policy == Policy(commission_bp=300)
    with pytest.raises(Refused, match="not open"):
        votes.vote(scene.community, said.id, voters[0].id, Choice.YES)
    scene.town.clock.now += 2 * DAY
    for voter, choice in zip(voters, (Choice.NO, Choice.YES, Choice.YES, Choice.NO), strict=True):
        votes.vote(scene.community, said.id, voter.id, choice)
    votes.vote(scene.community, said.id, voters[3].id, Choice.YES)
    votes.vote(scene.community, said.id, shop.id, Choice.NO)
    with pytest.raises(Refused, match="paid up"):
        votes.vote(scene.community, said.id, late.id, Choice.YES)
    assert votes.turnout(scene.community, said.id) == 5 and votes.choice(scene.community, said.id, shop.id) is Choice.NO
    with pytest.raises(Refused, match="still open"):
        votes.close(scene.community, said.id, "minutes")
    scene.town.clock.now += 7 * DAY
    closed, counted = votes.close(scene.community, said.id, "minutes")
    assert counted.yes.numerator * 8 == counted.yes.denominator * 3, "50 % of 3/4 against 50 % + 50 % of 1/4"
    assert closed.state == "rejected" and closed.minutes == "minutes"
    assert votes.close(scene.community, said.id, "other minutes")[0] == closed, "counting again changes nothing"
    with pytest.raises(Refused):
        votes.withdraw(scene.community, said.id)
    with pytest.raises(Refused, match="not open"):
        votes.vote(scene.community, said.id, shop.id, Choice.YES)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"title": " "}, "title"), ({"closes_at": 1}, "closes_at"), ({"policy": Policy()}, "policy"),
     ({"policy": Policy(), "currency": "RIV", "since": 1}, "since"),
     ({"rules": VotingRules(mode=Mode.COLLEGES, weights={"business": 50, "public": 50})}, "weights")],
)  # fmt: skip
def test_votes_that_cannot_be_announced(scene: Scene, change: dict[str, object], field: str) -> None:
    scene.town.member("Ana")
    now = scene.town.clock.now
    fields = {"title": "A", "text": "", "rules": VotingRules(), "opens_at": now, "closes_at": now + DAY} | change
    with pytest.raises((Refused, Rejected)) as refused:
        scene.life.resolutions.announce(scene.community, new_id(), **fields)  # type: ignore[arg-type]
    assert getattr(refused.value, "field", "") == field and scene.life.resolutions.all(scene.community) == []


def test_an_exchange_of_time(scene: Scene) -> None:
    ana, bea, cy = (scene.town.member(name) for name in ("Ana", "Bea", "Cy"))
    board = scene.life.exchanges
    offer = board.post(scene.community, ana.id, ana.accounts[0], kind="offer", title="Ironing", category="home", text="")
    assert board.board(scene.community) == [] and board.board(scene.community, Listing.PROPOSED) == [offer]
    with pytest.raises(Refused, match="not open"):
        board.propose(scene.community, offer.id, bea.id, 90)
    with pytest.raises(Refused, match="say why"):
        board.decide(scene.community, offer.id, new_id(), allow=False)
    offer = board.decide(scene.community, offer.id, new_id(), allow=True)
    with pytest.raises(Refused, match="own"):
        board.propose(scene.community, offer.id, ana.id, 90)
    deal = board.propose(scene.community, offer.id, bea.id, 60)
    assert (deal.giver, deal.receiver) == (ana.id, bea.id)
    with pytest.raises(Refused):
        board.get(scene.community, deal.id, cy.id)
    deal = board.agree(scene.community, deal.id, ana.id, 90)
    assert deal.state is Deal.PROPOSED and board.agree(scene.community, deal.id, ana.id, 90).state is Deal.PROPOSED
    deal = board.agree(scene.community, deal.id, bea.id, 90)
    assert deal.state is Deal.AGREED
    with pytest.raises(Refused, match="time cheque"):
        board.confirm(scene.community, deal.id, bea.id)
    deal = board.confirm(scene.community, deal.id, bea.id, "a.b.c")
    assert deal.state is Deal.DONE_BY_RECEIVER and board.both_confirmed(deal, ana.id) and not board.both_confirmed(deal, bea.id)
    deal = board.confirm(scene.community, deal.id, ana.id)
    assert deal.state is Deal.DONE_BY_RECEIVER, "paid only when the ledger says so"
    scene.town.ledger.submit(scene.town.pay(bea, ana, 90, id=deal.payment))
    assert board.get(scene.community, deal.id).state is Deal.PAID
    with pytest.raises(Rejected):
        board.cancel(scene.community, deal.id, bea.id)


def test_tellers_and_their_pins(scene: Scene) -> None:
    shop = scene.town.member("Shop", MemberKind.BUSINESS)
    tellers = scene.life.tellers
    one = tellers.add(scene.community, shop.id, " Till one ", "4711")
    assert one.name == "Till one"
    for pin in ("12", "12a4", "１２３４"):
        with pytest.raises(Refused) as refused:
            tellers.add(scene.community, shop.id, "Two", pin)
        assert refused.value.field == "pin"
    with pytest.raises(Refused, match="already"):
        tellers.add(scene.community, shop.id, "Till one", "1234")
    assert tellers.enter(scene.community, shop.id, one.id, "4711") == one
    for _ in range(5):
        with pytest.raises(Refused, match="does not fit"):
            tellers.enter(scene.community, shop.id, one.id, "0000")
    with pytest.raises(Refused):
        tellers.enter(scene.community, shop.id, one.id, "4711")
    assert tellers.get(scene.community, shop.id, one.id).locked
    tellers.change(scene.community, shop.id, one.id, pin="9876")
    assert tellers.enter(scene.community, shop.id, one.id, "9876").id == one.id
    with pytest.raises(Refused):
        tellers.enter(scene.community, new_id(), one.id, "9876")
    payment = new_id()
    tellers.sold(scene.community, one, payment)
    tellers.sold(scene.community, one, payment)
    assert tellers.takers(scene.community, [payment, new_id()]) == {payment: one.id}
    tellers.change(scene.community, shop.id, one.id, active=False)
    with pytest.raises(Refused):
        tellers.enter(scene.community, shop.id, one.id, "9876")


def test_a_need_shows_from_three_members_on(scene: Scene) -> None:
    needs, members = scene.life.needs, [new_id() for _ in range(3)]
    for member in (*members[:2], members[0]):
        needs.say(scene.community, member, "Caisses  BOIS", "Valence")
    assert needs.unmet(scene.community) == []
    needs.say(scene.community, members[2], "caisses bois", "valence")
    needs.say(scene.community, members[2], " ")
    (found,) = needs.unmet(scene.community)
    assert (found.members, found.searches) == (3, 4)
    scene.town.clock.now += 91 * DAY + SECOND
    assert needs.unmet(scene.community) == []


def test_init_makes_every_table_that_the_server_asks_for(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With RICOCHET_MIGRATE=false the server only checks; `ricochet init` is the remedy that it names."""
    monkeypatch.setenv("RICOCHET_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    done = CliRunner().invoke(operator.app, ["--database", engine_url, "init"])
    assert done.exit_code == 0, done.output
    database = open_database(engine_url)
    try:
        for tables in (ledger_migrations, identity_migrations, migrations):
            tables.check(database.read)
    finally:
        database.close()


def test_targets_questions_and_what_is_public(scene: Scene) -> None:
    region, by, uid = scene.life.region, new_id(), new_id()
    region.set_target(scene.community, "velocity.per_year", 4.0, "award 2026", by)
    region.set_target(scene.community, "velocity.per_year", 3.5, "revised", by)
    assert {key: each.value for key, each in region.targets(scene.community).items()} == {"velocity.per_year": 3.5}
    asked = region.ask(scene.community, uid, "velocity.per_year", " Why did it fall? ", by)
    assert region.ask(scene.community, uid, "x", "other", by) == asked and asked.text == "Why did it fall?"
    assert region.questions(scene.community, open_only=True) == [asked]
    told = region.answer(scene.community, uid, "A large firm left.", by)
    assert told.answer and region.questions(scene.community, open_only=True) == []
    for wrong in ("", " ", "x" * 1_001):
        with pytest.raises(Refused):
            region.ask(scene.community, new_id(), "velocity.per_year", wrong, by)
    assert region.shown(scene.community) == ("circulation", "velocity", "participation")
    region.show(scene.community, ("circulation",), by)
    region.show(scene.community, ("velocity",), by)
    assert region.shown(scene.community) == ("velocity",)
    with pytest.raises(Refused):
        region.show(scene.community, ("concentration",), by)
