"""Hours that the association gives for its own tasks: whom a list means, what moves, what the rules do not credit."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from uuid import UUID

import pytest

from api.identity.people import Profile
from api.identity.principal import Role
from api.pages.desk.hours import association
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Model
from ledger.core.policy import Policy, Sphere
from ledger.service import new_id
from tests.pages.visiting import Site, Visitor, visited

HERE = "/desk/money/hours"
RULES = Policy(default_line=900, default_ceiling=120, step=15, spheres=True, not_credited=("board",))


@pytest.fixture
def site(tmp_path: object) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path}/ledger.db") as site:
        site.riv.do(c.DefineCurrency, code="RIV-H", scale=0, model=Model.TIME, policy=RULES)
        yield site


def joined(site: Site, name: str, contact: str = "") -> UUID:
    """A member with an account in hours; the account."""
    use, place, member, account = site.use, site.riv, new_id(), new_id()
    use.identity.people.create(place.community, member, Profile(name=name, kind=MemberKind.PERSON, contact=contact))
    place.do(c.OpenAccount, account=account, currency="RIV-H", kind=AccountKind.PERSON)
    use.identity.account_opened(place.community, member, account)
    return account


def sheet(people: str, hours: str = "1h30", task: str = "newsletter") -> dict[str, str]:
    return {"uid": str(new_id()), "currency": "RIV-H", "task": task, "people": people, "hours": hours}


def balance(site: Site, account: UUID) -> int:
    return site.use.ledger.reader.account(site.riv.community, account).balance


def coordinator(site: Site, *, fresh: bool = True, lang: str = "en") -> Visitor:
    found = site.enter(site.riv, Role.OPERATOR, fresh=fresh, lang=lang)
    found.get(HERE)
    return found


def test_a_list_is_looked_at_first_and_paid_once_by_the_association(site: Site) -> None:
    alma, gus = joined(site, "Alma Ruiz"), joined(site, "Gus Petit", "gus@example.org")
    desk, form = coordinator(site), sheet("alma\n\n gus@example.org \nAlma Ruiz")
    shown = desk.post(f"{HERE}/check", form, 200).text
    assert "Alma Ruiz" in shown and "Gus Petit" in shown and "3 h" in shown.replace("\u202f", " ").replace("\xa0", " ")
    assert balance(site, alma) == 0, "nothing is written by looking"
    for _ in range(2):
        desk.post(HERE, form)
    assert (balance(site, alma), balance(site, gus)) == (90, 90)
    place = site.riv.community
    assert balance(site, association(place, site.use.facts.currency(place, "RIV-H"))) == -180
    paid = site.use.ledger.reader.entry(place, UUID(form["uid"])).decoded().command
    assert isinstance(paid, c.PayBatch) and (paid.sphere, paid.activity) == (Sphere.ASSOCIATIVE, "newsletter")


@pytest.mark.parametrize(
    ("people", "hours", "said"),
    [
        ("Nobody", "1h", "Nobody called “Nobody” has an account"),
        ("Ruiz", "1h", "may be several members"),
        ("Alma Ruiz", "3h", "Alma Ruiz would hold more than 2 h"),
        ("Alma Ruiz", "0h20", "15"),
        ("\n \n", "1h", "people"),
    ],
)
def test_a_list_that_cannot_be_paid_says_who_and_why(site: Site, people: str, hours: str, said: str) -> None:
    joined(site, "Alma Ruiz")
    joined(site, "Ana Ruiz")
    desk = coordinator(site)
    shown = desk.post(f"{HERE}/check", sheet(people, hours), 422).text
    assert said in shown.replace("\u202f", " ").replace("\xa0", " ")
    desk.post(HERE, sheet(people, hours), 422)


def test_a_meeting_of_the_board_is_not_offered_and_earns_nothing(site: Site) -> None:
    alma, desk = joined(site, "Alma"), coordinator(site, lang="fr")
    page = desk.get(HERE)
    assert "une réunion du conseil" in page and 'value="board"' not in page
    assert "ne rapporte pas de temps" in desk.post(HERE, sheet("Alma", task="board"), 422).text
    assert balance(site, alma) == 0


def test_who_may(site: Site) -> None:
    joined(site, "Alma")
    site.enter(site.riv, Role.AUDITOR).get(HERE, 403)
    late = coordinator(site, fresh=False)
    assert "Is it you?" in late.post(HERE, sheet("Alma"), 403).text


def test_an_accorderie_has_hours_and_no_money(site: Site) -> None:
    """Where there is money too, the tab is called so."""
    assert "Argent" in coordinator(site, lang="fr").get("/desk/money")
    place = copy(site.riv)
    place.community = site.use.ledger.found_community("ACC")
    place.do(c.DefineCurrency, code="HEURE", scale=0, model=Model.TIME, policy=RULES)
    page = site.enter(place, Role.OPERATOR, lang="fr").get("/desk/money")
    assert "Heures" in page and "Argent" not in page and "euros" not in page
