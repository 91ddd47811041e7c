"""A further device is let in by the member alone: what waits, who may sign it in, and what is seen of other keys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from api.identity.devices import DeviceState, Enrolled
from api.identity.errors import Refused
from api.identity.people import Member
from ledger.core import commands as c
from ledger.core.accounts import AccountKind
from ledger.core.errors import Code, Rejected, Unavailable
from ledger.service import new_id
from tests.integration.town import Phone, Town, open_town

WAITING, ACTIVE, REVOKED = DeviceState.WAITING, DeviceState.ACTIVE, DeviceState.REVOKED


@pytest.fixture
def town(engine_url: str) -> Iterator[Town]:
    with open_town(engine_url) as made:
        yield made


def keys(town: Town, member: Member) -> list[tuple[bytes, ...]]:
    """The keys on each account of a member."""
    found = town.identity.people.get(town.community, member.id)
    return [town.ledger.reader.account(town.community, account).keys for account in found.accounts]


def opened(town: Town, member: Member) -> tuple[bytes, ...]:
    """The keys of a further account, opened as the API does it."""
    account, signing = new_id(), town.identity.devices.for_new_account(town.community, member.id)
    town.do(c.OpenAccount, account=account, currency=town.currency, kind=AccountKind.PERSON, keys=signing)
    town.identity.account_opened(town.community, member.id, account)
    return town.ledger.reader.account(town.community, account).keys


def check_payment_refused(town: Town, payer: Member, phone: Phone) -> None:
    with pytest.raises(Rejected) as refused:
        town.ledger.submit(phone.sign(town.pay(payer, town.member("Bea"), 1)))
    assert refused.value.code is Code.SIGNATURE_INVALID


def test_a_further_device_reads_and_waits_until_the_first_lets_it_in(town: Town) -> None:
    ana, first, further = town.member("Ana"), Phone(), Phone()
    town.open(ana.id)
    assert town.enrol(ana, first).state is ACTIVE
    enrolled = town.enrol(ana, further)
    assert enrolled.state is WAITING and town.who(enrolled.key.token) is not None
    assert keys(town, ana) == [(first.public_key,)] * 2
    check_payment_refused(town, ana, further)
    commands = town.letting_in(first, enrolled)
    assert len(commands) == 2
    for _ in range(2):  # sending it again is safe
        assert town.identity.devices.approve(town.community, enrolled.device, commands).state is ACTIVE
    assert keys(town, ana) == [(first.public_key, further.public_key)] * 2
    assert town.identity.devices.awaited(town.community, enrolled.device) == []
    bea = town.member("Bea")
    town.ledger.submit(further.sign(town.pay(ana, bea, 5)))
    assert town.balance(bea.accounts[0]) == 5


def test_a_device_may_be_let_in_by_any_that_signs_and_by_no_other(town: Town) -> None:
    ana, bea = town.member("Ana"), town.member("Bea")
    first, second, lost, stranger = (Phone() for _ in range(4))
    town.enrol(ana, first)
    town.enrol(bea, stranger)
    for each in (second, lost):
        town.let_in(first, town.enrol(ana, each))
    gone = next(d for d in town.identity.devices.of(town.community, ana.id) if d.public_key == lost.public_key)
    town.identity.devices.revoke(town.community, gone.id, ana.id)
    enrolled = town.enrol(ana, Phone())
    for signer in (stranger, lost, Phone()):
        with pytest.raises(Rejected) as refused:
            town.let_in(signer, enrolled)
        assert refused.value.code is Code.SIGNATURE_INVALID
    assert town.identity.devices.standing(town.community, enrolled.device).state is WAITING
    assert town.let_in(second, enrolled) is ACTIVE


def moved(**changes: object) -> Callable[[Town, c.AddKey], c.AddKey]:
    """The same signature on another command."""
    return lambda town, command: replace(command, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [moved(id=new_id()), moved(actor=new_id())])
def test_a_signature_of_another_command_lets_nobody_in(
    town: Town, change: Callable[[Town, c.AddKey], c.AddKey]
) -> None:
    ana, first = town.member("Ana"), Phone()
    town.enrol(ana, first)
    enrolled = town.enrol(ana, Phone())
    commands = [change(town, each) for each in town.letting_in(first, enrolled)]
    with pytest.raises(Rejected) as refused:
        town.identity.devices.approve(town.community, enrolled.device, commands)
    assert refused.value.code is Code.SIGNATURE_INVALID


def test_an_approval_is_about_this_device_and_this_member(town: Town) -> None:
    ana, first, bea = town.member("Ana"), Phone(), town.member("Bea")
    town.enrol(ana, first)
    enrolled = town.enrol(ana, Phone())
    (good,) = town.letting_in(first, enrolled)
    for wrong in (replace(good, key=Phone().public_key), replace(good, account=bea.accounts[0])):
        with pytest.raises(Refused) as refused:
            town.identity.devices.approve(town.community, enrolled.device, [first.sign(wrong)])
        assert (refused.value.code, refused.value.field) == ("invalid_field", "signed")
    assert keys(town, ana) == [(first.public_key,)] and keys(town, bea) == [()]


def test_a_revoked_device_is_not_let_in_not_even_meanwhile(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, first = town.member("Ana"), Phone()
    town.enrol(ana, first)
    enrolled = town.enrol(ana, Phone())
    devices, commands = town.identity.devices, town.letting_in(first, enrolled)
    submit = town.ledger.submit

    def lost_before(command: c.Command) -> object:
        if isinstance(command, c.AddKey):
            devices.revoke(town.community, enrolled.device.id, ana.id)
        return submit(command)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(town.ledger, "submit", lost_before)
        with pytest.raises(Refused, match="was revoked"):
            devices.approve(town.community, enrolled.device, commands)
    assert keys(town, ana) == [(first.public_key,)]
    with pytest.raises(Refused, match="was revoked"):
        devices.approve(town.community, devices.get(town.community, enrolled.device.id), commands)


# --- what an operator can do, and what is seen of it ---


def test_an_operators_device_with_a_later_code_waits_for_ever(town: Town) -> None:
    ana, first, operators = town.member("Ana"), Phone(), Phone()
    town.enrol(ana, first)
    enrolled = town.enrol(ana, operators, "Ana's other telephone")
    with pytest.raises(Rejected):
        town.let_in(operators, enrolled)
    check_payment_refused(town, ana, operators)
    assert opened(town, ana) == (first.public_key,), "a further account does not let it in either"
    standing = town.identity.standings.of(town.community, ana.id)
    assert [(each.device.public_key, each.state) for each in standing.devices] == [
        (first.public_key, ACTIVE), (operators.public_key, WAITING),
    ]  # fmt: skip
    assert standing.unknown == []


def test_an_operators_device_with_the_first_code_is_seen(town: Town) -> None:
    ana, operators, hers = town.member("Ana"), Phone(), Phone()
    town.enrol(ana, operators, "Ana's telephone")
    assert town.enrol(ana, hers).state is WAITING
    states = [each.state for each in town.identity.standings.of(town.community, ana.id).devices]
    assert states == [ACTIVE, WAITING]


def test_an_operators_key_without_a_device_is_seen_as_unknown(town: Town) -> None:
    ana, hers, key = town.member("Ana"), Phone(), b"o" * 32
    second = town.open(ana.id)
    town.do(c.AddKey, account=ana.accounts[0], key=key)
    assert town.enrol(ana, hers).state is WAITING
    for whose in (ana.id, None):
        (unknown,) = town.identity.standings.of(town.community, whose).unknown
        assert (unknown.member, unknown.key, unknown.accounts) == (ana.id, key, (ana.accounts[0],))
    assert town.ledger.reader.account(town.community, second).keys == ()


def test_a_revocation_that_did_not_end_is_seen_as_unknown(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, first = town.member("Ana"), Phone()
    enrolled = town.enrol(ana, first)

    def full(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as stopped:
        stopped.setattr(town.ledger, "submit", full)
        with pytest.raises(Unavailable):
            town.identity.devices.revoke(town.community, enrolled.device.id, ana.id)
    standing = town.identity.standings.of(town.community, ana.id)
    assert [each.state for each in standing.devices] == [REVOKED]
    assert [each.key for each in standing.unknown] == [first.public_key]


def test_the_association_sees_everybodys_devices_at_once(town: Town) -> None:
    ana, bea = town.member("Ana"), town.member("Bea")
    for member in (ana, ana, bea):
        town.enrol(member, Phone())
    standing = town.identity.standings.of(town.community)
    assert [(each.device.member, each.state) for each in standing.devices] == [
        (ana.id, ACTIVE), (ana.id, WAITING), (bea.id, ACTIVE),
    ]  # fmt: skip


# --- new accounts, and beginning anew ---


def test_a_new_account_has_the_devices_that_sign_already(town: Town) -> None:
    ana, first, second = town.member("Ana"), Phone(), Phone()
    assert opened(town, ana) == ()
    town.enrol(ana, first)
    town.let_in(first, town.enrol(ana, second))
    town.enrol(ana, Phone())
    assert opened(town, ana) == (first.public_key, second.public_key)


def test_a_member_without_accounts_has_every_device_in_the_first_one(town: Town) -> None:
    profile = town.member("Ana").profile
    nobody, _ = town.identity.people.create(town.community, new_id(), profile)
    phones = [Phone(), Phone()]
    assert [town.enrol(nobody, each).state for each in phones] == [ACTIVE, ACTIVE]
    assert opened(town, nobody) == tuple(each.public_key for each in phones)


def test_an_account_opened_without_keys_gets_the_first_device_and_waits_for_the_other(town: Town) -> None:
    ana, first, second = town.member("Ana"), Phone(), Phone()
    town.enrol(ana, first)
    further = town.enrol(ana, second)
    town.let_in(first, further)
    town.open(ana.id)
    assert sorted(map(len, keys(town, ana))) == [1, 2]
    assert town.let_in(first, further) is ACTIVE
    assert keys(town, ana) == [(first.public_key, second.public_key)] * 2


def test_who_has_lost_every_device_begins_anew_in_a_new_account(town: Town) -> None:
    ana, bea, lost, new = town.member("Ana"), town.member("Bea"), Phone(), Phone()
    enrolled = town.enrol(ana, lost)
    town.ledger.submit(lost.sign(town.pay(ana, bea, 5)))
    town.identity.devices.revoke(town.community, enrolled.device.id, new_id())
    assert town.enrol(ana, new).state is WAITING
    assert keys(town, ana) == [()], "the old account is shut for ever"
    check_payment_refused(town, ana, new)
    assert opened(town, ana) == (new.public_key,)


# --- at the same time, and half-way ---


def test_two_first_devices_at_the_same_moment(town: Town) -> None:
    ana, phones = town.member("Ana"), [Phone() for _ in range(4)]
    found: list[Enrolled] = []

    def race(phone: Phone) -> None:
        found.append(town.enrol(ana, phone))

    racing = [threading.Thread(target=race, args=(each,)) for each in phones]
    for thread in racing:
        thread.start()
    for thread in racing:
        thread.join()
    assert sorted(each.state for each in found) == [ACTIVE, WAITING, WAITING, WAITING]
    assert [len(some) for some in keys(town, ana)] == [1]


def test_a_first_enrolment_that_stopped_half_way_is_finished_when_asked_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, phone = town.member("Ana"), Phone()
    town.open(ana.id)
    code, _ = town.identity.devices.invite(town.community, ana.id, new_id())
    submit = town.ledger.submit
    done: list[c.Command] = []

    def once(command: c.Command) -> object:
        if done:
            raise Unavailable
        done.append(command)
        return submit(command)

    with monkeypatch.context() as stopped:
        stopped.setattr(town.ledger, "submit", once)
        with pytest.raises(Unavailable):
            town.identity.devices.enrol(code, phone.public_key, "x")
    assert town.identity.devices.enrol(code, phone.public_key, "x").state is ACTIVE
    assert keys(town, ana) == [(phone.public_key,)] * 2
