"""Accounts: opened, limited, frozen, closed; device keys (ledger-engine.md 5.1)."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.accounts import AccountKind, AccountState, Form
from ledger.core.commands import (
    AddKey,
    ChargeFee,
    CloseAccount,
    Command,
    FreezeAccount,
    ImportPayment,
    Leave,
    OpenAccount,
    Pay,
    PayBatch,
    Payee,
    PlaceHold,
    RevokeKey,
    SetCeiling,
    SetLine,
    SetTerms,
    Signature,
)
from ledger.core.errors import Code
from ledger.core.journal import AccountOpened, KeyAdded
from ledger.core.membership import MAX_KEYS
from ledger.core.policy import Programme
from tests.world import World, uid

BOOKS = Programme(code="books", budget=100)


@pytest.fixture
def world() -> World:
    world = World().mutual(default_line=70, default_ceiling=500, line_cap=1_000)
    world.open("ada")
    return world


def test_a_new_account_is_empty_with_the_policys_limits(world: World) -> None:
    ada = world["ada"]
    assert (ada.balance, ada.floor, ada.ceiling, ada.state) == (0, -70, 500, AccountState.OPEN)
    assert (world.totals("ada"), ada.version, ada.opened_seq) == ((0, 0, 0, 0), 0, world.books.seq)
    world.open("bo", line=0, ceiling=10, sectors=("x",) * 16)
    assert (world["bo"].floor, world["bo"].ceiling) == (0, 10)
    assert world["bo"].no == ada.no + 1 == world.books.accounts_opened


def test_an_id_is_used_once(world: World) -> None:
    world.expect_refused(
        Code.ALREADY_EXISTS, "account", OpenAccount, account="ada", currency="MUT", kind=AccountKind.BUSINESS
    )


@pytest.mark.parametrize("kind", sorted(set(AccountKind) - {"person", "business", "association", "public"}))
def test_the_communitys_own_accounts_are_not_opened_by_hand(world: World, kind: str) -> None:
    order = {"account": "x", "currency": "MUT", "kind": AccountKind(kind)}
    world.expect_refused(Code.FLOW_NOT_ALLOWED, "kind", OpenAccount, **order)


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"line": -1}, Code.INVALID_FIELD, "line"),
        ({"line": True}, Code.INVALID_FIELD, "line"),
        ({"line": 2**53}, Code.INVALID_FIELD, "line"),
        ({"ceiling": -1}, Code.INVALID_FIELD, "ceiling"),
        ({"sectors": ("a",) * 17}, Code.INVALID_FIELD, "sectors"),
        ({"sectors": ("",)}, Code.INVALID_FIELD, "sectors"),
        ({"sectors": ("x" * 65,)}, Code.INVALID_FIELD, "sectors"),
        ({"acceptance_bp": 10_001}, Code.INVALID_FIELD, "acceptance_bp"),
        ({"line": 1_001}, Code.LINE_ABOVE_CAP, "line"),
        ({"form": Form.PAPER}, Code.FORM_MISMATCH, "form"),
        ({"programme": "books"}, Code.PROGRAMME_NOT_FOUND, "programme"),
    ],
)
def test_terms_out_of_range(world: World, values: dict[str, object], code: Code, field: str) -> None:
    order = {"account": "x", "currency": "MUT", "kind": AccountKind.BUSINESS, **values}
    world.expect_refused(code, field, OpenAccount, **order)


@pytest.mark.parametrize("default_line", [None, 500])
def test_backed_and_earmarked_units_have_no_credit(default_line: int | None) -> None:
    """CORE-7: whatever the policy's default says; a line that is asked for is refused."""
    world = World().backed(default_line=default_line)
    world.open("resident", "person")
    refused = (Code.LINE_ABOVE_CAP, "line")
    world.expect_refused(*refused, OpenAccount, account="x", currency="RIV", kind=AccountKind.PERSON, line=1)
    world.expect_refused(*refused, SetLine, account="resident", line=1)
    world.earmarked(BOOKS, default_line=default_line)
    world.open("purse", "purse", programme="books")
    world.open("shop")
    world.expect_refused(*refused, SetLine, account="purse", line=1)
    assert [world[name].floor for name in ("resident", "purse", "shop")] == [0, 0, 0]


def test_an_account_without_floor_for_imported_histories() -> None:
    world = World().mutual(default_line=None)
    assert world.open("ada").floor is None
    world.open("bo")
    world.pay("ada", "bo", 10**9)
    assert (world["ada"].available, world["ada"].room) == (None, None)
    world.do(SetLine, account="ada", line=0)
    assert world["ada"].available == -(10**9)


def test_purses_belong_to_programmes() -> None:
    world = World().earmarked(BOOKS)
    order = {"account": "x", "currency": "PASS"}
    world.expect_refused(Code.FLOW_NOT_ALLOWED, "kind", OpenAccount, **order, kind=AccountKind.PURSE)
    person = {"kind": AccountKind.PERSON, "programme": "books"}
    world.expect_refused(Code.FLOW_NOT_ALLOWED, "kind", OpenAccount, **order, **person)
    assert world.open("purse", "purse", programme="books").programme == "books"


