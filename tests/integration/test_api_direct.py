"""The straight way of a payment answers as FastAPI's own does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from api.edge.direct import Directed
from api.routes import ROUTERS
from ledger.service import new_id
from tests.integration.served import Served, served

STRAIGHT, ROUND = "application/json", "application/json; charset=utf-8"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("direct")
    with served(f"sqlite:///{folder / 'direct.db'}") as found:
        yield found


def _sent(
    town: Served, media: str, content: bytes, token: str | None = None
) -> tuple[int, Any, dict[str, str]]:
    who = town.riv.ada.token if token is None else token
    headers = {"content-type": media}
    answer = town.call(who, "POST", "/v1/payments", content=content, headers=headers)
    said = answer.json()
    kept = {
        name: answer.headers[name] for name in ("content-type", "cache-control", "x-content-type-options")
    }
    return answer.status_code, said, kept


def _body(town: Served, **changes: Any) -> dict[str, Any]:
    payer, payee = str(town.riv.ada.account), str(town.riv.ben.account)
    return {"id": str(new_id()), "payer": payer, "payee": payee, "amount": 5, "currency": "RIV", **changes}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe", b'{"amount": NaN}', b'{"signed": "short"}',
        b'{"signed": 5}', b'{"memo": "\\ud800"}', b"[" * 5_000,
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_answered_the_same_way(town: Served, content: bytes) -> None:
    straight, round_about = _sent(town, STRAIGHT, content), _sent(town, ROUND, content)
    assert straight == round_about and straight[0] in (400, 422)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 201), ({"amount": 0}, 422), ({"amount": 2**53}, 422), ({"amount": "5"}, 422), ({"amount": 1.0}, 422),
        ({"payer": "x"}, 422), ({"more": 1}, 422), ({"payer": None}, 422), ({"currency": "XYZ"}, 422),
        ({"amount": 99_999_999}, 422), ({"sphere": "individual"}, 201), ({"id": None}, 400), ({"memo": "é\u2028"}, 201),
    ],
)  # fmt: skip
def test_every_body_is_answered_the_same_way(town: Served, changes: dict[str, Any], status: int) -> None:
    answers = []
    for media in (STRAIGHT, ROUND):
        sent = _body(town, **changes)
        code, said, headers = _sent(town, media, json.dumps(sent).encode())
        for changing in ("id", "seq", "at", "links", "balance"):
            said.pop(changing, None)
        answers.append((code, said, headers))
    assert answers[0] == answers[1] and answers[0][0] == status


def test_a_key_is_asked_for_on_either_way(town: Served) -> None:
    for media in (STRAIGHT, ROUND):
        code, said, _ = _sent(town, media, json.dumps(_body(town)).encode(), token="rico_wrong")
        assert (code, said["code"]) == (401, "unauthenticated")


def test_payments_and_batches_go_straight() -> None:
    async def elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("nothing is asked here")

    ways = Directed(elsewhere, ROUTERS)._ways
    assert set(ways) == {("POST", "/v1/payments"), ("POST", "/v1/payment-batches")}
    assert all(way.route.dependant.call is way.route.endpoint for way in ways.values())
