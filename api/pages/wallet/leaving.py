"""`/wallet/leave`: what one has and owes, saying goodbye, and how far the association is with it (MUT-15, PRIV-5)."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from api.association.leavings import Stage, Wish
from api.identity.permissions import allowed
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.wallet.mine import Held, holdings, member_of
from ledger.community.membership import MemberState
from ledger.core.accounts import AccountState, Model
from ledger.service import new_id

router = page_router()


@router.get("/wallet/leave")
def leave(visit: Visit = page("members.me")) -> Response:
    """What leaving means for what one has or owes; then the form, or how far it is."""
    mine, held = member_of(visit), holdings(visit)
    asked = visit.use.association.leavings.of(visit.caller.community, mine.id)
    own = [each for each in held if not each.is_purse]
    until = [each.account.spend_until for each in own if each.account.state is AccountState.LEAVING]
    return visit.show(
        "wallet/leave.html", mine=mine, held=held, models=Model, asked=asked if asked and asked.open else None,
        left=mine.state is MemberState.LEFT, wishes=_wishes(visit, own), until=min(until, default=0),
        noticed=bool(until) or (asked is not None and asked.state is Stage.NOTICED), uid=visit.form.get("uid") or new_id(),
        may=allowed(visit.caller.principal, "members.update"),
        euros=allowed(visit.caller.principal, "reconversions.ask"),
    )  # fmt: skip


def _wishes(visit: Visit, own: list[Held]) -> list[tuple[str, str, str]]:
    """What can become of what one has or owes; nothing to choose where there is neither."""
    some = []
    if any(each.account.balance > 0 for each in own):
        some = [
            (Wish.SPEND.value, visit.text("I spend it first"), ""),
            (Wish.GIVE.value, visit.text("I give it to the association or to another member"), visit.text("By a payment.")),
        ]
    backed = any(each.account.balance > 0 and each.unit.model is Model.BACKED for each in own)
    if backed and allowed(visit.caller.principal, "reconversions.ask"):
        some.append((Wish.EUROS.value, visit.text("I ask for euros"), visit.text("By reconversion.")))
    if any(each.account.balance < 0 for each in own):
        some.append((Wish.EUROS.value, visit.text("I settle what I owe in euros with the association"), ""))
    return list({each[0]: each for each in some}.values())


class Goodbye(Filled):
    """The request. `uid` was made with the page, so that a form sent twice is one request."""

    uid: UUID
    wish: Wish = Wish.SPEND


@router.post("/wallet/leave")
@or_again(leave)
def ask(visit: Visit = page("members.update")) -> Response:
    """Tell the association; nothing is closed by it."""
    sent = visit.read(Goodbye)
    visit.use.association.leavings.ask(visit.caller.community, sent.uid, member_of(visit).id, sent.wish)
    return visit.go("/wallet/leave", visit.text("Your association knows now."))


@router.post("/wallet/leave/withdrawal")
@or_again(leave)
def withdraw(visit: Visit = page("members.update")) -> Response:
    """Stay after all."""
    visit.use.association.leavings.withdraw(visit.caller.community, member_of(visit).id)
    return visit.go("/wallet/leave", visit.text("You stay. The association sees that you no longer ask."))
