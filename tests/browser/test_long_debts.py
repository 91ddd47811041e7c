"""Journey 7 from its tenth month on, in a browser: the reminder in the wallet, the desk's list, the euros that end it."""

from __future__ import annotations

from playwright.sync_api import expect

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from tests.browser.conftest import People
from tests.browser.live import Live
from tests.browser.wallets import balance

DAY = 86_400 * 10**9


def test_a_debt_of_ten_months_and_one_of_thirteen(either: Live, people: People) -> None:
    """The history before this server is brought in with its dates, which count."""
    riv, now = either.riv, either.use.clock()
    young, old = (riv.join(name, MemberKind.BUSINESS) for name in ("Traiteur Novembre", "Traiteur Octobre"))
    for who, days in ((young, 300), (old, 395)):
        riv.do(c.ImportOpening, account=who.account, balance=-700, occurred_at=now - days * DAY)
    first, second = people(either, lang="fr"), people(either, lang="fr")
    for phone, who in ((first, young), (second, old)):
        phone.enrol(who.id)
        phone.go("/wallet")
    expect(first.page.get_by_text("après douze mois, ce que vous devez est à régler en euros")).to_be_visible()
    first.check_axe("wallet, a debt of ten months")
    first.shot("wallet-debt-ten-months-fr-phone")
    expect(second.page.get_by_text("peut vous demander 7,00 RIV en euros")).to_be_visible()
    second.check_axe("wallet, a debt of thirteen months")
    second.shot("wallet-debt-thirteen-months-fr-phone")

    desk = people(either, lang="fr")
    desk.enter(Role.TREASURER)
    desk.authenticator()
    desk.go("/desk/alerts")
    expect(desk.page.get_by_role("heading", name="À régler en euros")).to_be_visible(timeout=60_000)
    expect(desk.page.get_by_role("heading", name="Longtemps sous zéro")).to_be_visible()
    desk.check_axe("old debts on the list")
    desk.shot("desk-alerts-debts-fr-phone")
    due = desk.page.locator("section").filter(has=desk.page.get_by_role("heading", name="À régler en euros"))
    due.get_by_role("link", name="Le compte et sa ligne").click()
    desk.page.get_by_label("Euros reçus pour elle").fill("7")
    desk.check_axe("a debt on the account")
    desk.page.get_by_role("button", name="La régler").click()
    desk.page.get_by_role("button", name="Créer une clé d’accès et continuer").click()
    expect(desk.page.get_by_text("Cette part de la dette est réglée.")).to_be_visible()
    assert balance(either, old.account) == 0
    second.page.reload()
    expect(second.page.get_by_text("sous zéro depuis")).to_have_count(0)
