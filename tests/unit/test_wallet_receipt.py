"""Receipts: fetched, checked, kept; verified without a network; every part that may be altered is named."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import journal, receipts
from ledger.core.commands import PayBatch, Payee
from ledger.core.receipts import ReceiptFile
from tests.wallet_receipts import ORIGIN, make_receipt
from tests.wallet_run import Person, Said, village
from tests.wallet_server import FakeServer
from tests.world import uid
from wallet_cli.proofs import check

Village = tuple[FakeServer, Person, Person]


@pytest.fixture
def rive(tmp_path: Path) -> Village:
    server, ada, bakery = village(tmp_path)
    ada.check_run("pay", "Bakery", "12.50", "--yes")
    ada.check_run("pay", "Bakery", "1", "--yes")
    return server, ada, bakery


def offline(person: Person, *arguments: str) -> Said:
    """Run without a network and without a passphrase: any request fails the test."""

    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise AssertionError(f"{request.url} was asked for")

    alone = Person(person.folder, FakeServer(), {"RICOCHET_WALLET_PASSPHRASE": "", **person.environ})
    alone.server.transport = lambda: httpx2.MockTransport(refuse)  # type: ignore[method-assign]
    return alone.run("receipt", "verify", *arguments)


def saved(person: Person, path: Path, entry: str = "last") -> Path:
    person.check_run("receipt", "save", entry, "--output", str(path))
    return path


def test_a_receipt_is_saved_and_verified_offline(rive: Village, tmp_path: Path) -> None:
    server, ada, _bakery = rive
    seq = server.world.log[-2].seq
    path = saved(ada, tmp_path / "r.json", str(seq))
    said = offline(ada, str(path))
    assert said.exit == 0, said
    for shown in (
        f"Verified offline against {ORIGIN}.", f"Bakery ({uid('bakery')})", "12.50 RIV", f"Ada ({uid('ada')})", str(seq),
        f"covers {len(server.world.log)} entries", "this device", "2026",
    ):  # fmt: skip
        assert shown in said.out, shown
    told = offline(ada, str(path), "--json").json()
    assert (told["verified"], told["seq"], told["size"], told["amount"]) == (
        True,
        seq,
        len(server.world.log),
        1250,
    )
    assert (
        told["payees"] == [{"account": str(uid("bakery")), "amount": 1250}]
        and told["names"][str(uid("bakery"))] == "Bakery"
    )


def test_saving_takes_the_last_a_number_or_an_id(
    rive: Village, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, ada, _bakery = rive
    monkeypatch.chdir(tmp_path)
    last = server.world.log[-1]
    for name in ("last", str(last.seq), f"#{last.seq}", str(last.command.id)):
        assert (
            ada.check_run("receipt", "save", name, "--json").json()["file"] == f"receipt-RIV-{last.seq}.json"
        )
    ada.check_run("pay", "Bakery", "1", "--yes")
    newer = ada.check_run("receipt", "save", str(last.seq), "--json").json()
    assert newer["file"] == f"receipt-RIV-{last.seq}-{newer['size']}.json", (
        "the older receipt is not written over"
    )
    assert ada.run("receipt", "save", "999").exit == 1
    assert ada.run("receipt", "save", "newest").exit == 2


def test_anybody_verifies_with_the_key(rive: Village, tmp_path: Path) -> None:
    server, ada, _bakery = rive
    path = saved(ada, tmp_path / "r.json")
    stranger = Person(tmp_path / "stranger", server)
    said = offline(stranger, str(path))
    assert said.exit == 4 and f"No key is pinned for {ORIGIN}" in said.err
    said = offline(stranger, str(path), "--vkey", server.vkey)
    assert said.exit == 0 and "100 minor units RIV" in said.out and str(uid("bakery")) in said.out
    assert "the device with key" in said.out


def test_the_pinned_key_is_the_one_that_counts(rive: Village, tmp_path: Path) -> None:
    server, ada, _bakery = rive
    forger = FakeServer(world=server.world)
    forger.signing_key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    forged = forger.receipt(server.world.log[-1].command.id)
    assert receipts.verify(forged, forger.vkey), "the forgery is sound under its own key"
    (tmp_path / "forged.json").write_text(forged.to_json())
    said = offline(ada, str(tmp_path / "forged.json"))
    assert said.exit == 5 and "vkey" in said.err


def test_a_receipt_is_good_under_the_pinned_key_after_it_handed_on(rive: Village, tmp_path: Path) -> None:
    server, ada, _bakery = rive
    early = saved(ada, tmp_path / "early.json")
    pinned = server.vkey
    for _ in range(2):
        server.change_signing_key()
    late = saved(ada, tmp_path / "late.json")
    assert json.loads(late.read_text())["vkey"] == server.vkey != pinned
    for path in (early, late):
        assert offline(ada, str(path)).exit == 0
    assert offline(ada, str(early), "--vkey", server.vkey).exit == 5, "who trusts only the new key asks again"
    content = json.loads(late.read_text())
    for steps, part in (
        ([], "vkey"), (content["handed_on"][1:], "vkey"), (["AAAA"], "handed_on"), (7, "handed_on"),
        ([content["entry"]], "handed_on"), ([_bump(step) for step in content["handed_on"]], None),
    ):  # fmt: skip
        late.write_text(json.dumps({**content, "handed_on": steps}))
        told = offline(ada, str(late), "--json").json()["error"]
        assert told["part"] == part or (part is None and told["part"] in ("vkey", "handed_on"))


def _bump(text: str) -> str:
    data = bytearray(b64decode(text))
    data[len(data) // 2] ^= 1
    return b64encode(bytes(data)).decode()


@pytest.mark.parametrize(
    ("field", "change", "part"),
    [
        ("entry", _bump, "proof"),
        ("index", lambda index: index - 1, "proof"),
        ("index", lambda _index: 10**6, "index"),
        ("index", lambda _index: -1, "index"),
        ("size", lambda size: size + 1, "size"),
        ("proof", lambda proof: [_bump(proof[0]), *proof[1:]], "proof"),
        ("proof", lambda proof: proof[1:], "proof"),
        ("proof", lambda proof: ["short", *proof[1:]], "proof[0]"),
        ("checkpoint", lambda note: note.replace("\n", "\n\n", 1), "checkpoint"),
        ("checkpoint", lambda note: note[:-10] + "AAAA" + note[-6:], "checkpoint"),
        ("origin", lambda origin: origin + "x", None),
        ("ricochet_receipt", lambda _version: 2, "ricochet_receipt"),
        ("vkey", lambda _vkey: "nonsense", "vkey"),
        ("more", lambda _nothing: 1, "more"),
    ],
)
def test_an_altered_receipt_is_refused_and_the_part_named(
    rive: Village, tmp_path: Path, field: str, change: Callable[[Any], Any], part: str | None
) -> None:
    _server, ada, _bakery = rive
    path = saved(ada, tmp_path / "r.json")
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, field: change(content.get(field))}))
    said = offline(ada, str(path), "--json")
    if part is None:  # another name has no pinned key
        assert said.exit == 4
        return
    told = said.json()["error"]
    assert (said.exit, told["code"], told["part"]) == (5, "receipt_unproven", part)
    assert f"Part that failed: {part}" in offline(ada, str(path)).err


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"a": 1, "a": 2}'])
def test_what_is_no_receipt_is_refused(rive: Village, tmp_path: Path, content: bytes) -> None:
    _server, ada, _bakery = rive
    (tmp_path / "r.json").write_bytes(content)
    assert offline(ada, str(tmp_path / "r.json")).exit == 5
    assert offline(ada, str(tmp_path / "missing.json")).exit == 2


def _rebuilt(server: FakeServer, seq: int = 0, **changes: Any) -> str:
    """A receipt by the community's own key over its last entry, changed before it was hashed."""
    last = server.world.log[-1]
    changed = replace(last, seq=seq or last.seq, command=replace(last.command, **changes))
    bodies = [*map(journal.encode, server.world.log[:-1]), journal.encode(changed)]
    return make_receipt(bodies, len(bodies) - 1, server.signing_key).to_json()


