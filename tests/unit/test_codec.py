"""Canonical bytes: golden for every kind, one form only, and older forms readable (ledger-engine.md 5.9.4)."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from typing import Any
from uuid import UUID

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core import codec
from ledger.core.accounts import Transfer
from ledger.core.commands import COMMANDS, Command, Pay
from ledger.core.journal import (
    EFFECTS,
    ENTRY_VERSION,
    Entry,
    command_bytes,
    decode,
    encode,
    entry_bytes,
    general_bytes,
)
from ledger.core.paybytes import payment_bytes
from ledger.core.policy import Sphere
from tests import golden_entries as golden
from tests import strategies
from tests.world import uid

NAMES = list(COMMANDS)
BODIES = {name: encode(golden.entry(name)) for name in NAMES}


# --- golden bytes ---


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_has_its_golden_bytes(name: str) -> None:
    written = bytes.fromhex(golden.path(name).read_text())
    assert encode(golden.entry(name)) == written, "bytes that were released must not change"
    assert decode(written) == golden.entry(name)


def test_golden_files_are_those_of_the_commands_and_show_every_effect() -> None:
    assert {path.stem for path in golden.FOLDER.glob("*.hex")} == set(COMMANDS)
    shown = {type(effect) for effects in golden.EFFECTS.values() for effect in effects}
    assert shown == set(EFFECTS.values())


def test_golden_commands_leave_no_field_at_its_default() -> None:
    """`set_ceiling` and `change_policy` show None and a policy of defaults on purpose."""
    same = {
        f"{name}.{field.name}"
        for name in NAMES
        for field in fields(COMMANDS[name])
        if field.default is not MISSING and getattr(golden.entry(name).command, field.name) == field.default
    }
    assert same == set()


def test_one_entry_byte_by_byte() -> None:
    """What a reader of RFC 8949 expects: an array of eight, the version first, the command as an array of its fields."""
    entry = golden.entry("void_hold")
    command = entry.command
    assert cbor2.loads(encode(entry)) == [
        "ricochet/entry/1", entry.seq, entry.ts, bytes(range(16)), "void_hold",
        [command.id.bytes, command.community.bytes, command.actor.bytes, command.hold.bytes],  # type: ignore[attr-defined]
        [list(t) for t in entry.transfers], [],
    ]  # fmt: skip


# --- one form only ---


@given(strategies.entries)
def test_what_is_written_is_read_again(entry: Entry) -> None:
    body = encode(entry)
    assert decode(body) == entry
    assert encode(decode(body)) == body


PLAIN_PAYMENTS = st.builds(
    Pay, id=st.uuids(), community=st.uuids(), actor=st.uuids(), payer=st.uuids(), payee=st.uuids(),
    amount=strategies.numbers, currency=st.text(max_size=30),
    deal=st.none(), sphere=st.none(), activity=st.just(""), memo_hash=st.none(), signature=st.none(),
)  # fmt: skip
EDGES = st.sampled_from([edge + more for edge in (0, 24, 2**8, 2**16, 2**32, 2**64) for more in (-1, 0, 1)])


@given(
    PLAIN_PAYMENTS, st.lists(st.builds(Transfer, *[EDGES | strategies.numbers] * 5), max_size=30).map(tuple),
    EDGES, EDGES, st.binary(min_size=16, max_size=16),
)  # fmt: skip
def test_a_plain_payment_written_by_hand_has_the_bytes_of_the_general_way(
    command: Pay, transfers: tuple[Transfer, ...], seq: int, ts: int, salt: bytes
) -> None:
    general = general_bytes(seq, ts, salt, command, transfers, ())
    assert entry_bytes(seq, ts, salt, command, transfers, ()) == general
    by_hand = payment_bytes(ENTRY_VERSION, seq, ts, salt, command, transfers)
    assert by_hand == (general if len(transfers) < 24 else None)


@given(strategies.entries)
def test_every_entry_has_the_bytes_of_the_general_way(entry: Entry) -> None:
    parts = (entry.seq, entry.ts, entry.salt, entry.command, entry.transfers, entry.effects)
    assert encode(entry) == general_bytes(*parts)


@given(strategies.commands(), st.data())
def test_another_value_has_other_bytes(command: Command, data: st.DataObject) -> None:
    other_kind = data.draw(strategies.commands())
    assert (command_bytes(command) == command_bytes(other_kind)) == (command == other_kind)
    name = data.draw(st.sampled_from([field.name for field in fields(command)]))
    value = getattr(data.draw(strategies.of(type(command))), name)
    changed = replace(command, **{name: value})
    assert (command_bytes(command) == command_bytes(changed)) == (command == changed)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_refused_in_one_way(data: bytes) -> None:
    try:
        plain = codec.loads(data)
    except ValueError:
        return
    assert codec.dumps(plain) == data


@given(st.sampled_from(NAMES), st.data())
def test_a_damaged_entry_is_refused_or_another_entry(name: str, data: st.DataObject) -> None:
    body = bytearray(BODIES[name])
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= data.draw(st.integers(1, 255))
    try:
        read = decode(bytes(body))
    except ValueError:
        return
    assert read != golden.entry(name)


def _first(old: bytes, new: bytes) -> bytes:
    body = BODIES["freeze_account"]
    assert old in body
    return body.replace(old, new, 1)


VERSION = b"\x70" + ENTRY_VERSION.encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        BODIES["pay"][:-1],
        BODIES["pay"] + b"\x00",
        b"\x9f" + BODIES["freeze_account"][1:] + b"\xff",  # an array of indefinite length
        _first(b"\x88", b"\x98\x08"),  # its length in two bytes
        _first(VERSION, b"\x78\x10" + ENTRY_VERSION.encode()),
        _first(VERSION, b"\x7f\x61r\x6f" + ENTRY_VERSION.encode()[1:] + b"\xff"),  # text in chunks
        _first(VERSION + b"\x09", VERSION + b"\x18\x09"),  # 9 in two bytes
        _first(VERSION + b"\x09", VERSION + b"\xc2\x41\x09"),  # 9 as a big number
        _first(VERSION + b"\x09", VERSION + b"\xfb\x40\x22\x00\x00\x00\x00\x00\x00"),  # 9.0
        _first(VERSION + b"\x09", VERSION + b"\xc1\x09"),  # a tag
        _first(b"\xf5\xf4", b"\x01\x00"),  # 1 and 0 for true and false
        _first(b"\xf5\xf4", b"\xf5\xf7"),  # undefined
        _first(VERSION, b"\x70ricochet/entry/2"),
        _first(b"\x6efreeze_account", b"\x6efreeze_accoumt"),
    ],
    ids=range(15),
)
def test_other_forms_of_the_same_entry_are_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(body)


@pytest.mark.parametrize("plain", [None, [], [ENTRY_VERSION], {}, "x", [ENTRY_VERSION, 1, 1, b"", "pay", [], []]])
def test_other_things_are_no_entries(plain: Any) -> None:
    with pytest.raises(ValueError, match="entry"):
        decode(codec.dumps(plain))


# --- types ---


def _plain(name: str) -> list[Any]:
    plain: list[Any] = codec.loads(BODIES[name])
    return plain


@pytest.mark.parametrize("name", NAMES)
def test_a_field_of_another_type_is_refused(name: str) -> None:
    count = len(_plain(name)[5])
    for at in range(count):
        for wrong in (1.5, [[b"x"]], {"a": 1}):
            plain = _plain(name)
            plain[5][at] = wrong
            with pytest.raises(ValueError, match=r".+"):
                decode(codec.dumps(plain))


@pytest.mark.parametrize("at", range(1, 8))
def test_a_part_of_another_type_is_refused(at: int) -> None:
    for wrong in (None, True, 1.5, "x", [1], [["x"]], [["set", []]]):
        plain = _plain("set_line")
        plain[at] = wrong
        with pytest.raises(ValueError, match=r".+"):
            decode(codec.dumps(plain))


# --- older entries ---


@pytest.mark.parametrize("name", NAMES)
def test_older_entries_lack_trailing_fields(name: str) -> None:
    """Fields with defaults that an older version did not write are read as their defaults; required ones are required."""
    kind = COMMANDS[name]
    optional = [field for field in fields(kind) if field.default is not MISSING]
    required = len(fields(kind)) - len(optional)
    for kept in range(len(fields(kind)) + 2):
        plain = _plain(name)
        plain[5] = (plain[5] + [None])[:kept]
        if not required <= kept <= len(fields(kind)):
            with pytest.raises(ValueError, match="expected an array"):
                decode(codec.dumps(plain))
            continue
        missing: dict[str, Any] = {field.name: field.default for field in fields(kind)[kept:]}
        assert decode(codec.dumps(plain)).command == replace(golden.entry(name).command, **missing)


@pytest.mark.parametrize("name", sorted(golden.OLDER))
def test_an_entry_that_was_written_before_a_field_came_is_read(name: str) -> None:
    entry = golden.entry(name)
    late = [field for field in fields(entry.command) if field.name in golden.OLDER[name]]
    defaults: dict[str, Any] = {field.name: field.default for field in late}
    written = bytes.fromhex((golden.FOLDER / "older" / f"{name}.hex").read_text())
    assert decode(written) == replace(entry, command=replace(entry.command, **defaults))


def test_every_older_file_is_read() -> None:
    assert {path.stem for path in (golden.FOLDER / "older").glob("*.hex")} == set(golden.OLDER)


def test_an_id_of_another_library_is_the_same_id() -> None:
    class Theirs(UUID):
        """As libraries that make UUIDv7 return."""

    order = golden.entry("leave").command
    assert command_bytes(replace(order, id=Theirs(int=order.id.int))) == command_bytes(order)


def test_only_plain_values_are_written() -> None:
    for value in (1.5, {"a": 1}, {1}, object(), 1 + 2j):
        with pytest.raises(TypeError, match="canonical"):
            codec.to_plain(value)


@pytest.mark.parametrize("name", NAMES)
def test_what_could_not_be_read_again_is_not_written(name: str) -> None:
    """Whoever calls from Python without checking types cannot put an entry into the journal that no audit can read."""
    command = golden.entry(name).command
    for field in fields(command):
        for wrong in (1.5, None, True, 1, "text", b"x", (), ((1,),), {}, object(), uid("x"), Sphere.COLLECTIVE):
            values: dict[str, Any] = {field.name: wrong}
            changed = replace(command, **values)
            try:
                plain = codec.to_plain(changed)
            except TypeError as error:
                assert "canonical" in str(error)
                continue
            if not isinstance(wrong, tuple):  # what lists hold is looked at by `decide`
                read = codec.from_plain(type(command), plain)
                assert codec.to_plain(read) == plain


def test_a_fraction_is_refused_by_name() -> None:
    order = golden.entry("pay").command
    assert isinstance(order, Pay)
    with pytest.raises(TypeError, match=r"Pay\.amount: 1\.5 has no canonical form"):
        command_bytes(replace(order, amount=1.5))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"Pay\.sphere: 'nobody' has no canonical form"):
        command_bytes(replace(order, sphere="nobody"))  # type: ignore[arg-type]
