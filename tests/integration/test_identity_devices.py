"""Enrolling a telephone, signing with it, losing it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from api.identity import codes
from api.identity.devices import DeviceState
from api.identity.errors import Refused
from api.identity.permissions import allowed
from api.identity.principal import Role
from api.identity.schema import enrolment
from api.identity.tokens import ALPHABET
from ledger.community.membership import MemberKind, MemberState
from ledger.core.errors import Code, Rejected, Unavailable
from ledger.service import new_id
from tests.integration.town import SECOND, Phone, Town, open_town


@pytest.fixture
def town(engine_url: str) -> Iterator[Town]:
    with open_town(engine_url) as made:
        yield made


def invite(town: Town, name: str = "Ana", kind: MemberKind = MemberKind.PERSON) -> str:
    """A code for a new member."""
    return town.identity.devices.invite(town.community, town.member(name, kind).id, new_id())[0]


def check_refused(town: Town, code: str, phone: Phone | None = None) -> None:
    """The code lets nobody in, and says nothing but that."""
    with pytest.raises(Refused) as refused:
        town.identity.devices.enrol(code, (phone or Phone()).public_key, "x")
    assert (refused.value.code, refused.value.field) == ("enrolment_refused", "code")


def other(code: str) -> str:
    """The same code with another last sign."""
    last = ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)]
    return code[:-1] + last


def test_a_telephone_is_let_in_and_signs(town: Town) -> None:
    ana, bea = town.member("Ana"), town.member("Bea")
    code, ends = town.identity.devices.invite(town.community, ana.id, new_id())
    assert code.startswith("RIV-") and ends > town.clock.now
    phone = Phone()
    enrolled = town.identity.devices.enrol(code.lower(), phone.public_key, "Ana's telephone")
    assert enrolled.member.id == ana.id and enrolled.community == town.community
    caller = town.who(enrolled.key.token)
    assert caller is not None and caller.roles == {Role.MEMBER} and caller.actor == ana.id
    assert allowed(caller, "payments.create") and allowed(caller, "devices.revoke")
    with pytest.raises(Rejected) as refused:
        town.ledger.submit(town.pay(ana, bea, 100))
    assert refused.value.code is Code.SIGNATURE_REQUIRED
    town.ledger.submit(phone.sign(town.pay(ana, bea, 100)))
    assert town.balance(bea.accounts[0]) == 100


def test_a_firm_gets_a_merchants_key(town: Town) -> None:
    enrolled = town.identity.devices.enrol(
        invite(town, "Shop", MemberKind.BUSINESS), Phone().public_key, "till"
    )
    assert enrolled.key.key.roles == (Role.MERCHANT,)


def test_the_code_is_kept_as_a_hash(town: Town) -> None:
    code = invite(town)
    with town.ledger.database.read.connect() as connection:
        row = connection.execute(enrolment.select()).one()
    assert "-".join(code.split("-")[2:]) not in str(row)


def test_a_code_lets_one_device_in(town: Town) -> None:
    code = invite(town)
    town.identity.devices.enrol(code, Phone().public_key, "one")
    check_refused(town, code)
    assert len(town.identity.devices.of(town.community)) == 1


def test_a_device_that_did_not_hear_asks_again(town: Town) -> None:
    code, phone = invite(town), Phone()
    first = town.identity.devices.enrol(code, phone.public_key, "one")
    second = town.identity.devices.enrol(code, phone.public_key, "one")
    assert second.device.id == first.device.id and second.key.token != first.key.token
    assert town.who(first.key.token) is None and town.who(second.key.token) is not None
    town.clock.now += codes.AGAIN
    check_refused(town, code, phone)


def test_a_code_ends_by_time(town: Town) -> None:
    code = invite(town)
    town.clock.now += codes.CODE_LIFE
    check_refused(town, code)


@pytest.mark.parametrize("code", ["", "RIV", "RIV-0000-0000-0000", "XYZ-0000-0000-0000", "🙂", "RIV-" * 500])
def test_what_is_no_code_lets_nobody_in(town: Town, code: str) -> None:
    check_refused(town, code)


def test_guessing_ends_the_code(town: Town) -> None:
    code = invite(town)
    for _ in range(codes.ATTEMPTS):
        check_refused(town, other(code))
    check_refused(town, code)


def test_a_few_wrong_letters_do_not(town: Town) -> None:
    code = invite(town)
    for _ in range(codes.ATTEMPTS - 1):
        check_refused(town, other(code))
    assert town.identity.devices.enrol(code, Phone().public_key, "x").device.revoked_at is None


def test_a_key_of_another_member_or_a_lost_one_is_not_taken(town: Town) -> None:
    phone = Phone()
    first = town.identity.devices.enrol(invite(town, "Ana"), phone.public_key, "x")
    with pytest.raises(Refused) as refused:
        town.identity.devices.enrol(invite(town, "Bea"), phone.public_key, "x")
    assert refused.value.code == "device_key_used"
    town.identity.devices.revoke(town.community, first.device.id, new_id())
    again, _ = town.identity.devices.invite(town.community, first.member.id, new_id())
    with pytest.raises(Refused):
        town.identity.devices.enrol(again, phone.public_key, "x")
    town.identity.devices.enrol(again, Phone().public_key, "the refusal did not use the code up")


def test_a_lost_telephone_is_dead_at_once(town: Town) -> None:
    ana, bea = town.member("Ana"), town.member("Bea")
    second = town.open(ana.id)
    phone, spare = Phone(), Phone()
    enrolled = {each: town.enrol(ana, each) for each in (phone, spare)}
    assert town.let_in(phone, enrolled[spare]) is DeviceState.ACTIVE
    for _ in range(2):  # again changes nothing
        town.identity.devices.revoke(town.community, enrolled[phone].device.id, ana.id)
    assert town.who(enrolled[phone].key.token) is None
    assert town.who(enrolled[spare].key.token) is not None
    for account in (ana.accounts[0], second):
        assert town.ledger.reader.account(town.community, account).keys == (spare.public_key,)
    with pytest.raises(Rejected) as refused:
        town.ledger.submit(phone.sign(town.pay(ana, bea, 1)))
    assert refused.value.code is Code.SIGNATURE_INVALID
    town.ledger.submit(spare.sign(town.pay(ana, bea, 1)))


def test_a_revocation_that_was_stopped_can_be_finished(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    enrolled = town.identity.devices.enrol(invite(town), Phone().public_key, "x")
    account = enrolled.member.accounts[0]

    def full(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as stopped:
        stopped.setattr(town.ledger, "submit", full)
        with pytest.raises(Unavailable):
            town.identity.devices.revoke(town.community, enrolled.device.id, new_id())
    assert town.who(enrolled.key.token) is None, "the API key died first"
    assert town.ledger.reader.account(town.community, account).keys
    town.identity.devices.revoke(town.community, enrolled.device.id, new_id())
    assert not town.ledger.reader.account(town.community, account).keys


def test_a_later_account_knows_the_members_telephones(town: Town) -> None:
    phone = Phone()
    enrolled = town.identity.devices.enrol(invite(town), phone.public_key, "x")
    account = town.open(enrolled.member.id)
    assert town.ledger.reader.account(town.community, account).keys == (phone.public_key,)


def test_too_many_telephones_leave_the_last_one_waiting(town: Town) -> None:
    ana, first = town.member("Ana"), Phone()
    enrolled = [town.enrol(ana, first), *(town.enrol(ana, Phone()) for _ in range(16))]
    for each in enrolled[1:16]:
        assert town.let_in(first, each) is DeviceState.ACTIVE
    with pytest.raises(Rejected, match="at most 16 devices"):
        town.let_in(first, enrolled[16])
    assert town.identity.devices.standing(town.community, enrolled[16].device).state is DeviceState.WAITING


def test_a_first_device_that_the_ledger_refuses_is_not_half_enrolled(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = town.member("Ana")
    refuse = Rejected(Code.ACCOUNT_CLOSED, "closed at this moment", "account")

    def refused(*_: object) -> None:
        raise refuse

    with monkeypatch.context() as stopped:
        stopped.setattr(town.ledger, "submit", refused)
        with pytest.raises(Rejected):
            town.enrol(ana, Phone())
    (device,) = town.identity.devices.of(town.community, ana.id)
    assert device.revoked_at is not None
    assert all(key.revoked_at for key in town.identity.keys.page(town.community))


def test_who_has_left_enrols_nothing(town: Town) -> None:
    ana = town.member("Ana", state=MemberState.LEFT)
    with pytest.raises(Refused, match="has left"):
        town.identity.devices.invite(town.community, ana.id, new_id())


def test_many_telephones_race_for_one_code(town: Town) -> None:
    code, let_in = invite(town), []

    def race() -> None:
        with suppress(Refused):
            let_in.append(town.identity.devices.enrol(code, Phone().public_key, "x"))

    racing = [threading.Thread(target=race) for _ in range(6)]
    for each in racing:
        each.start()
    for each in racing:
        each.join()
    assert len(let_in) == 1
    account = let_in[0].member.accounts[0]
    assert town.ledger.reader.account(town.community, account).keys == (let_in[0].device.public_key,)


def test_codes_that_are_over_are_forgotten(town: Town) -> None:
    for _ in range(3):
        invite(town)
    town.clock.now += codes.CODE_LIFE + SECOND
    invite(town)
    with town.ledger.database.read.connect() as connection:
        assert len(connection.execute(enrolment.select()).all()) == 1