def test_limits_may_always_be_lowered_raised_and_removed(world: World) -> None:
    world.fund("ada", 300)
    for line in (0, 1_000, 5):
        world.do(SetLine, account="ada", line=line)
        assert world["ada"].floor == -line
    for ceiling in (0, None, 10**6):
        world.do(SetCeiling, account="ada", ceiling=ceiling)
        assert world["ada"].ceiling == ceiling
    world.expect_refused(Code.INVALID_FIELD, "line", SetLine, account="ada", line=None)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (SetLine, {"line": 1}), (SetCeiling, {"ceiling": 1}), (SetTerms, {}), (CloseAccount, {}), (Leave, {}),
        (FreezeAccount, {"debits": True, "credits": True}), (AddKey, {"key": bytes(32)}),
        (RevokeKey, {"key": bytes(32)}), (ChargeFee, {"amount": 1}),
    ],
)  # fmt: skip
def test_the_communitys_own_accounts_keep_their_terms(
    world: World, kind: type[Command], values: dict[str, object]
) -> None:
    own = world.own("operator").uid
    world.expect_refused(Code.FLOW_NOT_ALLOWED, "account", kind, account=own, **values)


def test_only_an_empty_account_closes(world: World) -> None:
    world.open("bo")
    world.pay("ada", "bo", 10)
    for name in ("ada", "bo"):
        world.expect_refused(Code.ACCOUNT_NOT_EMPTY, "account", CloseAccount, account=name)
    world.pay("bo", "ada", 10)
    world.do(PlaceHold, payer="ada", payee="bo", amount=1, currency="MUT", seconds=1)
    for name in ("ada", "bo"):
        world.expect_refused(Code.ACCOUNT_NOT_EMPTY, "account", CloseAccount, account=name)


def test_a_closed_account_is_closed_for_everything(world: World) -> None:
    world.open("bo")
    world.do(CloseAccount, account="ada")
    for kind in (Pay, PlaceHold):
        order = {"amount": 1, "currency": "MUT"}
        world.expect_refused(Code.ACCOUNT_CLOSED, "payer", kind, payer="ada", payee="bo", **order)
        world.expect_refused(Code.ACCOUNT_CLOSED, "payee", kind, payer="bo", payee="ada", **order)
    for change, values in (
        (CloseAccount, {}), (SetLine, {"line": 1}), (SetCeiling, {"ceiling": 1}), (SetTerms, {}), (Leave, {}),
        (FreezeAccount, {"debits": False, "credits": False}), (AddKey, {"key": bytes(32)}), (ChargeFee, {"amount": 1}),
    ):  # fmt: skip
        world.expect_refused(Code.ACCOUNT_CLOSED, "account", change, account="ada", **values)


# --- device keys ---

KEYS = [bytes([n] * 32) for n in range(MAX_KEYS + 1)]


def signed(key: bytes) -> Signature:
    """The core asks whose key it is; whether the signature holds is asked before."""
    return Signature(key, bytes(64))


def test_from_the_first_key_on_only_signed_payments_leave(world: World) -> None:
    world.open("bo")
    order = {"payer": "ada", "payee": "bo", "amount": 1, "currency": "MUT"}
    world.expect_refused(Code.SIGNATURE_INVALID, "signature", Pay, **order, signature=signed(KEYS[0]))
    world.pay("ada", "bo", 1)
    world.do(AddKey, account="ada", key=KEYS[0])
    world.expect_refused(Code.SIGNATURE_REQUIRED, "signature", Pay, **order)
    batch = {"payer": "ada", "currency": "MUT", "payees": (Payee(uid("bo"), 1),)}
    world.expect_refused(Code.SIGNATURE_REQUIRED, "signature", PayBatch, **batch)
    world.do(PayBatch, **batch, signature=signed(KEYS[0]))
    world.pay("bo", "ada", 2)
    assert world["ada"].signed_only


def test_a_revoked_key_signs_no_more_and_none_means_no_payment(world: World) -> None:
    world.open("bo")
    world.do(AddKey, account="ada", key=KEYS[0])
    world.do(AddKey, account="ada", key=KEYS[1], signature=signed(KEYS[0]))
    world.expect_refused(Code.ALREADY_EXISTS, "key", AddKey, account="ada", key=KEYS[1])
    world.do(RevokeKey, account="ada", key=KEYS[0])
    world.expect_refused(Code.NOTHING_TO_DO, "key", RevokeKey, account="ada", key=KEYS[0])
    order = {"payer": "ada", "payee": "bo", "amount": 1, "currency": "MUT"}
    world.expect_refused(Code.SIGNATURE_INVALID, "signature", Pay, **order, signature=signed(KEYS[0]))
    world.pay("ada", "bo", 1, signature=signed(KEYS[1]))
    world.do(RevokeKey, account="ada", key=KEYS[1])
    world.expect_refused(Code.SIGNATURE_REQUIRED, "signature", Pay, **order)
    for key in KEYS[:3]:
        again = {"account": "ada", "key": key}
        world.expect_refused(Code.SIGNATURE_REQUIRED, "signature", AddKey, **again)
        world.expect_refused(Code.SIGNATURE_INVALID, "signature", AddKey, **again, signature=signed(KEYS[1]))
        world.expect_refused(Code.SIGNATURE_INVALID, "signature", AddKey, **again, signature=signed(key))


