"""Journey 9 beyond two members, in a browser: a workshop, the newsletter that the association pays, the board that earns nothing."""

from __future__ import annotations

from playwright.sync_api import expect

from api.identity.principal import Role
from ledger.community.exchanges import Listing
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.accounts import Model
from ledger.core.policy import Policy, Sphere
from tests.browser.conftest import People
from tests.browser.live import Live
from tests.browser.wallets import balance

RULES = Policy(default_line=900, default_ceiling=3_600, step=15, spheres=True, not_credited=("board",))


def test_a_workshop_and_the_newsletter(town: Live, people: People) -> None:
    riv, use = town.riv, town.use
    riv.do(c.DefineCurrency, code="RIV-W", scale=0, model=Model.TIME, policy=RULES)
    host, guest = (riv.join(name, MemberKind.PERSON) for name in ("Hanna", "Gert"))
    hers, his = (riv.open(who.id, "RIV-W", MemberKind.PERSON) for who in (host, guest))
    hanna, gert = people(town, lang="fr"), people(town)
    hanna.enrol(host.id)
    gert.enrol(guest.id)

    hanna.go("/wallet/exchanges/new")
    expect(hanna.page.get_by_text("Pour l’association")).to_have_count(0)
    hanna.page.get_by_label("En quelques mots").fill("Atelier vélo")
    hanna.page.get_by_label("Type d’aide").fill("réparation")
    hanna.page.get_by_label("Un atelier ou un groupe").check()
    hanna.check_axe("offer a workshop")
    hanna.page.get_by_role("button", name="Envoyer").click()
    office = people(town, lang="fr")
    office.enter(Role.OPERATOR)
    office.authenticator()
    office.go("/desk/members/offers")
    expect(office.page.get_by_text("atelier ou groupe")).to_be_visible()
    office.page.get_by_role("button", name="Accepter").click()
    (offer,) = [each for each in use.association.exchanges.board(riv.community, Listing.OPEN) if each.member == host.id]
    assert offer.sphere is Sphere.COLLECTIVE

    gert.go("/wallet/exchanges")
    gert.page.get_by_role("link", name="Atelier vélo").click()
    expect(gert.page.get_by_text("workshop or group")).to_be_visible()
    gert.page.get_by_role("button", name="I would like that").click()
    hanna.go("/wallet/exchanges")
    hanna.page.get_by_role("link", name="Atelier vélo").first.click()
    hanna.page.get_by_role("button", name="D’accord pour 1 h").click()
    hanna.page.get_by_role("button", name="Oui, c’est fait").click()
    gert.page.reload()
    gert.page.get_by_role("button", name="Yes, sign the time cheque").click()
    expect(gert.page.get_by_text("Thank you both")).to_be_visible()
    assert (balance(town, hers), balance(town, his)) == (60, -60)

    office.go("/desk/money")
    office.page.get_by_role("link", name="Des heures pour une tâche").click()
    expect(office.page.get_by_text("une réunion du conseil")).to_be_visible()
    expect(office.page.get_by_role("option", name="Une réunion du conseil")).to_have_count(0)
    office.page.get_by_label("Par qui").fill("Hanna\nGert")
    office.page.get_by_label("Combien de temps").fill("1h30")
    office.check_axe("hours for a task")
    office.page.get_by_role("button", name="Continuer").click()
    expect(office.page.get_by_role("heading", name="Avant de le faire")).to_be_visible()
    office.check_axe("hours for a task, before it is done")
    office.shot("desk-hours-check-fr-phone")
    office.page.get_by_role("button", name="Verser les heures").click()
    office.page.get_by_role("button", name="Créer une clé d’accès et continuer").click()
    expect(office.page.get_by_text("versées à chacun des 2 adhérents")).to_be_visible()
    assert (balance(town, hers), balance(town, his)) == (150, 30)
    hanna.go("/wallet")
    expect(hanna.page.get_by_text("2 h 30").first).to_be_visible()
    hanna.shot("wallet-hours-from-the-association-fr-phone")
