"""Four eyes at the desk: who may be the second person sees buttons, anybody else who may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.identity.keys import scopes_of
from api.identity.principal import Principal, Role
from ledger.community.membership import MemberKind
from ledger.core.commands import ChangePolicy, Issue, Pay, Reverse
from ledger.service import new_id
from tests.pages.visiting import Site, Visitor, visited

UNIT = "RIV-B"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path}/ledger.db") as found:
        yield found


def asked_by(site: Site) -> Visitor:
    """A treasurer who asked for a large issue; it waits."""
    place = site.riv
    account = place.open(place.ada.id, UNIT, MemberKind.PERSON)
    money = site.enter(place, Role.TREASURER, fresh=True)
    money.get("/desk/money/issue")
    form = {"uid": str(new_id()), "account": str(account), "amount": "900"}
    assert money.post("/desk/money/issue", form).headers["location"] == "/desk/approvals"
    return money


def test_only_who_may_decide_has_buttons_and_everybody_reads_why(site: Site) -> None:
    mine = asked_by(site).get("/desk/approvals")
    assert "somebody else has to approve it" in mine and "Take back" in mine and "Approve<" not in mine
    theirs = site.enter(site.riv, Role.TREASURER).get("/desk/approvals")
    assert (
        "Approve<" in theirs
        and "Turn down" in theirs
        and "Asked by treasurer desk" in " ".join(theirs.replace("</dt><dd>", " ").split())
    )
    for role, why in (
        (Role.AUDITOR, "You read and decide nothing"),
        (Role.OPERATOR, "This is not yours to approve"),
    ):
        text = site.enter(site.riv, role).get("/desk/approvals")
        assert "900.00 RIV-B" in text and why in text and "treasurer." in text, role
        assert "/yes" not in text and "/no" not in text, role


def test_what_would_change_in_the_rules_is_read_before_it_is_approved(site: Site) -> None:
    place, use = site.riv, site.use
    now = use.ledger.reader.policies(place.community, UNIT)[-1].policy
    change = ChangePolicy(
        id=new_id(), community=place.community, actor=new_id(), currency=UNIT, since=use.clock() + 10**15,
        policy=replace(now, commission_bp=350), resolution="General assembly",
    )  # fmt: skip
    roles = frozenset({Role.OPERATOR})
    by = Principal(new_id(), place.community, roles, scopes_of(roles))
    use.identity.approvals.propose(by, "policies.change", change)
    text = site.enter(place, Role.OPERATOR).get("/desk/approvals")
    assert "Commission on reconversion" in text and "→ 3.5 %" in text and "General assembly" in text
    assert "Approve<" in text
    assert "somebody unknown here" in text, "the key of who asked is not there any more"


def test_what_would_be_undone_is_told_in_words(site: Site) -> None:
    place = site.riv
    ada, ben = (
        place.open(place.ada.id, UNIT, MemberKind.PERSON),
        place.open(place.ben.id, UNIT, MemberKind.BUSINESS),
    )
    place.do(Issue, account=ada, currency=UNIT, amount=5_000, euros=5_000)
    paid = place.do(Pay, payer=ada, payee=ben, amount=1_250, currency=UNIT)
    roles = frozenset({Role.TREASURER})
    by = Principal(new_id(), place.community, roles, scopes_of(roles))
    undo = Reverse(id=new_id(), community=place.community, actor=by.actor, entry=paid.command_id)
    site.use.identity.approvals.propose(by, "entries.reverse", undo)
    text = site.enter(place, Role.TREASURER).get("/desk/approvals")
    assert "Payment · Ada → Ben's Bakery · 12.50 RIV-B" in text
