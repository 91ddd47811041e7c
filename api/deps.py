"""What routes ask for: who is calling, and whether they may. Every route names its action here, once."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any, NamedTuple
from uuid import UUID, uuid5

from fastapi import Depends, Header, Request

from api.association import migrations as association_migrations
from api.association.service import Association
from api.cursor import Cursors
from api.edge.heads import header
from api.edge.limits import Rates
from api.edge.metrics import Metrics
from api.facts import Facts
from api.identity import migrations as identity_migrations
from api.identity.errors import forbidden
from api.identity.permissions import allowed, only_own
from api.identity.principal import Principal
from api.identity.service import Identity
from api.problems import Problem, hidden, shape
from api.reporting import Reports
from api.settings import Settings
from api.stream import Hub
from ledger.service import Ledger
from ledger.store import migrations


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a request may use; made once by `create_app`."""

    settings: Settings
    ledger: Ledger
    identity: Identity
    association: Association
    facts: Facts
    hub: Hub
    rates: Rates
    metrics: Metrics
    reports: Reports
    cursors: Cursors
    secret: bytes
    """Derived from the master key; for what a retry must find again, such as a memo's salt."""
    clock: Callable[[], int]
    """Nanoseconds since 1970 UTC."""

    def ready(self) -> None:
        """Raises Unavailable when the database does not answer, or its tables are not at our revision."""
        migrations.check(self.ledger.database.read)
        identity_migrations.check(self.ledger.database.read)
        association_migrations.check(self.ledger.database.read)


def services(request: Request) -> Services:
    """The application's services."""
    found: Services = request.app.state.services
    return found


class Caller(NamedTuple):
    """A caller who has the action that the route names, in one community (None: the platform)."""

    use: Services
    principal: Principal
    community: UUID
    own: bool
    """The action is theirs for their own accounts only."""

    def owns(self, account: UUID) -> bool:
        """Whether they may act on this account."""
        return not self.own or account in self.principal.accounts

    def must_own(self, account: UUID, field: str) -> None:
        """Raises 403 when the account is not theirs to act on."""
        if not self.owns(account):
            raise forbidden("not_allowed", f"{field}: this account is not yours; use one of your own")

    def must_see(self, account: UUID) -> None:
        """Raises 404 when the account is none of their business."""
        if not self.owns(account):
            raise hidden("account")


class Require:
    """The dependency that lets a caller with `action` through. `platform`: the action needs no community.

    It reads `?community=` by itself, as `Asking` its parameters: FastAPI's way costs more than the rest of a payment.
    `openapi.py` describes them.
    """

    def __init__(self, action: str, *, platform: bool = False) -> None:
        self.action = action
        self.platform = platform

    async def __call__(self, request: Request) -> Caller:
        """401 without a good key, 403 without the action, 429 when there were too many requests."""
        use: Services = request.app.state.services
        principal = await _authenticate(request, use)
        named = request.query_params.get("community") if request.scope["query_string"] else None
        caller = await admit(use, principal, self.action, named, platform=self.platform)
        request.scope["state"]["community"] = _text(caller.community)
        return caller


async def admit(
    use: Services, principal: Principal, action: str, named: str | None, *, platform: bool = False
) -> Caller:
    """Somebody with `action`, in their own community or, for people of the platform, the one that is named.

    Raises 403 without the action.
    """
    if not allowed(principal, action):
        raise forbidden("not_allowed", f"this key may not do {action}; ask the association for one that may")
    where = await _community(use, principal, named, platform)
    return Caller(use, principal, where, only_own(principal, action))


UNCOUNTED = frozenset({"health.read", "metrics.read"})
"""Public actions of the machines that watch us."""


class Public:
    """The dependency of an action without a key; counted by address."""

    def __init__(self, action: str) -> None:
        self.action = action

    async def __call__(self, request: Request) -> Services:
        """429 when the address had too many."""
        use: Services = request.app.state.services
        if self.action not in UNCOUNTED:
            request.state.rate = use.rates.address(address(request))
        return use


