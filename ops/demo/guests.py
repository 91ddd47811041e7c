"""Who the visitor may be in the served demo: a resident with units to spend, a shop, and somebody who audits."""

from __future__ import annotations

import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from api.identity.principal import Principal, Role
from api.identity.service import Identity
from ledger.core.accounts import AccountKind, Form
from ledger.service import OPERATOR, Ledger
from ops.demo import eusko

ENOUGH = 20 * eusko.ONE


@dataclass(frozen=True, slots=True)
class Invitation:
    """A resident of RIV with a code for one device, a shop to pay, and a key that reads the journal."""

    resident: str
    code: str
    shop: str
    auditor: str


def invite(ledger: Ledger, identity: Identity, community: UUID) -> Invitation:
    """Choose the first resident with enough on a digital account and the largest bakery."""
    people = ledger.reader.accounts(community, eusko.UNIT, AccountKind.PERSON, limit=1_000)
    rich = next(held for held in people if held.form is Form.DIGITAL and held.balance >= ENOUGH)
    member = identity.owner(community, rich.uid)
    assert member is not None  # every account of the story has its owner in the register
    firms = ledger.reader.accounts(community, eusko.UNIT, AccountKind.BUSINESS, limit=1_000)
    bakeries = [f for f in firms if f.form is Form.DIGITAL and f.sectors == ("10.71C",)]
    largest = max(bakeries, key=lambda held: held.balance).uid
    names = identity.names(community, [rich.uid, largest])
    code, _ = identity.devices.invite(community, member, OPERATOR)
    machine = Principal(
        actor=OPERATOR, community=None, roles=frozenset({Role.PLATFORM_ADMIN}), scopes=frozenset(), member=None,
        accounts=frozenset(),
    )  # fmt: skip
    auditor = identity.keys.create(machine, community, frozenset({Role.AUDITOR}), label="demo").token
    return Invitation(names[rich.uid], code, names[largest], auditor)


def to_try(guest: Invitation, where: str, folder: Path) -> str:
    """What to paste into a second terminal."""
    wallet = shlex.quote(_program("ricochet-wallet"))
    home, receipt = shlex.quote(str(folder / "wallet")), shlex.quote(str(folder / "receipt.json"))
    shop = shlex.quote(guest.shop)
    return f"""
Ricochet serves the Region at {where}. In a second terminal, be {guest.resident} of RIV:

export RICOCHET_WALLET_HOME={home} RICOCHET_WALLET_PASSPHRASE=demo-only
{wallet} enroll {guest.code} --server {where}
{wallet} pay {shop} 4.20 --memo bread --yes
{wallet} receipt save --output {receipt} && {wallet} receipt verify {receipt}

The last one needs no server. Who audits RIV may read what circulates and what backs it, the journal and the rest:

curl -H 'Authorization: Bearer {guest.auditor}' {where}/v1/currencies/RIV

Stop with Ctrl-C; {folder} stays until you remove it.
"""


def _program(name: str) -> str:
    """How a shell in this folder finds a program of ours."""
    if shutil.which(name):
        return name
    beside = Path(sys.executable).with_name(name)
    here = Path.cwd()
    return str(beside.relative_to(here)) if beside.is_relative_to(here) else str(beside)
