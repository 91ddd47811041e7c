"""The desk's pages about people: members, accounts, applications, dues, files, offers of time, the brand."""

from __future__ import annotations

from api.association.leavings import Wish
from api.identity.people import Profile
from api.identity.principal import Role
from ledger.community.agreement import Step
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.accounts import Model
from ledger.core.policy import Policy
from ledger.service import new_id
from tests.integration.served import STAFF, Place
from tests.pages.samples import PageSample

OP = Role.OPERATOR
ONE, ACCOUNT = "/desk/members/{desk_member}", "/desk/members/{desk_member}/accounts/{desk_account}"
NEW = {"uid": "{new}"}

DUES = {
    "person_floor": "5", "person_suggested": "15", "starter": "5", "small": "7", "large": "12", "grace_days": "60",
    "college": "members",
}  # fmt: skip

SAMPLES = {
    "POST /desk/members/new": PageSample(OP, {**NEW, "name": "Dora", "kind": "person", "unit": "{code}"}),
    "POST /desk/members/applications/{applicant}": PageSample(OP, {"answer": "welcome", "unit": "{code}"}),
    "POST /desk/members/dues/lapse": PageSample(OP, {"member": "{desk_member}"}, answers=(422,)),
    "POST /desk/members/dues/rules": PageSample(OP, DUES, fresh=True),
    "POST /desk/members/offers/{proposed_offer}": PageSample(OP, {"allow": "true"}),
    f"GET {ONE}": PageSample(OP),
    f"POST {ONE}/profile": PageSample(OP, {"name": "Desk Dan", "version": "1", "locale": "fr"}, answers=(409,)),
    f"POST {ONE}/state": PageSample(OP, {"state": "suspended", "version": "1"}, answers=(409,)),
    f"GET {ONE}/leaving": PageSample(OP),
    f"POST {ONE}/leaving": PageSample(OP, NEW),
    "POST /desk/members/{leaver}/farewell": PageSample(OP, NEW),
    f"POST {ACCOUNT}/forfeit": PageSample(Role.TREASURER, NEW, fresh=True, answers=(409, 422)),
    f"POST {ACCOUNT}/settled": PageSample(Role.TREASURER, {**NEW, "euros": "1"}, fresh=True, answers=(409, 422)),
    f"POST {ACCOUNT}/debt": PageSample(Role.TREASURER, {**NEW, "euros": "1"}, fresh=True, answers=(409, 422)),
    f"POST {ACCOUNT}/written-off": PageSample(Role.TREASURER, NEW, fresh=True, answers=(409, 422)),
    "POST /desk/members/{gone}/forgotten": PageSample(OP, fresh=True),
    f"POST {ONE}/accounts": PageSample(OP, {**NEW, "unit": "{code}"}),
    f"POST {ONE}/enrolment": PageSample(OP, fresh=True),
    "POST /desk/members/codes": PageSample(OP, fresh=True),
    "POST /desk/members/{device_member}/devices/{desk_device}/revocation": PageSample(OP),
    f"POST {ONE}/dues": PageSample(OP, {**NEW, "dues": "15", "months": "12", "paid_on": "2026-01-02"}),
    f"POST {ONE}/dues/taken": PageSample(
        Role.TREASURER, {**NEW, "account": "{new}", "taken": "1", "taken_months": "12"}, fresh=True, answers=(422,)
    ),
    f"GET {ACCOUNT}": PageSample(OP),
    f"POST {ACCOUNT}/line": PageSample(OP, {**NEW, "line": "5"}, fresh=True),
    f"POST {ACCOUNT}/ceiling": PageSample(OP, {**NEW, "ceiling": "500"}),
    f"POST {ACCOUNT}/freeze": PageSample(OP, {**NEW, "freeze": "credits"}),
    f"POST {ACCOUNT}/terms": PageSample(OP, {**NEW, "sectors": "10.71C", "share": "50"}),
    "POST /desk/members/{desk_member}/accounts/{spare_account}/closure": PageSample(OP, NEW),
    "GET /desk/members/{firm}/file": PageSample(OP),
    "POST /desk/members/{firm}/file": PageSample(OP, {"siren": "123456789"}),
    "GET /desk/members/files/{visited_file}": PageSample(OP),
    "POST /desk/members/files/{draft_file}/step": PageSample(OP, {"step": "submitted", "version": "1"}, answers=(409,)),
    "POST /desk/members/files/{visited_file}/decision": PageSample(
        OP, {"verdict": "refused", "version": "3", "on": "2026-01-02", "college": "members"}, answers=(422,)
    ),
    "GET /desk/members/files/{draft_file}/answers": PageSample(OP),
    "POST /desk/members/files/{draft_file}/answers": PageSample(OP, {"version": "1", "siren": "2"}, answers=(409,)),
    "POST /desk/territory": PageSample(OP, answers=(422,)),
    "POST /desk/territory/shown": PageSample(OP, answers=(409,)),
    "POST /desk/territory/dropped": PageSample(OP),
    "POST /desk/territory/removed": PageSample(OP),
    "POST /desk/brand": PageSample(OP, {"name": "{code}", "timezone": "Europe/Paris"}),
}  # fmt: skip


def things(place: Place) -> dict[str, str]:
    """A member with an account to work on and one to close, an applicant, an offer that waits."""
    use, where = place.use, place.community
    somebody = place.join(f"{place.code} Desk", MemberKind.PERSON)
    applicant = new_id()
    profile = Profile(name=f"{place.code} Applicant", kind=MemberKind.PERSON, contact="x@example.org")
    use.association.applications.apply(where, applicant, profile, cents=1_500)
    hours = f"{place.code}-D"
    rules = Policy(default_line=900, default_ceiling=3_600, step=15)
    place.do(c.DefineCurrency, code=hours, scale=0, model=Model.TIME, policy=rules)
    time = place.open(somebody.id, hours, MemberKind.PERSON)
    offer = use.association.exchanges.post(
        where, somebody.id, time, kind="offer", title=f"Hems of {place.code}", category="household", text=""
    )
    phone = place.join(f"{place.code} Desk phone", MemberKind.PERSON)
    code, _ = use.identity.devices.invite(where, phone.id, STAFF)
    device = use.identity.devices.enrol(code, new_id().bytes * 2, "phone").device.id
    files, today = use.association.agreements, use.association.dues.today()
    firm, *others = [place.join(f"{place.code} Firm {n}", MemberKind.BUSINESS).id for n in range(3)]
    draft, visited = [files.open(where, each, {"siren": "1"}, STAFF, today) for each in others]
    for version, step in ((1, Step.SUBMITTED), (2, Step.VISITED)):
        files.step(where, visited.id, version, step, STAFF, today, "Seen")
    leaver = place.join(f"{place.code} Leaver", MemberKind.PERSON)
    use.association.leavings.ask(where, new_id(), leaver.id, Wish.SPEND)
    return {
        "leaver": str(leaver.id), "firm": str(firm), "draft_file": str(draft.id), "visited_file": str(visited.id),
        "desk_member": str(somebody.id), "desk_account": str(somebody.account), "applicant": str(applicant),
        "proposed_offer": str(offer.id), "spare_account": str(place.open(somebody.id, place.code, MemberKind.PERSON)),
        "device_member": str(phone.id), "desk_device": str(device),
    }  # fmt: skip
