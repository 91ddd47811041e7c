"""devices, approve, paper, revoke: which keys may pay in the member's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core.signing import b64
from wallet_cli import paper as papers
from wallet_cli.amounts import write_moment
from wallet_cli.answers import Device, Devices, HeldKey, read
from wallet_cli.cli import command
from wallet_cli.errors import Misused, Refused
from wallet_cli.files import alone
from wallet_cli.keystore import Secrets
from wallet_cli.letting_in import let_in, sign
from wallet_cli.session import Session
from wallet_cli.words import _

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def devices(session: Session) -> None:
    """The devices that may pay in the member's name, or wait to."""
    found = _all(session)
    here = session.enrolment.device
    known = [{**each.plain(), "this": each.id == here} for each in found.items]
    unknown = [{**each.plain(), "fingerprint": each.fingerprint} for each in found.unknown]
    if not session.screen.answer({"devices": known, "unknown": unknown}):
        rows = [
            (
                each.label,
                _state(each, here),
                each.fingerprint,
                write_moment(each.created_at) if each.created_at else "",
                each.id,
            )
            for each in found.items
        ]
        session.screen.table([_("Device"), _("State"), _("Fingerprint"), _("Since"), _("Id")], rows)
    _warn(session, found.unknown)


def approve(
    session: Session,
    device: Annotated[
        str | None,
        typer.Argument(help="Id or name of the device that waits, when several do; `this` for this one."),
    ] = None,
    on_paper: Annotated[
        bool, typer.Option("--paper", help="Sign with your paper key instead of this device's.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Let a further device pay in the member's name."""
    found = _all(session)
    _warn(session, found.unknown)
    chosen = _chosen(session, [each for each in found.items if each.state != "revoked"], device)
    session.screen.pairs([(_("Device"), chosen.label), (_("Fingerprint"), chosen.fingerprint)], aside=True)
    if not yes and not session.confirm(
        _("Does that device show the same fingerprint, and shall it pay in your name? [y/N]")
    ):
        raise Refused(_("Nothing was changed."), "not_confirmed")
    signer = papers.ask(session) if on_paper else session.secrets.private_key()
    done = let_in(session, chosen, signer)
    if not session.screen.answer({"approved": done.plain()}):
        session.screen.line(_("{device} may pay now.", device=done.label), "green")


def paper(session: Session) -> None:
    """Make a key that is kept as text, away from every machine."""
    with alone(session.folder):
        place = f"paper:{session.enrolment.community}"
        kept = session.keystore.secrets.get(place)
        if kept is None:  # the same one again if the answer is lost: what was let in must be printed
            kept = Secrets(Ed25519PrivateKey.generate().private_bytes_raw())
            session.keystore.secrets[place] = kept
            session.keystore.save()
        try:
            made = _add(session, kept)
        except Refused:
            _forget(session, place)
            raise
        _show(session, made, papers.write(kept.device_key))
        _forget(session, place)


def _forget(session: Session, place: str) -> None:
    del session.keystore.secrets[place]
    session.keystore.save()


def _add(session: Session, kept: Secrets) -> Device:
    here = next((each for each in _all(session).items if each.id == session.enrolment.device), None)
    if here is None or not here.accounts:
        raise Refused(
            _("This device may not pay yet, so it cannot make a paper key. Let it in first."), "waiting"
        )
    public = b64(kept.private_key().public_key().public_bytes_raw())
    body = {
        "public_key": public, "label": papers.LABEL,
        "signed": sign(session, session.secrets.private_key(), here.accounts, public),
    }  # fmt: skip
    return read(Device, session.server.once("POST", "/v1/members/me/devices", body))


def _show(session: Session, made: Device, text: str) -> None:
    if session.screen.answer({"paper": text, "device": made.plain()}):
        return
    if session.screen.terminal:
        session.screen.picture(text)
    session.screen.line(text, "bold")
    session.screen.line(
        _("Write it down or print it, and keep it away from this machine: it is not shown again."), "green"
    )
    session.screen.line(_("Whoever has it can pay in your name. With it you let a new device in:"))
    session.screen.line("  ricochet-wallet enroll CODE --paper")


def revoke(
    session: Session,
    device: Annotated[
        str, typer.Argument(help="Id or name of the device, as `devices` shows it; `this` for this one.")
    ],
    yes: Yes = False,
) -> None:
    """Take a lost device's right to pay away, at once."""
    found = [each for each in _all(session).items if each.state != "revoked"]
    here = session.enrolment.device
    chosen = _named(session, found, device)
    if chosen.id == here:
        session.screen.note(_("That is this device: it will not be able to pay any more."), "yellow")
    if chosen.state == "active" and not any(each.state == "active" for each in found if each is not chosen):
        session.screen.note(
            _("It is the last one that may pay: without another, or a paper key, your accounts are shut for ever."),
            "bold red",
        )  # fmt: skip
    if not yes and not session.confirm(_("Revoke {device}? [y/N]", device=chosen.label)):
        raise Refused(_("Nothing was revoked."), "not_confirmed")
    session.server.once("DELETE", f"/v1/devices/{quote(chosen.id, safe='')}")
    if chosen.id == here:
        _forget_this(session)
    if not session.screen.answer({"revoked": chosen.id}):
        session.screen.line(_("{device} is revoked: it cannot pay any more.", device=chosen.label), "green")


def _all(session: Session) -> Devices:
    return read(Devices, session.server.get("/v1/devices"))


def _state(each: Device, here: str) -> str:
    states = {"waiting": _("waiting"), "active": _("may pay"), "revoked": _("revoked")}
    if each.id == here:
        return _("this device, waiting") if each.state == "waiting" else _("this device")
    return states.get(each.state, each.state)


def _warn(session: Session, unknown: Sequence[HeldKey]) -> None:
    for each in unknown:
        session.screen.note(
            _(
                "A key that is none of your devices may pay from {accounts}: {fingerprint}. Ask your association who put it "
                "there, and pay nothing into these accounts until you know.",
                accounts=", ".join(each.accounts), fingerprint=each.fingerprint,
            ),
            "bold red",
        )  # fmt: skip


def _chosen(session: Session, found: Sequence[Device], wanted: str | None) -> Device:
    """The device that shall be let in."""
    if wanted is not None:
        return _named(session, found, wanted)
    waiting = [each for each in found if each.state == "waiting"]
    if not waiting:
        raise Refused(_("None of your devices waits."), "nothing_waits")
    if len(waiting) > 1:
        names = " / ".join(each.id for each in waiting)
        raise Misused(_("Several devices wait; say which one: {devices}", devices=names))
    return waiting[0]


def _named(session: Session, found: Sequence[Device], wanted: str) -> Device:
    name = session.enrolment.device if wanted == "this" else wanted
    match = [each for each in found if name in (each.id, each.label)]
    if not match:
        raise Refused(
            _("You have no device {device}; ricochet-wallet devices lists them.", device=wanted),
            "no_such_device",
        )
    if len(match) > 1:
        raise Misused(_("Several devices are called {device}; give the id.", device=wanted))
    return match[0]


def _forget_this(session: Session) -> None:
    """The keys go; what checks receipts stays."""
    with alone(session.folder):
        session.keystore.secrets.pop(session.enrolment.community, None)
        session.keystore.save()
        session.enrolment.revoked = True
        session.save()


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    command(app, "devices", help="List your devices that may pay, or wait to.")(devices)
    command(app, "approve", help="Let a further device of yours pay.")(approve)
    command(app, "paper", help="Make a key on paper, for when a device is lost.")(paper)
    command(app, "revoke", help="Take a lost device's right to pay away.")(revoke)
