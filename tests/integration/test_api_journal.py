"""The journal over HTTP: read by number, proven, and what a member sees of it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from api.identity.principal import Role
from ledger.core.checkpoint import parse_and_verify, parse_vkey
from ledger.core.handing import leads_to
from ledger.core.journal import decode
from ledger.core.merkle import leaf_hash, verify_consistency, verify_inclusion
from ledger.core.receipts import ReceiptFile, verify
from tests.integration.served import Served, served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path: Path = tmp_path_factory.mktemp("api") / "ricochet.db"
    with served(f"sqlite:///{path}") as found:
        for amount in range(1, 6):
            found.pay(amount)
        yield found


def auditor(town: Served) -> str:
    return town.riv.keys[Role.AUDITOR]


def test_the_journal_is_read_by_number_without_gaps(town: Served) -> None:
    found: list[dict[str, Any]] = []
    while True:
        page = town.get(auditor(town), f"/v1/journal?after={len(found)}&limit=3")
        if not page["items"]:
            break
        found += page["items"]
    assert [each["seq"] for each in found] == list(range(1, page["head"] + 1))
    assert (found[0]["command"], found[0]["content"]["code"]) == ("found", "RIV")
    for each in found:
        body = b64decode(each["body"])
        assert leaf_hash(body) == b64decode(each["leaf_hash"])
        assert (decode(body).seq, decode(body).command.id) == (each["seq"], UUID(each["id"]))
    opened = [effect for each in found for effect in each["effects"] if effect["effect"] == "opened"]
    assert str(town.riv.ada.account) in {effect["uid"] for effect in opened}


def test_a_member_sees_the_movements_of_own_accounts(town: Served) -> None:
    paid = town.pay(9)
    mine = town.get(town.riv.ada.token, f"/v1/entries/{paid['id']}")
    assert "body" not in mine and "content" not in mine
    assert [(each["posted"], each["reason"]) for each in mine["transfers"]] == [(9, "payment")]
    whole = town.get(auditor(town), f"/v1/entries/{paid['id']}")
    assert whole["content"]["amount"] == 9 and whole["body"]
    opened = town.use.ledger.reader.entry_at(town.riv.community, 1).command_id
    assert town.get(town.riv.ada.token, f"/v1/entries/{opened}", 404)["code"] == "entry_not_found"
    assert town.get(town.riv.ada.token, "/v1/journal", 403)["code"] == "not_allowed"


def test_who_was_paid_in_a_batch_sees_only_that(town: Served) -> None:
    cleo = town.riv.join("Cleo", town.use.identity.people.get(town.riv.community, town.riv.ada.id).kind)
    body = {
        "id": str(uuid4()), "payer": str(town.riv.ada.account), "currency": "RIV",
        "payees": [{"payee": str(cleo.account), "amount": 1}, {"payee": str(town.riv.ben.account), "amount": 2}],
    }  # fmt: skip
    town.post(town.riv.ada.token, "/v1/payment-batches", body)
    seen = town.get(cleo.token, f"/v1/entries/{body['id']}")
    assert [each["posted"] for each in seen["transfers"]] == [1]
    assert town.get(cleo.token, f"/v1/receipts/{body['id']}", 403)["code"] == "not_allowed"
    assert town.get(town.riv.ada.token, f"/v1/receipts/{body['id']}")["index"] >= 0


def test_a_receipt_verifies_without_the_server(town: Served) -> None:
    paid = town.pay(4)
    response = town.call(town.riv.ben.token, "GET", paid["links"]["receipt"], 200)
    vkey = town.get("", "/v1/communities/RIV")["vkey"]
    assert decode(verify(ReceiptFile.from_json(response.text), vkey)).command.id == UUID(paid["id"])
    assert town.get(town.riv.ada.token, f"/v1/receipts/{uuid4()}", 404)["code"] == "entry_not_found"


def test_inclusion_and_consistency_can_be_checked(town: Served) -> None:
    paid = town.pay(2)
    town.use.ledger.checkpoint(town.riv.community)
    note = town.call("", "GET", "/v1/checkpoints/latest?community=RIV", 200)
    assert note.headers["content-type"].startswith("text/plain")
    origin, key = parse_vkey(town.get("", "/v1/communities/RIV")["vkey"])
    signed = parse_and_verify(note.text, key, origin)
    said = town.get(town.riv.ada.token, f"/v1/proofs/inclusion?id={paid['id']}&size={signed.size}")
    proof = [b64decode(node) for node in said["proof"]]
    assert verify_inclusion(b64decode(said["leaf_hash"]), said["index"], signed.size, proof, signed.root)
    town.pay(3)
    town.use.ledger.checkpoint(town.riv.community)
    heads = town.get("", "/v1/checkpoints?community=RIV")["items"]
    old, new = heads[-2], heads[-1]
    both = town.get(town.riv.ada.token, f"/v1/proofs/consistency?from={old['size']}&to={new['size']}")
    nodes = [b64decode(node) for node in both["proof"]]
    assert verify_consistency(old["size"], new["size"], nodes, b64decode(old["root"]), b64decode(new["root"]))


def test_proofs_of_what_is_not_there(town: Served) -> None:
    paid, token = town.pay(2), town.riv.ada.token
    for query in (f"id={paid['id']}&size={paid['seq'] - 1}", f"id={paid['id']}&size=99999999"):
        assert town.get(token, f"/v1/proofs/inclusion?{query}", 422)["field"] == "size"
    assert town.get(token, f"/v1/proofs/inclusion?id={uuid4()}", 404)["code"] == "entry_not_found"
    assert town.get(token, "/v1/proofs/consistency?from=5&to=4", 422)["field"] == "to"
    assert town.get(token, "/v1/proofs/consistency?from=0&to=4", 422)["field"] == "from"


def test_checkpoints_are_public_and_paged(town: Served) -> None:
    for _ in range(3):
        town.pay(1)
        town.use.ledger.checkpoint(town.riv.community)
    whole = [each["size"] for each in town.get("", "/v1/checkpoints?community=RIV&limit=200")["items"]]
    found, cursor = [], ""
    while True:
        page = town.get("", f"/v1/checkpoints?community=RIV&limit=2{cursor}")
        found += [each["size"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={quote(page['next'])}"
    assert found == whole == sorted(whole) and len(whole) >= 3
    assert town.get("", "/v1/checkpoints?community=NOPE", 404)["code"] == "community_not_found"
    assert town.get("", "/v1/checkpoints/latest?community=NOPE", 404)["code"] == "community_not_found"


def test_a_stream_that_cannot_begin_says_so(town: Served) -> None:
    head = town.use.ledger.reader.head(town.riv.community).seq
    said = town.get(town.riv.ada.token, "/v1/journal/stream", 422, headers={"last-event-id": str(head + 1)})
    assert said["field"] == "after"
    assert town.get("", "/v1/journal/stream", 401)["code"] == "unauthenticated"
    assert town.get(town.riv.ada.token, "/v1/journal/stream", 422, headers={"last-event-id": "x"})["field"]


def test_a_community_that_changed_its_key_says_so_and_old_trust_is_enough(tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path}/town.db") as town:
        before, paid = town.get("", "/v1/communities/RIV"), town.pay(300)
        assert before["handed_on"] == []
        town.use.ledger.change_signing_key(town.riv.community)
        after = town.get("", "/v1/communities/RIV")
        assert after["vkey"] != before["vkey"] and after["origin"] == before["origin"]
        file = ReceiptFile.from_json(town.call(town.riv.ben.token, "GET", paid["links"]["receipt"], 200).text)
        for trusted in (before["vkey"], after["vkey"]):
            assert verify(file, trusted) == file.entry
        assert leads_to(before["vkey"], after["vkey"], [b64decode(step) for step in after["handed_on"]])
        changed = town.get(auditor(town), "/v1/journal?after=0")["items"][-1]
        assert changed["command"] == "change_signing_key" and changed["effects"][0]["effect"] == "signer"
