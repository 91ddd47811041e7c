"""balance, history, who: a look at one's accounts, and at where they can be spent."""

from __future__ import annotations

from typing import Annotated

import typer

from wallet_cli.amounts import write_amount
from wallet_cli.answers import Listed, read
from wallet_cli.cli import command
from wallet_cli.sending import settle_first
from wallet_cli.server import PAGE
from wallet_cli.session import Session
from wallet_cli.statements import account_name, chosen, lines_of, show_lines, unit_of
from wallet_cli.words import _

Which = Annotated[str | None, typer.Option("--account", help="Id of one of your accounts.")]


def balance(session: Session) -> None:
    """What the member has."""
    settle_first(session)
    accounts = session.accounts()
    if session.screen.answer({"accounts": [each.plain() for each in accounts]}):
        return
    rows = []
    for each in accounts:
        unit = unit_of(session, each)
        spendable = _("without limit") if each.available is None else write_amount(each.available, unit)
        held = write_amount(each.held, unit) if each.held else ""
        rows.append((account_name(each), write_amount(each.posted, unit), held, spendable, each.id))
    heads = [_("Account"), _("Balance"), _("Set aside"), _("You can spend"), _("Id")]
    session.screen.table(heads, rows, right=(1, 2, 3))


def history(
    session: Session,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=PAGE, help="How many lines of each account.")
    ] = 20,
    account: Which = None,
) -> None:
    """The last movements, newest first."""
    settle_first(session)
    parts = [(each, lines_of(session, each, limit=limit)) for each in chosen(session, account)]
    show_lines(session, parts)


def who(
    session: Session,
    query: Annotated[str, typer.Argument(help="Part of a name; nothing for everybody.")] = "",
    sector: Annotated[str | None, typer.Option(help="Activity code.")] = None,
    place: Annotated[str | None, typer.Option(help="Town.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1_000, help="At most so many.")] = 50,
) -> None:
    """Where one can spend."""
    found: list[Listed] = []
    for item in session.server.items(
        "/v1/directory", query=query or None, sector=sector, place=place, limit=min(limit, PAGE)
    ):
        found.append(read(Listed, item))
        if len(found) == limit:
            break
    session.met((account.id, each.name) for each in found for account in each.accounts)
    if session.screen.answer({"members": [each.plain() for each in found]}):
        return
    if not found:
        session.screen.line(_("Nobody found. Try a shorter name, or leave --sector and --place out."))
        return
    heads = [_("Name"), _("Kind"), _("Town"), _("Takes"), _("Activity")]
    session.screen.table(heads, [_row(each) for each in found])


def _row(each: Listed) -> tuple[str, ...]:
    takes = ", ".join(sorted({account.currency for account in each.accounts}))
    if each.acceptance_bp and each.acceptance_bp < 10_000:
        takes += f" ({each.acceptance_bp // 100} %)"
    kinds = {
        "person": _("person"), "business": _("business"), "association": _("association"), "public": _("public body"),
    }  # fmt: skip
    return each.name, kinds.get(each.kind, each.kind), each.place or "", takes, ", ".join(each.sectors)


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    command(app, "balance", help="Show what you have.")(balance)
    command(app, "history", help="Show your last movements.")(history)
    command(app, "who", help="Find where you can spend.")(who)
