"""Accounts over HTTP: opened, changed, closed; statements page by page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from api.identity.principal import Role
from api.schemas.common import moment
from ledger.core import commands as c
from tests.integration.served import Served, served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path: Path = tmp_path_factory.mktemp("api") / "ricochet.db"
    with served(f"sqlite:///{path}") as found:
        yield found


def opened(town: Served, **changes: object) -> dict[str, object]:
    body = {
        "id": str(uuid4()), "member": str(town.riv.ada.id), "currency": "RIV", "kind": "person", **changes,
    }  # fmt: skip
    return town.post(town.riv.keys[Role.OPERATOR], "/v1/accounts", body)


def test_an_account_is_opened_once_and_is_its_members(town: Served) -> None:
    body = {
        "id": str(uuid4()), "member": str(town.riv.ada.id), "currency": "RIV", "kind": "person", "line": 500,
    }  # fmt: skip
    operator = town.riv.keys[Role.OPERATOR]
    first = town.post(operator, "/v1/accounts", body)
    account = first["account"]
    assert (account["line"], account["posted"], account["available"]) == (500, 0, 500)
    assert account["member"] == str(town.riv.ada.id)
    again = town.post(operator, "/v1/accounts", body, 200)
    assert again["replayed"] is True and again["account"]["id"] == account["id"]
    own = town.get(town.riv.ada.token, f"/v1/accounts/{account['id']}")
    assert own["id"] == account["id"]


def test_an_account_of_nobody_is_not_opened(town: Served) -> None:
    body = {"id": str(uuid4()), "member": str(uuid4()), "currency": "RIV", "kind": "person"}
    before = town.use.ledger.reader.head(town.riv.community).seq
    said = town.post(town.riv.keys[Role.OPERATOR], "/v1/accounts", body, 422)
    assert (said["code"], said["field"]) == ("member_not_found", "member")
    assert town.use.ledger.reader.head(town.riv.community).seq == before


def test_a_member_sees_own_accounts_and_staff_all(town: Served) -> None:
    mine = town.get(town.riv.ada.token, "/v1/accounts")["items"]
    assert str(town.riv.ada.account) in {each["id"] for each in mine}
    assert str(town.riv.ben.account) not in {each["id"] for each in mine}
    town.get(town.riv.ada.token, f"/v1/accounts/{town.riv.ben.account}", 404)
    everybody = town.get(town.riv.keys[Role.OPERATOR], "/v1/accounts?limit=200&currency=RIV")["items"]
    assert {str(town.riv.ada.account), str(town.riv.ben.account)} <= {each["id"] for each in everybody}
    assert {each["name"] for each in everybody} >= {"Ada", "Ben's Bakery"}


def test_a_listing_goes_on_where_it_ended(town: Served) -> None:
    operator = town.riv.keys[Role.OPERATOR]
    whole = [each["id"] for each in town.get(operator, "/v1/accounts?limit=200")["items"]]
    found, path = [], "/v1/accounts?limit=3"
    while path:
        page = town.get(operator, path)
        found += [each["id"] for each in page["items"]]
        path = f"/v1/accounts?limit=3&cursor={quote(page['next'])}" if page["next"] else ""
    assert found == whole and len(whole) > 6


def test_a_change_needs_the_version_that_was_read(town: Served) -> None:
    account = opened(town)["account"]
    assert isinstance(account, dict)
    path, operator = f"/v1/accounts/{account['id']}", town.riv.keys[Role.OPERATOR]
    etag = town.call(operator, "GET", path, 200).headers["etag"]
    assert etag == f'"{account["seq"]}"'
    body = {"id": str(uuid4()), "line": 700}
    assert town.call(operator, "PATCH", path, 428, json=body).json()["code"] == "version_required"
    said = town.call(operator, "PATCH", path, 412, json=body, headers={"if-match": '"1"'}).json()
    assert said["code"] == "version_changed"
    changed = town.call(operator, "PATCH", path, 200, json=body, headers={"if-match": etag}).json()
    assert changed["account"]["line"] == 700
    again = town.call(operator, "PATCH", path, 200, json=body, headers={"if-match": etag}).json()
    assert again["replayed"] is True, "a retry is not hindered by the version that it changed itself"


def test_each_term_can_be_changed_and_one_at_a_time(town: Served) -> None:
    account = opened(town)["account"]
    assert isinstance(account, dict)
    path, operator = f"/v1/accounts/{account['id']}", town.riv.keys[Role.OPERATOR]

    def change(expect: int = 200, **terms: object) -> dict[str, object]:
        found: dict[str, object] = town.call(
            operator, "PATCH", path, expect, json={"id": str(uuid4()), **terms}, headers={"if-match": "*"}
        ).json()
        return found

    good: list[dict[str, Any]] = [
        {"ceiling": 900},
        {"ceiling": None},
        {"frozen": "debits"},
        {"frozen": "none"},
    ]
    for terms in good:
        said = change(**terms)["account"]
        assert isinstance(said, dict) and {name: said[name] for name in terms} == terms
    bad: list[dict[str, Any]] = [{}, {"line": 1, "ceiling": 2}, {"line": None}, {"sectors": ["47"]}]
    for terms in bad:
        assert change(422, **terms)["code"] == "invalid_field"


def test_an_empty_account_is_closed(town: Served) -> None:
    account = opened(town)["account"]
    assert isinstance(account, dict)
    path, operator = f"/v1/accounts/{account['id']}/closure", town.riv.keys[Role.OPERATOR]
    tried = town.post(operator, path + "?dry_run=true", {"id": str(uuid4())}, 200)
    assert tried["dry_run"] is True and "account" not in tried
    assert town.post(operator, path, {"id": str(uuid4())})["account"]["state"] == "closed"
    assert town.post(operator, path, {"id": str(uuid4())}, 409)["code"] == "account_closed"
    assert town.post(operator, f"/v1/accounts/{uuid4()}/closure", {"id": str(uuid4())}, 404)["code"]


@pytest.fixture(scope="module")
def lines(town: Served) -> list[dict[str, object]]:
    """Ben's statement after seven payments, newest first."""
    for amount in range(1, 8):
        town.pay(amount, memo=f"no {amount}")
    found: list[dict[str, object]] = town.get(town.riv.ben.token, statement(town.riv.ben.account))["items"]
    return found


