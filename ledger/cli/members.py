"""Communities, their currencies and their accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer

from ledger.cli.common import Community, CurrencyCode, community_named, currency_named, opened
from ledger.core.accounts import AccountKind, Form, Model
from ledger.core.commands import DefineCurrency, OpenAccount
from ledger.core.money import format_minor, parse
from ledger.core.policy import Policy
from ledger.interchange.policy_file import PRESETS, read_policy
from ledger.service import OPERATOR

community_app = typer.Typer(no_args_is_help=True, help="Communities of this database.")
currency_app = typer.Typer(no_args_is_help=True, help="Currencies of a community.")
account_app = typer.Typer(no_args_is_help=True, help="Accounts of a community.")


@community_app.command("create")
def create(context: typer.Context, code: Community) -> None:
    """Open the journal of a new community; prints its id."""
    with opened(context, migrate=True) as ledger:
        typer.echo(ledger.found_community(code))


@community_app.command("list")
def communities(context: typer.Context) -> None:
    """Code, id and number of entries of each community."""
    with opened(context, read_only=True) as ledger:
        for each in ledger.reader.communities():
            typer.echo(f"{each.code}\t{each.uid}\t{ledger.reader.head(each.uid).seq}")


@currency_app.command("define")
def define(
    context: typer.Context,
    community: Community,
    code: CurrencyCode,
    model: Annotated[Model, typer.Option(help="Which rules it follows.")],
    scale: Annotated[int | None, typer.Option(help="Decimals; by default 2, for time 0 (minutes).")] = None,
    policy: Annotated[
        Path | None, typer.Option(help="TOML with what differs from the model's preset.")
    ] = None,
) -> None:
    """Define a currency from its model's preset and a policy file."""
    preset = PRESETS.get(model, Policy())
    rules = preset if policy is None else read_policy(policy, preset)
    if scale is None:
        scale = 0 if model is Model.TIME else 2
    with opened(context) as ledger:
        uid = community_named(ledger, community)
        command = DefineCurrency(
            id=uuid4(), community=uid, actor=OPERATOR, code=code, scale=scale, model=model, policy=rules
        )
        typer.echo(f"entry {ledger.submit(command).seq}")


@account_app.command("open")
def open_(
    context: typer.Context,
    community: Community,
    currency: CurrencyCode,
    kind: Annotated[AccountKind, typer.Option(help="Whom it is for.")] = AccountKind.PERSON,
    form: Annotated[Form, typer.Option(help="Paper or digital units.")] = Form.DIGITAL,
    line: Annotated[str | None, typer.Option(help="Credit line, such as 500.00.")] = None,
    ceiling: Annotated[str | None, typer.Option(help="The most it may hold, such as 5000.00.")] = None,
    programme: Annotated[str, typer.Option(help="For a purse: its programme.")] = "",
    sector: Annotated[
        list[str] | None, typer.Option(help="Activity code; may be given several times.")
    ] = None,
    account: Annotated[UUID | None, typer.Option("--id", help="Its id; by default a random one.")] = None,
) -> None:
    """Open a member's account; prints its id."""
    with opened(context) as ledger:
        uid = community_named(ledger, community)
        scale = currency_named(ledger, uid, currency).scale
        command = OpenAccount(
            id=uuid4(), community=uid, actor=OPERATOR, account=account or uuid4(), currency=currency, kind=kind,
            form=form, line=_amount(line, scale), ceiling=_amount(ceiling, scale), programme=programme,
            sectors=tuple(sector or ()),
        )  # fmt: skip
        ledger.submit(command)
        typer.echo(command.account)


@account_app.command("list")
def accounts(
    context: typer.Context,
    community: Community,
    currency: Annotated[str | None, typer.Option(help="Only accounts of this currency.")] = None,
    kind: Annotated[AccountKind | None, typer.Option(help="Only accounts of this kind.")] = None,
) -> None:
    """Number, id, kind, balance and currency of accounts, the community's own among them."""
    with opened(context, read_only=True) as ledger:
        uid = community_named(ledger, community)
        units = {unit.no: unit for unit in ledger.reader.currencies(uid)}
        after = 0
        while page := ledger.reader.accounts(uid, currency, kind, after_no=after, limit=1_000):
            for each in page:
                unit = units[each.currency]
                balance = format_minor(each.balance, unit.scale)
                typer.echo(f"{each.no}\t{each.uid}\t{each.kind}\t{balance}\t{unit.code}")
            after = page[-1].no


def _amount(text: str | None, scale: int) -> int | None:
    try:
        return None if text is None else parse(text, scale)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
