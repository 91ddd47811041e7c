"""Currencies and their dated rules (CORE-8), each parameter in its range."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from ledger.core.accounts import Form, Model
from ledger.core.commands import (
    ChangePolicy,
    ChargeFee,
    DefineCurrency,
    ExpirePurse,
    Found,
    Grant,
    ImportPayment,
    Pay,
)
from ledger.core.errors import Code, Corrupt
from ledger.core.governance import TECHNICAL
from ledger.core.money import MAX_AMOUNT
from ledger.core.policy import Policy, Programme
from tests.world import DAY, World, check_books

BOOKS = Programme(code="books", budget=1_000)



def _programme(**terms: Any) -> Programme:
    return Programme(**{"code": "a", "budget": 1, **terms})


BAD: list[tuple[dict[str, Any], str]] = [
    *[({name: bad}, f"policy.{name}") for name in ("payment_fee_bp", "fee_reserve_bp", "line_turnover_bp",
       "line_hard_cap_bp", "acceptance_min_bp", "commission_bp", "demurrage_bp_year") for bad in (-1, 10_001, True, "5")],
    *[({name: bad}, f"policy.{name}") for name in ("reversal_window_days", "line_cap_months", "line_min_age_years",
       "hoarding_multiple", "spend_down_days", "demurrage_free_days") for bad in (-1, 36_501, None)],
    *[({name: bad}, f"policy.{name}") for name in ("default_line", "default_ceiling", "line_cap", "four_eyes_over",
       "acceptance_cap") for bad in (-1, MAX_AMOUNT + 1, "1")],
    *[({"step": bad}, "policy.step") for bad in (0, -15, MAX_AMOUNT + 1, None)],
    *[({name: bad}, f"policy.{name}") for name in ("spheres", "merchants_respend") for bad in (None, 1, "yes")],
    *[({"not_credited": (bad,)}, "policy.not_credited") for bad in ("", "\n", "x" * 65, 1)],
    *[({"demurrage_exempt": (bad,)}, "policy.demurrage_exempt") for bad in ("", "people", 1)],
    ({"commission_bp": 500, "commission_gift_bp": 501}, "policy.commission_gift_bp"),
    ({"programmes": (BOOKS, BOOKS)}, "policy.programmes"),
    *[({"programmes": (_programme(**bad),)}, "policy.programmes") for bad in (
        {"code": ""}, {"code": "x" * 33}, {"code": "\x7f"}, {"code": "\ud800"}, {"budget": -1},
        {"budget": MAX_AMOUNT + 1}, {"budget": True}, {"sectors": ("",)}, {"sectors": ("x" * 65,)}, {"starts_at": -1}, {"ends_at": 2**63},
        {"single_use": -1})],
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "field"), BAD, ids=lambda value: str(value)[:60])
def test_parameters_out_of_range(parameters: dict[str, Any], field: str) -> None:
    world = World().mutual()
    policy = Policy(**parameters)
    world.expect_refused(Code.INVALID_FIELD, field, ChangePolicy, currency="MUT", policy=policy, since=0)
    order = {"code": "NEW", "scale": 2, "model": Model.MUTUAL}
    world.expect_refused(Code.INVALID_FIELD, field, DefineCurrency, **order, policy=policy)


@pytest.mark.parametrize("since", [-1, 2**63, True, "now"])
def test_a_change_begins_at_a_moment_that_can_be_written_down(since: object) -> None:
    world = World().mutual()
    world.expect_refused(Code.INVALID_FIELD, "since", ChangePolicy, currency="MUT", policy=Policy(), since=since)


def test_every_parameter_is_checked() -> None:
    assert {name for parameters, _ in BAD for name in parameters} == {field.name for field in fields(Policy)}


@pytest.mark.parametrize("code", ["", "A", "ab", "EUR", "1AB", "TOO-LONG-A-CODE", "É1", "A B", "ABC\n", None])
def test_codes(code: object) -> None:
    world = World()
    order = {"scale": 2, "model": Model.MUTUAL, "policy": Policy()}
    world.expect_refused(Code.INVALID_FIELD, "code", DefineCurrency, code=code, **order)


@pytest.mark.parametrize(
    ("model", "scale"), [(Model.TIME, 2), (Model.BACKED, 0), (Model.MUTUAL, 10), (Model.MUTUAL, -1), (Model.MUTUAL, True)]
)
def test_scales(model: Model, scale: int) -> None:
    order = {"code": "NEW", "policy": Policy()}
    World().expect_refused(Code.INVALID_FIELD, "scale", DefineCurrency, **order, model=model, scale=scale)


def test_nobody_defines_the_mirror_of_the_bank() -> None:
    order = {"code": "NEW", "scale": 2, "policy": Policy()}
    World().expect_refused(Code.INVALID_FIELD, "code", DefineCurrency, **order, model=Model.MIRROR)


def test_a_currency_opens_the_communitys_own_accounts() -> None:
    world = World().mutual().time().earmarked(BOOKS).backed("AAA").backed("BBB")
    bottomless = {"MUT": {"loss", "settled", "opening"}, "HOUR": {"operator", "opening"}, "PASS": {"opening"}, "AAA": set()}
    for unit, kinds in bottomless.items():
        for kind, _ in TECHNICAL[world.books.currencies[unit].model]:
            assert world.own(kind, unit).floor == (None if kind in kinds else 0)
    assert world.own("funder", "PASS", owner="books").floor == -1_000
    for unit in ("AAA", "BBB"):
        world.unit = unit
        for form in Form:
            assert world.reserve(form).floor == 0
            assert world.own("issuance", form=form).floor is None
            assert world.own("operator", form=form).form is form
        euros = {kind: world.own(kind, "EUR", owner=unit).floor for kind in ("operator", "common_fund", "outside")}
        assert euros == {"operator": 0, "common_fund": 0, "outside": None}
    assert [c.code for c in world.books.currencies.values()] == ["MUT", "HOUR", "PASS", "AAA", "EUR", "BBB"]
    assert [c.no for c in world.books.currencies.values()] == [1, 2, 3, 4, 5, 6]
    assert sorted(world.books.by_no) == list(range(1, world.books.accounts_opened + 1))
    world.expect_refused(
        Code.ALREADY_EXISTS, "code", DefineCurrency, code="MUT", scale=2, model=Model.MUTUAL, policy=Policy()
    )


def test_a_community_is_founded_once_and_first() -> None:
    world = World()
    world.expect_refused(Code.ALREADY_EXISTS, "community", Found, code="TEST", public_key=bytes(32))
    world.books.founded = False
    world.expect_refused(Code.COMMUNITY_NOT_FOUND, "community", Pay, payer="a", payee="b", amount=0, currency="")
    world.expect_refused(Code.INVALID_FIELD, "public_key", Found, code="TEST", public_key=bytes(31))


# --- dates ---


def test_a_change_works_from_its_moment_on() -> None:
    """CORE-8: a payment follows the rules of its own date."""
    world = World().mutual(payment_fee_bp=100)
    world.open("ada", line=10**6)
    world.open("bo")
    until = world.now + 30 * DAY
    world.do(ChangePolicy, currency="MUT", policy=Policy(payment_fee_bp=500), since=until)
    world.pay("ada", "bo", 1_000)
    world.now = until - 1
    world.pay("ada", "bo", 1_000)
    world.now = until
    world.pay("ada", "bo", 1_000)
    assert world.own("operator").balance == 10 + 10 + 50
    world.do(ChangePolicy, currency="MUT", policy=Policy(), since=0)
    world.pay("ada", "bo", 1_000)
    assert world.own("operator").balance == 70


def test_rules_never_change_the_past() -> None:
    world = World().mutual()
    order = {"currency": "MUT", "policy": Policy()}
    world.wait(days=1)
    for since in (1, world.now - 1):
        world.expect_refused(Code.TIME_IN_PAST, "since", ChangePolicy, **order, since=since)
    world.expect_refused(Code.INVALID_FIELD, "resolution", ChangePolicy, **order, since=0, resolution="x" * 129)
    world.do(ChangePolicy, **order, since=0, resolution="x" * 128)
    world.expect_refused(Code.INVALID_FIELD, "since", ChangePolicy, **order, since=-1)
    world.do(ChangePolicy, **order, since=world.now)
    eur = {**order, "currency": "EUR", "since": 0}
    world.expect_refused(Code.CURRENCY_NOT_FOUND, "currency", ChangePolicy, **eur)
    world.backed().expect_refused(Code.WRONG_MODEL, "currency", ChangePolicy, **eur)


def test_a_change_of_rules_needs_a_second_person_where_the_rules_say_so() -> None:
    """GOV-5; taking the rule away needs one too."""
    world = World().mutual(four_eyes_over=10**6)
    order = {"currency": "MUT", "policy": Policy(), "since": 0}
    for approver in ({}, {"approver": "operator"}):
        world.expect_refused(Code.APPROVAL_REQUIRED, "approver", ChangePolicy, **order, **approver)
    world.do(ChangePolicy, **order, approver="president", resolution="AG 2026-05, point 4")
    world.do(ChangePolicy, **order)


def test_a_programme_is_ended_never_removed() -> None:
    world = World().earmarked(BOOKS)
    order = {"currency": "PASS", "since": 0}
    world.expect_refused(Code.PROGRAMME_NOT_FOUND, "policy.programmes", ChangePolicy, **order, policy=Policy())
    more = Programme(code="sport", budget=50)
    world.do(ChangePolicy, **order, policy=Policy(programmes=(BOOKS, more)))
    assert world.own("funder", owner="sport").floor == -50
    assert len(world.do(ChangePolicy, **order, policy=Policy(programmes=(BOOKS, more))).effects) == 1


def test_a_programme_that_a_later_policy_forgot_is_sealed_until_it_is_named_again() -> None:
    """A change that was scheduled before the programme began does not name it."""
    world = World().earmarked(BOOKS)
    more = Programme(code="sport", budget=50)
    order = {"currency": "PASS", "policy": Policy(programmes=(BOOKS,))}
    world.do(ChangePolicy, **order, since=world.now + DAY)
    world.do(ChangePolicy, **{**order, "policy": Policy(programmes=(BOOKS, more))}, since=0)
    world.open("purse", "purse", programme="sport")
    world.open("shop")
    world.fund("purse", 10)
    world.wait(days=2)
    pay = {"payer": "purse", "payee": "shop", "amount": 1, "currency": "PASS"}
    world.expect_refused(Code.PURSE_SEALED, "payer", Pay, **pay)
    world.expect_refused(Code.PROGRAMME_NOT_FOUND, "account", ExpirePurse, account="purse")
    world.do(ChangePolicy, **{**order, "policy": Policy(programmes=(BOOKS, more))}, since=0)
    world.do(Pay, **pay)


def test_books_without_what_a_currency_opens_are_corrupt() -> None:
    world = World().mutual(payment_fee_bp=100)
    world.open("ada", line=1_000)
    world.open("bo")
    del world.books.accounts[world.own("operator").uid]
    with pytest.raises(Corrupt, match="no operator account"):
        world.pay("ada", "bo", 100)
    world["ada"].currency = 9
    with pytest.raises(Corrupt, match="currency 9"):
        world.do(ChargeFee, account="ada", amount=1)


def test_a_budget_changes_on_its_day() -> None:
    """CORE-8 and PUB-3: raised or cut, what is in force decides."""
    world = World().earmarked(BOOKS)
    world.open("purse", "purse", programme="books")
    day = world.now + 30 * DAY
    for budget, since in ((1_500, day), (1_200, day + 30 * DAY)):
        policy = Policy(programmes=(Programme(code="books", budget=budget),))
        world.do(ChangePolicy, currency="PASS", policy=policy, since=since)
    assert world.own("funder", owner="books").floor == -1_500, "the largest it ever was"
    world.expect_refused(Code.BUDGET_EXCEEDED, "amount", Grant, account="purse", amount=1_001)
    world.do(Grant, account="purse", amount=1_000)
    world.now = day
    world.expect_refused(Code.BUDGET_EXCEEDED, "amount", Grant, account="purse", amount=501)
    world.do(Grant, account="purse", amount=100)
    world.now = day + 30 * DAY
    world.expect_refused(Code.BUDGET_EXCEEDED, "amount", Grant, account="purse", amount=101)
    world.do(Grant, account="purse", amount=100)
    check_books(world.books)


@pytest.mark.parametrize("text", ["", "x" * 65, "a\nb", "\x85", "\udc80"])
def test_texts_are_printable_and_short(text: str) -> None:
    world = World().mutual()
    world.open("ada", line=10)
    world.expect_refused(Code.INVALID_FIELD, "purpose", ChargeFee, account="ada", amount=1, purpose=text)
    if text:
        order = {"payer": "ada", "payee": "ada", "amount": 0, "activity": text}
        world.expect_refused(Code.INVALID_FIELD, "activity", Pay, currency="MUT", **order)
        world.expect_refused(Code.INVALID_FIELD, "activity", ImportPayment, occurred_at=1, **order)


@pytest.mark.parametrize("text", ["Cotisation 2026\u00a0: prêt", "👩‍🌾", "a\u0301", "x" * 64])
def test_any_language_is_printable(text: str) -> None:
    world = World().mutual()
    world.open("ada", line=10)
    world.open("bo")
    world.do(ChargeFee, account="ada", amount=1, purpose=text)
    world.pay("ada", "bo", 1, activity=text)
    world.do(ImportPayment, payer="ada", payee="bo", amount=1, occurred_at=1, activity=text)
    assert world["ada"].balance == -3
    sealed = Programme(code="x", budget=1, sectors=(text, "y"))
    world.earmarked(sealed, not_credited=("z",))