def statement(account: UUID, **query: object) -> str:
    asked = "&".join(f"{name}={quote(str(value))}" for name, value in query.items())
    return f"/v1/accounts/{account}/statement?{asked}"


def test_a_statement_has_names_memos_and_running_balances(
    town: Served, lines: list[dict[str, object]]
) -> None:
    assert [line["amount"] for line in lines[:7]] == [7, 6, 5, 4, 3, 2, 1]
    newest = lines[0]
    assert newest["memo"] == "no 7" and newest["reason"] == "payment"
    assert newest["counterparty"] == {"account": str(town.riv.ada.account), "name": "Ada"}
    balances = [line["balance"] for line in lines[:7]]
    assert all(isinstance(b, int) for b in balances)
    assert [a - b for a, b in pairwise(balances)] == [7, 6, 5, 4, 3, 2]  # type: ignore[operator]
    staff = town.get(town.riv.keys[Role.AUDITOR], statement(town.riv.ben.account))["items"]
    assert {line["memo"] for line in staff} == {None}


def test_pages_of_a_statement_join(town: Served, lines: list[dict[str, object]]) -> None:
    found, cursor = [], ""
    while True:
        page = town.get(town.riv.ben.token, statement(town.riv.ben.account, limit=3) + cursor)
        found += [line["version"] for line in page["items"]]
        if not page["next"]:
            break
        cursor = f"&cursor={quote(page['next'])}"
    assert found == [line["version"] for line in lines]


def test_a_cursor_is_signed_and_keeps_its_filters(town: Served, lines: list[dict[str, object]]) -> None:
    token, account = town.riv.ben.token, town.riv.ben.account
    cursor = town.get(token, statement(account, limit=2, to="2099-01-01"))["next"]
    assert town.get(token, statement(account, limit=2, cursor=cursor))["items"]
    flipped = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    bad = [flipped, "", "x", cursor + "A", "é", "A" * 400]
    for text in bad:
        said = town.get(token, statement(account, limit=2, cursor=text), 400)
        assert (said["code"], said["field"]) == ("invalid_cursor", "cursor")
    other = town.get(token, statement(account, limit=2, cursor=cursor, to="2098-01-01"), 400)
    assert other["code"] == "invalid_cursor"
    foreign = town.get(town.riv.ada.token, statement(town.riv.ada.account, cursor=cursor), 400)
    assert foreign["code"] == "invalid_cursor"
    assert town.get(town.riv.keys[Role.OPERATOR], f"/v1/accounts?cursor={quote(cursor)}", 400)["code"]


def test_a_statement_between_two_moments(town: Served, lines: list[dict[str, object]]) -> None:
    token, account = town.riv.ben.token, town.riv.ben.account
    entry = {line["version"]: line for line in lines}
    versions = sorted(entry)  # type: ignore[type-var]
    third, fifth = entry[versions[2]], entry[versions[4]]
    reader, community = town.use.ledger.reader, town.riv.community
    begin = reader.entry(community, UUID(str(third["id"]))).ts
    end = reader.entry(community, UUID(str(fifth["id"]))).ts
    exact = {"from": _exact(begin), "to": _exact(end)}
    found = town.get(token, statement(account, **exact))["items"]
    assert [line["version"] for line in found] == [versions[3], versions[2]], "from counts, to does not"
    assert town.get(token, statement(account, to="2020-01-01"))["items"] == []
    assert town.get(token, statement(account, **{"from": "2099-01-01"}))["items"] == []
    today = moment(begin)[:10]
    assert len(town.get(token, statement(account, **{"from": today, "to": "2099-12-31"}))["items"]) == len(
        lines
    )
    assert town.get(token, statement(account, **{"from": "yesterday"}), 422)["field"] == "from"


def _exact(ns: int) -> str:
    return f"{moment(ns)[:19]}.{ns % 10**9:09d}Z"


def test_a_statement_as_csv(town: Served, lines: list[dict[str, object]]) -> None:
    town.pay(1, memo="=1+1")
    response = town.call(
        town.riv.ben.token,
        "GET",
        statement(town.riv.ben.account, limit=2),
        200,
        headers={"accept": "text/csv"},
    )
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["amount"] for row in rows] == ["0.01", "0.07"]
    assert rows[0]["memo"] == "'=1+1", "no spreadsheet takes a memo for a formula"
    assert rows[0]["currency"] == "RIV" and 'rel="next"' in response.headers["link"]


def test_leaving_is_seen_in_the_account(town: Served) -> None:
    account = opened(town)["account"]
    assert isinstance(account, dict)
    town.riv.do(c.Leave, account=UUID(str(account["id"])))
    assert town.get(town.riv.ada.token, f"/v1/accounts/{account['id']}")["state"] == "leaving"
