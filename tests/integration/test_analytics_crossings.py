"""What crosses between two communities stands in the report of each, from its own journal and the convention."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from api.reporting import facts_of
from ledger.analytics.report.asking import Question, ask
from ledger.analytics.source.facts import read_facts, write_facts
from ledger.analytics.source.scene import Scene
from ledger.analytics.spending import crossings
from ledger.core import commands as c
from ledger.service import new_id
from tests.integration.test_crossings import Two, two

__all__ = ["two"]


def scene(two: Two, folder: Path, community: UUID) -> Scene:
    reader = two.ledger.reader
    return ask(reader, folder, Question(community=community), facts=facts_of(reader, community))


@pytest.mark.parametrize("engine_url", ["sqlite"], indirect=True)
def test_both_communities_report_what_crossed(two: Two, tmp_path: Path) -> None:
    for amount in (900, 600):
        assert two.life.crossings.pay(two.riv_link, two.hold(amount), two.maker).state == "done"
    plain = c.Pay(id=new_id(), actor=two.payer, community=two.riv, payer=two.payer, payee=two.riv_link.account,
                  amount=40, currency="RIV")  # fmt: skip
    undone = two.ledger.submit(plain)
    two.ledger.submit(c.Reverse(id=new_id(), actor=UUID(int=7), community=two.riv, entry=undone.command_id, force=True))
    here, there = (crossings.compute(scene(two, tmp_path, each)).tables for each in (two.riv, two.mes))
    assert here["by_community"].rows == (("MES", 1_500, 2, 0, 0),)
    assert there["by_community"].rows == (("RIV", 0, 0, 1_500, 2),)


@pytest.mark.parametrize("engine_url", ["sqlite"], indirect=True)
def test_an_account_that_stands_for_a_community_is_no_member(two: Two, tmp_path: Path) -> None:
    facts = facts_of(two.ledger.reader, two.riv)
    assert [(each.accounts, each.mirrors) for each in facts] == [((two.riv_link.account,), "MES")]
    assert read_facts(write_facts(facts)) == facts
    found = scene(two, tmp_path, two.riv)
    assert found.number("SELECT count(*) FROM member") == 0
    assert found.rows("SELECT label, other FROM partner JOIN account USING (account)") == [(str(two.riv_link.account), "MES")]
