"""Issue, redeem, grant, charge, reverse, and the association's other commands; four eyes above a threshold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.identity.principal import Role
from api.routes.commands import NAMES
from ledger.community.membership import MemberKind
from ledger.core.commands import COMMANDS
from tests.integration.described import description
from tests.integration.served import Served, served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path: Path = tmp_path_factory.mktemp("api") / "ricochet.db"
    with served(f"sqlite:///{path}") as found:
        yield found


@pytest.fixture(scope="module")
def shop(town: Served) -> UUID:
    """Ben's account in the backed currency."""
    return town.riv.open(town.riv.ben.id, "RIV-B", MemberKind.BUSINESS)


def treasurer(town: Served) -> str:
    return town.riv.keys[Role.TREASURER]


def issue(town: Served, account: UUID, amount: int, expect: int = 201, **changes: Any) -> dict[str, Any]:
    body = {
        "id": str(uuid4()), "account": str(account), "currency": "RIV-B", "amount": amount, "euros": amount, **changes,
    }  # fmt: skip
    return town.post(treasurer(town), "/v1/issues", body, expect)


def test_issue_and_redeem_keep_the_guarantee(town: Served, shop: UUID) -> None:
    issue(town, shop, 8_000)
    assert issue(town, shop, 100, 422, euros=99)["code"] == "not_at_par"
    before = town.get(treasurer(town), "/v1/currencies/RIV-B")
    assert before["circulation"] == before["reserve"]["digital"] and before["reserve"]["paper"] == 0
    body = {"id": str(uuid4()), "account": str(shop), "currency": "RIV-B", "amount": 1_000, "invoice": "F-1"}
    said = town.post(treasurer(town), "/v1/redemptions", body)
    assert {each["reason"] for each in said["transfers"]} == {"redeem", "reserve_out", "commission"}
    after = town.get(treasurer(town), "/v1/currencies/RIV-B")
    assert (
        before["circulation"] - after["circulation"]
        == 1_000
        == before["reserve"]["digital"] - after["reserve"]["digital"]
    )
    again = town.post(treasurer(town), "/v1/redemptions", {**body, "id": str(uuid4())}, 409)
    assert again["code"] == "already_claimed"


def test_a_large_issue_waits_for_a_second_person(town: Served, shop: UUID) -> None:
    uid = str(uuid4())
    before = town.use.ledger.reader.account(town.riv.community, shop).balance
    asked = issue(town, shop, 20_000, 202, id=uid)["approval"]
    assert (asked["command"], asked["state"]) == ("issue", "open")
    assert issue(town, shop, 20_000, 202, id=uid)["approval"]["id"] == asked["id"], "asking twice asks once"
    assert town.use.ledger.reader.account(town.riv.community, shop).balance == before
    body = {
        "id": str(uuid4()), "account": str(shop), "currency": "RIV-B", "amount": 20_000, "euros": 20_000,
    }  # fmt: skip
    tried = town.post(treasurer(town), "/v1/issues?dry_run=true", body, 403)
    assert tried["code"] == "approval_required"


def test_a_policy_change_waits_and_shows_in_the_history(town: Served) -> None:
    path = "/v1/currencies/RIV/policies"
    operator = town.riv.keys[Role.OPERATOR]
    done = town.post(
        operator, path, {"id": str(uuid4()), "policy": {"default_line": 2_000}, "resolution": "AG 3"}
    )
    assert done["command"] == "change_policy"
    history = town.get(operator, path)["items"]
    assert [each["policy"]["default_line"] for each in history][-2:] == [1_000, 2_000]
    assert town.get(operator, "/v1/currencies/RIV")["policy"]["default_line"] == 2_000
    four = town.post(operator, "/v1/currencies/RIV-B/policies", {"id": str(uuid4()), "policy": {}}, 202)
    assert four["approval"]["command"] == "change_policy"
    past = town.post(operator, path, {"id": str(uuid4()), "policy": {}, "since": "2020-01-01T00:00:00Z"}, 422)
    assert (past["code"], past["field"]) == ("time_in_past", "since")
    wrong = town.post(operator, path, {"id": str(uuid4()), "policy": {"payment_fee_bp": 1.5}}, 422)
    assert wrong["field"] == "policy.payment_fee_bp"
    assert town.post(operator, "/v1/currencies/NONE/policies", {"id": str(uuid4()), "policy": {}}, 404)[
        "code"
    ]


