"""What each thing that people do becomes in a scene: on a ledger small enough to know every movement."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger.analytics.source.extract import refresh
from ledger.analytics.source.facts import MemberFact
from ledger.analytics.source.journals import stored
from ledger.analytics.source.opening import open_scene
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import Window
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Form, Model
from ledger.core.checks import technical_uid
from ledger.core.journal import Receipt
from ledger.core.policy import Policy, Sphere
from ledger.service import Ledger, new_id
from tests.integration.store_work import DAY, START, Clock, open_store

ALL = Window(0, 2**40, 2**40)
ANN, BEN, TILL, SHOP, VOLUNTEER = (UUID(int=at) for at in range(1, 6))


class Village:
    """One community with a backed and a time currency; `facts` are what is known of its members."""

    def __init__(self, ledger: Ledger, clock: Clock, folder: Path) -> None:
        self.ledger, self.clock, self.folder = ledger, clock, folder
        self.community = new_id()
        self.do(c.Found, code="VIL", public_key=bytes(32))
        fees = Policy(payment_fee_bp=100, commission_bp=500)
        self.do(c.DefineCurrency, code="VIL", scale=2, model=Model.BACKED, policy=fees)
        self.do(
            c.DefineCurrency,
            code="HOUR",
            scale=0,
            model=Model.TIME,
            policy=Policy(default_line=600, spheres=True),
        )
        self.open(ANN, "VIL", AccountKind.PERSON)
        self.open(SHOP, "VIL", AccountKind.BUSINESS)
        self.open(TILL, "VIL", AccountKind.BUSINESS, form=Form.PAPER)
        self.open(BEN, "HOUR", AccountKind.PERSON)
        self.open(VOLUNTEER, "HOUR", AccountKind.PERSON)
        self.facts: list[MemberFact] = []

    def do(self, what: type[c.Command], /, **fields: Any) -> Receipt:
        fields = {"id": new_id(), "actor": UUID(int=9), **fields}
        return self.ledger.submit(what(community=self.community, **fields))

    def open(self, account: UUID, currency: str, kind: AccountKind, **more: Any) -> None:
        self.do(c.OpenAccount, account=account, currency=currency, kind=kind, **more)

    def pay(self, payer: UUID, payee: UUID, amount: int, currency: str = "VIL", **more: Any) -> Receipt:
        return self.do(c.Pay, payer=payer, payee=payee, amount=amount, currency=currency, **more)

    def scene(self, currency: str = "VIL") -> Scene:
        with stored(self.ledger.reader, self.community) as journal:
            refresh(self.folder, journal, self.facts)
        return open_scene(self.folder / str(self.community), currency, ALL)

    def moves(self, currency: str = "VIL") -> list[tuple[Any, ...]]:
        """Kind, from, to, amount, the community's account, sphere."""
        return self.scene(currency).rows(
            """
            SELECT m.kind, a.label, b.label, amount, outside, sphere FROM movement m
            LEFT JOIN account a ON m.src = a.account LEFT JOIN account b ON m.dst = b.account ORDER BY seq"""
        )


@pytest.fixture
def village(engine_url: str, tmp_path: Path) -> Iterator[Village]:
    clock = Clock()
    with open_store(engine_url, clock=clock) as ledger:
        yield Village(ledger, clock, tmp_path / "reports")


def test_a_payment_and_its_fee_are_two_movements(village: Village) -> None:
    village.do(c.Issue, account=ANN, currency="VIL", amount=1_000, euros=1_000)
    paid = village.pay(ANN, SHOP, 500)
    village.do(c.Refund, payment=paid.command_id, amount=200)
    village.do(c.Redeem, account=SHOP, currency="VIL", amount=100, invoice="1")
    ann, shop = str(ANN), str(SHOP)
    assert village.moves() == [
        ("issue", None, ann, 1_000, "issuance", None),
        ("transfer", ann, shop, 500, None, None),
        ("fee", shop, None, 5, "operator", None),
        ("correction", shop, ann, 200, None, None),
        ("correction", None, shop, 2, "operator", None),
        ("redeem", shop, None, 100, "issuance", None),
    ]


def test_a_hold_moves_nothing_until_it_is_paid(village: Village) -> None:
    village.do(c.Issue, account=ANN, currency="VIL", amount=1_000, euros=1_000)
    held = village.do(c.PlaceHold, payer=ANN, payee=SHOP, amount=400, currency="VIL")
    assert [move[0] for move in village.moves()] == ["issue"]
    village.do(c.CaptureHold, hold=held.command_id, amount=300)
    assert village.moves()[1:] == [
        ("transfer", str(ANN), str(SHOP), 300, None, None),
        ("fee", str(SHOP), None, 3, "operator", None),
    ]


