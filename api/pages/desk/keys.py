"""`/desk/keys`: who of the association may sign in as what, new keys, and keys taken away."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from api.identity.errors import not_found
from api.identity.keys import Key
from api.identity.permissions import GRANTS, allowed
from api.identity.principal import OWN_ROLES, Role
from api.identity.vouching import DECIDING
from api.pages.desk.acting import names_of
from api.pages.frame.again import or_again
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.people import ROLES
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit

router = page_router()

PAGE = 1_000
DAY = 86_400 * 10**9


def grantable(visit: Visit) -> list[Role]:
    """Roles of staff that the visitor may give (GOV-5)."""
    given = frozenset().union(*(GRANTS.get(role, frozenset()) for role in visit.caller.principal.roles))
    return [role for role in ROLES if role in given - OWN_ROLES]


def staff_keys(visit: Visit) -> list[Key]:
    """Keys that belong to no member, newest first."""
    c, found = visit.caller.community, list[Key]()
    after: UUID | None = None
    while some := visit.use.identity.keys.page(c, after, PAGE):
        found += [each for each in some if each.member is None]
        after = some[-1].id
    return found[::-1]


@router.get("/desk/keys")
def keys(visit: Visit = page("keys.list")) -> Response:
    """Every key of staff, those that are worth nothing any more at the end."""
    now = visit.use.clock()
    some = sorted(staff_keys(visit), key=lambda each: _over(each, now))
    roles = grantable(visit) if allowed(visit.caller.principal, "keys.create") else []
    makers = visit.use.identity.vouching.makers(visit.caller.community)
    return visit.show(
        "desk/keys.html", some=some, makers=makers, names=names_of(visit, set(makers.values())),
        confirms=may_confirm(visit, makers), over={each.id for each in some if _over(each, now)}, mine=visit.caller.principal.key,
        may=allowed(visit.caller.principal, "keys.revoke"), grant=[(role.value, visit.text(ROLES[role])) for role in roles],
    )  # fmt: skip


def may_confirm(visit: Visit, makers: dict[UUID, UUID]) -> set[UUID]:
    """Of the keys that wait for a second person, those for which the visitor is one."""
    me = visit.caller.principal
    if me.maker is not None or not allowed(me, "keys.confirm"):
        return set()
    return {key for key, maker in makers.items() if maker != me.person}


def _over(key: Key, now: int) -> bool:
    return key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now)


class NewKey(Filled):
    """Who gets it, as what, and for how long (days; 0: until it is taken away)."""

    label: str = Field(max_length=80)
    role: Role
    days: int = Field(365, ge=0, le=3_650)


@router.post("/desk/keys")
@or_again(keys)
def make(visit: Visit = page("keys.create", step_up=True)) -> Response:
    """A key, shown once: as a link that signs one browser in, and as the token for a program."""
    sent, caller, identity = visit.read(NewKey), visit.caller, visit.use.identity
    if sent.role not in grantable(visit):
        raise visit.misfilled({"role": visit.text("You may not give this role; ask the administrator of the platform.")})
    ends = visit.use.clock() + sent.days * DAY if sent.days else None
    made = identity.keys.create(
        caller.principal, caller.community, frozenset({sent.role}), label=sent.label, expires_at=ends
    )
    base = identity.public_url or str(visit.request.base_url).rstrip("/")
    link = f"{base}/s/{identity.links.make(caller.community, made.key.id)}"
    return visit.show("desk/key_made.html", made=made.key, token=made.token, link=link, decides=sent.role in DECIDING)


@router.get("/desk/keys/{key}/confirmation")
def confirmation(key: UUID, visit: Visit = page("keys.confirm")) -> Response:
    """Who holds a key that a colleague made, and the code that they show."""
    makers = visit.use.identity.vouching.makers(visit.caller.community)
    if key not in makers:
        raise not_found("key")
    label = visit.use.identity.keys.labels(visit.caller.community, [key])[key]
    return visit.show(
        "desk/key_confirm.html", key=key, label=label, maker=names_of(visit, {makers[key]})[makers[key]],
        may=key in may_confirm(visit, makers),
    )  # fmt: skip


class Shown(Filled):
    """What their account page shows."""

    code: str = Field(max_length=40)


@router.post("/desk/keys/{key}/confirmation")
@or_again(confirmation)
def confirm(key: UUID, visit: Visit = page("keys.confirm", step_up=True)) -> Response:
    """From now on the key counts as somebody of its own (GOV-5)."""
    visit.use.identity.vouching.confirm(visit.caller.principal, visit.caller.community, key, visit.read(Shown).code)
    return visit.go("/desk/keys", visit.text("This key counts as a person of its own now."))


@router.post("/desk/keys/{key}/revocation")
@or_again(keys)
def revoke(key: UUID, visit: Visit = page("keys.revoke", step_up=True)) -> Response:
    """The key, and whoever is signed in by it, is let in no more."""
    if key == visit.caller.principal.key:
        raise visit.misfilled({"key": visit.text("This is the key that you are using; somebody else must take it away.")})
    visit.use.identity.keys.revoke(visit.caller.community, key)
    return visit.go("/desk/keys", visit.text("This key is worth nothing any more."))
