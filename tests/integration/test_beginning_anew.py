"""Who has lost every device and the paper gets what is left on a new account: in the association's name, by two people.

docs/how-to/wallet.md and SECURITY.md describe these steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.policy import Policy
from ledger.core.signing import b64
from ledger.service import new_id
from tests.integration.served import Json, Served, Somebody, served


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Served]:
    with served(f"sqlite:///{tmp_path / 'ricochet.db'}") as made:
        yield made


def enrolled(town: Served, member: Somebody) -> tuple[Somebody, Json]:
    """A new device of a member, and what it was told."""
    code = town.post(town.riv.keys[Role.OPERATOR], f"/v1/members/{member.id}/enrolments", None)["code"]
    device = Ed25519PrivateKey.generate()
    body = {"code": code, "public_key": b64(device.public_key().public_bytes_raw()), "label": "telephone"}
    told = town.post("", "/v1/devices", body)
    return Somebody(member.id, member.account, told["api_key"], device=device), told


@pytest.mark.parametrize(("currency", "keeper"), [("RIV", "loss_fund"), ("RIV-B", "common_fund")])
def test_the_whole_path(town: Served, currency: str, keeper: str) -> None:
    riv, ben = town.riv, town.riv.ben
    operator, treasurer = riv.keys[Role.OPERATOR], riv.keys[Role.TREASURER]
    riv.do(c.ChangePolicy, currency=currency, policy=Policy(spend_down_days=0), since=0, approver=new_id())
    gil = riv.join("Gil", MemberKind.PERSON)
    gil.account = riv.open(gil.id, currency, MemberKind.PERSON)
    if currency == "RIV":
        riv.do(c.ImportPayment, payer=ben.account, payee=gil.account, amount=700, occurred_at=1)
    else:
        riv.do(c.Issue, account=gil.account, currency=currency, amount=700, euros=700)
    lost, was = enrolled(town, gil)
    spent = {"payee": str(riv.open(ben.id, currency, MemberKind.BUSINESS)), "amount": 200, "currency": currency}
    town.post(lost.token, "/v1/payments", {"signed": lost.sign(riv.community, **spent)})

    # the telephone is gone: nobody can pay from the old account any more
    town.call(operator, "DELETE", f"/v1/devices/{was['device_id']}", 204)
    new, told = enrolled(town, gil)
    assert told["state"] == "waiting"
    opening = {"id": str(new_id()), "member": str(gil.id), "currency": currency, "kind": "person"}
    account = town.post(operator, "/v1/accounts", opening)["account"]["id"]
    assert town.get(new.token, "/v1/devices")["items"][-1]["accounts"] == [account]

    # the operator ends the old account, the treasurer takes what is left over, the operator pays it out
    town.post(operator, "/v1/commands/leave", {"id": str(new_id()), "account": str(gil.account)})
    forfeit = {"id": str(new_id()), "account": str(gil.account)}
    town.post(operator, "/v1/commands/forfeit", forfeit, 403)
    town.post(treasurer, "/v1/commands/forfeit", forfeit)
    funds = town.get(riv.keys[Role.AUDITOR], "/v1/accounts", params={"limit": 200})["items"]
    (fund,) = [each for each in funds if (each["currency"], each["kind"], each["form"]) == (currency, keeper, "digital")]
    assert fund["posted"] == 500
    paid_out = {
        "id": str(new_id()), "payer": fund["id"], "payee": account, "amount": 500,
        "occurred_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}Z",
    }  # fmt: skip
    town.post(treasurer, "/v1/commands/import_payment", paid_out, 403)
    town.post(operator, "/v1/commands/import_payment", paid_out)
    town.post(operator, f"/v1/accounts/{gil.account}/closure", {"id": str(new_id())})

    # it is seen on the member's statements, and the new device pays
    lines = [town.get(new.token, f"/v1/accounts/{each}/statement")["items"][0] for each in (gil.account, account)]
    assert [(line["command"], line["amount"]) for line in lines] == [("forfeit", -500), ("import_payment", 500)]
    new.account = account
    order = {"payee": spent["payee"], "amount": 500, "currency": currency}
    town.post(new.token, "/v1/payments", {"signed": new.sign(riv.community, **order)})
