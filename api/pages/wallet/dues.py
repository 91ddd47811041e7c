"""`/wallet/dues`: how far one's dues are paid, what the association asks, and what who waits to be let in will pay (MLC-15)."""

from __future__ import annotations

from starlette.responses import Response

from api.identity.permissions import allowed
from api.pages.frame.again import or_again
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.wallet.joining import EUROS, offered
from api.pages.wallet.lines import midnight
from api.pages.wallet.mine import member_of
from ledger.community.dues import lapses_on
from ledger.community.membership import MemberKind, MemberState
from ledger.core.accounts import Model

router = page_router()


@router.get("/wallet/dues")
def dues(visit: Visit = page("members.me")) -> Response:
    """What was paid, until when it lasts, what is asked."""
    mine, life, c = member_of(visit), visit.use.association, visit.caller.community
    rules, paid = life.own_rules.of(c).dues, life.dues.of(c, mine.id)
    through = max((each.through for each in paid), default=None)
    zone = visit.face.timezone
    known = {each.code: each for each in visit.use.ledger.reader.currencies(c) if each.model is not Model.MIRROR}
    return visit.show(
        "wallet/dues.html", mine=mine, rules=rules, euros=EUROS, states=MemberState, person=mine.kind is MemberKind.PERSON,
        said=life.applications.find(c, mine.id), may=allowed(visit.caller.principal, "members.update"),
        paid=[
            (midnight(each.paid_on, zone), each.cents, known.get(each.currency, EUROS), midnight(each.through, zone))
            for each in paid
        ],
        through=None if through is None else midnight(through, zone), over=through is not None and through < life.dues.today(),
        lapses=None if through is None else midnight(lapses_on(through, rules), zone),
    )  # fmt: skip


@router.post("/wallet/dues")
@or_again(dues)
def say(visit: Visit = page("members.update")) -> Response:
    """What I will pay for a year; the association sees it where it lets people in."""
    mine, life = member_of(visit), visit.use.association
    rules = life.own_rules.of(visit.caller.community).dues
    cents, wrong = offered(visit, mine.kind, rules)
    if wrong:
        raise visit.misfilled(wrong)
    life.applications.offer(visit.caller.community, mine.id, cents)
    return visit.go("/wallet/dues", visit.text("The association sees what you will pay."))
