"""A community where everything has happened once: rows in every table, four models, more than 256 entries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import commands as c
from ledger.core import signing
from ledger.core.accounts import AccountKind, Form, Model
from ledger.core.errors import Rejected
from ledger.core.journal import Receipt
from ledger.core.policy import Policy, Programme, Sphere
from ledger.service import Ledger, Memo, open_ledger

ROOM = UUID(int=0x5CE7E)
START = 1_700_000_000 * 10**9
SECOND = 10**9
DAY = 86_400 * SECOND
MASTER = bytes(range(32))


def fixed_id(name: str) -> UUID:
    """The id of an account or an actor."""
    return uuid5(ROOM, name)


class Clock:
    """Time as the test tells it."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        self.now += SECOND
        return self.now


class Scene:
    """A ledger, one community in it, and short ways to ask for things."""

    def __init__(self, ledger: Ledger, clock: Clock, code: str = "RIV") -> None:
        self.ledger, self.clock = ledger, clock
        self.community = ledger.found_community(code, community=uuid5(ROOM, code))
        self.made = 0
        self.device = Ed25519PrivateKey.from_private_bytes(sha256(b"device").digest())

    def command(self, what: type[c.Command], /, actor: str = "clerk", **fields: Any) -> c.Command:
        """A command with the next id."""
        self.made += 1
        named = {
            name: fixed_id(value) if name in ("account", "payer", "payee", "approver") and isinstance(value, str) else value
            for name, value in fields.items()
        }  # fmt: skip
        return what(
            id=uuid5(self.community, f"{self.made}"), community=self.community, actor=fixed_id(actor), **named
        )

    def do(self, what: type[c.Command], memo: Memo | None = None, /, **fields: Any) -> Receipt:
        """Submit one that must succeed."""
        return self.ledger.submit(self.command(what, **fields), memo=memo)

    def refuse(self, what: type[c.Command], /, **fields: Any) -> None:
        """Submit one that must be refused."""
        try:
            self.do(what, **fields)
        except Rejected:
            return
        raise AssertionError("this should have been refused")

    def signed(self, what: type[Any], /, **fields: Any) -> Receipt:
        """Submit one that the device signs."""
        command: Any = self.command(what, **fields)
        key = self.device.public_key().public_bytes_raw()
        value = self.device.sign(signing.signing_input(command, key))
        return self.ledger.submit(replace(command, signature=c.Signature(key, value)))


@contextmanager
def opened(url: str, clock: Clock | None = None) -> Iterator[Ledger]:
    """A ledger that is closed again."""
    ledger = open_ledger(url, clock=clock or Clock(), master_key=MASTER)
    try:
        yield ledger
    finally:
        ledger.close()


def play(ledger: Ledger, clock: Clock, code: str = "RIV", payments: int = 240) -> Scene:
    """Everything, once; then many small payments, and a checkpoint in the middle and at the end."""
    scene = Scene(ledger, clock, code)
    _mutual(scene)
    _backed(scene)
    _time(scene)
    _earmarked(scene)
    ledger.checkpoint(scene.community)
    small = [
        scene.command(c.Pay, payer=f"firm{n % 3}", payee=f"firm{(n + 1) % 3}", amount=n + 1, currency="EBX")
        for n in range(payments)
    ]
    for answer in ledger.submit_many(small):
        assert isinstance(answer, Receipt), answer
    ledger.checkpoint(scene.community)
    return scene


def _mutual(scene: Scene) -> None:
    policy = Policy(default_line=500_000, default_ceiling=900_000, payment_fee_bp=100, fee_reserve_bp=1_000,
                    demurrage_bp_year=600, demurrage_free_days=1)  # fmt: skip
    scene.do(c.DefineCurrency, code="EBX", scale=2, model=Model.MUTUAL, policy=policy)
    for n in range(4):
        scene.do(
            c.OpenAccount, account=f"firm{n}", currency="EBX", kind=AccountKind.BUSINESS, sectors=("47.61Z",)
        )
    paid = scene.do(
        c.Pay, Memo(b"s" * 16, "two doors"), payer="firm0", payee="firm1", amount=10_000, currency="EBX",
        memo_hash=sha256(b"s" * 16 + b"two doors").digest(),
    )  # fmt: skip
    scene.refuse(c.Pay, payer="firm0", payee="firm1", amount=99_000_000, currency="EBX")
    scene.do(c.Refund, payment=paid.command_id, amount=2_500)
    scene.do(c.Refund, payment=paid.command_id, amount=2_500)
    wrong = scene.do(c.Pay, payer="firm1", payee="firm2", amount=7_000, currency="EBX")
    scene.do(c.Reverse, entry=wrong.command_id, actor="treasurer")
    payees = (
        c.Payee(fixed_id("firm0"), 100),
        c.Payee(fixed_id("firm1"), 200),
        c.Payee(fixed_id("firm0"), 300),
    )
    scene.do(c.PayBatch, payer="firm2", currency="EBX", payees=payees)
    _holds(scene)
    key = scene.device.public_key().public_bytes_raw()
    scene.do(c.AddKey, account="firm3", key=key)
    scene.signed(c.AddKey, account="firm3", key=bytes(32))
    scene.do(c.RevokeKey, account="firm3", key=bytes(32))
    scene.signed(c.Pay, payer="firm3", payee="firm0", amount=4_000, currency="EBX", activity="repairs")
    scene.do(c.SetLine, account="firm0", line=1_000)
    scene.do(c.Pay, payer="firm2", payee="firm0", amount=50_000, currency="EBX")
    scene.clock.now += 40 * DAY
    scene.do(c.ChargeDemurrage, account="firm0", through=scene.clock.now)
    scene.do(c.ChangePolicy, currency="EBX", policy=replace(policy, payment_fee_bp=0), since=0)
    scene.do(c.SetCeiling, account="firm1", ceiling=None)
    scene.do(c.SetTerms, account="firm1", sectors=("10.71C", "56.10A"), acceptance_bp=3_000)
    scene.do(c.FreezeAccount, account="firm1", debits=True, credits=False)
    scene.do(c.FreezeAccount, account="firm1", debits=False, credits=False)


