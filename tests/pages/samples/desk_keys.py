"""The desk's pages about staff keys, the guarantee fund and notes."""

from __future__ import annotations

from api.identity.keys import scopes_of
from api.identity.principal import Principal, Role
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Form
from ledger.service import new_id
from tests.integration.served import STAFF, Place
from tests.pages.samples import PageSample

OP, T = Role.OPERATOR, Role.TREASURER
FUND = {"uid": "{new}", "fund": "{code}-B:digital", "way": "in", "euros": "5"}
NOTES = {"uid": "{new}", "payer": "{plain_account}", "payee": "{paper_account}", "amount": "0.10"}

SAMPLES = {
    "POST /desk/keys": PageSample(OP, {"label": "Nora", "role": "auditor", "days": "30"}, fresh=True),
    "POST /desk/keys/{spare_key}/revocation": PageSample(OP, fresh=True),
    "GET /desk/keys/{young_key}/confirmation": PageSample(T),
    "POST /desk/keys/{young_key}/confirmation": PageSample(T, {"code": "0000-0000"}, fresh=True, answers=(422,)),
    "POST /desk/money/issue/check": PageSample(T, {"uid": "{new}", "account": "{plain_account}", "amount": "1"}),
    "POST /desk/money/redeem/check": PageSample(
        T, {"uid": "{new}", "account": "{shop_account}", "amount": "0.01", "invoice": "{new}"}
    ),
    "POST /desk/money/reserve/check": PageSample(T, FUND),
    "POST /desk/money/reserve": PageSample(T, FUND, fresh=True),
    "POST /desk/money/notes/check": PageSample(T, NOTES),
    "POST /desk/money/notes": PageSample(T, NOTES, fresh=True),
}


def things(place: Place) -> dict[str, str]:
    """A key to take away, an account in each form, and one of an association with units to redeem."""
    by = Principal(STAFF, None, frozenset({Role.PLATFORM_ADMIN}), scopes_of([Role.PLATFORM_ADMIN]))
    key = place.use.identity.keys.create(
        by, place.community, frozenset({Role.AUDITOR}), label=f"{place.code} spare"
    ).key
    staff = Principal(new_id(), place.community, frozenset({OP}), scopes_of([OP]))
    young = place.use.identity.keys.create(staff, place.community, frozenset({OP}), label=f"{place.code} young").key
    unit = f"{place.code}-B"
    counter = place.join(f"{place.code} Counter", MemberKind.PERSON)  # without a device: the desk pays for it
    held = {}
    for form in Form:
        held[form] = new_id()
        place.do(c.OpenAccount, account=held[form], currency=unit, kind=AccountKind.PERSON, form=form)
        place.use.identity.people.add_account(place.community, counter.id, held[form])
    firm = place.join(f"{place.code} Club", MemberKind.ASSOCIATION)
    club = place.open(firm.id, unit, MemberKind.ASSOCIATION)
    place.do(c.Issue, account=club, currency=unit, amount=1_000, euros=1_000)
    place.do(c.Issue, account=held[Form.DIGITAL], currency=unit, amount=1_000, euros=1_000)
    return {
        "spare_key": str(key.id), "young_key": str(young.id), "plain_account": str(held[Form.DIGITAL]), "paper_account": str(held[Form.PAPER]),
        "shop_account": str(club),
    }  # fmt: skip
