"""Earmarked public purses (domain.md B4: PUB-1 to 6, PUB-14)."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.accounts import AccountKind
from ledger.core.commands import (
    CaptureHold,
    ChangePolicy,
    ChargeFee,
    Command,
    ExpireHold,
    ExpirePurse,
    Grant,
    Leave,
    OpenAccount,
    Pay,
    PayBatch,
    Payee,
    PlaceHold,
    Redeem,
    Refund,
    VoidHold,
)
from ledger.core.errors import Code
from ledger.core.limits import Split, purse_part
from ledger.core.policy import Policy, Programme
from tests.world import DAY, START, World, check_books, uid

SUMMER = START + 150 * DAY
BOOKS = Programme(code="books", budget=1_000_00, sectors=("47.61Z",), ends_at=SUMMER, starts_at=START + DAY)
SPORT = Programme(code="sport", budget=1_000_00, sectors=("93.12Z",))
CULTURE = Programme(code="culture", budget=1_000_00, sectors=("59.14Z", "90.01Z"), single_use=5_00)
ANYTHING = Programme(code="anything", budget=1_000_00)


@pytest.fixture
def world() -> World:
    world = World().earmarked(BOOKS, SPORT, CULTURE, ANYTHING)
    for programme in (BOOKS, SPORT, CULTURE, ANYTHING):
        world.open(programme.code, "purse", programme=programme.code)
    world.open("bookshop", sectors=("47.61Z",))
    world.open("club", "association", sectors=("93.12Z",))
    world.open("department store", sectors=("47.61Z", "93.12Z"))
    world.wait(days=2)
    return world


def paying(purse: str, payee: str, amount: int, activity: str) -> dict[str, Any]:
    return {"payer": purse, "payee": payee, "amount": amount, "currency": "PASS", "activity": activity}


def test_a_cart_is_split_between_purse_and_other_means(world: World) -> None:
    """PUB-2: book 22 and pen 3 at a bookshop where pens are not on the list: 22 from the purse, 3 otherwise."""
    cart = [("47.61Z", 22_00), ("47.62Z", 3_00)]
    assert purse_part(cart, BOOKS) == Split(22_00, 3_00)
    assert purse_part(cart, ANYTHING) == Split(25_00, 0)
    world.fund("books", 70_00)
    world.fund("sport", 30_00)
    world.expect_refused(Code.PURSE_SEALED, "activity", Pay, **paying("books", "bookshop", 3_00, "47.62Z"))
    world.do(Pay, **paying("books", "bookshop", 22_00, "47.61Z"))
    assert world.balances("books", "sport", "bookshop") == (48_00, 30_00, 22_00)


def test_purses_are_sealed(world: World) -> None:
    """PUB-2: the merchant and the line must both be on the list; no transfer between purses or persons."""
    for purse in ("books", "sport", "anything"):
        world.fund(purse, 50_00)
    refused = (Code.PURSE_SEALED, "payee", Pay)
    world.expect_refused(*refused, **paying("books", "club", 1, "47.61Z"))
    world.expect_refused(*refused, **paying("sport", "bookshop", 1, "93.12Z"))
    world.expect_refused(Code.PURSE_SEALED, "activity", Pay, **paying("books", "department store", 1, "93.12Z"))
    world.expect_refused(Code.PURSE_SEALED, "activity", Pay, **paying("books", "department store", 1, ""))
    world.do(Pay, **paying("anything", "club", 1, "whatever"))
    world.open("person", "person")
    for payee in ("sport", "person"):
        world.expect_refused(Code.FLOW_NOT_ALLOWED, "payee", Pay, **paying("books", payee, 1, "47.61Z"))
    hold = paying("books", "club", 1, "47.61Z")
    world.expect_refused(Code.PURSE_SEALED, "payee", PlaceHold, **hold)
    batch = {"payer": "books", "currency": "PASS", "payees": (Payee(uid("bookshop"), 1), Payee(uid("club"), 1))}
    world.expect_refused(Code.PURSE_SEALED, "payees[1].payee", PayBatch, **batch, activity="47.61Z")


def test_a_purse_may_pay_so_much_at_once(world: World) -> None:
    """PUB-1: culture is 15, at most 5 for one ticket."""
    world.fund("culture", 15_00)
    world.open("cinema", sectors=("59.14Z",))
    world.expect_refused(Code.PURSE_SEALED, "amount", Pay, **paying("culture", "cinema", 5_01, "59.14Z"))
    for _ in range(3):
        world.do(Pay, **paying("culture", "cinema", 5_00, "59.14Z"))


def test_what_purses_earned_is_redeemed_or_where_the_rules_say_so_spent_again(world: World) -> None:
    """PUB-4."""
    world.fund("books", 70_00)
    world.do(Pay, **paying("books", "bookshop", 70_00, "47.61Z"))
    onwards = paying("bookshop", "club", 20_00, "")
    world.expect_refused(Code.FLOW_NOT_ALLOWED, "payee", Pay, **onwards)
    policy = Policy(programmes=(BOOKS, SPORT, CULTURE, ANYTHING), merchants_respend=True)
    world.do(ChangePolicy, currency="PASS", policy=policy, since=0)
    world.do(Pay, **onwards)
    world.do(Redeem, account="bookshop", currency="PASS", amount=50_00, invoice="1")
    assert (world["bookshop"].balance, world["club"].balance, world.own("settled").balance) == (0, 20_00, 50_00)
    check_books(world.books)


def test_nobody_cashes_a_purse_out(world: World) -> None:
    """PUB-5."""
    world.fund("books", 70_00)
    order = {"account": "books", "currency": "PASS", "amount": 1, "invoice": "1"}
    world.expect_refused(Code.FLOW_NOT_ALLOWED, "account", Redeem, **order)
    world.expect_refused(Code.WRONG_MODEL, "account", ChargeFee, account="books", amount=1)
    world.expect_refused(Code.WRONG_MODEL, "account", Leave, account="books")


def test_the_last_grant_that_would_exceed_the_budget_is_refused(world: World) -> None:
    """PUB-3: of 1 000, nine grants of 100 are done; 150 is refused, 100 accepted."""
    for _ in range(9):
        world.do(Grant, account="sport", amount=100_00)
    world.expect_refused(Code.BUDGET_EXCEEDED, "amount", Grant, account="sport", amount=150_00)
    world.do(Grant, account="sport", amount=100_00)
    world.expect_refused(Code.BUDGET_EXCEEDED, "amount", Grant, account="sport", amount=1)
    assert -world.own("funder", owner="sport").balance == 1_000_00


def test_what_expired_may_be_granted_again_under_a_longer_programme(world: World) -> None:
    """PUB-3: granted less expired stays within the budget."""
    world.fund("books", 1_000_00)
    world.do(Pay, **paying("books", "bookshop", 300_00, "47.61Z"))
    world.now = SUMMER
    world.do(ExpirePurse, account="books")
    longer = Programme(code="books", budget=1_000_00, sectors=("47.61Z",))
    policy = Policy(programmes=(longer, SPORT, CULTURE, ANYTHING))
    world.do(ChangePolicy, currency="PASS", policy=policy, since=0)
    world.expect_refused(Code.BUDGET_EXCEEDED, "amount", Grant, account="books", amount=700_01)
    world.do(Grant, account="books", amount=700_00)


def test_a_purse_pays_from_its_programmes_start_to_its_end(world: World) -> None:
    """PUB-1: not 1 ns before the one nor at the other."""
    world.fund("books", 70_00)
    order = paying("books", "bookshop", 1, "47.61Z")
    assert BOOKS.ends_at == SUMMER
    world.now = SUMMER - 1
    world.do(Pay, **order)
    for kind in (Pay, PlaceHold):
        world.expect_refused(Code.WINDOW_PASSED, "payer", kind, **order)
    world.expect_refused(Code.WINDOW_PASSED, "account", Grant, account="books", amount=1)
    early = World().earmarked(BOOKS)
    early.open("books", "purse", programme="books")
    early.open("bookshop", sectors=("47.61Z",))
    early.fund("books", 10)
    early.expect_refused(Code.TOO_EARLY, "payer", Pay, **order)
    early.now = START + DAY
    early.do(Pay, **order)


def test_what_was_not_spent_returns_to_the_funder(world: World) -> None:
    """PUB-6: and to the budget; not before the end, and only once."""
    world.fund("books", 70_00)
    world.fund("sport", 10_00)
    world.do(Pay, **paying("books", "bookshop", 22_00, "47.61Z"))
    world.expect_refused(Code.TOO_EARLY, "account", ExpirePurse, account="books")
    world.now = SUMMER
    world.do(ExpirePurse, account="books")
    assert (world["books"].balance, world.own("funder", owner="books").balance) == (0, -22_00)
    world.expect_refused(Code.NOTHING_TO_DO, "account", ExpirePurse, account="books")
    world.expect_refused(Code.TOO_EARLY, "account", ExpirePurse, account="sport")
    world.expect_refused(Code.FLOW_NOT_ALLOWED, "account", ExpirePurse, account="bookshop")


@pytest.mark.parametrize("ending", [CaptureHold, VoidHold, ExpireHold])
def test_what_is_on_hold_does_not_expire_with_the_purse(world: World, ending: type[Command]) -> None:
    """PUB-6: the merchant was promised it; what comes back expires after."""
    world.fund("books", 70_00)
    world.do(PlaceHold, **paying("books", "bookshop", 30_00, "47.61Z"), seconds=10**7 * 2, id="hold")
    world.now = SUMMER
    world.do(ExpirePurse, account="books")
    assert world["books"].balance == 30_00
    if ending is ExpireHold:
        world.wait(days=300)
    world.do(ending, hold="hold")
    if ending is not CaptureHold:
        world.do(ExpirePurse, account="books")
    assert (world["books"].balance, world["bookshop"].balance) == (0, 30_00 if ending is CaptureHold else 0)
    check_books(world.books)


def test_a_refund_goes_back_to_the_purse_and_expires_with_it(world: World) -> None:
    """PUB-5 and PUB-6: no way to turn a purse into cash by bringing the book back."""
    world.fund("books", 70_00)
    world.do(Pay, **paying("books", "bookshop", 22_00, "47.61Z"), id="payment")
    world.now = SUMMER
    world.do(ExpirePurse, account="books")
    world.do(Refund, payment="payment")
    world.expect_refused(Code.WINDOW_PASSED, "payer", Pay, **paying("books", "bookshop", 22_00, "47.61Z"))
    world.do(ExpirePurse, account="books")
    assert world.own("funder", owner="books").balance == 0


def test_a_grant_is_received_once(world: World) -> None:
    """PUB-14: one grant a person, programme and year, by the hash of an identity key."""
    claim = bytes(range(32))
    world.do(Grant, account="sport", amount=30_00, once=claim)
    world.open("second purse", "purse", programme="sport")
    for purse in ("sport", "second purse"):
        world.expect_refused(Code.ALREADY_CLAIMED, "once", Grant, account=purse, amount=30_00, once=claim)
    world.do(Grant, account="second purse", amount=60_00, once=bytes(32))
    for wrong in (b"", bytes(31), "x" * 32):
        world.expect_refused(Code.INVALID_FIELD, "once", Grant, account="sport", amount=1, once=wrong)


def test_only_purses_of_programmes_in_force_are_funded(world: World) -> None:
    """PUB-1."""
    world.expect_refused(Code.FLOW_NOT_ALLOWED, "account", Grant, account="bookshop", amount=1)
    order = {"account": "x", "currency": "PASS", "kind": AccountKind.PURSE, "programme": "cinema"}
    world.expect_refused(Code.PROGRAMME_NOT_FOUND, "programme", OpenAccount, **order)
    world.mutual()
    world.open("firm")
    world.expect_refused(Code.WRONG_MODEL, "account", Grant, account="firm", amount=1)
