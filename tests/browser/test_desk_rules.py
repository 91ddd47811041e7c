"""Journey 13 at the desk: a rule is weighed on last year, voted on, adopted, and in force later; what is old stays."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect
from sqlalchemy import update

from api.association.schema import resolution
from api.identity.principal import Role
from api.pages.frame.units import moment_of
from ledger.community.membership import MemberKind
from ledger.community.voting import Choice
from ledger.core import commands as c
from tests.browser.conftest import People
from tests.browser.live import Live
from tests.browser.person import Person

UNIT = "RIV-B"


def confirm(person: Person) -> None:
    """Say that it is oneself, where the page asks."""
    button = person.page.locator("form[data-passkey] button[type=submit]").last
    button.click()


def test_the_assembly_changes_the_commission(either: Live, people: People) -> None:
    use, riv = either.use, either.riv
    shop = riv.open(riv.ben.id, UNIT, MemberKind.BUSINESS)
    riv.do(c.Issue, account=shop, currency=UNIT, amount=9_000, euros=9_000)
    old = riv.do(c.Redeem, account=shop, currency=UNIT, amount=6_000, invoice="2026-1")
    before = use.ledger.reader.entry(riv.community, old.command_id).leaf_hash
    office, board = people(either, phone=False), people(either, phone=False)
    office.enter(Role.OPERATOR)
    office.authenticator()
    office.go("/desk/rules")
    office.check_axe()
    office.page.get_by_role("link", name=f"Change a rule of {UNIT}").click()
    today = moment_of(use.clock(), "Europe/Paris").date()
    since = today + timedelta(days=40)
    office.page.get_by_label("Commission on reconversion").fill("3")
    office.page.get_by_label("What they would get").fill("2")
    office.page.get_by_label("From which day?").fill(since.isoformat())
    office.check_axe()
    office.page.get_by_role("button", name="See what it would have meant").click()
    row = office.page.get_by_role("row", name="Commission on reconversions")
    expect(row).to_be_visible(timeout=45_000)
    expect(row).to_contain_text("3.00")
    expect(row).to_contain_text("1.80")
    expect(office.page.get_by_role("row", name="Gift on conversions")).to_contain_text("2.70")
    expect(office.page.get_by_text("from 5 % to 3 %").or_(office.page.get_by_text("from 5\N{NO-BREAK SPACE}% to"))).to_be_visible()
    office.check_axe()
    office.shot("desk-rules-preview")
    office.page.get_by_label("Title").fill("Commission from 5 to 3 percent")
    office.page.get_by_label("Quorum").fill("20")
    office.page.get_by_role("button", name="Announce the vote").click()
    expect(office.page.get_by_text("Members see the vote in their wallets now.")).to_be_visible()
    (vote,) = use.association.resolutions.all(riv.community)
    assert vote.policy is not None and vote.policy.commission_bp == 300
    for member in (riv.ada.id, riv.ben.id):
        use.association.resolutions.vote(riv.community, vote.id, member, Choice.YES)
    ended = update(resolution).where(resolution.c.id == vote.id)  # the clock of a running server does not jump
    with use.ledger.database.write.begin() as connection:
        connection.execute(ended.values(opens_at=vote.opens_at - 10**9, closes_at=vote.opens_at))
    office.page.reload()
    office.page.get_by_label("Minutes").fill("Ada presided. The proposal was read and adopted.")
    office.check_axe()
    office.page.get_by_role("button", name="Count and keep the minutes").click()
    expect(office.page.get_by_text("Counted: adopted.")).to_be_visible()
    office.page.get_by_role("button", name="Ask for the change").click()
    confirm(office)
    expect(office.page.get_by_text("A second person must approve it now")).to_be_visible()
    assert len(use.ledger.reader.policies(riv.community, UNIT)) == 1, "one person alone changes nothing"
    board.enter(Role.TREASURER)
    board.authenticator()
    board.go("/desk/approvals")
    board.check_axe()
    board.page.get_by_role("button", name="Approve").first.click()
    confirm(board)
    expect(board.page.get_by_text("Approved and done.")).to_be_visible()
    board.go(f"/desk/rules/{UNIT}")
    expect(board.page.get_by_text("to come")).to_be_visible()
    first, second = use.ledger.reader.policies(riv.community, UNIT)
    assert moment_of(second.since, "Europe/Paris").date() == since
    assert (first.policy.commission_bp, second.policy.commission_bp) == (500, 300)
    board.page.get_by_role("link", name="The vote and its minutes").click()
    expect(board.page.get_by_text("Ada presided.")).to_be_visible()
    board.check_axe()
    board.shot("desk-vote-adopted")
    assert use.ledger.reader.entry(riv.community, old.command_id).leaf_hash == before, "what is old stays"
    taken = riv.do(c.Redeem, account=shop, currency=UNIT, amount=1_000, invoice="2026-2")
    assert 50 in [each.posted for each in taken.transfers], "until its day the old rule holds"
