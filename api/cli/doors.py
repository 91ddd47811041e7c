"""`ricochet signin`: a link that signs somebody's browser in. For a server that is not running, or PostgreSQL.

The link stands for an API key made with it, whose token nobody learns: revoking that key ends every session of it.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from api import settings as environment
from api.cli.office import named, office
from api.identity.devices import role_of
from api.identity.errors import invalid
from api.identity.passkeys import site_of
from api.identity.people import Member
from api.identity.principal import OWN_ROLES, PLATFORM_ROLES, Principal, Role
from api.identity.schema import NOBODY
from api.identity.service import Identity
from ledger.cli.common import community_named
from ledger.service import OPERATOR

SECOND = 10**9


def register(app: typer.Typer) -> None:
    """Add `signin` to the operator's commands."""
    app.command("signin")(signin)


def signin(
    context: typer.Context,
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    community: Annotated[
        str, typer.Option(help="Code of the community; none for roles of the platform.")
    ] = "",
    member: Annotated[
        str, typer.Option(help="Name or id of the member, for the roles member and merchant.")
    ] = "",
    label: Annotated[str, typer.Option(help="Whose link it is, for the list of keys.")] = "",
    uses: Annotated[int, typer.Option(help="How often the link works.", min=1, max=1000)] = 1,
    hours: Annotated[int, typer.Option(help="How long the link works.", min=1, max=24 * 90)] = 24,
) -> None:
    """Make a link that signs a browser in as somebody who runs or belongs to a community; it is shown once."""
    settings = environment.load(database=context.obj)
    with office(context) as (ledger, identity):
        where = community_named(ledger, community) if community else NOBODY
        owner = named(identity, where, member) if member else None
        token = link(identity, where, role, owner, label or role.value, uses=uses, life=hours * 3600 * SECOND)
        begin = site_of(settings.public_url or f"http://localhost:{settings.port}").origin
        typer.echo(f"{begin}/s/{token}")


def link(
    identity: Identity,
    community: UUID,
    role: Role,
    owner: Member | None,
    label: str,
    *,
    uses: int = 1,
    life: int = 24 * 3600 * SECOND,
) -> str:
    """The token of a link that signs in with a role; `life` in ns. Raises Refused for a role that does not fit."""
    if role not in PLATFORM_ROLES and community == NOBODY:
        raise invalid("--community", "is missing; this role belongs to a community")
    if role in OWN_ROLES and owner is None:
        raise invalid("--member", "is missing; this role belongs to a member")
    if role in OWN_ROLES and owner is not None and role is not role_of(owner.kind):
        raise invalid("--role", f"must be {role_of(owner.kind).value} for this member")
    if role in PLATFORM_ROLES and community != NOBODY:
        raise invalid("--community", "does not go with a role of the platform; leave it out")
    maker = Role.OPERATOR if role in OWN_ROLES else Role.PLATFORM_ADMIN
    machine = Principal(
        actor=OPERATOR,
        community=None,
        roles=frozenset({maker}),
        scopes=frozenset(),
        member=None,
        accounts=frozenset(),
    )
    key = identity.keys.create(
        machine, community, frozenset({role}), label=label, owner=None if owner is None else owner.id
    ).key
    return identity.links.make(community, key.id, uses=uses, life=life)
