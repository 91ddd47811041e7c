"""init, enroll: the wallet itself and where it belongs."""

from __future__ import annotations

import platform
from hashlib import sha256
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core.checkpoint import parse_vkey
from ledger.core.merkle import ProofError
from ledger.core.signing import b64
from wallet_cli import paper, proofs
from wallet_cli.answers import Device, Enrolled, read
from wallet_cli.cli import command
from wallet_cli.errors import Misused, Refused, Unproven
from wallet_cli.files import alone, private_folder
from wallet_cli.keystore import Secrets
from wallet_cli.letting_in import SIGNS_NOTHING, let_in
from wallet_cli.profile import Enrolment
from wallet_cli.server import checked_url
from wallet_cli.session import Session
from wallet_cli.words import _

Url = Annotated[str | None, typer.Option("--server", help="Address of your community's server.")]
Insecure = Annotated[
    bool, typer.Option("--insecure", help="Allow http without encryption to another machine.")
]
OnPaper = Annotated[bool, typer.Option("--paper", help="Let this device in with your paper key.")]


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
    on_paper: OnPaper = False,
) -> None:
    """Make a device key and have the community accept it."""
    if "://" in code:
        server, code = _from_link(code)
    url = server or session.world.environ.get("RICOCHET_WALLET_SERVER") or session.profile.server
    if not url:
        raise Misused(_("Which server? Add --server https://… as your community told you."))
    url = checked_url(url, insecure)
    signer = paper.ask(session) if on_paper else None  # first, as the code works once
    with alone(session.folder):
        device = _enrol(session, code.strip().upper(), url, label or platform.node() or "wallet", signer)
    enrolment = session.enrolment
    answer = enrolment.model_dump(
        include={"server", "community", "code", "name", "vkey", "member", "accounts", "device"}
    )
    said = {"member_name": enrolment.member_name, "state": device.state, "fingerprint": device.fingerprint}
    if not session.screen.answer(answer | said):
        _welcome(session, device, is_first=device.state == "active" and not on_paper)


def _welcome(session: Session, device: Device, is_first: bool) -> None:
    enrolment, screen = session.enrolment, session.screen
    names = {"name": enrolment.member_name, "community": enrolment.name}
    key = (_("Community's key"), enrolment.vkey)
    if device.state == "active":
        screen.line(_("Welcome {name}: this device is enrolled in {community}.", **names), "bold green")
        screen.pairs([(_("Device"), device.label), key])
        screen.line(_("Receipts are checked against that key from now on. Next: ricochet-wallet balance"))
        if is_first:
            screen.line(_("In case this device is lost, make a paper key now: ricochet-wallet paper"))
        return
    screen.line(
        _("Welcome {name}: {community} knows this device. It may look; it may not pay yet.", **names),
        "bold yellow",
    )
    screen.pairs([(_("Device"), device.label), (_("Fingerprint"), device.fingerprint), key])
    screen.line(
        _("On a device of yours that pays, compare the fingerprint and let it in: ricochet-wallet approve")
    )
    screen.line(_("Or use your paper key: ricochet-wallet approve this --paper"))
    screen.line(_("Then it stands here as one that may pay: ricochet-wallet devices"))
    screen.note(
        _(
            "Another device was let in for you before this one. If it is not yours, ask your association who enrolled it."
        ),
        "yellow",
    )


def _from_link(link: str) -> tuple[str, str]:
    """(server, code) of a link that carries a code."""
    server, mark, code = link.strip().rpartition("/e/")
    if not mark or not code or "/" in code:
        raise Misused(
            _("{link} is not a link to enrol with; it looks like https://example.org/e/CODE", link=link)
        )
    return server, code


def _enrol(
    session: Session, code: str, url: str, label: str, signer: Ed25519PrivateKey | None
) -> Device:
    """Enrol, and where a key that signs is at hand (on paper, or of this wallet before), let this device in at once."""
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
    session.enrolment, session.secrets = enrolment, Secrets(device.device_key, found.api_key)
    entered = Device(id=found.device_id, label=label, state=found.state, public_key=public)
    former = keystore.secrets.get(community.id)
    if entered.state == "waiting" and former is not None:  # before the only key that could is forgotten
        entered = _let_in_by(session, entered, former.private_key())
    keystore.secrets[community.id] = session.secrets
    keystore.save()
    others = [each for each in session.profile.enrolments if each.community != community.id]
    session.profile.enrolments = [*others, enrolment]
    session.profile.language = session.language or session.profile.language
    session.save()
    del keystore.secrets[place]
    keystore.save()
    session.met((each.id, found.member.name) for each in found.accounts)
    session.accounts()  # learns the currencies
    if entered.state == "waiting" and signer is not None:
        entered = let_in(session, entered, signer)
    return entered


def _let_in_by(session: Session, entered: Device, former: Ed25519PrivateKey) -> Device:
    """The device, let in by the key that this wallet had before, if that one signs."""
    try:
        return let_in(session, entered, former)
    except Refused as refused:
        if refused.code != SIGNS_NOTHING:
            raise
        return entered


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
        if (known.community == community.id or known.origin == community.origin) and not proofs.follows(
            known.vkey, community.vkey, community.handed_on
        ):
            raise Unproven(
                _(
                    "{name} shows another key than the one you enrolled with. Ask your community before you go on.",
                    name=known.name,
                ),
                "other_key",
            )


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    command(app, "init", help="Make a new wallet on this machine.")(init)
    command(app, "enroll", help="Enrol this device with a code from your community.")(enroll)
