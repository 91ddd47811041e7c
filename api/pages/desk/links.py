"""`/desk/links`: conventions with other communities: how far the trust is used, a new one, the end of one (INT-1 to INT-5).

A convention takes two. One desk makes an offer: a text that only this server can have made, naming its account and how
much it accepts to hold. The other desk answers with its own half; nobody binds a community but its own operator.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.association.links import Link, Use
from api.deps import derive
from api.identity.permissions import allowed
from api.pages.desk.policies import begins, today
from api.pages.desk.rules import currencies
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from ledger.core.accounts import Account, AccountKind, AccountState, Currency, Model

router = page_router()

LIFE = 14 * 86_400 * 10**9
"""Nanoseconds that an offer is good."""
PAGE = 1_000
_SEALED = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Convention:
    """A link as it stands. `net`: what we owe them after setting off, minor units; below 0 they owe us."""

    link: Link
    other: str
    unit: Currency
    use: Use
    net: int
    since: int
    """Its first day, as a moment (ns)."""


@dataclass(frozen=True, slots=True)
class Half:
    """What one side brings: its account, and how many units of the *other* it accepts to hold."""

    community: UUID
    account: UUID
    accepts: int
    until: int


@router.get("/desk/links")
def links(visit: Visit = page("desk.read")) -> Response:
    """Every convention, the open ones first; an offer to hand over where one was just made."""
    c, life = visit.caller.community, visit.use.association.links
    found = [
        Convention(
            each, _name(visit, each.other), visit.use.facts.currency(c, each.currency), life.use(each), life.net(each),
            begins(each.agreed_on, visit.face.timezone),
        )
        for each in life.of(c)
    ]
    found.sort(key=lambda each: (each.link.state != "open", each.other))
    mirrors = _mirrors(visit)
    names = visit.use.identity.names(c, [account.uid for account, _ in mirrors])
    return visit.show(
        "desk/links.html", found=found, mirrors=mirrors, names=names, offer=visit.request.query_params.get("offer", ""),
        may=allowed(visit.caller.principal, "links.agree"),
    )  # fmt: skip


def _name(visit: Visit, community: UUID) -> str:
    return visit.use.identity.communities.name(community) or visit.use.ledger.reader.community(community).code


def _mirrors(visit: Visit) -> list[tuple[Account, Currency]]:
    """Accounts that may stand for another community: of an association, of a backed currency, without credit, not taken."""
    c, reader, life = visit.caller.community, visit.use.ledger.reader, visit.use.association.links
    units = {each.no: each for each in currencies(visit) if each.model is Model.BACKED}
    taken = {each.account for each in life.of(c)}
    return [
        (each, units[each.currency])
        for each in reader.accounts(c, kind=AccountKind.ASSOCIATION, limit=PAGE)
        if each.currency in units and each.floor == 0
        and each.state is AccountState.OPEN and each.uid not in taken
    ]  # fmt: skip


def _unit_of(visit: Visit, account: UUID, field: str) -> Currency:
    for each, unit in _mirrors(visit):
        if each.uid == account:
            return unit
    raise visit.misfilled({field: visit.text("Choose one of the list.")})


class Offer(Filled):
    """Our half."""

    account: UUID


@router.post("/desk/links/offers")
@or_again(links)
def offer(visit: Visit = page("links.agree", step_up=True)) -> Response:
    """Make an offer; nothing is agreed until the other desk answers."""
    sent = visit.read(Offer)
    accepts = visit.money("accepts", _unit_of(visit, sent.account, "account"), zero=True)
    half = Half(visit.caller.community, sent.account, accepts, visit.use.clock() + LIFE)
    return visit.go(f"/desk/links?offer={_seal(visit, half)}", visit.text("Give the offer below to the other desk."))


class Agreed(Filled):
    """Their offer and our half."""

    offered: str = Field(max_length=1_000)
    ours: UUID


@router.post("/desk/links")
@or_again(links)
def agree(visit: Visit = page("links.agree", step_up=True)) -> Response:
    """Answer an offer: the convention holds from today."""
    sent, c = visit.read(Agreed), visit.caller.community
    theirs = _unseal(visit, sent.offered)
    if theirs is None or theirs.until < visit.use.clock():
        raise visit.misfilled({"offered": visit.text("This is no offer, or it is older than 14 days. Ask for a new one.")})
    accepts = visit.money("we_accept", _unit_of(visit, sent.ours, "ours"), zero=True)
    visit.use.association.links.agree(
        (c, sent.ours, theirs.accepts), (theirs.community, theirs.account, accepts), visit.caller.principal.actor, today(visit)
    )  # fmt: skip
    name = _name(visit, theirs.community)
    return visit.go("/desk/links", visit.text("The convention with %(name)s holds from today.", name=name))


@router.post("/desk/links/{link}/end")
@or_again(links)
def close(link: UUID, visit: Visit = page("links.agree", step_up=True)) -> Response:
    """No more payments either way; what is owed stays to be settled."""
    visit.use.association.links.close(visit.caller.community, link)
    return visit.go("/desk/links", visit.text("The convention is ended. What is owed stays owed."))


def _seal(visit: Visit, half: Half) -> str:
    said = json.dumps([str(half.community), str(half.account), half.accepts, half.until]).encode()
    return f"{_text(said)}.{_text(_tag(visit, said))}"


def _unseal(visit: Visit, text: str) -> Half | None:
    """A half that this server sealed; None for anything else."""
    if _SEALED.fullmatch(text.strip()) is None:
        return None
    said, _, tag = text.strip().partition(".")
    if len(said) % 4 == 1:
        return None
    content = urlsafe_b64decode(said + "=" * (-len(said) % 4))
    if not hmac.compare_digest(tag, _text(_tag(visit, content))):
        return None
    community, account, accepts, until = json.loads(content)
    return Half(UUID(community), UUID(account), accepts, until)


def _tag(visit: Visit, said: bytes) -> bytes:
    return hmac.digest(derive(visit.use.secret, "convention"), said, sha256)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
