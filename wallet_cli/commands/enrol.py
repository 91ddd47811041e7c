"""init, enroll, devices, revoke: the wallet itself and where it belongs."""

from __future__ import annotations

import platform
from hashlib import sha256
from typing import Annotated
from urllib.parse import quote

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core.checkpoint import parse_vkey
from ledger.core.merkle import ProofError
from ledger.core.signing import b64
from wallet_cli.amounts import write_moment
from wallet_cli.answers import Device, Enrolled, read
from wallet_cli.cli import command
from wallet_cli.errors import Misused, Refused, Unproven
from wallet_cli.files import alone, private_folder
from wallet_cli.keystore import Secrets
from wallet_cli.profile import Enrolment
from wallet_cli.server import checked_url
from wallet_cli.session import Session
from wallet_cli.words import _

Url = Annotated[str | None, typer.Option("--server", help="Address of your community's server.")]
Insecure = Annotated[
    bool, typer.Option("--insecure", help="Allow http without encryption to another machine.")
]


def init(session: Session, server: Url = None, insecure: Insecure = False) -> None:
    """Make the folder and the keystore."""
    with alone(session.folder):
        if session.keystore_path.exists():
            raise Refused(
                _("There is a wallet in {folder} already; nothing was changed.", folder=session.folder),
                "exists",
            )
        if server:
            session.profile.server = checked_url(server, insecure)
        session.profile.language = session.language
        session.make_keystore()
        session.save()
    if not session.screen.answer({"folder": str(session.folder)}):
        session.screen.line(_("Your wallet is ready in {folder}.", folder=session.folder), "green")
        session.screen.line(_("Keep the passphrase: nobody can give it back to you."))
        session.screen.line(
            _("Next: ricochet-wallet enroll CODE --server URL, with the code of your community.")
        )


def enroll(
    session: Session,
    code: Annotated[str, typer.Argument(help="Code or link that your community gave you; it works once.")],
    server: Url = None,
    label: Annotated[
        str | None, typer.Option(help="What this device is called in your list of devices.")
    ] = None,
    insecure: Insecure = False,
) -> None:
    """Make a device key and have the community accept it."""
    if "://" in code:
        server, code = _from_link(code)
    url = server or session.world.environ.get("RICOCHET_WALLET_SERVER") or session.profile.server
    if not url:
        raise Misused(_("Which server? Add --server https://… as your community told you."))
    url = checked_url(url, insecure)
    with alone(session.folder):
        enrolment = _enrol(session, code.strip().upper(), url, label or platform.node() or "wallet")
    answer = enrolment.model_dump(
        include={"server", "community", "code", "name", "vkey", "member", "accounts", "device"}
    )
    if session.screen.answer(answer | {"member_name": enrolment.member_name}):
        return
    session.screen.line(
        _(
            "Welcome {name}: this device is enrolled in {community}.",
            name=enrolment.member_name,
            community=enrolment.name,
        ),
        "bold green",
    )
    session.screen.pairs([(_("Device"), enrolment.label), (_("Community's key"), enrolment.vkey)])
    session.screen.line(_("Receipts are checked against that key from now on. Next: ricochet-wallet balance"))


def _from_link(link: str) -> tuple[str, str]:
    """(server, code) of a link that carries a code."""
    server, mark, code = link.strip().rpartition("/e/")
    if not mark or not code or "/" in code:
        raise Misused(
            _("{link} is not a link to enrol with; it looks like https://example.org/e/CODE", link=link)
        )
    return server, code