def test_even_the_community_cannot_change_what_a_member_signed(rive: Village, tmp_path: Path) -> None:
    server, ada, _bakery = rive
    path = tmp_path / "r.json"
    path.write_text(_rebuilt(server, amount=9999))
    said = offline(ada, str(path))
    assert said.exit == 5 and "signature" in said.err
    path.write_text(_rebuilt(server, seq=1))
    assert "Part that failed: entry" in offline(ada, str(path)).err
    path.write_text(_rebuilt(server, community=uid("x"), signature=None))
    assert "Part that failed: community" in offline(ada, str(path)).err


def test_a_batch_payment_shows_every_payee(rive: Village, tmp_path: Path) -> None:
    server, ada, _bakery = rive
    server.open("Cleo", "cleo")
    server.world.open("town", line=10_000)
    payees = (Payee(uid("bakery"), 300), Payee(uid("cleo"), 200))
    entry = server.world.do(PayBatch, payer="town", currency="RIV", payees=payees)
    (tmp_path / "r.json").write_text(server.receipt(entry.command.id).to_json())
    said = offline(ada, str(tmp_path / "r.json"))
    for shown in ("3.00 RIV", "2.00 RIV", "5.00 RIV", "no device", str(uid("cleo"))):
        assert shown in said.out


def test_an_entry_that_pays_nobody_is_shown_as_what_it_is(rive: Village) -> None:
    server, _ada, _bakery = rive
    text = server.receipt(server.world.log[0].command.id).to_json()
    proven = check(text, server.vkey)
    assert (proven.command, proven.seq, proven.payees, proven.amount, proven.payer) == (
        "found",
        1,
        [],
        None,
        "",
    )


def test_a_receipt_that_does_not_hold_is_not_saved(rive: Village, tmp_path: Path) -> None:
    server, ada, _bakery = rive
    real = server.receipt
    server.receipt = lambda command_id: _with_index(real(command_id))  # type: ignore[method-assign]
    said = ada.run("receipt", "save", "last", "--output", str(tmp_path / "r.json"))
    assert said.exit == 5 and not (tmp_path / "r.json").exists()


def _with_index(receipt: ReceiptFile) -> ReceiptFile:
    return replace(receipt, index=0)
