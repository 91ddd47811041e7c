"""Payments over HTTP: what is answered, what is refused, and that nothing is ever done twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ledger.core.money import MAX_AMOUNT
from tests.integration.served import Served, served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path: Path = tmp_path_factory.mktemp("api") / "ricochet.db"
    with served(f"sqlite:///{path}") as found:
        yield found


def posted(town: Served, account: Any) -> int:
    found = town.use.ledger.reader.account(town.riv.community, account)
    return found.balance


def test_a_payment_is_answered_with_its_receipt(town: Served) -> None:
    before = posted(town, town.riv.ada.account)
    said = town.pay(150)
    assert (said["amount"], said["currency"], said["scale"], said["fee"]) == (150, "RIV", 2, 0)
    assert said["replayed"] is False and said["seq"] > 0
    assert said["balance"] == {"posted": before - 150, "available": before - 150 + 1_000}
    assert posted(town, town.riv.ada.account) == before - 150


def test_a_retry_is_answered_again_and_done_once(town: Served) -> None:
    uid = str(uuid4())
    first = town.pay(10, id=uid)
    balance = posted(town, town.riv.ada.account)
    again = town.pay(10, expect=200, id=uid)
    assert again["replayed"] is True and again["seq"] == first["seq"]
    assert posted(town, town.riv.ada.account) == balance
    other = town.pay(11, expect=409, id=uid)
    assert (other["code"], other["field"]) == ("id_reused", "amount")


def test_an_idempotency_key_is_an_id(town: Served) -> None:
    body = {
        "payer": str(town.riv.ada.account), "payee": str(town.riv.ben.account), "amount": 5, "currency": "RIV",
    }  # fmt: skip
    token = town.riv.ada.token
    first = town.post(token, "/v1/payments", body, headers={"idempotency-key": '"order 4711"'})
    again = town.post(token, "/v1/payments", body, 200, headers={"idempotency-key": "order 4711"})
    assert first["id"] == again["id"] and again["replayed"] is True
    assert town.post(token, "/v1/payments", body, 400)["code"] == "id_missing"
    differing = {**body, "id": str(uuid4())}
    said = town.post(token, "/v1/payments", differing, 400, headers={"idempotency-key": str(uuid4())})
    assert said["code"] == "id_missing"


def test_a_dry_run_says_the_same_and_writes_nothing(town: Served) -> None:
    balance = posted(town, town.riv.ada.account)
    body = {
        "id": str(uuid4()), "payer": str(town.riv.ada.account), "payee": str(town.riv.ben.account), "amount": 20,
        "currency": "RIV",
    }  # fmt: skip
    tried = town.post(town.riv.ada.token, "/v1/payments?dry_run=true", body, 200)
    assert tried["dry_run"] is True and tried["seq"] is None
    assert tried["balance"]["posted"] == balance - 20
    assert posted(town, town.riv.ada.account) == balance
    done = town.post(town.riv.ada.token, "/v1/payments", body, 201)
    same = {key for key in tried if key not in ("seq", "at", "dry_run")}
    assert {key: tried[key] for key in same} == {key: done[key] for key in same}
    refused = town.post(
        town.riv.ada.token, "/v1/payments?dry_run=true", {**body, "id": str(uuid4()), "amount": 10**9}, 422
    )
    assert refused["code"] == "insufficient_funds"


def test_a_refusal_names_code_field_and_remedy_in_the_callers_language(town: Served) -> None:
    body = {
        "id": str(uuid4()), "payer": str(town.riv.ada.account), "payee": str(town.riv.ben.account),
        "amount": 10_000_000, "currency": "RIV",
    }  # fmt: skip
    english = town.post(town.riv.ada.token, "/v1/payments", body, 422)
    french = town.post(
        town.riv.ada.token, "/v1/payments", body, 422, headers={"accept-language": "fr-FR,fr;q=0.9,en;q=0.8"}
    )
    assert (english["code"], english["field"]) == ("insufficient_funds", "payer")
    assert "available, 100000.00 needed" in english["detail"]
    assert french["title"] == "Solde insuffisant" and "il en faut 100000,00" in french["detail"]


@pytest.mark.parametrize(
    ("literal", "code"),
    [
        ("0", "amount_not_positive"), ("-1", "amount_not_positive"), ("-0", "amount_not_positive"),
        (str(2**53), "amount_too_large"), (str(2**63 - 1), "amount_too_large"), (str(2**63), "amount_too_large"),
        (str(2**64), "amount_too_large"), ("9" * 400, "amount_too_large"), ("1.0", "invalid_field"),
        ("1e3", "invalid_field"), ('"1"', "invalid_field"), ('"01"', "invalid_field"), ('" 1"', "invalid_field"),
        ('"١"', "invalid_field"), ("true", "invalid_field"), ("null", "invalid_field"), ("NaN", "invalid_field"),
        ("Infinity", "invalid_field"), ("[1]", "invalid_field"), ("{}", "invalid_field"),
        ("01", "malformed_json"), ("9" * 5_000, "malformed_body"),
    ],
)  # fmt: skip
def test_only_whole_numbers_are_amounts(town: Served, literal: str, code: str) -> None:
    content = (
        f'{{"id":"{uuid4()}","payer":"{town.riv.ada.account}","payee":"{town.riv.ben.account}",'
        f'"currency":"RIV","amount":{literal}}}'
    )
    before = town.use.ledger.reader.head(town.riv.community).seq
    response = town.call(
        town.riv.ada.token, "POST", "/v1/payments", content=content.encode(),
        headers={"content-type": "application/json"},
    )  # fmt: skip
    assert response.status_code in (400, 422), response.text
    assert response.json()["code"] == code
    assert town.use.ledger.reader.head(town.riv.community).seq == before


def test_the_largest_amount_is_read_exactly(town: Served) -> None:
    said = town.pay(MAX_AMOUNT, expect=422)
    assert said["code"] == "insufficient_funds"
    assert "90071992547409.91 needed" in said["detail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amout": 5}, "amout"), ({"\ud800": 5}, "body"), ({"x" * 500: 5}, "x" * 100), ({"payer": "not a uuid"}, "payer"), ({"payee": None}, "payee"),
        ({"memo": "x" * 281}, "memo"), ({"memo": "a\u0000b"}, "memo"), ({"memo": "\ud800"}, "memo"),
        ({"sphere": "public"}, "sphere"), ({"currency": "R"}, "currency"), ({"deal": 0}, "deal"),
        ({"memo_salt": "AAAA", "memo": "x"}, "memo_salt"),
    ],
)  # fmt: skip
def test_faults_of_shape_name_the_field(town: Served, change: dict[str, Any], field: str) -> None:
    said = town.pay(5, expect=422, **change)
    assert said["field"] == field
    assert [each["field"] for each in said["errors"]] == [field]
    assert said["errors"][0]["detail"]


def test_bodies_that_are_no_json_object(town: Served) -> None:
    token = town.riv.ada.token
    kind = {"content-type": "application/json"}
    for content in (b"", b"[]", b"null", b'"x"', b"1"):
        assert town.call(token, "POST", "/v1/payments", 422, content=content, headers=kind).json()["errors"]
    for content in (b"{", b"{]}", b"\xff\xfe", b"[" * 200_000):
        said = town.call(token, "POST", "/v1/payments", 400, content=content, headers=kind).json()
        assert said["code"] in ("malformed_json", "malformed_body")
    said = town.call(
        token, "POST", "/v1/payments", 415, content=b"{}", headers={"content-type": "text/plain"}
    ).json()
    assert said["code"] == "unsupported_media_type"


def test_a_member_pays_from_own_accounts_only(town: Served) -> None:
    said = town.pay(5, expect=403, payer=str(town.riv.ben.account), payee=str(town.riv.ada.account))
    assert (said["code"], said["detail"].partition(":")[0]) == ("not_allowed", "payer")


def test_a_payment_can_be_looked_up_by_both_and_by_nobody_else(town: Served) -> None:
    paid = town.pay(12, memo="pour le pain")
    for token in (town.riv.ada.token, town.riv.ben.token):
        found = town.get(token, f"/v1/payments/{paid['id']}")
        assert (found["amount"], found["refunded"], found["reversed"]) == (12, 0, False)
        assert found["memo"] == "pour le pain"
    staff = town.get(town.riv.keys["auditor"], f"/v1/payments/{paid['id']}")  # type: ignore[index]
    assert staff["memo"] is None, "a memo is for the two members only"
    assert town.get(town.riv.ada.token, f"/v1/payments/{uuid4()}", 404)["code"] == "entry_not_found"


def test_a_memo_makes_the_retry_the_same_command(town: Served) -> None:
    uid = str(uuid4())
    town.pay(3, id=uid, memo="a")
    assert town.pay(3, expect=200, id=uid, memo="a")["replayed"] is True
    assert town.pay(3, expect=409, id=uid, memo="b")["code"] == "id_reused"


def test_refunds_in_parts_by_the_payee(town: Served) -> None:
    paid = town.pay(100)
    path = f"/v1/payments/{paid['id']}/refunds"
    denied = town.post(town.riv.ada.token, path, {"id": str(uuid4()), "amount": 1}, 403)
    assert denied["code"] == "not_allowed"
    part = town.post(town.riv.ben.token, path, {"id": str(uuid4()), "amount": 40})
    assert (part["amount"], part["payment"]) == (40, paid["id"])
    rest = town.post(town.riv.ben.token, path, {"id": str(uuid4())})
    assert rest["amount"] == 60
    more = town.post(town.riv.ben.token, path, {"id": str(uuid4()), "amount": 1}, 409)
    assert more["code"] == "already_refunded"
    assert town.get(town.riv.ada.token, f"/v1/payments/{paid['id']}")["refunded"] == 100
    unknown = town.post(town.riv.ben.token, f"/v1/payments/{uuid4()}/refunds", {"id": str(uuid4())}, 404)
    assert unknown["code"] == "entry_not_found"


def test_prefer_minimal_leaves_the_balance_out(town: Served) -> None:
    body = {
        "id": str(uuid4()), "payer": str(town.riv.ada.account), "payee": str(town.riv.ben.account), "amount": 1,
        "currency": "RIV",
    }  # fmt: skip
    said = town.post(town.riv.ada.token, "/v1/payments", body, headers={"prefer": "return=minimal"})
    assert "balance" not in said
