"""The operator's commands that touch people: `ricochet member …` and `ricochet api-key …`. For a server that is not running,
or PostgreSQL; a running server has the same under /v1/members and /v1/keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID, uuid4

import typer

from api import settings as environment
from api.identity.errors import Refused, invalid
from api.identity.names import search_key
from api.identity.people import Member, Profile
from api.identity.principal import Principal, Role
from api.identity.service import Identity
from ledger.cli.common import (
    COULD_NOT_RUN,
    REFUSED,
    Community,
    CurrencyCode,
    community_named,
    currency_named,
    fail,
)
from ledger.community.membership import MemberKind
from ledger.core.accounts import AccountKind
from ledger.core.commands import OpenAccount
from ledger.core.money import parse
from ledger.service import OPERATOR, Ledger, open_ledger

member_app = typer.Typer(
    no_args_is_help=True, help="Members of a community and the codes that let their devices in."
)
key_app = typer.Typer(no_args_is_help=True, help="API keys of the people who run a community.")

Named = Annotated[str, typer.Argument(help="Name or id of the member.", metavar="MEMBER")]


@contextmanager
def office(context: typer.Context) -> Iterator[tuple[Ledger, Identity]]:
    """The ledger of a command line and its people, open while the command runs; a sentence and an exit when it cannot."""
    try:
        settings = environment.load(database=context.obj)
        master = environment.master_key(settings)
    except environment.BadSettings as error:
        fail(str(error), COULD_NOT_RUN)
    ledger = open_ledger(context.obj, master_key=master)
    try:
        yield ledger, Identity(ledger, master_key=master, public_url=settings.public_url)
    except Refused as refused:
        fail(str(refused), REFUSED)
    finally:
        ledger.close()


@member_app.command("add")
def add(
    context: typer.Context,
    community: Community,
    currency: CurrencyCode,
    name: Annotated[str, typer.Argument(help="What the member is called.")],
    kind: Annotated[
        MemberKind, typer.Option(help="A person, a business, an association or a public body.")
    ] = MemberKind.PERSON,
    line: Annotated[
        str | None, typer.Option(help="Credit line, such as 500.00; else the currency's default.")
    ] = None,
    place: Annotated[str, typer.Option(help="Town, for the directory.")] = "",
    sector: Annotated[
        list[str] | None, typer.Option(help="Activity code; may be given several times.")
    ] = None,
    listed: Annotated[bool, typer.Option(help="Show the member in the directory.")] = False,
) -> None:
    """Add a member with one account; prints both ids and a code for the member's first device."""
    sectors = tuple(sector or ())
    with office(context) as (ledger, identity):
        uid = community_named(ledger, community)
        scale = currency_named(ledger, uid, currency).scale
        opening = OpenAccount(
            id=uuid4(), community=uid, actor=OPERATOR, account=uuid4(), currency=currency,
            kind=AccountKind(kind.value), line=None if line is None else _amount(line, scale), sectors=sectors,
        )  # fmt: skip
        ledger.dry_run(opening)
        profile = Profile(name=name, kind=kind, place=place, sectors=sectors, listed=listed)
        member, _ = identity.people.create(uid, uuid4(), profile)
        ledger.submit(opening)
        identity.account_opened(uid, member.id, opening.account)
        typer.echo(f"member   {member.id}\naccount  {opening.account}")
        _say_code(identity, uid, member)


def _amount(text: str, scale: int) -> int:
    try:
        return parse(text, scale)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--line") from None


@member_app.command("invite")
def invite(context: typer.Context, community: Community, member: Named) -> None:
    """A new code for one more device of a member; it works once, for 24 hours."""
    with office(context) as (ledger, identity):
        uid = community_named(ledger, community)
        _say_code(identity, uid, named(identity, uid, member))


def _say_code(identity: Identity, community: UUID, member: Member) -> None:
    code, _ = identity.devices.invite(community, member.id, OPERATOR)
    typer.echo(f"code     {code}")


@member_app.command("list")
def members(context: typer.Context, community: Community) -> None:
    """Id, state, kind and name of every member."""
    with office(context) as (ledger, identity):
        for each in _everybody(identity, community_named(ledger, community)):
            typer.echo(f"{each.id}\t{each.state}\t{each.kind}\t{each.name}")


def named(identity: Identity, community: UUID, text: str) -> Member:
    """The member of a name or id. Raises Refused when there is none, or more than one."""
    found = [each for each in _everybody(identity, community) if _is(each, text)]
    if len(found) != 1:
        fault = "is nobody here" if not found else "is several members"
        raise invalid("member", f"{fault}; give the id that `ricochet member list` shows")
    return found[0]


def _is(member: Member, text: str) -> bool:
    return str(member.id) == text.lower() or search_key(member.name) == search_key(text)


def _everybody(identity: Identity, community: UUID) -> Iterator[Member]:
    after: UUID | None = None
    while page := identity.people.page(community, after, limit=500):
        yield from page
        after = page[-1].id


@key_app.command("create")
def create_key(
    context: typer.Context,
    community: Community,
    role: Annotated[list[Role], typer.Option(help="What the key may do; may be given several times.")],
    label: Annotated[str, typer.Option(help="Whose key it is, for the list of keys.")] = "",
) -> None:
    """Make an API key for who runs the community; the key is shown once."""
    with office(context) as (ledger, identity):
        uid = community_named(ledger, community)
        machine = Principal(
            actor=OPERATOR, community=None, roles=frozenset({Role.PLATFORM_ADMIN}), scopes=frozenset(),
            member=None, accounts=frozenset(),
        )  # fmt: skip
        typer.echo(identity.keys.create(machine, uid, frozenset(role), label=label).token)
