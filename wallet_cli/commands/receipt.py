"""receipt save and receipt verify: proof of a payment that needs no server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from ledger.core.merkle import ProofError
from ledger.core.receipts import ReceiptFile
from wallet_cli import proofs
from wallet_cli.amounts import write_amount, write_moment
from wallet_cli.cli import command
from wallet_cli.errors import Locked, Misused, Refused
from wallet_cli.files import write_private
from wallet_cli.orders import as_uuid
from wallet_cli.profile import Enrolment
from wallet_cli.proofs import Proven
from wallet_cli.session import Session
from wallet_cli.statements import lines_of
from wallet_cli.words import _

_LOOK_BACK = 1_000
"""Lines of each account among which an entry number is looked for."""


def save(
    session: Session,
    entry: Annotated[str, typer.Argument(help="Number of the entry, id of the payment, or `last`.")] = "last",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file to write.")] = None,
) -> None:
    """Fetch the receipt of an entry, check it, and keep it."""
    command_id = as_uuid(entry) or _find(session, entry)
    fetched = session.server.get(f"/v1/receipts/{quote(command_id, safe='')}")
    enrolment = session.enrolment
    try:
        text = ReceiptFile.from_json(json.dumps(fetched)).to_json()
    except ProofError as error:
        raise proofs.unproven(error) from None
    proven = proofs.check(text, enrolment.vkey, enrolment.community)
    path = output or Path(f"receipt-{enrolment.code}-{proven.seq}.json")
    if path.exists() and output is None and path.read_text(encoding="utf-8", errors="replace") != text:
        path = path.with_name(f"{path.stem}-{proven.size}.json")  # the same entry under a newer checkpoint
    write_private(path, text)
    if session.screen.answer({"file": str(path), **proofs.as_json(proven)}):
        return
    session.screen.line(
        _("Receipt of entry {seq} checked and written to {path}.", seq=proven.seq, path=path), "green"
    )
    how = f"ricochet-wallet receipt verify {path} --vkey '{enrolment.vkey}'"
    session.screen.line(_("Anybody can check it with: {command}", command=how))


def _find(session: Session, entry: str) -> str:
    """The command id of an entry's number, or of the newest entry."""
    number = entry.removeprefix("#")
    if entry != "last" and not number.isdecimal():
        raise Misused(
            _("{entry} is no entry; give its number, the id of the payment, or `last`.", entry=entry)
        )
    limit = 1 if entry == "last" else _LOOK_BACK
    lines = [line for account in session.accounts() for line in lines_of(session, account, limit=limit)]
    if entry != "last":
        lines = [line for line in lines if line.seq == int(number)]
    if not lines:
        raise Refused(
            _("There is no such entry in your accounts; ricochet-wallet history lists them."), "no_such_entry"
        )
    return max(lines, key=lambda line: line.seq).id


def verify(
    session: Session,
    file: Annotated[Path, typer.Argument(help="The receipt file.")],
    vkey: Annotated[
        str | None,
        typer.Option(help="Key of the community to trust, instead of the one pinned when enrolling."),
    ] = None,
) -> None:
    """Check a receipt; no network is used."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise proofs.unproven(ProofError("file", "This is not text.")) from None
    except OSError:
        raise Misused(_("{path} cannot be read; is the name right?", path=file)) from None
    enrolment = None if vkey else _pinned(session, text)
    proven = proofs.check(
        text, vkey or (enrolment.vkey if enrolment else None), enrolment.community if enrolment else None
    )
    known = enrolment or session.profile.by_origin(proven.origin)
    if known and known.vkey != (vkey or known.vkey):
        known = None  # another key under the same name: none of our names belong to it
    kept = known.currencies.get(proven.currency) if known else None
    answer = {
        "verified": True, **proofs.as_json(proven), "scale": kept.scale if kept else None,
        "names": _known_names(session, proven) if known else {},
    }  # fmt: skip
    if not session.screen.answer(answer):
        _show(session, proven, known)


def _pinned(session: Session, text: str) -> Enrolment:
    """The enrolment whose key is trusted for this receipt."""
    try:
        origin = ReceiptFile.from_json(text).origin
    except ProofError as error:
        raise proofs.unproven(error) from None
    found = session.profile.by_origin(origin)
    if found is None:
        raise Locked(
            _(
                "No key is pinned for {origin}: this wallet is not enrolled there. Get the community's key from somebody "
                "you trust and add --vkey.",
                origin=origin,
            ),
            "no_pinned_key",
        )
    return found


def _known_names(session: Session, proven: Proven) -> dict[str, str]:
    accounts = [proven.payer, *(account for account, _amount in proven.payees)]
    return {account: session.names[account] for account in accounts if account in session.names}


def _show(session: Session, proven: Proven, known: Enrolment | None) -> None:
    names = _known_names(session, proven) if known else {}

    def amount(minor: int) -> str:
        if known and proven.currency in known.currencies:
            return write_amount(minor, known.unit(proven.currency))
        return _("{amount} minor units {currency}", amount=minor, currency=proven.currency)

    def person(account: str) -> str:
        return f"{names[account]} ({account})" if account in names else account

    screen = session.screen
    screen.line(_("Verified offline against {origin}.", origin=proven.origin), "bold green")
    several = len(proven.payees) > 1
    rows = [
        (_("Paid to"), f"{person(account)}  {amount(minor)}" if several else person(account))
        for account, minor in proven.payees
    ]
    rows += [
        (_("Amount"), "" if proven.amount is None else amount(proven.amount)),
        (_("By"), person(proven.payer) if proven.payer else ""),
        (_("Date"), write_moment(proven.at)),
        (_("Entry"), str(proven.seq)),
        (_("Checkpoint"), _("covers {size} entries", size=proven.size)),
        (_("Kind"), proven.command),
        (_("Id"), proven.id),
        (_("Signed by"), _signer(proven, known)),
    ]
    screen.pairs(rows)


def _signer(proven: Proven, known: Enrolment | None) -> str:
    if not proven.signed_by:
        return _("no device")
    if known and known.public_key == proven.signed_by:
        return _("this device")
    return _("the device with key {key}", key=proven.signed_by)


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    group = typer.Typer(no_args_is_help=False)
    command(group, "save", help="Fetch a payment's receipt, check it and keep it.")(save)
    command(group, "verify", help="Check a receipt file; needs no network.")(verify)
    app.add_typer(group, name="receipt", help="Receipts that prove a payment without the server.")