def test_notes_changed_into_an_account_are_one_movement_and_no_volume(village: Village) -> None:
    village.do(c.Issue, account=TILL, currency="VIL", amount=800, euros=800)
    village.do(c.ExchangeForm, payer=TILL, payee=SHOP, currency="VIL", amount=300)
    assert village.moves()[1:] == [("correction", str(TILL), str(SHOP), 300, None, None)]
    scene = village.scene()
    assert scene.rows("SELECT form, sum(change)::BIGINT FROM reserve GROUP BY form ORDER BY form") == [
        ("digital", 300), ("paper", 500),
    ]  # fmt: skip
    assert scene.number("SELECT count(*) FROM volume") == 0


def test_hours_keep_their_sphere_from_hold_to_payment_and_over_two_runs(village: Village) -> None:
    association = technical_uid(village.community, "HOUR", AccountKind.OPERATOR, Form.DIGITAL, "")
    village.pay(BEN, VOLUNTEER, 60, "HOUR", sphere=Sphere.INDIVIDUAL)
    held = village.do(
        c.PlaceHold, payer=BEN, payee=VOLUNTEER, amount=30, currency="HOUR", sphere=Sphere.COLLECTIVE
    )
    village.scene("HOUR")
    village.do(c.CaptureHold, hold=held.command_id)
    village.pay(association, VOLUNTEER, 90, "HOUR", sphere=Sphere.ASSOCIATIVE)
    ben, volunteer = str(BEN), str(VOLUNTEER)
    assert village.moves("HOUR") == [
        ("transfer", ben, volunteer, 60, None, "individual"),
        ("transfer", ben, volunteer, 30, None, "collective"),
        ("transfer", None, volunteer, 90, "operator", "associative"),
    ]


def test_imported_history_has_its_own_date_and_an_opening_its_kind(village: Village) -> None:
    bare = new_id()
    village.open(bare, "HOUR", AccountKind.PERSON)
    village.do(c.ImportOpening, account=bare, balance=-45, occurred_at=START - 90 * DAY)
    village.do(c.ImportPayment, payer=BEN, payee=VOLUNTEER, amount=15, occurred_at=START - 60 * DAY)
    assert village.moves("HOUR") == [
        ("opening", str(bare), None, 45, "opening", None),
        ("transfer", str(BEN), str(VOLUNTEER), 15, None, None),
    ]
    times = village.scene("HOUR").rows("SELECT time FROM movement ORDER BY seq")
    assert times == [((START - days * DAY) // 10**9,) for days in (90, 60)]


def test_accounts_of_one_member_have_one_owner(village: Village) -> None:
    village.facts = [
        MemberFact(
            member=UUID(int=70), kind="business", state="active", area="Ustaritz", sectors=("47.11Z",), joined=5,
            accounts=(SHOP, TILL),
        ),
        MemberFact(member=UUID(int=71), kind="person", state="left", area="", joined=7, accounts=(BEN,)),
        MemberFact(member=UUID(int=72), kind="person", state="active", college="users", dues_until=99),
    ]  # fmt: skip
    village.do(c.FreezeAccount, account=BEN, debits=True, credits=True)
    scene = village.scene()
    rows = scene.rows("SELECT label, owner, area, sector, form FROM account ORDER BY account")
    assert rows == [
        (str(ANN), 0, None, None, "digital"),
        (str(SHOP), 1, "Ustaritz", "47.11Z", "digital"),
        (str(TILL), 1, "Ustaritz", "47.11Z", "paper"),
    ]
    members = scene.rows(
        'SELECT owner, kind, state, area, college, joined, "left", dues_until FROM member ORDER BY owner'
    )
    assert [row[0] for row in members] == [1, 3, 4]
    assert members[0] == (1, "business", "active", "Ustaritz", None, 5, None, None)
    assert members[2] == (4, "person", "active", None, "users", None, None, 99)
    hours = village.scene("HOUR").rows('SELECT owner, state, joined, "left" FROM member WHERE owner = 0')
    now = village.clock.now // 10**9
    assert hours == [(0, "left", 7, now)], (
        "who has left and nobody noted when, left when the account was frozen"
    )
    assert scene.provenance.facts and not village.scene().rows("SELECT 1 FROM member WHERE area = ''")
    village.facts = []
    assert village.scene().provenance.facts == ""


def test_lines_and_ceilings_have_a_history(village: Village) -> None:
    village.do(c.SetLine, account=BEN, line=900)
    village.do(c.SetCeiling, account=BEN, ceiling=5_000)
    village.do(c.SetTerms, account=BEN, sectors=("01.13Z",))
    village.do(c.CloseAccount, account=VOLUNTEER)
    scene = village.scene("HOUR")
    history = scene.rows("SELECT floor, ceiling FROM term WHERE account = 0 ORDER BY seq")
    assert history == [(-600, None), (-900, None), (-900, 5_000), (-900, 5_000)]
    last = village.clock.now // 10**9
    assert scene.rows("SELECT floor, ceiling, sector, closed FROM account ORDER BY account") == [
        (-900, 5_000, "01.13Z", None),
        (-600, None, None, last),
    ]
