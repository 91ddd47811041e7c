"""Receipt files: written, read, believed or refused, without a server."""

import base64
import dataclasses
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import checkpoint, receipts
from ledger.core.checkpoint import Checkpoint
from ledger.core.merkle import ProofError, inclusion_proof, leaf_hash
from ledger.core.receipts import ReceiptFile
from tests import rfc9162

ORIGIN = "ricochet.example/rivage"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VKEY = checkpoint.vkey(ORIGIN, KEY.public_key().public_bytes_raw())
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHER_VKEY = checkpoint.vkey(ORIGIN, OTHER.public_key().public_bytes_raw())
BODIES = rfc9162.bodies(300)
TREE = rfc9162.Levels([leaf_hash(body) for body in BODIES])


def receipt_of(
    index: int, size: int = 300, key: Ed25519PrivateKey = KEY, origin: str = ORIGIN
) -> ReceiptFile:
    return ReceiptFile(
        origin=origin,
        vkey=checkpoint.vkey(origin, key.public_key().public_bytes_raw()),
        entry=BODIES[index],
        index=index,
        size=size,
        proof=tuple(inclusion_proof(index, size, TREE)),
        checkpoint=checkpoint.sign(Checkpoint(origin, size, rfc9162.mth(BODIES[:size])), key),
    )


RECEIPT = receipt_of(41)
CONTENT: dict[str, Any] = json.loads(RECEIPT.to_json())
GOLDEN = r"""{
  "ricochet_receipt": 1,
  "origin": "ricochet.example/rivage",
  "vkey": "ricochet.example/rivage+3ef1a24d+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
  "entry": "ZW50cnkgMQ==",
  "index": 1,
  "size": 3,
  "proof": [
    "dziFphNIniTOLPdhmdakI/BC5LvxLX7s7pEu8nbGVwE=",
    "V8efTzGuApxdS9MLBzwnyU35NDiytGl+Hh7vW8A5SkE="
  ],
  "checkpoint": "ricochet.example/rivage\n3\nlPvQ3YNvUDAWkubQ6t5yjuGexSv/8WBu2AfIV11aqhk=\n\n— ricochet.example/rivage PvGiTQaCGIMWDfwFbxrkLsvvoTrB4cYBnjMz9oVPccwImYUqv6JMUhwZ/vVtqIdNLHUFejjaqMwHpzVWcwxdE3t42wE=\n"
}
"""


def check_refused(receipt: ReceiptFile, part: str, vkey: str | None = VKEY) -> None:
    with pytest.raises(ProofError) as caught:
        receipts.verify(receipt, vkey)
    assert caught.value.part == part
    assert str(caught.value).endswith("."), "a sentence for people"


# --- good receipts ---


@pytest.mark.parametrize(
    ("index", "size"), [(0, 1), (0, 2), (1, 2), (2, 3), (255, 256), (256, 257), (0, 300), (299, 300)]
)
def test_a_receipt_survives_its_file_and_gives_the_entry(index: int, size: int) -> None:
    receipt = receipt_of(index, size)
    again = ReceiptFile.from_json(receipt.to_json())
    assert again == receipt
    assert receipts.verify(again, VKEY) == receipts.verify(again, None) == BODIES[index]


def test_every_entry_of_a_journal_has_its_receipt() -> None:
    for size in (1, 7, 64, 100):
        for index in range(size):
            assert receipts.verify(receipt_of(index, size), VKEY) == BODIES[index]


def test_the_file_of_version_1_never_changes() -> None:
    assert receipt_of(1, 3).to_json() == GOLDEN
    assert receipts.verify(ReceiptFile.from_json(GOLDEN), VKEY) == b"entry 1"


def test_a_file_reads_the_same_in_any_layout_and_order() -> None:
    shuffled = dict(sorted(CONTENT.items(), reverse=True))
    for text in (json.dumps(shuffled), json.dumps(shuffled, indent=4), "\n " + json.dumps(CONTENT) + " \n"):
        assert ReceiptFile.from_json(text) == RECEIPT