def test_a_currency_is_defined_with_its_rules(town: Served) -> None:
    operator = town.riv.keys[Role.OPERATOR]
    body = {
        "id": str(uuid4()), "code": "CARD", "scale": 2, "model": "earmarked",
        "policy": {"programmes": [{"code": "FOOD", "budget": 5_000, "ends_at": "2099-01-01T00:00:00Z"}]},
    }  # fmt: skip
    assert town.post(operator, "/v1/currencies", body)["currency"]["model"] == "earmarked"
    assert town.post(operator, "/v1/currencies", body, 200)["replayed"] is True
    policy = town.get(operator, "/v1/currencies/CARD")["policy"]
    assert policy["programmes"][0]["ends_at"] == "2099-01-01T00:00:00.000000Z"
    codes = {each["code"] for each in town.get(operator, "/v1/currencies")["items"]}
    assert {"RIV", "RIV-B", "CARD"} <= codes and "EUR" not in codes
    account = town.post(operator, "/v1/accounts", {
        "id": str(uuid4()), "member": str(town.riv.ada.id), "currency": "CARD", "kind": "purse", "programme": "FOOD",
    })["account"]  # fmt: skip
    grant = {"id": str(uuid4()), "account": account["id"], "amount": 5_000, "once": "A" * 43}
    assert town.post(treasurer(town), "/v1/grants", grant)["transfers"][0]["reason"] == "grant"
    twice = {**grant, "id": str(uuid4()), "amount": 1}
    assert town.post(treasurer(town), "/v1/grants", twice, 409)["code"] == "already_claimed"
    over = {**twice, "id": str(uuid4()), "once": None}
    assert town.post(treasurer(town), "/v1/grants", over, 422)["code"] == "budget_exceeded"
    bad = {**twice, "id": str(uuid4()), "once": "A" * 42}
    assert town.post(treasurer(town), "/v1/grants", bad, 422)["field"] == "once"


def test_dues_are_charged_and_an_entry_reversed_by_somebody_else(town: Served) -> None:
    body = {"id": str(uuid4()), "account": str(town.riv.ada.account), "amount": 200}
    charged = town.post(treasurer(town), "/v1/fees", body)
    path = f"/v1/entries/{charged['id']}/reversal"
    assert town.post(treasurer(town), path, {"id": str(uuid4())}, 403)["code"] == "same_actor"
    other = town.riv.key(Role.TREASURER)
    assert town.post(other, path, {"id": str(uuid4())})["transfers"][0]["reason"] == "reversal"
    assert town.post(other, path, {"id": str(uuid4())}, 409)["code"] == "already_reversed"
    assert town.post(other, f"/v1/entries/{uuid4()}/reversal", {"id": str(uuid4())}, 404)["code"]
    assert town.post(other, path, {"id": str(uuid4()), "force": "yes"}, 422)["field"] == "force"


def test_the_remaining_commands_have_bodies_of_their_own(town: Served) -> None:
    operator = town.riv.keys[Role.OPERATOR]
    account = str(town.riv.join("Eve", MemberKind.BUSINESS).account)
    terms = {"id": str(uuid4()), "account": account, "sectors": ["47.11"], "acceptance_bp": 5_000}
    town.post(operator, "/v1/commands/set_terms", terms)
    assert town.get(operator, f"/v1/accounts/{account}")["acceptance_bp"] == 5_000
    town.post(operator, "/v1/commands/leave", {"id": str(uuid4()), "account": account})
    early = town.post(treasurer(town), "/v1/commands/forfeit", {"id": str(uuid4()), "account": account}, 409)
    assert early["code"] in ("too_early", "nothing_to_do")
    denied = town.post(operator, "/v1/commands/forfeit", {"id": str(uuid4()), "account": account}, 403)
    assert denied["code"] == "not_allowed"
    sealed = {"id": str(uuid4()), "through": "2026-01-01T00:00:00Z"}
    town.post(treasurer(town), "/v1/commands/seal_period", sealed)
    past = {
        "id": str(uuid4()), "payer": str(town.riv.ada.account), "payee": str(town.riv.ben.account), "amount": 5,
        "occurred_at": "2025-12-31T00:00:00Z",
    }  # fmt: skip
    assert town.post(operator, "/v1/commands/import_payment", past, 409)["code"] == "period_sealed"
    soon = {**past, "id": str(uuid4()), "occurred_at": "2026-01-02T00:00:00Z"}
    assert town.post(operator, "/v1/commands/import_payment", soon)["command"] == "import_payment"
    assert (
        town.post(operator, "/v1/commands/import_payment", {**past, "occurred_at": 5}, 422)["field"]
        == "occurred_at"
    )


def test_every_command_has_a_way_in_or_is_the_servers_own() -> None:
    elsewhere = {
        "found", "define_currency", "change_policy", "open_account", "set_line", "set_ceiling", "freeze_account",
        "close_account", "pay", "pay_batch", "refund", "reverse", "place_hold", "capture_hold", "void_hold", "issue",
        "redeem", "grant", "charge_fee",
    }  # fmt: skip
    servers_own = {"add_key", "revoke_key", "change_signing_key"}
    assert {*NAMES, *elsewhere, *servers_own} == set(COMMANDS)
    assert {f"/v1/commands/{name}" for name in NAMES} <= set(description()["paths"])