def _holds(scene: Scene) -> None:
    def hold(amount: int, seconds: int = 0) -> UUID:
        return scene.do(
            c.PlaceHold, payer="firm1", payee="firm2", amount=amount, currency="EBX", seconds=seconds
        ).command_id

    scene.do(c.CaptureHold, hold=hold(900), amount=400)
    scene.do(c.VoidHold, hold=hold(800))
    short = hold(700, seconds=60)
    scene.clock.now += 61 * SECOND
    scene.do(c.ExpireHold, hold=short)
    hold(600, seconds=10_000_000)
    hold(500)


def _backed(scene: Scene) -> None:
    policy = Policy(commission_bp=500, commission_gift_bp=300)
    scene.do(c.DefineCurrency, code="RIV", scale=2, model=Model.BACKED, policy=policy)
    scene.do(c.OpenAccount, account="ana", currency="RIV", kind=AccountKind.PERSON)
    till = {"account": "till", "currency": "RIV", "kind": AccountKind.PERSON, "form": Form.PAPER}
    scene.do(c.OpenAccount, **till, keys=(bytes(32), scene.device.public_key().public_bytes_raw()))
    scene.do(c.OpenAccount, account="bakery", currency="RIV", kind=AccountKind.BUSINESS)
    scene.do(c.Issue, account="ana", currency="RIV", amount=100_000, euros=100_000)
    scene.do(c.ExchangeForm, payer="ana", payee="till", currency="RIV", amount=20_000)
    scene.do(c.Pay, payer="ana", payee="bakery", amount=30_000, currency="RIV")
    scene.do(c.Redeem, account="bakery", currency="RIV", amount=20_000, invoice="F-1")
    scene.do(c.MoveReserve, currency="RIV", form=Form.DIGITAL, euros=5_000)
    scene.do(c.OpenAccount, account="newcomer", currency="RIV", kind=AccountKind.PERSON)
    scene.do(c.ImportOpening, account="newcomer", balance=2_000, occurred_at=START)
    scene.do(
        c.ImportPayment,
        payer="newcomer",
        payee="bakery",
        amount=1_500,
        occurred_at=START + DAY,
        activity="bread",
    )


def _time(scene: Scene) -> None:
    policy = Policy(default_line=900, default_ceiling=3_600, step=15, spheres=True)
    scene.do(c.DefineCurrency, code="HOUR", scale=0, model=Model.TIME, policy=policy)
    for name in ("lea", "noe"):
        scene.do(c.OpenAccount, account=name, currency="HOUR", kind=AccountKind.PERSON)
    scene.do(c.Pay, payer="lea", payee="noe", amount=90, currency="HOUR", sphere=Sphere.INDIVIDUAL)
    scene.do(c.ChargeFee, account="noe", amount=60)
    scene.do(c.WriteOff, account="lea")
    scene.do(c.CloseAccount, account="lea")
    scene.do(c.Leave, account="noe")


def _earmarked(scene: Scene) -> None:
    programme = Programme(code="books", budget=100_000, sectors=("47.61Z",))
    scene.do(
        c.DefineCurrency, code="PASS", scale=2, model=Model.EARMARKED, policy=Policy(programmes=(programme,))
    )
    scene.do(c.OpenAccount, account="purse", currency="PASS", kind=AccountKind.PURSE, programme="books")
    scene.do(c.OpenAccount, account="shop", currency="PASS", kind=AccountKind.BUSINESS, sectors=("47.61Z",))
    scene.do(c.Grant, account="purse", amount=7_000, once=sha256(b"noe 2026").digest())
    scene.do(c.Pay, payer="purse", payee="shop", amount=2_200, currency="PASS", activity="47.61Z")
    scene.do(c.SealPeriod, through=START)
    scene.ledger.change_signing_key(scene.community)