# --- refused by verify: each part ---


def test_another_key_than_the_trusted_one() -> None:
    forged = receipt_of(41, key=OTHER)
    assert receipts.verify(forged, None) == BODIES[41], "unpinned, a receipt only agrees with itself"
    check_refused(forged, "vkey")
    check_refused(RECEIPT, "vkey", vkey=OTHER_VKEY)
    check_refused(RECEIPT, "vkey", vkey="")
    check_refused(dataclasses.replace(RECEIPT, vkey="nonsense"), "vkey", vkey=None)


def test_another_community() -> None:
    check_refused(dataclasses.replace(RECEIPT, origin="ricochet.example/autre"), "origin")
    check_refused(dataclasses.replace(RECEIPT, origin=""), "origin", vkey=None)


def test_a_checkpoint_by_another_key_or_of_another_log() -> None:
    check_refused(dataclasses.replace(RECEIPT, checkpoint=receipt_of(41, key=OTHER).checkpoint), "checkpoint")
    elsewhere = receipt_of(41, origin="ricochet.example/autre").checkpoint
    check_refused(dataclasses.replace(RECEIPT, checkpoint=elsewhere), "checkpoint")
    check_refused(dataclasses.replace(RECEIPT, checkpoint=""), "checkpoint")


def test_a_checkpoint_of_another_size() -> None:
    check_refused(dataclasses.replace(RECEIPT, checkpoint=receipt_of(41, 299).checkpoint), "size")
    check_refused(dataclasses.replace(RECEIPT, size=299), "size")


def test_an_index_outside_the_checkpoint() -> None:
    for index in (300, 301, -1, 2**63):
        check_refused(dataclasses.replace(RECEIPT, index=index), "index")
    empty = checkpoint.sign(Checkpoint(ORIGIN, 0, rfc9162.mth(())), KEY)
    check_refused(dataclasses.replace(RECEIPT, index=0, size=0, proof=(), checkpoint=empty), "index")


def test_an_altered_entry_place_or_proof() -> None:
    for index in (40, 42, 43, 0, 299):
        check_refused(dataclasses.replace(RECEIPT, index=index), "proof")
    for entry in (b"", BODIES[42], BODIES[41] + b" ", BODIES[41][:-1], TREE(0, 41)):
        check_refused(dataclasses.replace(RECEIPT, entry=entry), "proof")
    for proof in (
        RECEIPT.proof[1:],
        RECEIPT.proof[:-1],
        RECEIPT.proof + RECEIPT.proof[-1:],
        RECEIPT.proof[::-1],
        (),
    ):
        check_refused(dataclasses.replace(RECEIPT, proof=proof), "proof")


def test_an_entry_that_was_replaced_after_the_checkpoint() -> None:
    """The server rewrote entry 41 and built a fresh proof: the signed root the member holds does not agree."""
    bodies = (*BODIES[:41], b"rewritten", *BODIES[42:])
    tree = rfc9162.Levels([leaf_hash(body) for body in bodies])
    rewritten = dataclasses.replace(RECEIPT, entry=b"rewritten", proof=tuple(inclusion_proof(41, 300, tree)))
    assert rewritten.proof == RECEIPT.proof
    check_refused(rewritten, "proof")
    check_refused(dataclasses.replace(receipt_of(40), proof=tuple(inclusion_proof(40, 300, tree))), "proof")


def test_any_altered_character_of_the_file_is_noticed() -> None:
    text = GOLDEN.rstrip("\n")
    for at, char in enumerate(text):
        for other in (chr(ord(char) ^ 1), chr(ord(char) ^ 32), ""):
            altered = text[:at] + other + text[at + 1 :]
            try:
                read = ReceiptFile.from_json(altered)
            except ProofError:
                continue
            if read == receipt_of(1, 3):
                assert char.isspace(), "only the layout is free"
            else:
                with pytest.raises(ProofError):
                    receipts.verify(read, VKEY)


