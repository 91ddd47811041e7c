"""Requests: what is asked is what is paid, once, whatever the telephones do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from api.identity import requests
from api.identity.errors import Refused
from api.identity.people import Member
from api.identity.requests import Asked, Request
from ledger.core import commands as c
from ledger.core.errors import Code, LedgerError, Rejected
from ledger.core.journal import Receipt
from ledger.service import Memo, new_id
from tests.integration.town import SECOND, Phone, Town, open_town

Pays = Callable[[Request], tuple[c.Pay, Memo | None]]


@pytest.fixture
def town(engine_url: str) -> Iterator[Town]:
    with open_town(engine_url) as made:
        yield made


@pytest.fixture
def ana(town: Town) -> Member:
    """Who asks."""
    return town.member("Ana")


@pytest.fixture
def bea(town: Town) -> Member:
    """Who pays."""
    return town.member("Bea")


def ask(
    town: Town, payee: Member, amount: int = 500, payer: Member | None = None, life: int = requests.LIFE
) -> Request:
    """A new request."""
    asked = Asked(
        payee=payee.accounts[0],
        amount=amount,
        currency="RIV",
        memo="bread",
        payer=payer.accounts[0] if payer else None,
    )
    return town.identity.requests.make(town.community, new_id(), payee.id, asked, life)[0]


def by(town: Town, payer: Member, **fields: object) -> Pays:
    """Pays what is asked from a member's first account, but for `fields`."""

    def pay(request: Request) -> tuple[c.Pay, Memo | None]:
        command = c.Pay(
            id=request.payment, community=town.community, actor=payer.id, payer=payer.accounts[0], payee=request.payee,
            amount=request.amount, currency=request.currency,
        )  # fmt: skip
        return replace(command, **fields), None  # type: ignore[arg-type]

    return pay


def accept(town: Town, request: Request, pay: Pays) -> tuple[Receipt, Request]:
    """Accept through the service."""
    return town.identity.requests.accept(town.community, request.id, pay)


def state(town: Town, request: Request) -> str:
    """What it is now."""
    return town.identity.requests.get(town.community, request.id).state


def check_refused(code: str, act: Callable[[], object]) -> None:
    """The edge refuses with this code."""
    with pytest.raises(Refused) as refused:
        act()
    assert refused.value.code == code


def test_a_request_is_paid_as_asked(town: Town, ana: Member, bea: Member) -> None:
    request = ask(town, ana)
    assert request.state == "open" and len(request.token) == 26
    assert town.identity.link(request.token) == f"https://riv.example/p/{request.token}"
    assert town.identity.requests.get(town.community, request.token) == request
    receipt, paid = accept(town, request, by(town, bea))
    assert (paid.state, receipt.command_id, receipt.replayed) == ("paid", request.payment, False)
    assert town.balance(ana.accounts[0]) == 500 and state(town, request) == "paid"


def test_making_it_twice_makes_one(town: Town, ana: Member) -> None:
    uid = new_id()
    asked = Asked(payee=ana.accounts[0], amount=5, currency="RIV")
    first, replayed = town.identity.requests.make(town.community, uid, ana.id, asked)
    second, again = town.identity.requests.make(town.community, uid, ana.id, asked)
    assert (replayed, again) == (False, True) and second == first
    other = replace(asked, amount=6)
    check_refused("id_reused", lambda: town.identity.requests.make(town.community, uid, ana.id, other))


@pytest.mark.parametrize("field", ["payee", "payer", "currency", "life"])
def test_a_request_that_could_not_be_paid_is_not_made(town: Town, ana: Member, field: str) -> None:
    asked = Asked(payee=ana.accounts[0], amount=5, currency="RIV")
    wrong = {
        "payee": replace(asked, payee=new_id()), "payer": replace(asked, payer=new_id()),
        "currency": replace(asked, currency="EUR"), "life": asked,
    }[field]  # fmt: skip
    life = 0 if field == "life" else requests.LIFE
    check_refused(
        "invalid_field", lambda: town.identity.requests.make(town.community, new_id(), ana.id, wrong, life)
    )


