"""What holds for every address: who is let in, how much is taken, and that everybody gets one answer."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from api.identity.principal import Role
from ledger.core.errors import Corrupt, Unavailable
from tests.integration.described import description
from tests.integration.served import Served, served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path: Path = tmp_path_factory.mktemp("api") / "ricochet.db"
    with served(f"sqlite:///{path}") as found:
        yield found


def accounts(town: Served) -> str:
    return f"/v1/accounts/{town.riv.ada.account}"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer rico_wrong", "Basic abc", "rico_x", "Bearer " + "x" * 8_000]
)
def test_without_a_good_key_nobody_is_let_in(town: Served, header: str) -> None:
    said = town.call("", "GET", accounts(town), 401, headers={"authorization": header} if header else {})
    assert said.json()["code"] == "unauthenticated"
    assert said.headers["www-authenticate"].startswith("Bearer")


def test_a_revoked_key_is_dead_at_once(town: Served) -> None:
    token = town.riv.key(Role.AUDITOR)
    assert town.get(token, accounts(town))["id"]
    key = town.use.identity.keys.page(town.riv.community, limit=1_000)[-1]
    town.use.identity.keys.revoke(town.riv.community, key.id)
    assert town.get(token, accounts(town), 401)["code"] == "unauthenticated"


def test_a_key_of_the_platform_names_its_community(town: Served) -> None:
    region = town.riv.keys[Role.REGION_READER]
    assert town.get(region, "/v1/currencies", 400)["code"] == "community_required"
    assert town.get(region, "/v1/currencies?community=RIV")["items"]
    assert town.get(region, "/v1/currencies?community=NOPE", 404)["code"] == "community_not_found"
    assert town.get(region, accounts(town) + "?community=RIV", 403)["code"] == "not_allowed"
    assert town.get(town.riv.ada.token, "/v1/currencies?community=RIV")["items"]


def test_a_community_is_founded_by_the_platform_only(town: Served) -> None:
    admin = town.riv.keys[Role.PLATFORM_ADMIN]
    said = town.post(admin, "/v1/communities", {"code": "MES", "name": "La Mesure"})
    assert (said["code"], said["name"], said["currencies"]) == ("MES", "La Mesure", [])
    assert town.get("", "/v1/communities/MES") == said
    assert {each["code"] for each in town.get("", "/v1/communities")["items"]} >= {"MES", "RIV"}
    assert town.post(admin, "/v1/communities", {"code": "MES", "name": "x"}, 409)["code"] == "already_exists"
    assert town.post(admin, "/v1/communities", {"code": "mes", "name": "x"}, 422)["field"] == "code"
    operator = town.riv.keys[Role.OPERATOR]
    assert town.post(operator, "/v1/communities", {"code": "XYZ", "name": "x"}, 403)["code"] == "not_allowed"
    assert town.get("", "/v1/communities/NOPE", 404)["code"] == "community_not_found"


def test_unknown_addresses_and_methods_are_problems_too(town: Served) -> None:
    for method, path, status, code in (
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/nowhere", 404, "not_found"),
        ("DELETE", "/v1/accounts", 405, "method_not_allowed"),
    ):
        response = town.client.request(method, path)
        assert (response.status_code, response.json()["code"]) == (status, code)
        assert response.headers["content-type"] == "application/problem+json"
    assert town.get(town.riv.ada.token, "/v1/accounts/not-a-uuid", 404)["code"] == "not_found"


def test_every_answer_has_its_number_and_its_guards(town: Served) -> None:
    for path, token in (("/healthz", ""), (accounts(town), town.riv.ada.token), (accounts(town), "")):
        headers = town.call(token, "GET", path).headers
        assert len(headers["x-request-id"]) == 32
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["strict-transport-security"]
    given = town.call("", "GET", "/healthz", headers={"x-request-id": "from-proxy.1"}).headers
    assert given["x-request-id"] == "from-proxy.1"
    odd = town.call("", "GET", "/healthz", headers={"x-request-id": "a b\tc"}).headers
    assert odd["x-request-id"] != "a b\tc"


def test_health_readiness_and_figures(town: Served) -> None:
    town.pay(10**9, expect=422)
    assert town.get("", "/healthz") == {"status": "ok"}
    assert town.get("", "/readyz") == {"status": "ok"}
    assert town.client.request("BREW", "/healthz").status_code == 405
    text = town.call("", "GET", "/metrics", 200).text
    assert "BREW" not in text, "nobody makes up labels"
    assert 'ricochet_refused_total{code="insufficient_funds"}' in text
    assert 'ricochet_http_requests_total{method="POST",route="/v1/payments",status="422"}' in text
    assert "ricochet_waiting_payments" in text and str(town.riv.ada.account) not in text


def test_the_log_has_ids_and_no_personal_data(town: Served) -> None:
    with capture_logs() as lines:
        town.pay(77_777, expect=422, memo="du pain")
        town.get(town.riv.ada.token, accounts(town) + "?name=Ada")
    assert [line["route"] for line in lines] == ["/v1/payments", "/v1/accounts/{account}"]
    assert lines[0]["status"] == 422 and lines[0]["key"] and lines[0]["community"] == str(town.riv.community)
    text = json.dumps(lines, default=str)
    for secret in ("77777", "pain", "Ada", town.riv.ada.token):
        assert secret not in text


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Unavailable("later"), 503, "unavailable"),
        (Corrupt("hash", 3), 500, "corrupt"),
        (RuntimeError("a bug with somebody's name"), 500, "failed"),
    ],
)
def test_failures_are_answered_and_tell_nothing(
    town: Served, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(town.use.ledger, "submit_async", fail)
    with capture_logs() as lines:
        body = {
            "id": str(uuid4()), "payer": str(town.riv.ada.account), "payee": str(town.riv.ben.account), "amount": 1,
            "currency": "RIV",
        }  # fmt: skip
        response = town.client.post(
            "/v1/payments", json=body, headers={"authorization": f"Bearer {town.riv.ada.token}"}
        )
    said = response.json()
    assert (response.status_code, said["code"]) == (status, code)
    assert "somebody" not in response.text + json.dumps(lines, default=str)
    assert ("retry-after" in response.headers) == (status == 503)
    assert response.headers["x-request-id"]


def test_too_many_requests_are_told_when_to_come_back(tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path / 'a.db'}", rate="5/minute", rate_anonymous="3/minute") as town:
        path = accounts(town)
        first = town.call(town.riv.ada.token, "GET", path, 200)
        assert first.headers["ratelimit-policy"] == '"key";q=5;w=60'
        assert first.headers["ratelimit"].startswith('"key";r=4;t=')
        for _ in range(4):
            town.call(town.riv.ada.token, "GET", path, 200)
        last = town.call(town.riv.ada.token, "GET", path, 429)
        assert last.json()["code"] == "rate_limited" and 0 < int(last.headers["retry-after"]) <= 60
        assert last.headers["ratelimit"].startswith('"key";r=0;t=')
        town.call(town.riv.ben.token, "GET", path, 404)  # another key has its own
        for _ in range(3):
            town.call("rico_guess", "GET", path, 401)
        town.call("rico_guess", "GET", path, 429)
        assert town.call("", "GET", "/v1/communities", 429).json()["code"] == "rate_limited"
        assert town.get("", "/healthz") == {"status": "ok"}


def test_a_request_that_takes_too_long_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(f"sqlite:///{tmp_path / 'a.db'}", request_seconds=1) as town:
        monkeypatch.setattr(town.use.identity, "owner", lambda *_: time.sleep(2))
        response = town.call(town.riv.ada.token, "GET", accounts(town), 503)
        assert response.json()["code"] == "deadline_passed" and response.headers["retry-after"]


def test_the_description_names_every_answer_and_action() -> None:
    said = description()
    assert said["openapi"].startswith("3.1")
    for path, methods in said["paths"].items():
        for method, operation in methods.items():
            assert operation["x-action"], f"{method} {path} names no action"
            assert operation.get("summary") or operation.get("description")
            assert {"503"} <= set(operation["responses"])
            guarded = bool(operation["security"])
            assert guarded == ("401" in operation["responses"])
            for status, answer in operation["responses"].items():
                if status >= "400":
                    schema = answer["content"]["application/problem+json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ProblemOut"}
    text = json.dumps(said)
    assert "HTTPValidationError" not in text