def _enrol(session: Session, code: str, url: str, label: str) -> Enrolment:
    private_folder(session.folder)
    keystore = session.keystore if session.keystore_path.exists() else session.make_keystore()
    # The same code uses the same key again, so that an enrolment whose answer was lost can be sent again.
    place = "enrolling:" + sha256(f"{url} {code}".encode()).hexdigest()
    if place not in keystore.secrets:
        keystore.secrets[place] = Secrets(Ed25519PrivateKey.generate().private_bytes_raw())
        keystore.save()
    device = keystore.secrets[place]
    public = b64(device.private_key().public_key().public_bytes_raw())
    body = {"code": code, "public_key": public, "label": label}
    found = read(Enrolled, session.connect(url).once("POST", "/v1/devices", body))
    community = found.community
    _check_key(session, found)
    enrolment = Enrolment(
        server=url, community=community.id, code=community.code, name=community.title, vkey=community.vkey,
        origin=community.origin, member=found.member.id, member_name=found.member.name, device=found.device_id,
        public_key=public, label=label, accounts=[each.id for each in found.accounts],
    )  # fmt: skip
    keystore.secrets[community.id] = Secrets(device.device_key, found.api_key)
    keystore.save()
    others = [each for each in session.profile.enrolments if each.community != community.id]
    session.profile.enrolments = [*others, enrolment]
    session.profile.language = session.language or session.profile.language
    session.save()
    del keystore.secrets[place]
    keystore.save()
    session.met((each.id, found.member.name) for each in found.accounts)
    session.enrolment = enrolment
    session.accounts()  # learns the currencies
    return enrolment


def _check_key(session: Session, found: Enrolled) -> None:
    """The community's key is sound, and the one that we pinned when we enrolled here before."""
    community = found.community
    try:
        origin, _key = parse_vkey(community.vkey)
    except ProofError:
        origin = ""
    if origin != community.origin:
        raise Unproven(
            _("The server's key for {name} is not in order; nothing was enrolled.", name=community.title)
        )
    for known in session.profile.enrolments:
        if known.vkey != community.vkey and (
            known.community == community.id or known.origin == community.origin
        ):
            raise Unproven(
                _(
                    "{name} shows another key than the one you enrolled with. Ask your community before you go on.",
                    name=known.name,
                ),
                "other_key",
            )


def devices(session: Session) -> None:
    """The devices that may pay in the member's name."""
    found = [read(Device, each) for each in session.server.items("/v1/devices")]
    here = session.enrolment.device
    if session.screen.answer({"devices": [{**each.plain(), "this": each.id == here} for each in found]}):
        return
    rows = []
    for each in found:
        state = _("revoked") if each.revoked_at else _("this device") if each.id == here else _("may pay")
        made = write_moment(each.created_at) if each.created_at else ""
        rows.append((each.label, state, made, each.id))
    session.screen.table([_("Device"), _("State"), _("Since"), _("Id")], rows)


def revoke(
    session: Session,
    device: Annotated[
        str, typer.Argument(help="Id or name of the device, as `devices` shows it; `this` for this one.")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Take a lost device's right to pay away, at once."""
    found = [read(Device, each) for each in session.server.items("/v1/devices")]
    here = session.enrolment.device
    wanted = here if device == "this" else device
    match = [each for each in found if not each.revoked_at and wanted in (each.id, each.label)]
    if not match:
        raise Refused(
            _("You have no device {device}; ricochet-wallet devices lists them.", device=device),
            "no_such_device",
        )
    if len(match) > 1:
        raise Misused(_("Several devices are called {device}; give the id.", device=device))
    label, chosen = match[0].label, match[0].id
    if chosen == here:
        session.screen.note(_("That is this device: it will not be able to pay any more."), "yellow")
    if not yes and not session.confirm(_("Revoke {device}? [y/N]", device=label)):
        raise Refused(_("Nothing was revoked."), "not_confirmed")
    session.server.once("DELETE", f"/v1/devices/{quote(chosen, safe='')}")
    if chosen == here:
        _forget_this(session)
    if not session.screen.answer({"revoked": chosen}):
        session.screen.line(_("{device} is revoked: it cannot pay any more.", device=label), "green")


def _forget_this(session: Session) -> None:
    """The keys go; what checks receipts stays."""
    with alone(session.folder):
        session.keystore.secrets.pop(session.enrolment.community, None)
        session.keystore.save()
        session.enrolment.revoked = True
        session.save()


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    command(app, "init", help="Make a new wallet on this machine.")(init)
    command(app, "enroll", help="Enrol this device with a code from your community.")(enroll)
    command(app, "devices", help="List your devices that may pay.")(devices)
    command(app, "revoke", help="Take a lost device's right to pay away.")(revoke)
