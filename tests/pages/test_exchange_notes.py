"""How the two of an exchange reach each other: what each chooses to show, to nobody else, and only while it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import func, select

from api.association.exchange_notes import LONGEST
from api.association.schema import deal_note
from api.identity.errors import Refused
from api.identity.people import Profile
from api.identity.principal import Role
from ledger.community.membership import MemberKind, MemberState
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Model
from ledger.core.policy import Policy
from ledger.service import new_id
from tests.integration.served import STAFF
from tests.pages.visiting import Site, Visitor, visited

PHONE = "06 12 34 56 78"


@dataclass
class Bank:
    """A time bank in which Alma has asked for ironing and Gus has taken it up; Zoe is a third member."""

    site: Site
    alma: UUID
    gus: UUID
    zoe: UUID
    deal: UUID

    @property
    def here(self) -> str:
        return f"/wallet/exchanges/{self.deal}"

    def agree(self) -> None:
        self.site.use.association.exchanges.agree(self.site.riv.community, self.deal, self.alma, 60)

    def enter(self, member: UUID) -> Visitor:
        found = self.site.enter(self.site.riv, Role.MEMBER, owner=member)
        found.get("/wallet")
        return found

    def kept(self) -> int:
        with self.site.use.ledger.database.read.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(deal_note)).scalar_one())


@pytest.fixture
def bank(tmp_path: object) -> Iterator[Bank]:
    with visited(f"sqlite:///{tmp_path}/ledger.db") as site:
        place, use = site.riv, site.use
        rules = Policy(default_line=900, default_ceiling=3_600, step=15, spheres=True)
        place.do(c.DefineCurrency, code="RIV-H", scale=0, model=Model.TIME, policy=rules)

        def joined(name: str, contact: str) -> tuple[UUID, UUID]:
            member, account = new_id(), new_id()
            use.identity.people.create(place.community, member, Profile(name=name, kind=MemberKind.PERSON, contact=contact))
            place.do(c.OpenAccount, account=account, currency="RIV-H", kind=AccountKind.PERSON)
            use.identity.account_opened(place.community, member, account)
            return member, account

        (alma, hers), (gus, _), (zoe, _) = joined("Alma", PHONE), joined("Gus", ""), joined("Zoe", "zoe@example.org")
        life = use.association.exchanges
        offer = life.post(place.community, alma, hers, kind="ask", title="Ironing", category="household", text="")
        life.decide(place.community, offer.id, STAFF, allow=True)
        yield Bank(site, alma, gus, zoe, life.propose(place.community, offer.id, gus, 60).id)


def test_nothing_is_shown_that_was_not_chosen(bank: Bank) -> None:
    alma, gus = bank.enter(bank.alma), bank.enter(bank.gus)
    for each in (alma, gus):
        assert "Arrange the day" not in each.get(bank.here), "before they agree there is nothing to arrange"
    alma.post(f"{bank.here}/note", {"says": PHONE}, 409)
    bank.agree()
    assert PHONE not in gus.get(bank.here) and "has not said how to be reached" in gus.get(bank.here)
    assert f"Show {PHONE}" in alma.get(bank.here), "her own contact, one press away"
    assert "Show " not in gus.get(bank.here), "who has left no contact has none to show"


def test_what_one_shows_the_other_reads_and_nobody_else(bank: Bank) -> None:
    bank.agree()
    alma, gus, zoe = (bank.enter(each) for each in (bank.alma, bank.gus, bank.zoe))
    alma.post(f"{bank.here}/note", {"contact": "true"})
    gus.post(f"{bank.here}/note", {"says": "  At home after six  "})
    assert PHONE in gus.get(bank.here) and "At home after six" in alma.get(bank.here)
    zoe.get(bank.here, 404)
    zoe.post(f"{bank.here}/note", {"says": "Me too"}, 404)
    office = bank.site.enter(bank.site.riv, Role.OPERATOR)
    office.get(bank.here, 403)
    assert "At home after six" not in office.get(f"/desk/members/{bank.gus}")


def test_it_is_taken_back(bank: Bank) -> None:
    bank.agree()
    alma, gus = bank.enter(bank.alma), bank.enter(bank.gus)
    alma.post(f"{bank.here}/note", {"says": PHONE})
    alma.post(f"{bank.here}/note", {"says": "At the market"})
    assert PHONE not in gus.get(bank.here) and "At the market" in gus.get(bank.here)
    alma.post(f"{bank.here}/note", {"says": " "})
    assert "At the market" not in gus.get(bank.here) and bank.kept() == 0


def test_it_goes_when_the_hours_have_moved(bank: Bank) -> None:
    bank.agree()
    alma, gus = bank.enter(bank.alma), bank.enter(bank.gus)
    gus.post(f"{bank.here}/note", {"says": PHONE})
    gus.post(f"{bank.here}/done", {})
    assert PHONE in alma.get(bank.here), "the other side has not confirmed yet"
    alma.post(f"{bank.here}/done", {})
    assert PHONE not in alma.get(bank.here) and bank.kept() == 0
    alma.post(f"{bank.here}/note", {"says": PHONE}, 409)


def test_it_goes_when_it_is_called_off_and_when_who_said_it_is_forgotten(bank: Bank) -> None:
    use, place = bank.site.use, bank.site.riv.community
    bank.agree()
    use.association.exchange_notes.say(place, bank.deal, bank.gus, PHONE)
    use.association.exchange_notes.say(place, bank.deal, bank.alma, PHONE)
    gone = use.identity.people.get(place, bank.gus)
    gone = use.identity.people.change(place, bank.gus, gone.version, {"state": MemberState.LEFT}, STAFF)
    office = bank.site.enter(bank.site.riv, Role.OPERATOR, fresh=True)
    office.get(f"/desk/members/{bank.gus}")
    office.post(f"/desk/members/{bank.gus}/forgotten")
    assert bank.kept() == 1
    bank.enter(bank.alma).post(f"{bank.here}/end")
    assert bank.kept() == 0


def test_a_long_note_is_refused(bank: Bank) -> None:
    bank.agree()
    with pytest.raises(Refused, match=str(LONGEST)):
        bank.site.use.association.exchange_notes.say(bank.site.riv.community, bank.deal, bank.gus, "x" * (LONGEST + 1))
