"""Holds over HTTP: placed by the payer, used or given back by the payee."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from tests.integration.served import Served, served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path: Path = tmp_path_factory.mktemp("api") / "ricochet.db"
    with served(f"sqlite:///{path}") as found:
        yield found


def placed(town: Served, amount: int = 50, expect: int = 201, **changes: Any) -> dict[str, Any]:
    body = {
        "id": str(uuid4()), "payer": str(town.riv.ada.account), "payee": str(town.riv.ben.account),
        "amount": amount, "currency": "RIV", **changes,
    }  # fmt: skip
    return town.post(town.riv.ada.token, "/v1/holds", body, expect)


def test_a_hold_sets_aside_and_moves_nothing(town: Served) -> None:
    before = town.get(town.riv.ada.token, f"/v1/accounts/{town.riv.ada.account}")
    hold = placed(town, expires_in=3_600)["hold"]
    after = town.get(town.riv.ada.token, f"/v1/accounts/{town.riv.ada.account}")
    assert after["posted"] == before["posted"]
    assert (after["held"] - before["held"], before["available"] - after["available"]) == (50, 50)
    found = town.get(town.riv.ben.token, f"/v1/holds/{hold['id']}")
    assert (found["state"], found["amount"]) == ("open", 50) and found["expires_at"]


def test_the_payee_uses_a_part_and_the_rest_goes_back(town: Served) -> None:
    hold = placed(town)["hold"]
    path = f"/v1/holds/{hold['id']}/capture"
    assert town.post(town.riv.ada.token, path, {"id": str(uuid4())}, 403)["code"] == "not_allowed"
    more = town.post(town.riv.ben.token, path, {"id": str(uuid4()), "amount": 51}, 422)
    assert more["code"] == "capture_exceeds_hold"
    tried = town.post(town.riv.ben.token, path + "?dry_run=true", {"id": str(uuid4()), "amount": 20}, 200)
    assert tried["dry_run"] is True and "hold" not in tried
    said = town.post(town.riv.ben.token, path, {"id": str(uuid4()), "amount": 20})
    assert said["hold"]["state"] == "captured"
    (moved,) = said["transfers"]
    assert (moved["posted"], moved["held"], moved["reason"]) == (20, -50, "capture")
    assert town.post(town.riv.ben.token, path, {"id": str(uuid4())}, 409)["code"] == "hold_captured"


def test_the_payee_or_the_association_gives_it_back(town: Served) -> None:
    for token in (town.riv.ben.token, town.riv.keys[Role.OPERATOR]):
        hold = placed(town)["hold"]
        path = f"/v1/holds/{hold['id']}/void"
        assert town.post(town.riv.ada.token, path, {"id": str(uuid4())}, 403)["code"] == "not_allowed"
        body = {"id": str(uuid4())}
        assert town.post(token, path, body)["hold"]["state"] == "voided"
        assert town.post(token, path, body, 200)["replayed"] is True


def test_a_hold_is_the_business_of_two(town: Served) -> None:
    hold = placed(town)["hold"]
    cleo = town.riv.join("Cleo", MemberKind.PERSON)
    assert town.get(cleo.token, f"/v1/holds/{hold['id']}", 404)["code"] == "hold_not_found"
    for verb in ("capture", "void"):
        town.post(cleo.token, f"/v1/holds/{hold['id']}/{verb}", {"id": str(uuid4())}, 404)
        town.post(town.riv.ben.token, f"/v1/holds/{uuid4()}/{verb}", {"id": str(uuid4())}, 404)
    assert town.get(town.riv.keys[Role.AUDITOR], f"/v1/holds/{hold['id']}")["id"] == hold["id"]


def test_faults_of_a_hold(town: Served) -> None:
    for changes, field in (
        ({"expires_in": 0}, "expires_in"),
        ({"expires_in": 10**12}, "expires_in"),
        ({"amount": 0}, "amount"),
    ):
        assert placed(town, expect=422, **changes)["field"] == field
    assert placed(town, 10**9, 422)["code"] == "insufficient_funds"