@pytest.mark.parametrize(
    ("field", "value"), [("amount", 499), ("currency", "EUR"), ("payee", None), ("id", None)]
)
def test_only_what_is_asked_pays_it(town: Town, ana: Member, bea: Member, field: str, value: object) -> None:
    request = ask(town, ana)
    check_refused("invalid_field", lambda: accept(town, request, by(town, bea, **{field: value or new_id()})))
    assert town.balance(ana.accounts[0]) == 0 and state(town, request) == "open"


def test_a_request_to_somebody_is_paid_by_nobody_else(town: Town, ana: Member, bea: Member) -> None:
    cleo = town.member("Cleo")
    request = ask(town, ana, payer=bea)
    check_refused("not_allowed", lambda: accept(town, request, by(town, cleo)))
    accept(town, request, by(town, bea))


def test_a_retry_hears_the_same_receipt_and_moves_nothing(town: Town, ana: Member, bea: Member) -> None:
    request = ask(town, ana)
    first, _ = accept(town, request, by(town, bea))
    second, _ = accept(town, request, by(town, bea))
    assert second.replayed and second.seq == first.seq and town.balance(ana.accounts[0]) == 500


def test_a_second_payer_is_refused(town: Town, ana: Member, bea: Member) -> None:
    cleo = town.member("Cleo")
    request = ask(town, ana)
    accept(town, request, by(town, bea))
    with pytest.raises(Rejected) as refused:
        accept(town, request, by(town, cleo))
    assert refused.value.code is Code.ID_REUSED and town.balance(cleo.accounts[0]) == 0


def test_two_telephones_pay_once(town: Town, ana: Member, bea: Member) -> None:
    cleo = town.member("Cleo")
    request = ask(town, ana)
    start = threading.Barrier(8)
    answers: list[int | LedgerError] = []

    def pay(payer: Member) -> None:
        start.wait()
        try:
            answers.append(accept(town, request, by(town, payer))[0].seq)
        except LedgerError as refused:
            answers.append(refused)

    racing = [threading.Thread(target=pay, args=(payer,)) for payer in (bea, cleo) * 4]
    for each in racing:
        each.start()
    for each in racing:
        each.join()
    seqs = {answer for answer in answers if isinstance(answer, int)}
    assert len(answers) == 8 and len(seqs) == 1
    assert town.balance(ana.accounts[0]) == 500
    assert sorted([town.balance(bea.accounts[0]), town.balance(cleo.accounts[0])]) == [-500, 0]


def test_who_could_not_pay_may_try_again_when_there_is_money(town: Town, ana: Member, bea: Member) -> None:
    request = ask(town, ana, amount=1_500)
    with pytest.raises(Rejected) as refused:
        accept(town, request, by(town, bea))
    assert refused.value.code is Code.INSUFFICIENT_FUNDS
    later = town.identity.requests.get(town.community, request.id)
    assert later.state == "open" and later.payment != request.payment
    check_refused("invalid_field", lambda: accept(town, request, by(town, bea, id=request.payment)))
    cleo = town.member("Cleo")
    town.ledger.submit(town.pay(cleo, bea, 500))
    receipt, _ = accept(town, later, by(town, bea))
    assert receipt.command_id == later.payment and town.balance(ana.accounts[0]) == 1_500
    assert accept(town, later, by(town, bea))[0].replayed


def test_a_refusal_of_one_does_not_spoil_it_for_another(town: Town, ana: Member, bea: Member) -> None:
    cleo = town.member("Cleo")
    town.do(c.SetLine, account=bea.accounts[0], line=0)
    request = ask(town, ana)
    with pytest.raises(Rejected):
        accept(town, request, by(town, bea))
    accept(town, request, by(town, cleo))
    assert town.balance(ana.accounts[0]) == 500


