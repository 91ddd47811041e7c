"""Lines of statements: fetched, printed, and written for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from urllib.parse import quote

from wallet_cli.amounts import Unit, write_amount, write_moment, write_number
from wallet_cli.answers import Account, Line, read
from wallet_cli.errors import Misused
from wallet_cli.server import PAGE
from wallet_cli.session import Session
from wallet_cli.words import _, language


def unit_of(session: Session, account: Account) -> Unit:
    """How to write the amounts of an account."""
    return session.enrolment.unit(account.currency, account.scale)


def account_name(account: Account) -> str:
    """An account in a few words: its currency, and its programme when it is a purse."""
    return f"{account.currency} {account.programme or ''}".strip()


def chosen(session: Session, account: str | None) -> list[Account]:
    """The member's accounts, or the one with this id. Raises Misused."""
    found = session.accounts()
    if account is None:
        return found
    one = [each for each in found if each.id == account.lower()]
    if not one:
        raise Misused(
            _("{account} is none of your accounts; ricochet-wallet balance lists them.", account=account)
        )
    return one


def lines_of(
    session: Session,
    account: Account,
    limit: int | None = None,
    since: str | None = None,
    until: str | None = None,
) -> list[Line]:
    """Lines of an account's statement, newest first; all of the period when `limit` is None."""
    path = f"/v1/accounts/{quote(account.id, safe='')}/statement"
    lines: list[Line] = []
    for item in session.server.items(path, limit=min(limit or PAGE, PAGE), **{"from": since, "to": until}):
        lines.append(read(Line, item))
        if len(lines) == limit:
            break
    session.met((line.counterparty.account, line.counterparty.name) for line in lines if line.counterparty)
    return lines


def _other(session: Session, line: Line) -> str:
    if line.counterparty is None:
        return ""
    return line.counterparty.name or session.names.get(line.counterparty.account) or line.counterparty.account


def show_lines(session: Session, parts: Sequence[tuple[Account, Sequence[Line]]]) -> None:
    """The lines of each account, as JSON where that is asked for, else as tables."""
    answer = [
        {
            "account": each.id,
            "currency": each.currency,
            "scale": each.scale,
            "lines": [line.plain() for line in lines],
        }
        for each, lines in parts
    ]
    if session.screen.answer({"accounts": answer}):
        return
    for each, lines in parts:
        _print_lines(session, each, lines, title=len(parts) > 1)


def _print_lines(session: Session, account: Account, lines: Sequence[Line], title: bool) -> None:
    """A table of lines; `title` names the account above it."""
    unit = unit_of(session, account)
    if title:
        session.screen.line(account_name(account), "bold")
    rows = [
        (
            write_moment(line.day),
            _other(session, line),
            what(line)
            if line.amount or not line.held
            else f"{what(line)} ({write_amount(abs(line.held), unit)})",
            write_amount(line.amount, unit, plus=True),
            write_amount(line.balance, unit),
            line.memo or "",
            str(line.seq),
        )
        for line in lines
    ]
    heads = [_("Date"), _("Who"), _("What"), _("Amount"), _("Balance"), _("Memo"), _("Entry")]
    session.screen.table(heads, rows, right=(3, 4, 6))


def what(line: Line) -> str:
    """Why an amount moved, in a word; a reason that this wallet does not know is said as it is."""
    names = {
        "payment": _("payment"), "fee": _("fee"), "fee_reserve": _("fee"), "refund": _("refund"),
        "fee_refund": _("fee given back"), "reversal": _("correction"), "hold": _("set aside"),
        "capture": _("payment"), "void": _("given back"), "expiry": _("given back"), "issue": _("exchange"),
        "redeem": _("exchange back"), "grant": _("grant"), "purse_expiry": _("expired"), "dues": _("dues"),
        "demurrage": _("demurrage"), "forfeit": _("left to the community"), "debt_settled": _("debt settled"),
        "loss": _("loss"), "opening": _("opening balance"), "imported": _("payment"),
        "form_out": _("notes"), "form_in": _("notes"),
    }  # fmt: skip
    return names.get(line.reason, line.reason)


def to_csv(session: Session, parts: Sequence[tuple[Account, Sequence[Line]]]) -> str:
    """A spreadsheet: semicolons and decimal commas in French, commas and points in English."""
    text = io.StringIO()
    out = csv.writer(text, delimiter=";" if language() == "fr" else ",", lineterminator="\r\n")
    out.writerow(
        [
            _("Entry"),
            _("Date"),
            _("Account"),
            _("Currency"),
            _("Who"),
            _("What"),
            _("Memo"),
            _("Amount"),
            _("Balance"),
            _("Id"),
        ]
    )
    for account, lines in parts:
        unit = unit_of(session, account)
        for line in lines:
            out.writerow(
                [
                    line.seq,
                    line.day.astimezone().isoformat(sep=" ", timespec="seconds"),
                    account.id,
                    account.currency,
                    _cell(_other(session, line)),
                    _cell(what(line)),
                    _cell(line.memo or ""),
                    _number(line.amount, unit),
                    _number(line.balance, unit),
                    line.id,
                ]
            )
    return text.getvalue()


def _number(amount: int, unit: Unit) -> str:
    """A plain decimal that a spreadsheet reads as a number; minutes for time."""
    return str(amount) if unit.time else write_number(amount, unit, grouped=False)


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