def test_the_first_key_is_trusted_and_lets_the_others_in(world: World) -> None:
    first, second, third, stranger = KEYS[:4]
    world.expect_refused(Code.SIGNATURE_INVALID, "signature", AddKey, account="ada", key=first, signature=signed(first))
    world.do(AddKey, account="ada", key=first)
    for signature, code in ((None, Code.SIGNATURE_REQUIRED), (signed(second), Code.SIGNATURE_INVALID)):
        world.expect_refused(code, "signature", AddKey, account="ada", key=second, signature=signature)
    world.do(AddKey, account="ada", key=second, signature=signed(first))
    world.do(RevokeKey, account="ada", key=first)
    world.expect_refused(Code.SIGNATURE_INVALID, "signature", AddKey, account="ada", key=third, signature=signed(first))
    world.do(AddKey, account="ada", key=third, signature=signed(second))
    assert world["ada"].keys == (second, third)
    world.open("bo", keys=(stranger,))
    world.expect_refused(Code.SIGNATURE_INVALID, "signature", AddKey, account="bo", key=second, signature=signed(third))


def test_an_account_has_so_many_devices(world: World) -> None:
    world.do(AddKey, account="ada", key=KEYS[0])
    more = {"account": "ada", "signature": signed(KEYS[0])}
    for key in KEYS[1:MAX_KEYS]:
        world.do(AddKey, key=key, **more)
    world.expect_refused(Code.TOTAL_TOO_LARGE, "key", AddKey, key=KEYS[MAX_KEYS], **more)
    world.do(RevokeKey, account="ada", key=KEYS[3])
    world.do(AddKey, key=KEYS[MAX_KEYS], **more)


def test_a_new_account_has_its_members_devices_from_the_first_entry_on(world: World) -> None:
    entry = world.do(OpenAccount, account="bo", currency="MUT", kind=AccountKind.PERSON, keys=tuple(KEYS[:2]))
    assert [type(effect) for effect in entry.effects] == [AccountOpened, KeyAdded, KeyAdded]
    assert world["bo"].keys == (KEYS[0], KEYS[1]) and world["bo"].signed_only
    world.expect_refused(Code.SIGNATURE_REQUIRED, "signature", AddKey, account="bo", key=KEYS[2])
    world.do(OpenAccount, account="cy", currency="MUT", kind=AccountKind.PERSON)
    assert world["cy"].keys == () and not world["cy"].signed_only


@pytest.mark.parametrize("keys", [(b"short",), (1,), (KEYS[0], KEYS[0]), tuple(KEYS)])
def test_the_keys_of_a_new_account_are_asked_as_any_other(world: World, keys: tuple[Any, ...]) -> None:
    opening = {"account": "bo", "currency": "MUT", "kind": AccountKind.PERSON, "keys": keys}
    world.expect_refused(Code.INVALID_FIELD, "keys", OpenAccount, **opening)


def test_nobody_adds_a_key_by_opening_the_account_again(world: World) -> None:
    world.do(AddKey, account="ada", key=KEYS[0])
    opening = {"account": "ada", "currency": "MUT", "kind": AccountKind.PERSON, "keys": (KEYS[1],)}
    world.expect_refused(Code.ALREADY_EXISTS, "account", OpenAccount, **opening)


def test_history_is_not_imported_out_of_an_account_with_devices(world: World) -> None:
    world.open("bo")
    order = {"payer": "ada", "payee": "bo", "amount": 1, "occurred_at": world.now}
    world.do(ImportPayment, **order)
    world.do(AddKey, account="ada", key=KEYS[0])
    world.expect_refused(Code.SIGNATURE_REQUIRED, "payer", ImportPayment, **order)
    world.do(RevokeKey, account="ada", key=KEYS[0])
    world.expect_refused(Code.SIGNATURE_REQUIRED, "payer", ImportPayment, **order)
    world.do(ImportPayment, payer="bo", payee="ada", amount=2, occurred_at=world.now)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33), "k" * 32, None])
def test_a_key_is_32_bytes(world: World, key: object) -> None:
    world.expect_refused(Code.INVALID_FIELD, "key", AddKey, account="ada", key=key)


@pytest.mark.parametrize("signature", [Signature(bytes(31), bytes(64)), Signature(bytes(32), bytes(63))])
def test_the_shape_of_a_signature(world: World, signature: Signature) -> None:
    world.open("bo")
    order = {"payer": "ada", "payee": "bo", "amount": 1, "currency": "MUT", "signature": signature}
    world.expect_refused(Code.INVALID_FIELD, "signature", Pay, **order)
