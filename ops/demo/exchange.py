"""EBX: an exchange between firms that grows as Sardex did from January 2010 to October 2012 (domain.md C2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from typing import Any

from ledger.core.accounts import AccountKind, Model
from ledger.core.commands import (
    CaptureHold,
    ChangePolicy,
    ChargeFee,
    Leave,
    Pay,
    PayBatch,
    Payee,
    PlaceHold,
    Refund,
    SetLine,
    SettleDebt,
    WriteOff,
)
from ledger.core.errors import Code
from ledger.core.limits import credit_line, mixed_payment
from ledger.core.money import allocate
from ledger.core.policy import Policy
from ops.demo.stage import DAY, Deck, Holder, Scene, moment

START = moment(2009, 12, 15)
MONTHS = 34
STEPS = MONTHS
END = moment(2010, 1 + MONTHS, 1, 0)
UNIT = "EBX"
ONE = 100
POLICY = Policy(
    line_cap=30_000 * ONE, acceptance_min_bp=300, acceptance_cap=5_000 * ONE, fee_reserve_bp=100,
    line_turnover_bp=200, line_hard_cap_bp=500, line_cap_months=3, line_min_age_years=2,
)  # fmt: skip
TURNOVER = (
    16, 36, 55, 75, 98, 124, 153, 187, 227, 273, 329, 397, 481, 587, 727, 917, 1_197, 1_645, 2_530, 5_460,
)  # fmt: skip
"""Twenty even steps of a lognormal: median 300 k, one in ten above 2 M; thousands a year."""
TRADES = (
    ("Bâtiment", "43.22A", 24), ("Grossiste", "46.90Z", 18), ("Hôtel", "55.10Z", 14), ("Agence", "73.11Z", 14),
    ("Comptabilité", "69.20Z", 12), ("Fabrique alimentaire", "10.71C", 8), ("Transport", "49.41A", 6), ("Atelier", "25.62B", 4),
)  # fmt: skip
"""What a firm is called, its activity, and its share in the published mix, percent."""
PRICES = (150, 250, 400, 600, 800, 1_000, 1_300, 1_600, 2_000, 2_200, 2_800, 3_500, 4_600, 6_000, 8_500, 13_000)
"""Euros and units together; with the acceptance rates below a deal moves about 1,000 units, as published."""
ACCEPTANCE = (1_500, 2_000, 2_500, 3_000, 3_000, 4_000, 5_000, 10_000)
ADMISSIONS = ((9, 250), (22, 500), (34, 900))
"""Firms at the end of a month: published for 9 and 22, our guess for 34."""
FEES = ((120, 200), (600, 600), (2_400, 1_500), (10**6, 3_000))
"""Yearly fee by turnover in thousands; a tenth of it is taken in units when a firm joins, the rest in euros."""


def firms_at(month: int) -> int:
    """How many firms have joined at the end of a month."""
    before, had = 0, 0
    for until, firms in ADMISSIONS:
        if month <= until:
            return had + (firms - had) * (month - before) // (until - before)
        before, had = until, firms
    return had


def deals_in(month: int) -> int:
    """How many deals a month sees.

    Until September 2010 each firm finds partners in proportion to the network: 1.6 deals a thousand pairs, which
    gives the published 350,000 with 100,000 of it in September. The published totals then say 50,000 a month for
    a year and 330,000 a month for another: 0.13 and 0.48 deals a firm.
    """
    firms = firms_at(month)
    if month <= 9:
        return firms * firms * 16 // 10_000
    return firms * (13 if month <= 22 else 48) // 100


class Exchange:
    """The firms and what they owe each other."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.firms: list[Holder] = []
        self.lines: dict[Holder, int] = {}
        self.acceptance: dict[Holder, int] = {}
        self.collected = 0
        self._sizes: list[int] = []
        self._prices = Deck(scene.rng, PRICES)
        self._turnovers = Deck(scene.rng, TURNOVER)
        self._acceptances = Deck(scene.rng, ACCEPTANCE)

    def join(self, at: int, count: int) -> None:
        """New firms, with lines by the formula (MUT-4); those younger than two years get none."""
        rng = self.scene.rng
        for _ in range(count):
            noun, sector, _ = rng.choices(TRADES, [share for _, _, share in TRADES])[0]
            turnover = self._turnovers.deal()
            age = 1 if rng.randrange(100) < 15 else rng.randint(2, 30)
            network_sales = turnover * 1_000 * ONE * 6 // 100 // 12
            line = credit_line(turnover * 1_000 * ONE, network_sales, age, POLICY)
            held = self.scene.open(
                at, self.scene.member(noun, AccountKind.BUSINESS, (sector,)), UNIT, line=line,
                ceiling=max(5 * line, 10_000 * ONE), acceptance_bp=(acceptance := self._acceptances.deal()),
            )  # fmt: skip
            held.weight = max(turnover, 40)
            self.firms.append(held)
            self.lines[held], self.acceptance[held] = line, acceptance
            fee = next(fee for top, fee in FEES if turnover <= top) * ONE // 10
            if line >= 2 * fee:
                self.scene.plan(at + DAY, ChargeFee, account=held.account, amount=fee, purpose="entry")
                held.balance -= fee
                self.collected += fee - fee // 100
        self._sizes = list(accumulate(min(firm.weight, 1_000) for firm in self.firms))

    def deal(self, at: int) -> None:
        """One deal: a price, a seller who has room, the part that the seller takes in units, a buyer who has them."""
        rng, scene = self.scene.rng, self.scene
        price = self._prices.deal() * ONE
        for attempt in range(8):
            buyer, seller = rng.choices(self.firms, cum_weights=self._sizes, k=2)
            units = mixed_payment(price, self.acceptance[seller], POLICY).units
            if buyer is seller or seller.balance + units > max(5 * self.lines[seller], 10_000 * ONE):
                continue
            terms: dict[str, Any] = {"payer": buyer.account, "payee": seller.account, "amount": units, "currency": UNIT}
            if buyer.balance + self.lines[buyer] < units:
                if attempt == 0 and rng.randrange(8) == 0:  # tried at the till, and refused
                    scene.plan(
                        at, Pay, Code.INSUFFICIENT_FUNDS, actor=buyer.member, deal=price, **terms
                    )
                continue
            chance = rng.randrange(200)
            if chance < 3:
                hold = scene.plan(at, PlaceHold, actor=buyer.member, seconds=30 * 86_400, **terms)
                scene.plan(at, CaptureHold, actor=seller.member, hold=hold)
            else:
                payment = scene.plan(at, Pay, actor=buyer.member, deal=price, **terms)
                if chance < 6 and seller.balance + units * 4 // 5 > -self.lines[seller]:
                    back = units // 5
                    scene.plan(at, Refund, actor=seller.member, payment=payment, amount=back)
                    units -= back
            buyer.balance -= units
            seller.balance += units
            return

    def spend_fees(self, at: int) -> None:
        """The operator buys from its members with what it collected, in one batch."""
        if self.collected < 500 * ONE:
            return
        some = [firm for firm in self.scene.rng.sample(self.firms, 5) if firm.balance < 5_000 * ONE]
        parts = allocate(self.collected, [1] * len(some)) if some else []
        lines = tuple(Payee(firm.account, part) for firm, part in zip(some, parts, strict=True))
        if lines:
            payer = self.scene.technical(UNIT, AccountKind.OPERATOR)
            self.scene.plan(at, PayBatch, payer=payer, currency=UNIT, payees=lines, activity="services")
            for firm, part in zip(some, parts, strict=True):
                firm.balance += part
            self.collected = 0


