"""Nobody pays in a member's name, the operator included: what somebody with the whole service in hand may try.

Each attempt goes straight to the ledger, past every API key and role. It is refused, nothing moves, no key comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import commands as c
from ledger.core import decide, signing
from ledger.core.accounts import Account, AccountKind, Books, Model
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Decision, KeyAdded, Receipt
from ledger.core.policy import Policy
from ledger.service import Ledger, open_ledger
from ledger.store.verify import verify

REQUIRED, INVALID = Code.SIGNATURE_REQUIRED, Code.SIGNATURE_INVALID
MASTER = bytes(range(32))


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def sign(command: Any, key: Ed25519PrivateKey) -> Any:
    """The command with a signature by a key."""
    value = key.sign(signing.signing_input(command, public(key)))
    return replace(command, signature=c.Signature(public(key), value))


class Town:
    """Ana, whose telephone signs; Bea, who has none yet; and an operator with a key of their own."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.operator = ledger, uuid4()
        self.community = ledger.found_community("RIV")
        self.phone, self.lost, self.own = (Ed25519PrivateKey.generate() for _ in range(3))
        self.do(c.DefineCurrency, code="RIV", scale=2, model=Model.MUTUAL, policy=Policy(default_line=10_000))
        self.ana, self.bea = self.open(), self.open()
        self.do(c.AddKey, account=self.ana, key=public(self.phone))
        self.submit(sign(self.add_key(key=public(self.lost)), self.phone))
        self.do(c.RevokeKey, account=self.ana, key=public(self.lost))
        self.paid = sign(self.pay(), self.phone)
        self.submit(self.paid)
        self.got = self.make(c.Pay, payer=self.bea, payee=self.ana, amount=2, currency="RIV")
        self.submit(self.got)

    def make(self, kind: type[c.Command], /, **fields: Any) -> Any:
        return kind(**{"id": uuid4(), "community": self.community, "actor": self.operator, **fields})

    def do(self, kind: type[c.Command], /, **fields: Any) -> Receipt:
        return self.submit(self.make(kind, **fields))

    def submit(self, command: c.Command) -> Receipt:
        return self.ledger.submit(command)

    def open(self, **more: Any) -> UUID:
        uid = uuid4()
        self.do(c.OpenAccount, account=uid, currency="RIV", kind=AccountKind.PERSON, **more)
        return uid

    def pay(self, **changes: Any) -> Any:
        """Out of Ana's account."""
        return self.make(c.Pay, **{"payer": self.ana, "payee": self.bea, "amount": 5, "currency": "RIV", **changes})

    def add_key(self, **changes: Any) -> Any:
        """The operator's key for Ana's account."""
        return self.make(c.AddKey, **{"account": self.ana, "key": public(self.own), **changes})

    def account(self, uid: UUID) -> Account:
        return self.ledger.reader.account(self.community, uid)

    def shut(self) -> None:
        """The operator takes Ana's last key away."""
        self.do(c.RevokeKey, account=self.ana, key=public(self.phone))


Attempt = Callable[[Town], Any]

PAYMENTS: list[tuple[str, Attempt, Code]] = [
    ("unsigned", lambda t: t.pay(), REQUIRED),
    ("by a key of the operator's", lambda t: sign(t.pay(), t.own), INVALID),
    ("by a key that was revoked", lambda t: sign(t.pay(), t.lost), INVALID),
    ("by no signature at all", lambda t: replace(t.pay(), signature=c.Signature(public(t.phone), bytes(64))), INVALID),
    ("a signature moved to another id", lambda t: replace(t.paid, id=uuid4()), INVALID),
    ("a signature moved to another payee", lambda t: replace(t.paid, id=uuid4(), payee=t.open()), INVALID),
    ("an id used again for more", lambda t: replace(t.paid, amount=6), INVALID),
    ("an id used again by another key", lambda t: sign(replace(t.paid, amount=6), t.own), Code.ID_REUSED),
    ("a batch", lambda t: t.make(c.PayBatch, payer=t.ana, currency="RIV", payees=(c.Payee(t.bea, 1),)), REQUIRED),
    (
        "a hold", lambda t: t.make(c.PlaceHold, payer=t.ana, payee=t.bea, amount=1, currency="RIV"), REQUIRED,
    ),
    ("a refund to whoever paid", lambda t: t.make(c.Refund, payment=t.got.id), REQUIRED),
    ("a refund signed by the payer", lambda t: sign(t.make(c.Refund, payment=t.got.id), t.own), INVALID),
    (
        "as history from elsewhere",
        lambda t: t.make(c.ImportPayment, payer=t.ana, payee=t.bea, amount=1, occurred_at=1), REQUIRED,
    ),
]  # fmt: skip

