"""Applying on the public form, and asking for euros, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.association.service import Association
from api.identity.errors import Refused
from api.identity.people import Profile
from api.identity.records import Records
from ledger.community.membership import MemberKind, MemberState
from ledger.service import new_id
from tests.integration.test_association import Scene
from tests.integration.town import open_town


@pytest.fixture
def scene(engine_url: str) -> Iterator[Scene]:
    with open_town(engine_url) as town:
        yield Scene(town, Association(town.ledger, town.identity, Records(town.ledger.database, town.clock)))


def test_an_application_waits_as_a_pending_member(scene: Scene) -> None:
    life, people, c = scene.life.applications, scene.town.identity.people, scene.community
    club, _ = people.create(c, new_id(), Profile(name="Rowing Club", kind=MemberKind.ASSOCIATION, listed=True))
    uid, profile = new_id(), Profile(name="Nina", kind=MemberKind.PERSON, contact="nina@example.org", place="Romans")
    made = life.apply(c, uid, profile, sponsor=club.id, cents=1_500, newsletter=True)
    assert made.state is MemberState.PENDING
    assert life.apply(c, uid, profile, sponsor=club.id, cents=1_500, newsletter=True) == made, "sent twice, one member"
    assert [(member.name, said.sponsor, said.cents, said.newsletter) for member, said in life.waiting(c)] == [
        ("Nina", club.id, 1_500, True)
    ]
    assert life.sponsored(c) == {club.id: 1}
    people.change(c, uid, made.version, {"state": MemberState.ACTIVE})
    assert life.waiting(c) == [] and life.get(c, uid).cents == 1_500
    with pytest.raises(Refused, match="one of the associations"):
        life.apply(c, new_id(), profile, sponsor=uid)
    with pytest.raises(Refused, match="name must have"):
        life.apply(c, new_id(), Profile(name=" ", kind=MemberKind.PERSON))
    with pytest.raises(Refused, match="no such application"):
        life.get(c, club.id)


def test_a_request_for_euros_is_asked_and_decided_once(scene: Scene) -> None:
    asks, c, by = scene.life.reconversions, scene.community, new_id()
    ana, bea = scene.town.member("Ana"), scene.town.member("Bea")
    code, uid = scene.town.ledger.reader.currencies(c)[0].code, new_id()
    made = asks.ask(c, uid, ana.id, ana.accounts[0], code, 39_000, "2026-14")
    assert asks.ask(c, uid, ana.id, ana.accounts[0], code, 39_000, "2026-14") == made
    with pytest.raises(Refused, match="another request"):
        asks.ask(c, uid, ana.id, ana.accounts[0], code, 1, "2026-14")
    with pytest.raises(Refused, match="member's accounts"):
        asks.ask(c, new_id(), bea.id, ana.accounts[0], code, 1, "x")
    with pytest.raises(Refused, match="no such reconversion"):
        asks.get(c, uid, bea.id)
    assert [each.id for each in asks.waiting(c)] == [uid]
    with pytest.raises(Refused, match="say why"):
        asks.decline(c, uid, by, " ")
    assert asks.decline(c, uid, by, "the invoice is missing").reasons == "the invoice is missing"
    with pytest.raises(Refused, match="declined already"):
        asks.withdraw(c, uid, ana.id)
    second = asks.ask(c, new_id(), ana.id, ana.accounts[0], code, 500, "2026-15")
    assert asks.done(c, second.id, by).state == "done" and asks.waiting(c) == []
    assert [each.state for each in asks.of(c, ana.id)] == ["done", "declined"]
