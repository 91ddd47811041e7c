"""Euro-backed local currencies (domain.md B1: MLC-1, 2, 4, 5 and the guarantee of each form)."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.accounts import AccountKind, Form
from ledger.core.commands import (
    ChangePolicy,
    ChargeFee,
    ExchangeForm,
    Forfeit,
    ImportOpening,
    Issue,
    Leave,
    MoveReserve,
    OpenAccount,
    Pay,
    Redeem,
    Refund,
)
from ledger.core.errors import Code
from ledger.core.policy import Policy
from tests.world import START, World, check_books

MEMBERS = (("resident", "person"), ("shop", "business"), ("club", "association"), ("town", "public"))


@pytest.fixture
def world() -> World:
    world = World().backed(commission_bp=500)
    for name, kind in MEMBERS:
        world.open(name, kind)
    world.open("notes", "business", form=Form.PAPER)
    world.open("more notes", "business", form=Form.PAPER)
    return world


def issue(world: World, name: str, amount: int) -> None:
    world.do(Issue, account=name, currency="RIV", amount=amount, euros=amount)
    check_books(world.books)


def redeem(name: str, amount: int, invoice: str) -> dict[str, Any]:
    return {"account": name, "currency": "RIV", "amount": amount, "invoice": invoice}


def circulation(world: World, form: Form = Form.DIGITAL) -> int:
    return -world.own("issuance", form=form).balance


@pytest.mark.parametrize("name", [name for name, _ in MEMBERS])
def test_units_are_issued_only_against_euros_at_par(world: World, name: str) -> None:
    """MLC-1: 1 for 1, no fee, to whoever brings euros."""
    order = {"account": name, "currency": "RIV", "amount": 100_00}
    for euros in (99_99, 100_01, 0, -100_00):
        world.expect_refused(Code.NOT_AT_PAR, "euros", Issue, **order, euros=euros)
    world.expect_refused(Code.INVALID_FIELD, "euros", Issue, **order, euros=True)
    issue(world, name, 100_00)
    assert (world[name].balance, world.reserve().balance, circulation(world)) == (100_00, 100_00, 100_00)


def test_the_fund_covers_what_circulates_in_each_form(world: World) -> None:
    """MLC-2: a surplus of one form never covers the other."""
    issue(world, "resident", 100)
    issue(world, "notes", 50)
    move = {"currency": "RIV", "form": Form.DIGITAL}
    world.expect_refused(Code.RESERVE_BREACH, "", MoveReserve, **move, euros=-1)
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "euros", MoveReserve, **move, euros=-101)
    world.do(MoveReserve, currency="RIV", form=Form.PAPER, euros=1_000)
    world.expect_refused(Code.RESERVE_BREACH, "", MoveReserve, **move, euros=-1)
    world.do(MoveReserve, currency="RIV", form=Form.PAPER, euros=-1_000)
    world.expect_refused(Code.RESERVE_BREACH, "", MoveReserve, currency="RIV", form=Form.PAPER, euros=-50)
    world.do(MoveReserve, **move, euros=7)
    world.do(MoveReserve, **move, euros=-7)
    check_books(world.books)


def test_a_fund_that_is_short_may_be_mended_never_worsened(world: World) -> None:
    """MLC-2: nobody can make it short by a command, so the books are bent by hand here."""
    issue(world, "shop", 100)
    world.reserve().debits_posted += 40
    world.expect_refused(Code.RESERVE_BREACH, "", MoveReserve, currency="RIV", form=Form.DIGITAL, euros=-1)
    world.do(MoveReserve, currency="RIV", form=Form.DIGITAL, euros=10)
    world.do(Issue, account="shop", currency="RIV", amount=5, euros=5)
    world.do(Redeem, **redeem("shop", 50, "1"))
    assert world.reserve().balance == 60 + 10 + 5 - 50


@pytest.mark.parametrize(("giver", "taker"), [("notes", "shop"), ("shop", "notes")])
def test_when_units_change_form_the_euros_follow(world: World, giver: str, taker: str) -> None:
    """MLC-3."""
    issue(world, giver, 100)
    order = {"payer": giver, "payee": taker, "currency": "RIV"}
    world.expect_refused(Code.FORM_MISMATCH, "payee", Pay, **order, amount=30)
    world.expect_refused(Code.INSUFFICIENT_FUNDS, "payer", ExchangeForm, **order, amount=101)
    world.do(ExchangeForm, **order, amount=30)
    check_books(world.books)
    for name, left in ((giver, 70), (taker, 30)):
        form = world[name].form
        assert (world[name].balance, world.reserve(form).balance, circulation(world, form)) == (left, left, left)


def test_payments_among_notes_are_not_an_exchange(world: World) -> None:
    issue(world, "notes", 100)
    order = {"payer": "notes", "payee": "more notes", "currency": "RIV", "amount": 10}
    world.expect_refused(Code.FORM_MISMATCH, "payee", ExchangeForm, **order)
    world.do(Pay, **order)


def test_only_professionals_change_back(world: World) -> None:
    """MLC-4."""
    issue(world, "resident", 100)
    world.expect_refused(Code.FLOW_NOT_ALLOWED, "account", Redeem, **redeem("resident", 1, "1"))
    operator = world.own("operator").uid
    world.expect_refused(Code.FLOW_NOT_ALLOWED, "account", Redeem, **{**redeem("", 1, "1"), "account": operator})
    for name in ("shop", "club", "town"):
        world.pay("resident", name, 30)
        world.do(Redeem, **redeem(name, 30, "1"))
        check_books(world.books)


def test_an_invoice_is_redeemed_once(world: World) -> None:
    """MLC-4: each professional numbers its own invoices."""
    issue(world, "shop", 100)
    issue(world, "club", 100)
    world.do(Redeem, **redeem("shop", 10, "2026-001"))
    world.expect_refused(Code.ALREADY_CLAIMED, "invoice", Redeem, **redeem("shop", 20, "2026-001"))
    world.do(Redeem, **redeem("club", 10, "2026-001"))
    for invoice in ("", "x" * 65, "a\tb"):
        world.expect_refused(Code.INVALID_FIELD, "invoice", Redeem, **redeem("shop", 1, invoice))


def test_redeeming_1000_at_5_percent(world: World) -> None:
    """MLC-5: the pro gets 950.00, the operator 50.00, units and the dedicated account fall by 1 000.00."""
    issue(world, "shop", 1_000_00)
    world.do(Redeem, **redeem("shop", 1_000_00, "1"))
    paid_out = world.own("outside", "EUR", owner="RIV").balance + 1_000_00
    kept = world.own("operator", "EUR", owner="RIV").balance
    assert (paid_out, kept, world["shop"].balance) == (950_00, 50_00, 0)
    assert (world.reserve().balance, circulation(world)) == (0, 0)
    check_books(world.books)


def test_the_commission_of_a_year(world: World) -> None:
    """MLC-5: 706,558 redeemed at 5 % leave 35,327.90."""
    issue(world, "shop", 706_558_00)
    world.do(Redeem, **redeem("shop", 706_558_00, "1"))
    assert world.own("operator", "EUR", owner="RIV").balance == 35_327_90


def test_the_commission_is_dated(world: World) -> None:
    """MLC-5: at launch 2 %, later 5 %."""
    world.do(ChangePolicy, currency="RIV", policy=Policy(commission_bp=200), since=0)
    issue(world, "shop", 200_00)
    world.do(Redeem, **redeem("shop", 100_00, "1"))
    world.do(ChangePolicy, currency="RIV", policy=Policy(commission_bp=500), since=0)
    world.do(Redeem, **redeem("shop", 100_00, "2"))
    assert world.own("operator", "EUR", owner="RIV").balance == 2_00 + 5_00


@pytest.mark.parametrize("amount", [1, 9, 10, 11, 29, 30, 99])
def test_no_cent_is_lost_in_a_commission(world: World, amount: int) -> None:
    """MLC-5 and CORE-2: euros out plus commission are the gross, whatever is rounded."""
    issue(world, "shop", 100)
    world.do(Redeem, **redeem("shop", amount, "1"))
    out = world.own("outside", "EUR", owner="RIV").balance + 100
    kept = world.own("operator", "EUR", owner="RIV").balance
    assert (out + kept, kept) == (amount, (amount * 500 + 5_000) // 10_000)


def test_members_pay_each_other_without_a_fee(world: World) -> None:
    """MLC-13, and COL-2: a public body has no account that pays."""
    issue(world, "resident", 100)
    for payer, payee in (("resident", "shop"), ("shop", "club"), ("club", "resident"), ("resident", "town")):
        world.pay(payer, payee, 100)
    assert world["town"].balance == 100
    world.expect_refused(Code.FLOW_NOT_ALLOWED, "payee", Pay, payer="town", payee="shop", amount=1, currency="RIV")


def test_fees_on_notes_stay_among_the_notes(world: World) -> None:
    """MLC-2: a fee, dues or what a leaver leaves in notes is not turned into digital units without its euros."""
    world.do(ChangePolicy, currency="RIV", policy=Policy(payment_fee_bp=1_000, fee_reserve_bp=5_000), since=0)
    issue(world, "notes", 1_000)
    world.pay("notes", "more notes", 100, id="payment")
    check_books(world.books)
    assert world.own("operator", form=Form.PAPER).balance == world.own("loss_fund", form=Form.PAPER).balance == 5
    world.do(Refund, payment="payment", amount=50)
    world.do(ChargeFee, account="notes", amount=10)
    world.do(Leave, account="notes")
    world.wait(days=365)
    world.do(Forfeit, account="notes")
    check_books(world.books)
    assert world.own("common_fund", form=Form.PAPER).balance > 0
    digital = [a.balance for a in world.books.by_no.values() if a.currency == 1 and a.form is Form.DIGITAL]
    assert set(digital) == {0}


def test_the_operator_pays_no_fee_to_itself(world: World) -> None:
    world.do(ChangePolicy, currency="RIV", policy=Policy(payment_fee_bp=1_000), since=0)
    issue(world, "resident", 100)
    entry = world.do(Pay, payer="resident", payee=world.own("operator").uid, amount=50, currency="RIV")
    assert len(entry.transfers) == 1
    assert world.own("operator").balance == 50


def test_four_eyes_above_the_threshold(world: World) -> None:
    """GOV-5 for issuing, redeeming and moving the reserve."""
    world.do(ChangePolicy, currency="RIV", policy=Policy(four_eyes_over=500_00), since=0)
    for kind, order in (
        (Issue, {"account": "shop", "currency": "RIV", "amount": 500_01, "euros": 500_01}),
        (Redeem, redeem("shop", 500_01, "1")),
        (MoveReserve, {"currency": "RIV", "form": Form.PAPER, "euros": 500_01}),
        (MoveReserve, {"currency": "RIV", "form": Form.PAPER, "euros": -500_01}),
    ):
        for approver in (None, "operator"):
            world.expect_refused(Code.APPROVAL_REQUIRED, "approver", kind, **order, approver=approver)
        world.do(kind, **order, approver="treasurer")
    issue(world, "shop", 500_00)


def test_units_come_only_from_euros(world: World) -> None:
    """MLC-1 and CORE-7: no line, no opening without reserve, no issue of other models."""
    order = {"account": "x", "currency": "RIV", "kind": AccountKind.BUSINESS}
    world.expect_refused(Code.LINE_ABOVE_CAP, "line", OpenAccount, **order, line=1)
    world.expect_refused(Code.RESERVE_BREACH, "", ImportOpening, account="shop", balance=1, occurred_at=START)
    world.mutual()
    world.open("firm")
    euros = {"account": "firm", "currency": "MUT", "amount": 1, "euros": 1}
    world.expect_refused(Code.WRONG_MODEL, "currency", Issue, **euros)
    world.expect_refused(Code.WRONG_MODEL, "currency", Redeem, **{**redeem("firm", 1, "1"), "currency": "MUT"})
    world.expect_refused(Code.WRONG_MODEL, "currency", Pay, payer="shop", payee="club", amount=1, currency="EUR")


def test_two_backed_currencies_have_two_funds(world: World) -> None:
    issue(world, "shop", 100)
    world.backed("MES")
    world.open("mes shop")
    world.do(Issue, account="mes shop", currency="MES", amount=70, euros=70)
    assert world.reserve().balance == 70
    world.expect_refused(Code.RESERVE_BREACH, "", MoveReserve, currency="MES", form=Form.DIGITAL, euros=-1)
    world.unit = "RIV"
    assert world.reserve().balance == 100
    check_books(world.books)