KEYS: list[tuple[str, Attempt, Code]] = [
    ("unsigned", lambda t: t.add_key(), REQUIRED),
    ("signed by itself", lambda t: sign(t.add_key(), t.own), INVALID),
    ("signed by a stranger", lambda t: sign(t.add_key(), Ed25519PrivateKey.generate()), INVALID),
    ("signed by a revoked key", lambda t: sign(t.add_key(), t.lost), INVALID),
    (
        "a signature moved to another key",
        lambda t: replace(sign(t.add_key(key=b"k" * 32), t.phone), key=public(t.own)), INVALID,
    ),
    (
        "a signature moved from another account",
        lambda t: replace(sign(t.add_key(account=t.bea), t.phone), account=t.ana), INVALID,
    ),
    ("a payment's signature", lambda t: replace(t.add_key(), signature=t.paid.signature), INVALID),
    (
        "by opening the account again",
        lambda t: t.make(
            c.OpenAccount, account=t.ana, currency="RIV", kind=AccountKind.PERSON, keys=(public(t.own),)
        ),
        Code.ALREADY_EXISTS,
    ),
]  # fmt: skip
SHUT = [(name, attempt, code) for name, attempt, code in (*PAYMENTS, *KEYS) if name != "an id used again by another key"]


@pytest.fixture
def town(engine_url: str) -> Iterator[Town]:
    with open_ledger(engine_url, master_key=MASTER) as ledger:
        yield Town(ledger)


def check_refused(town: Town, command: c.Command, code: Code) -> None:
    """Refused, and neither balance nor key has moved."""
    before = [town.account(uid) for uid in (town.ana, town.bea)]
    for way in (town.submit, town.ledger.dry_run):
        with pytest.raises(Rejected) as refused:
            way(command)
        assert refused.value.code is code
    assert [town.account(uid) for uid in (town.ana, town.bea)] == before
    assert verify(town.ledger.database.read).ok


@pytest.mark.parametrize(("attempt", "code"), [each[1:] for each in PAYMENTS], ids=[each[0] for each in PAYMENTS])
def test_a_payment_that_the_member_did_not_sign(town: Town, attempt: Attempt, code: Code) -> None:
    check_refused(town, attempt(town), code)


@pytest.mark.parametrize(("attempt", "code"), [each[1:] for each in KEYS], ids=[each[0] for each in KEYS])
def test_a_key_that_no_device_of_the_member_let_in(town: Town, attempt: Attempt, code: Code) -> None:
    check_refused(town, attempt(town), code)


@pytest.mark.parametrize(("attempt", "code"), [each[1:] for each in SHUT], ids=[f"{n}" for n in range(len(SHUT))])
def test_taking_every_key_away_opens_nothing(town: Town, attempt: Attempt, code: Code) -> None:
    command = attempt(town)
    town.shut()
    check_refused(town, command, code)


def test_after_the_last_key_not_even_the_member_adds_one(town: Town) -> None:
    """Or who has stolen the telephone would."""
    town.shut()
    check_refused(town, sign(town.add_key(), town.phone), INVALID)
    check_refused(town, sign(town.pay(), town.phone), INVALID)


def test_a_repeated_payment_is_paid_once(town: Town) -> None:
    assert town.submit(town.paid).replayed and town.account(town.bea).balance == 5 - 2


def test_a_changed_program_is_seen_by_every_honest_one(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator may run a ledger without the check; the journal then convicts them at the entry of the key."""

    def anybody(command: c.AddKey, books: Books, now: int) -> Decision:
        return Decision((), (KeyAdded(books.accounts[command.account].no, command.key),))

    with monkeypatch.context() as changed:
        changed.setitem(decide._RULES, c.AddKey, anybody)
        entered = town.submit(town.add_key())
        town.submit(sign(town.pay(), town.own))
    report = verify(town.ledger.database.read)
    assert report.first_bad is not None and report.first_bad.seq == entered.seq
    found = {finding.check for finding in report.findings if finding.seq == entered.seq}
    assert found == {"decision", "signature"}


def test_a_refund_is_signed_by_who_gives_back(town: Town) -> None:
    town.submit(sign(town.make(c.Refund, payment=town.got.id), town.phone))
    assert town.account(town.ana).balance == -5 and verify(town.ledger.database.read).ok