def require(action: str, *, platform: bool = False) -> Any:
    """`caller: Caller = require("payments.create")`."""
    return Depends(Require(action, platform=platform))


def public(action: str) -> Any:
    """`use: Services = public("health.read")`."""
    return Depends(Public(action))


NOBODY = UUID(int=0)
"""The community of a caller who acts on the platform itself."""


def bearer(request: Request) -> str:
    """The token that a request brings; "" without one."""
    kind, _, token = (header(request.scope, b"authorization") or "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


_text: Callable[[UUID], str] = lru_cache(maxsize=10_000)(str)


async def _authenticate(request: Request, use: Services) -> Principal:
    token = bearer(request)
    where = address(request)
    principal = None
    if token:
        use.rates.tested(where)
        principal = await use.identity.authenticate(token)
    if principal is None:
        request.state.rate = use.rates.address(where)
        raise Problem(
            401, "unauthenticated", "send Authorization: Bearer with a key that is valid here",
            headers={"www-authenticate": 'Bearer realm="ricochet"'},
        )  # fmt: skip
    key = _text(principal.key or principal.actor)
    state = request.scope["state"]  # request.state makes an object of it first
    state["key"] = key
    state["rate"] = use.rates.key(key)
    return principal


def address(request: Request) -> str:
    """Where a request comes from, for counting."""
    client = request.scope.get("client")
    return client[0] if client else "unknown"


async def _community(use: Services, principal: Principal, named: str | None, platform: bool) -> UUID:
    """The community that a request is about: the key's own, or for a key of the platform the one it names."""
    own = principal.community
    if own is not None:
        if named is not None and named != await use.facts.code(own):
            raise forbidden("not_allowed", "this key belongs to another community; leave ?community= out")
        return own
    if named is not None:
        return await use.facts.uid(named)
    if platform:
        return NOBODY
    remedy = "this key belongs to no community; add ?community=CODE"
    raise Problem(400, "community_required", remedy, field="community")


class How(NamedTuple):
    """How a command is asked for, besides its body."""

    dry_run: bool
    """Answer as if it were done; write nothing."""
    key: str | None
    """Idempotency-Key."""
    minimal: bool
    """Prefer: return=minimal. The balance is left out, which is faster."""


class Asking:
    """The dependency that reads `How`."""

    async def __call__(self, request: Request) -> How:
        """422 when a parameter cannot be read."""
        dry_run = request.query_params.get("dry_run", "false") if request.scope["query_string"] else "false"
        if dry_run not in ("true", "false"):
            raise shape("dry_run", "must be true or false")
        key = header(request.scope, b"idempotency-key")
        if key is not None and len(key) > LONGEST_KEY:
            raise shape("Idempotency-Key", f"must have at most {LONGEST_KEY} characters")
        return How(dry_run == "true", key, "return=minimal" in (header(request.scope, b"prefer") or ""))


LONGEST_KEY = 255


def asking() -> Any:
    """`how: How = asking()`."""
    return Depends(Asking())


Key = Annotated[
    str | None, Header(max_length=LONGEST_KEY, description="Instead of `id` in the body; quoted or bare.")
]


def command_id(caller: Caller, given: UUID | None, key: str | None) -> UUID:
    """The command's id: the body's, or made from Idempotency-Key. 400 when both are missing or disagree."""
    bare = (key or "").strip().strip('"')
    if not bare:
        if given is None:
            raise Problem(
                400, "id_missing", "give the body an id (a UUID), or send Idempotency-Key", field="id"
            )
        return given
    made = _uuid(bare) or uuid5(caller.principal.actor, bare)
    if given not in (None, made):
        raise Problem(400, "id_missing", "id and Idempotency-Key differ; send one of them", field="id")
    return made


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def derive(master: bytes, purpose: str) -> bytes:
    """A 32-byte secret of its own for each purpose."""
    return hmac.digest(master, b"ricochet/api/" + purpose.encode(), sha256)
