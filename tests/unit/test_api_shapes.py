"""Shapes of the API: moments, bytes, and the bodies that follow from the ledger's dataclasses."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.cursor import Cursors
from api.problems import Problem
from api.routes.commands import NAMES
from api.schemas.common import Bytes32, from_b64, moment, moment_or_none, to_b64, to_ns
from api.schemas.derived import build, present, shape_of
from ledger.core.commands import COMMANDS, PayBatch
from ledger.core.policy import Policy, Programme


@given(
    st.integers(0, 2**63 - 1)
    .map(lambda ns: ns // 1_000 * 1_000)
    .filter(lambda ns: ns < 253_402_300_800 * 10**9)
)
def test_moments_go_out_and_come_back(ns: int) -> None:
    assert to_ns(moment(ns)) == ns


def test_moments_are_exact_to_the_nanosecond() -> None:
    assert to_ns("2026-11-21T09:30:00.123456789Z") % 10**9 == 123_456_789
    assert moment(1_000) == "1970-01-01T00:00:00.000001Z"
    assert moment_or_none(0) is None and moment_or_none(None) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-11-21", "2026-11-21T09:30:00", "2026-11-21T09:30:00+01:00", "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z", "1969-12-31T23:59:59Z", "2026-11-21T24:30:00Z", "2026-11-21T09:30:00.Z", 5, None, True,
        "٢٠٢٦-11-21T09:30:00Z",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="must be a moment"):
        to_ns(text)


@given(st.binary(max_size=40))
def test_bytes_go_out_and_come_back(data: bytes) -> None:
    assert from_b64(to_b64(data)) == data


@pytest.mark.parametrize(
    "text", ["A" * 42, "A" * 44, "A" * 42 + "B", "A" * 42 + "=", "+" * 43, "é" * 43, 5, None]
)
def test_bytes_have_one_spelling(text: Any) -> None:
    with pytest.raises(ValidationError, match="32 bytes"):
        TypeAdapter(Bytes32).validate_python(text)


def test_a_policy_goes_through_its_shape_unchanged() -> None:
    policy = Policy(
        default_line=None, commission_bp=500, demurrage_exempt=("business",),
        programmes=(Programme(code="FOOD", budget=5, ends_at=10**18, sectors=("47",)),),
    )  # fmt: skip
    shape = shape_of(Policy)
    assert build(Policy, shape.model_validate(present(policy))) == policy
    assert build(Policy, shape.model_validate({})) == Policy()


def test_the_body_of_a_command_has_every_field_of_it() -> None:
    carried = {"id", "community", "actor", "approver", "signature"}
    for name in NAMES:
        kind: Any = COMMANDS[name]
        shape = shape_of(kind, frozenset(carried))
        wanted = {field.name for field in fields(kind)} - carried
        assert set(shape.model_fields) == wanted
        with pytest.raises(ValidationError):
            shape.model_validate({"unknown": 1})


def test_a_signed_batch_writes_its_lines_as_arrays() -> None:
    shape = shape_of(PayBatch, frozenset({"id", "community", "actor", "signature", "payer"}))
    line = [str(UUID(int=1)), 5]
    said = shape.model_validate({"currency": "RIV", "payees": [line]})
    assert said.model_dump()["payees"] == [{"account": UUID(int=1), "amount": 5}]
    for bad in ([str(UUID(int=1))], [*line, 6], [*line[:1], 5.0], "x", [5, line[0]]):
        with pytest.raises(ValidationError):
            shape.model_validate({"currency": "RIV", "payees": [bad]})


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3), st.integers(0, 2**62))
def test_a_cursor_opens_only_as_it_was_made(filters: dict[str, str], position: int) -> None:
    cursors, c = Cursors(bytes(32)), UUID(int=1)
    text = cursors.make("accounts", c, filters, position)
    assert cursors.page(text, "accounts", c, {}) == (filters, position)
    for scope, listing, secret in (
        (UUID(int=2), "accounts", bytes(32)),
        (c, "keys", bytes(32)),
        (c, "accounts", b"x" * 32),
    ):
        with pytest.raises(Problem):
            Cursors(secret).page(text, listing, scope, {})


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_cursor_with_one_changed_letter_is_refused(at: int, letter: int) -> None:
    cursors, c = Cursors(bytes(32)), UUID(int=1)
    text = cursors.make("accounts", c, {"currency": "RIV"}, 7)
    at %= len(text)
    changed = text[:at] + chr(letter) + text[at + 1 :]
    if changed != text:
        with pytest.raises(Problem, match="not made here"):
            cursors.page(changed, "accounts", c, {})