def test_the_id_used_up_by_mischief_does_not_block_the_request(town: Town, ana: Member, bea: Member) -> None:
    """Somebody who knows the payment's id pays a cent to somebody else under it."""
    cleo = town.member("Cleo")
    request = ask(town, ana)
    town.ledger.submit(town.pay(cleo, bea, 1, id=request.payment))
    accept(town, request, by(town, bea))
    assert town.balance(ana.accounts[0]) == 500


def test_a_bad_signature_uses_nothing_up(town: Town, ana: Member, bea: Member) -> None:
    """It is refused before the ledger has heard of the id: the first attempt must stay the only one."""
    request = ask(town, ana)
    forged = replace(Phone().sign(by(town, bea)(request)[0]), memo_hash=b"x" * 32)
    with pytest.raises(Rejected) as refused:
        accept(town, request, lambda _: (forged, None))
    assert refused.value.code is Code.SIGNATURE_INVALID
    assert town.identity.requests.get(town.community, request.id).payment == request.payment
    accept(town, request, by(town, bea))


def test_a_signed_acceptance_pays(town: Town, ana: Member, bea: Member) -> None:
    phone = Phone()
    code, _ = town.identity.devices.invite(town.community, bea.id, new_id())
    town.identity.devices.enrol(code, phone.public_key, "x")
    request = ask(town, ana)
    receipt, _ = accept(town, request, lambda found: (phone.sign(by(town, bea)(found)[0]), None))
    assert not receipt.replayed and town.balance(ana.accounts[0]) == 500


def test_what_was_paid_when_we_were_stopped_reads_paid(town: Town, ana: Member, bea: Member) -> None:
    request = ask(town, ana)
    other = ask(town, ana)
    town.ledger.submit(by(town, bea)(request)[0])  # and then the server stopped
    listed = {each.id: each.state for each in town.identity.requests.page(town.community, ana.accounts)}
    assert listed == {request.id: "paid", other.id: "open"}
    assert state(town, request) == "paid"
    check_refused("request_paid", lambda: town.identity.requests.reject(town.community, request.id))


def test_a_rejected_request_is_not_paid(town: Town, ana: Member, bea: Member) -> None:
    request = ask(town, ana)
    rejected = town.identity.requests.reject(town.community, request.token)
    assert rejected.state == "rejected" and rejected.decided_at is not None
    assert town.identity.requests.reject(town.community, request.id) == rejected
    check_refused("request_rejected", lambda: accept(town, request, by(town, bea)))
    assert town.balance(ana.accounts[0]) == 0


def test_an_expired_request_is_not_paid_but_a_paid_one_stays_paid(
    town: Town, ana: Member, bea: Member
) -> None:
    request, paid = ask(town, ana, life=60 * SECOND), ask(town, ana, life=60 * SECOND)
    accept(town, paid, by(town, bea))
    town.clock.now = request.expires_at
    assert state(town, request) == "expired"
    check_refused("request_expired", lambda: accept(town, request, by(town, bea)))
    check_refused("request_expired", lambda: town.identity.requests.reject(town.community, request.id))
    assert accept(town, paid, by(town, bea))[0].replayed
    assert town.balance(ana.accounts[0]) == 500


def test_requests_are_listed_newest_first_for_both_sides(town: Town, ana: Member, bea: Member) -> None:
    made = [ask(town, ana, amount=n, payer=bea) for n in range(1, 6)]
    ask(town, bea)
    page = town.identity.requests.page(town.community, ana.accounts, limit=3)
    rest = town.identity.requests.page(
        town.community, ana.accounts, after=(page[-1].created_at, page[-1].id), limit=3
    )
    assert [each.id for each in [*page, *rest]] == [each.id for each in reversed(made)]
    assert len(town.identity.requests.page(town.community, bea.accounts)) == 6
    assert town.identity.requests.page(new_id(), ana.accounts) == []


def test_a_request_of_another_community_is_unknown(town: Town, ana: Member) -> None:
    request = ask(town, ana)
    for key in (request.id, request.token):
        check_refused("payment_request_not_found", lambda key=key: town.identity.requests.get(new_id(), key))  # type: ignore[misc]
