"""What waits for the visitor: only what they may act on, each with its number and where it is done."""

from __future__ import annotations

from dataclasses import dataclass

from api.association.links import Standing
from api.pages.desk import approving, keys
from api.pages.desk.backups import days_without
from api.pages.desk.persons import may
from api.pages.frame.visit import Visit
from ledger.community.exchanges import Listing

ACTIONS = (
    "approvals.decide", "desk.operate", "redemptions.create", "questions.answer", "links.agree", "alerts.decide",
)  # fmt: skip
"""Those of which at least one makes somebody a person for whom something can wait."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something to do: its words without the number, how many, and the page."""

    text: str
    count: int
    path: str


def acts(visit: Visit) -> bool:
    """Whether anything can wait for the visitor at all."""
    return any(may(visit, action) for action in ACTIONS)


def waiting(visit: Visit, alerts: int) -> list[Waiting]:
    """The work that is open for the visitor; `alerts` are those that nobody has looked at."""
    life, c = visit.use.association, visit.caller.community
    found: list[Waiting] = []
    if may(visit, "approvals.decide"):
        n = sum(approving.may_decide(visit, each) for each in approving.open_ones(visit))
        found.append(Waiting(visit.many("request to approve", "requests to approve", n), n, "/desk/approvals"))
    if may(visit, "keys.confirm"):
        n = len(keys.may_confirm(visit, visit.use.identity.vouching.makers(c)))
        found.append(Waiting(visit.many("colleague’s key to confirm", "colleagues’ keys to confirm", n), n, "/desk/keys"))
    if may(visit):
        n = len(life.applications.waiting(c))
        found.append(Waiting(visit.many("application", "applications", n), n, "/desk/members/applications"))
        n = len(life.agreements.waiting(c))
        found.append(Waiting(visit.many("professional’s file", "professionals’ files", n), n, "/desk/members/files"))
        n = len(life.dues.reminders(c))
        words = visit.many("member whose dues end within 30 days", "members whose dues end within 30 days", n)
        found.append(Waiting(words, n, "/desk/members/dues"))
        n = len(life.exchanges.board(c, Listing.PROPOSED))
        found.append(Waiting(visit.many("offer of time to look at", "offers of time to look at", n), n, "/desk/members/offers"))
        n = len(life.leavings.waiting(c))
        found.append(Waiting(visit.many("member who leaves", "members who leave", n), n, "/desk/members/leaving"))
    if may(visit, "redemptions.create"):
        n = len(life.reconversions.waiting(c))
        found.append(Waiting(visit.many("reconversion asked for", "reconversions asked for", n), n, "/desk/money"))
    if may(visit, "alerts.decide"):
        found.append(Waiting(visit.many("pattern to look at", "patterns to look at", alerts), alerts, "/desk/alerts"))
    if may(visit, "questions.answer"):
        n = len(life.region.questions(c, open_only=True))
        found.append(Waiting(visit.many("question of the Region", "questions of the Region", n), n, "/desk/figures"))
    if may(visit, "links.agree"):
        n = _stretched(visit)
        found.append(Waiting(visit.many("convention to look at", "conventions to look at", n), n, "/desk/links"))
    n = days_without(visit)
    found.append(Waiting(visit.many("day without a good backup", "days without a good backup", n), n, "/desk/books"))
    return [each for each in found if each.count]


def _stretched(visit: Visit) -> int:
    """Conventions whose trust is more than half used."""
    life, c = visit.use.association.links, visit.caller.community
    return sum(each.state == "open" and life.use(each).standing is not Standing.OK for each in life.of(c))
