"""Batch payments: JSON or one line a payee, bounded while they are read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ledger.community.membership import MemberKind
from ledger.core.commands import MAX_BATCH
from tests.integration.served import Served, served

NDJSON = {"content-type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path: Path = tmp_path_factory.mktemp("api") / "ricochet.db"
    with served(f"sqlite:///{path}") as found:
        yield found


def header(town: Served) -> dict[str, Any]:
    return {"id": str(uuid4()), "payer": str(town.riv.ada.account), "currency": "RIV"}


def send(town: Served, lines: list[Any], expect: int) -> dict[str, Any]:
    content = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    found: dict[str, Any] = town.call(
        town.riv.ada.token, "POST", "/v1/payment-batches", expect, content=content.encode(), headers=NDJSON
    ).json()
    return found


def test_json_and_lines_are_the_same_batch(town: Served) -> None:
    ben, cleo = town.riv.ben.account, town.riv.join("Cleo", MemberKind.PERSON).account
    payees = [{"payee": str(ben), "amount": 3}, {"payee": str(cleo), "amount": 4}]
    top = header(town)
    done = town.post(town.riv.ada.token, "/v1/payment-batches", {**top, "payees": payees})
    assert (done["payees"], done["amount"], done["fee"]) == (2, 7, 0)
    again = send(town, [top, *payees], 200)
    assert again["replayed"] is True and again["seq"] == done["seq"]


def test_all_or_nothing_and_the_line_is_named(town: Served) -> None:
    good = {"payee": str(town.riv.ben.account), "amount": 1}
    before = town.use.ledger.reader.account(town.riv.community, town.riv.ben.account).balance
    said = send(town, [header(town), good, {"payee": str(uuid4()), "amount": 1}], 422)
    assert (said["code"], said["field"]) == ("account_not_found", "payees[1].payee")
    said = send(town, [header(town), good, good, {**good, "amount": 0}], 422)
    assert (said["code"], said["field"]) == ("amount_not_positive", "payees[2].amount")
    said = send(town, [header(town), good, "{not json"], 400)
    assert said["code"] == "malformed_json"
    said = send(town, [header(town), {**good, "amount": 1.0}], 422)
    assert said["field"] == "payees[0].amount"
    after = town.use.ledger.reader.account(town.riv.community, town.riv.ben.account).balance
    assert after == before


def test_a_batch_has_at_least_one_and_at_most_so_many_payees(town: Served) -> None:
    assert send(town, [header(town)], 422)["code"] == "empty_batch"
    assert send(town, [], 422)["code"] == "empty_batch"
    line = json.dumps({"payee": str(town.riv.ben.account), "amount": 1})
    assert send(town, [header(town), *[line] * (MAX_BATCH + 1)], 422)["code"] == "batch_too_large"
    assert send(town, [header(town), "x" * 5_000], 422)["field"] == "payees"


def test_a_batch_of_the_largest_size_is_paid(town: Served) -> None:
    payers = header(town) | {"payer": str(town.riv.ada.account)}
    line = json.dumps({"payee": str(town.riv.ben.account), "amount": 1})
    tried = send(town, [payers, *[line] * MAX_BATCH], 422)
    assert tried["code"] == "insufficient_funds"
    rich = town.riv.join("Dora", MemberKind.PERSON)
    town.call(
        town.riv.keys["operator"], "PATCH", f"/v1/accounts/{rich.account}", 200,  # type: ignore[index]
        json={"id": str(uuid4()), "line": 100_000}, headers={"if-match": "*"},
    )  # fmt: skip
    top = header(town) | {"payer": str(rich.account)}
    content = "\n".join([json.dumps(top), *[line] * MAX_BATCH]).encode()
    response = town.call(
        rich.token, "POST", "/v1/payment-batches", 201, content=_chunks(content), headers=NDJSON
    )
    assert (response.json()["payees"], response.json()["amount"]) == (MAX_BATCH, MAX_BATCH)


def _chunks(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), 7_777):
        yield content[start : start + 7_777]


def test_a_body_over_its_limit_is_refused(town: Served) -> None:
    unannounced = town.call(
        town.riv.ada.token,
        "POST",
        "/v1/payment-batches",
        413,
        content=_chunks(b"\n" * 3_000_000),
        headers=NDJSON,
    )
    assert unannounced.json()["code"] == "body_too_large"
    announced = town.call(
        town.riv.ada.token, "POST", "/v1/payments", 413, content=b"x" * 300_000,
        headers={"content-type": "application/json"},
    )  # fmt: skip
    assert announced.json()["code"] == "body_too_large"


def test_other_media_are_not_taken(town: Served) -> None:
    response = town.call(
        town.riv.ada.token,
        "POST",
        "/v1/payment-batches",
        415,
        content=b"a,b",
        headers={"content-type": "text/csv"},
    )
    assert response.json()["code"] == "unsupported_media_type"
    nothing = town.call(town.riv.ada.token, "POST", "/v1/payment-batches", 415)
    assert nothing.json()["code"] == "unsupported_media_type"