# --- refused by from_json: the field is named ---


@pytest.mark.parametrize("field", CONTENT)
def test_a_missing_field_is_named(field: str) -> None:
    without = {name: value for name, value in CONTENT.items() if name != field}
    with pytest.raises(ProofError, match=f"{field}.*missing") as caught:
        ReceiptFile.from_json(json.dumps(without))
    assert caught.value.part == field


def bad_values() -> list[tuple[str, Any]]:
    not_text: list[Any] = [None, 1, True, [], {}]
    not_number: list[Any] = [None, True, False, "1", 1.0, 1e3, -1, 2**63, [], {}, float("nan"), float("inf")]
    not_bytes: list[Any] = ["=", "A", "AA", "AA=", "AB==", "A A=", "AAAA\n", "-_-_", "é"]
    not_hash: list[Any] = [
        None,
        1,
        "",
        "AAAA",
        base64.b64encode(bytes(31)).decode(),
        base64.b64encode(bytes(33)).decode(),
    ]
    no_list: list[Any] = [None, 1, "", "AAAA", {}, True]
    return [
        *((field, value) for field in ("origin", "vkey", "entry", "checkpoint") for value in not_text),
        *((field, value) for field in ("ricochet_receipt", "index", "size") for value in not_number),
        *(("entry", value) for value in not_bytes),
        *(("proof", value) for value in no_list),
        *(("proof[0]", [value]) for value in [*not_hash, *not_bytes]),
        ("proof[2]", [*CONTENT["proof"][:2], CONTENT["proof"][2][:-1], *CONTENT["proof"][3:]]),
        ("ricochet_receipt", 0),
        ("ricochet_receipt", 2),
    ]


@pytest.mark.parametrize(("part", "value"), bad_values())
def test_a_bad_field_is_named(part: str, value: Any) -> None:
    with pytest.raises(ProofError) as caught:
        ReceiptFile.from_json(json.dumps({**CONTENT, part.partition("[")[0]: value}))
    assert caught.value.part == part
    assert part in str(caught.value)


def test_unknown_and_doubled_fields_are_refused() -> None:
    with pytest.raises(ProofError, match="'amount': no such field") as caught:
        ReceiptFile.from_json(json.dumps({**CONTENT, "amount": 5}))
    assert caught.value.part == "amount"
    with pytest.raises(ProofError, match="'index': given twice") as caught:
        ReceiptFile.from_json(json.dumps(CONTENT)[:-1] + ', "index": 3}')
    assert caught.value.part == "index"


def test_a_file_cannot_write_to_the_terminal_of_its_reader() -> None:
    with pytest.raises(ProofError) as caught:
        ReceiptFile.from_json(json.dumps({**CONTENT, "\x1b[2J": 1}))
    assert "\x1b" not in str(caught.value)
    with pytest.raises(ProofError) as caught:
        receipts.verify(dataclasses.replace(RECEIPT, origin="\x1b[2J"), None)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "5", '"text"', "[" * 100_000, '{"a":' * 100_000, "\ufeff{}", "9" * 5000]
)
def test_what_is_no_json_object_is_no_receipt(text: str) -> None:
    with pytest.raises(ProofError, match="not a receipt file") as caught:
        ReceiptFile.from_json(text)
    assert caught.value.part == "file"


def test_a_newer_version_is_said_to_be_newer() -> None:
    with pytest.raises(ProofError, match="reads version 1, the file is version 2"):
        ReceiptFile.from_json(json.dumps({"ricochet_receipt": 2, "whatever": "comes"}))


def test_text_that_is_no_unicode_is_refused_not_crashed_on() -> None:
    for field in ("origin", "vkey", "checkpoint"):
        receipt = ReceiptFile.from_json(json.dumps({**CONTENT, field: CONTENT[field] + "\ud800"}))
        with pytest.raises(ProofError):
            receipts.verify(receipt, None)
