"""What an association keeps of its own on both engines: members who leave, what is asked, a map that is looked at first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from api.association.leavings import Stage, Wish
from api.association.service import Association
from api.identity.errors import Refused
from api.identity.records import Records
from ledger.community.agreement import Step
from ledger.community.dues import DuesRules
from ledger.community.membership import MemberKind, MemberState
from ledger.service import new_id
from tests.integration.test_association import Scene
from tests.integration.town import DAY, open_town
from tests.unit.test_territory import collection, commune


@pytest.fixture
def scene(engine_url: str) -> Iterator[Scene]:
    with open_town(engine_url) as town:
        yield Scene(town, Association(town.ledger, town.identity, Records(town.ledger.database, town.clock)))


def test_one_request_to_leave_is_open_at_a_time(scene: Scene) -> None:
    life, c, ana, by = scene.life.leavings, scene.community, scene.town.member("Ana"), new_id()
    asked = life.ask(c, new_id(), ana.id, Wish.GIVE)
    assert life.ask(c, new_id(), ana.id, Wish.SPEND) == asked, "the open one stands"
    life.withdraw(c, ana.id)
    assert life.waiting(c) == []
    scene.town.clock.now += DAY
    again = life.ask(c, new_id(), ana.id, Wish.SPEND)
    assert again.id != asked.id and [each.id for each in life.waiting(c)] == [again.id]
    life.noticed(c, ana.id, by)
    with pytest.raises(Refused, match="under way"):
        life.withdraw(c, ana.id)
    people = scene.town.identity.people
    people.change(c, ana.id, people.get(c, ana.id).version, {"state": MemberState.LEFT})
    assert life.waiting(c) == [], "who has left waits no more, however it was done"
    life.done(c, ana.id, by)
    found = life.of(c, ana.id)
    assert found is not None and found.state is Stage.DONE and found.changed_by == by
    with pytest.raises(Refused, match="left already"):
        life.ask(c, new_id(), ana.id, Wish.SPEND)


def test_rules_are_kept_with_what_they_were(scene: Scene) -> None:
    book, c, by = scene.life.own_rules, scene.community, new_id()
    usual = book.of(c)
    assert usual.dues == DuesRules() and usual.set_at is None
    book.put(c, usual.dues, usual.colleges, by)
    assert book.history(c) == [], "nothing changed"
    dearer = replace(usual.dues, large=1_500)
    book.put(c, dearer, usual.colleges, by)
    scene.town.clock.now += DAY
    book.put(c, dearer, ("members",), by)
    assert [each.colleges for each in book.history(c)] == [("members",), usual.colleges]
    assert book.of(c).dues.large == 1_500 and book.of(new_id()).dues == DuesRules()
    for dues, colleges, field in (
        (replace(dearer, grace_days=367), ("members",), "grace_days"),
        (replace(dearer, person_suggested=1), ("members",), "person_suggested"),
        (replace(dearer, small=9_999), ("members",), "large"),
        (dearer, (), "colleges"),
        (dearer, ("nobody",), "colleges"),
    ):
        with pytest.raises(Refused) as refused:
            book.put(c, dues, colleges, by)
        assert refused.value.field == field


def test_a_map_waits_until_it_is_shown(scene: Scene) -> None:
    maps, c, by = scene.life.territories, scene.community, new_id()
    maps.hand_in(c, collection(commune("Die")).encode(), by)
    assert maps.get(c) is None and maps.draft(c) is not None
    maps.show(c, by)
    shown = maps.get(c)
    assert shown is not None and shown.areas[0].name == "Die" and maps.draft(c) is None
    with pytest.raises(Refused, match="no map waits"):
        maps.show(c, by)
    maps.take_away(c)
    assert maps.get(c) is None


def test_answers_are_mended_until_the_committee_decides(scene: Scene) -> None:
    shop, day, by = scene.town.member("Bakery", MemberKind.BUSINESS), date(2026, 3, 2), new_id()
    files, c = scene.life.agreements, scene.community
    file = files.open(c, shop.id, {"siren": "1", "years": "3"}, by, day)
    assert files.answer(c, file.id, 1, {"siren": "1", "years": "3"}, by, day) == file, "the same changes nothing"
    file = files.answer(c, file.id, 1, {"siren": "2"}, by, day)
    assert file.says == {"siren": "2", "years": ""} and file.history[-1]["changed"] == ["siren", "years"]
    with pytest.raises(Refused, match="changed meanwhile"):
        files.answer(c, file.id, 1, {"siren": "3"}, by, day)
    file = files.step(c, file.id, file.version, Step.WITHDRAWN, by, day)
    with pytest.raises(Refused, match="decided or withdrawn"):
        files.answer(c, file.id, file.version, {"siren": "3"}, by, day)