def story(scene: Scene) -> Iterator[None]:
    """Firms join, deal and pay fees; each quarter lines are reviewed, and some firms leave or fail."""
    scene.currency(START, UNIT, Model.MUTUAL, POLICY)
    exchange = Exchange(scene)
    for month in range(1, MONTHS + 1):
        exchange.join(moment(2010, month, 1), firms_at(month) - firms_at(month - 1))
        days = sorted(scene.day(2010, month, 3, 26) for _ in range(deals_in(month)))
        for at in days:
            exchange.deal(at)
        exchange.spend_fees(moment(2010, month, 27))
        if month % 3 == 0:
            _review(exchange, month)
        if month == 22:
            scene.plan(
                moment(2010, month, 28), ChangePolicy, actor=scene.board, currency=UNIT, since=0,
                policy=replace(POLICY, hoarding_multiple=4), resolution="assembly of October 2011, vote 2",
            )  # fmt: skip
        scene.play()
        yield


def _review(exchange: Exchange, month: int) -> None:
    """The quarter's review (MUT-17): a line cut below a debt, a debt paid in euros, a leaver, a failure."""
    scene = exchange.scene
    debtors = sorted((f for f in exchange.firms if f.balance < -100 * ONE), key=lambda f: f.balance)[:4]
    at = moment(2010, month, 28)
    for held, fate in zip(debtors, ("cut", "settle", "leave", "fail"), strict=False):
        if fate == "cut":
            line = -held.balance // 2
            scene.plan(at, SetLine, account=held.account, line=line)
            exchange.lines[held] = line
            continue
        debt = -held.balance
        if fate == "fail" and month % 12 == 0:
            scene.plan(at, WriteOff, actor=scene.board, account=held.account)
        else:
            scene.plan(at, SettleDebt, actor=scene.treasurer, account=held.account, amount=debt)
        held.balance = 0
        if fate == "leave":
            scene.plan(at, Leave, account=held.account)
            position = exchange.firms.index(held)
            del exchange.firms[position]
            exchange._sizes = list(accumulate(min(f.weight, 1_000) for f in exchange.firms))
