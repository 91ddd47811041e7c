"""Who the visitor may be in the served demo: links for the browser, and a code and a key for the terminal."""

from __future__ import annotations

import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from api.cli.doors import link
from api.identity.passkeys import site_of
from api.identity.people import Member
from api.identity.principal import Principal, Role
from api.identity.schema import NOBODY
from api.identity.service import Identity
from ledger.service import OPERATOR
from ops.demo import comings
from ops.demo.offices import CALLED
from ops.demo.stage import DAY
from ops.demo.today import Cast

USES, LIFE = 1_000, 3_650 * DAY
"""Of a link: as long as anybody keeps the demo's folder."""


@dataclass(frozen=True, slots=True)
class Door:
    """A sign-in: who one is then, where that leads, the token of the link, and what to try."""

    who: str
    page: str
    token: str
    hint: str
    places: tuple[tuple[str, str], ...] = ()
    """Addresses to look at, and what is there."""


PLACES = {
    "merchant": (("/till", "type an amount, show the code"), ("/till/day", "what was taken today, a ticket, a refund")),
    "member": (
        ("/wallet/requests", "the bakery asks for bread: pay it"), ("/wallet/places", "shops as a list and on the map"),
        ("/wallet/votes", "vote on the commission"), ("/wallet/ricochet", "where the payments went next"),
    ),
    "operator": (
        ("/desk/members/files", "two professionals want to join"), ("/desk/members/dues", "who is late with dues"),
        ("/desk/votes", "a vote is open"), ("/desk/alerts", "what stands out: ask, then note what you found"),
        ("/desk/rules/RIV/change", "weigh a change on last year's movements"),
        ("/desk/links", "the convention with La Mesure"), ("/desk/books", "the journal; check it"),
    ),
    "treasurer": (
        ("/desk/money", "what is out and what backs it; a professional asks for euros"), ("/desk/money/issue", "euros in"),
        ("/desk/money/redeem", "euros out, weighed first"), ("/desk/approvals", "above 500 the second person decides"),
        ("/desk/figures", "the figures of the month; answer the Region; CSV, XLSX, PDF"),
    ),
    "region_reader": (
        ("/observatory/pilots?pilot=RIV:RIV&pilot=MES:MESURE", "side by side, aims, flows, charts, files"),
        ("/observatory", "what everybody sees"),
    ),
    "pending": (("/wallet/dues", "what is owed, and what may be given"), ("/wallet/places", "where one will be able to spend")),
    "hours": (("/wallet/exchanges", "an offer to answer, a service to confirm"), ("/wallet/exchanges/new", "offer something")),
    "coordinator": (
        ("/desk/members/offers", "what members offer waits for a yes"), ("/desk/alerts", "what stands out"),
        ("/desk/money/hours", "hours for who folded the newsletter"),
    ),
    "creditor": (("/desk/alerts", "who is long below zero"), ("/desk/members", "a debt paid in euros, a line")),
    "buyer": (("/wallet/places", "whom to buy from, and what part each takes"), ("/wallet/pay", "on the line")),
    "builder": (("/till", "a price of 8,000: the till says what comes in units"), ("/till/day", "what was taken today")),
    "pupil": (("/wallet/purses", "what each purse buys, where and until when"), ("/wallet/places", "shops that take it")),
}  # fmt: skip
"""What to look at, by role; in RIV "pending" is who is not let in yet, and those after it play elsewhere."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """The doors; a resident of RIV with a code for one device, a shop to pay, and a key that reads the journal."""

    doors: tuple[Door, ...]
    resident: str
    code: str
    shop: str
    auditor: str


def invite(identity: Identity, communities: dict[str, UUID], cast: Cast) -> Invitation:
    """Links for the four roles, for a newcomer, for hours, for two firms and for a card, and what the terminal needs."""
    riv, die, ebx, card = (communities[code] for code in ("RIV", "ACC-DIE", "EBX", "PASS"))
    shop, resident, other = (
        identity.people.get(riv, held.member) for held in (cast.shop, cast.resident, cast.other)
    )
    newcomer = identity.people.get(riv, comings.NEWCOMER)
    helper, neighbour = (identity.people.get(die, held.member) for held in (cast.helper, cast.neighbour))
    buyer, builder = (identity.people.get(ebx, held.member) for held in (cast.buyer, cast.builder))
    pupil = identity.people.get(card, cast.pupil.member)
    rives, accorderie, alps, region = (CALLED[code][0] for code in ("RIV", "ACC-DIE", "EBX", "PASS"))

    def door(
        where: UUID, role: Role, member: Member | None, who: str, page: str, hint: str, places: str = ""
    ) -> Door:
        token = link(identity, where, role, member, who[0].upper() + who[1:], uses=USES, life=LIFE)
        return Door(who, page, token, hint, PLACES[places or role.value])

    doors = (
        door(riv, Role.MERCHANT, shop, f"{shop.name}, {rives}", "till", "type an amount, show the code, look at the day"),
        door(riv, Role.MEMBER, resident, f"{resident.name}, {rives}", "wallet", "pay what the bakery asks, find a shop, vote"),
        door(riv, Role.MEMBER, newcomer, f"{newcomer.name}, {rives}", "wallet", "asked to join; the dues are awaited", "pending"),
        door(riv, Role.OPERATOR, None, f"Bureau, {rives}", "desk", "two files wait, dues are late, a vote is open"),
        door(riv, Role.TREASURER, None, f"Trésorerie, {rives}", "desk", "euros in, euros out, the second person"),
        door(NOBODY, Role.REGION_READER, None, "La Région", "observatory", "pilots side by side: Les Rives and La Mesure"),
        door(die, Role.MEMBER, helper, f"{helper.name}, {accorderie}", "wallet", "hours: an offer to answer, a service", "hours"),
        door(die, Role.MEMBER, neighbour, f"{neighbour.name}, {accorderie}", "wallet", "the other side of an exchange", "hours"),
        door(die, Role.OPERATOR, None, f"Coordination, {accorderie}", "desk", "lets offers through", "coordinator"),
        door(ebx, Role.MERCHANT, buyer, f"{buyer.name}, {alps}", "till", "buys on its credit line", "buyer"),
        door(ebx, Role.MERCHANT, builder, f"{builder.name}, {alps}", "till", "takes 30 % of a price in units", "builder"),
        door(ebx, Role.TREASURER, None, f"Trésorerie, {alps}", "desk", "who owes for long, and what is due in euros", "creditor"),
        door(card, Role.MEMBER, pupil, f"{pupil.name}, {region}", "wallet", "a card: books, and going out", "pupil"),
    )  # fmt: skip
    code, _ = identity.devices.invite(riv, other.id, OPERATOR)
    machine = Principal(
        actor=OPERATOR, community=None, roles=frozenset({Role.PLATFORM_ADMIN}), scopes=frozenset(), member=None,
        accounts=frozenset(),
    )  # fmt: skip
    auditor = identity.keys.create(machine, riv, frozenset({Role.AUDITOR}), label="demo").token
    return Invitation(doors, other.name, code, shop.name, auditor)


def to_try(guest: Invitation, where: str, folder: Path) -> str:
    """What to open, and what to paste into a second terminal."""
    wallet = shlex.quote(_program("ricochet-wallet"))
    home, receipt = shlex.quote(str(folder / "wallet")), shlex.quote(str(folder / "receipt.json"))
    shop = shlex.quote(guest.shop)
    begin = site_of(where).origin
    doors = "\n\n".join(
        f"{begin}/s/{door.token}\n  {door.who} ({door.page}): {door.hint}"
        + "".join(f"\n    {begin}{path}  {what}" for path, what in door.places)
        for door in guest.doors
    )
    return f"""
Ricochet serves the Region at {begin}. Each of these links signs a browser in, as often as you like;
two people at once need two windows, one of them private:

{doors}

{begin}/observatory
  everybody, without signing in

{begin}/join/RIV
  somebody who wants to join: the form; the desk of Les Rives then lets them in

In a second terminal, be {guest.resident} of RIV:

export RICOCHET_WALLET_HOME={home} RICOCHET_WALLET_PASSPHRASE=demo-only
{wallet} enroll {guest.code} --server {where}
{wallet} pay {shop} 4.20 --memo pain --yes
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
