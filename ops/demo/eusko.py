"""RIV: the Eusko's year 2020 at one tenth, paper and digital (domain.md C1, A2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ledger.core.accounts import AccountKind, Form, Model
from ledger.core.commands import (
    ChangePolicy,
    ChargeFee,
    ExchangeForm,
    ImportOpening,
    Issue,
    MoveReserve,
    Pay,
    Redeem,
    Reverse,
)
from ledger.core.errors import Code
from ledger.core.money import allocate, share
from ledger.core.policy import Policy
from ops.demo.purchases import Town, by_size
from ops.demo.stage import HOUR, Holder, Scene, moment
from ops.demo.trades import trades_of

SCALE = 10
START = moment(2019, 12, 20)
YEAR_BEGINS, YEAR_ENDS = moment(2020, 1, 1, 0), moment(2021, 1, 1, 0)
END = moment(2021, 1, 31)
STEPS = 14
UNIT = "RIV"
ONE = 100
USERS, PROS = 3_900 // SCALE, 1_100 // SCALE
STOCK = 1_500_000 * ONE // SCALE
CONVERTED = 1_431_791 * ONE // SCALE
STANDING_ORDERS = 233
"""88 % of the conversions are digital; at the published 41 to 50 a month they come from so many accounts."""
SPEND = 28
"""Percent of what people hold, a month. Firms spend a third of what they take with each other: half as much again."""
RECONVERT_BP = 352
RECONVERTING = 18
"""16 % of the firms: 84 % never changed back. They are the largest, whose suppliers are outside the network."""
GIFT_BP = 300
POLICY = Policy(commission_bp=500)
FOUR_EYES = replace(POLICY, four_eyes_over=500 * ONE)


@dataclass(slots=True)
class Firm:
    """A professional with an account and a till of notes."""

    digital: Holder
    till: Holder


@dataclass(slots=True)
class Region:
    """Everybody of the community."""

    scene: Scene
    online: Town
    paper: Town
    firms: list[Firm]
    reconverting: list[Firm]
    associations: list[Holder]
    tops: list[int]
    """The standing orders of the people on line, cents a month."""


def story(scene: Scene) -> Iterator[None]:
    """The stock of the year's beginning; twelve months; then the gift to the associations."""
    scene.currency(START, UNIT, Model.BACKED, POLICY)
    region = _open(scene)
    scene.play()
    yield
    monthly = allocate(CONVERTED - 12 * sum(region.tops), [1] * 12)
    for month in range(1, 13):
        _month(region, month, monthly[month - 1])
        scene.play()
        yield
    _gift(region)
    scene.play()
    yield


def _open(scene: Scene) -> Region:
    rng = scene.rng
    people: dict[Form, list[Holder]] = {Form.DIGITAL: [], Form.PAPER: []}
    for i in range(USERS):
        form = Form.DIGITAL if i < STANDING_ORDERS else Form.PAPER
        held = scene.open(START, scene.member("Habitant", AccountKind.PERSON), UNIT, form=form)
        held.weight = rng.choice((4, 4, 6, 8, 8, 10, 10, 12, 16, 20))
        people[form].append(held)
    firms = []
    for trade, size in trades_of(scene, PROS):
        who = scene.member(trade.noun, AccountKind.BUSINESS, (trade.code,))
        firm = Firm(scene.open(START, who, UNIT), scene.open(START, who, UNIT, form=Form.PAPER))
        firm.digital.weight = firm.till.weight = size
        firms.append(firm)
    associations = [
        scene.open(START, scene.member("Association", AccountKind.ASSOCIATION), UNIT) for _ in range(6)
    ]
    digital, tills = [f.digital for f in firms], [f.till for f in firms]
    # a fifth with people; of the firms' four fifths most is in accounts
    opening: list[tuple[Holder, int]] = []
    for holders, percent in ((people[Form.DIGITAL], 13), (people[Form.PAPER], 7), (digital, 68), (tills, 12)):
        opening += zip(holders, by_size(STOCK * percent // 100, holders, ONE), strict=True)
    for form in Form:
        euros = sum(amount for held, amount in opening if held.form is form)
        scene.plan(START + HOUR, MoveReserve, actor=scene.treasurer, currency=UNIT, form=form, euros=euros)
    for held, amount in opening:
        if amount:
            scene.plan(START + 2 * HOUR, ImportOpening, account=held.account, balance=amount, occurred_at=START)
            held.balance = amount
            held.received = amount // 10  # as if a tenth had come in last month
    reconverting = sorted(firms, key=lambda firm: -firm.digital.weight)[:RECONVERTING]
    tops = by_size(CONVERTED * 88 // 100 // 12, people[Form.DIGITAL], ONE)
    return Region(
        scene, Town(scene, UNIT, people[Form.DIGITAL], digital), Town(scene, UNIT, people[Form.PAPER], tills),
        firms, reconverting, associations, tops,
    )  # fmt: skip


def _month(region: Region, month: int, at_counters: int) -> None:
    scene = region.scene

    def when(first: int, last: int) -> int:
        return scene.day(2020, month, first, last)

    for held, amount in zip(region.online.people, region.tops, strict=True):
        _issue(scene, held, amount, moment(2020, month, 5))
    buyers = scene.rng.sample(region.paper.people, len(region.paper.people) // 2)
    for held, amount in zip(buyers, by_size(at_counters, buyers, 1), strict=True):
        _issue(scene, held, amount, when(1, 5))
    for town in (region.online, region.paper):
        for firm, taken in town.takings():  # a third of what they took last month
            town.buy(firm, taken // 3, when, ONE)
        for held in town.people:
            town.spend(held, scene.share(held.balance, SPEND, 14), 5, when, ONE)
    _wages(region, moment(2020, month, 27))
    _dues(region, month)
    _deposits(region, moment(2020, month, 28, 8))
    _redemptions(region, month)
    _mishaps(region, month)


def _issue(scene: Scene, held: Holder, amount: int, at: int) -> None:
    if amount:
        scene.plan(
            at, Issue, actor=scene.treasurer, account=held.account, currency=UNIT, amount=amount, euros=amount
        )
        held.balance += amount


def _wages(region: Region, at: int) -> None:
    """Two employers pay a part of a wage in units, on request of the employee (MLC-14)."""
    for firm, worker in zip(region.firms[:2], region.online.people[:2], strict=True):
        amount = min(40 * ONE, firm.digital.balance // 4)
        if amount:
            region.online.pay(firm.digital, worker, amount, at)


def _dues(region: Region, month: int) -> None:
    """One firm in ten pays its dues in units; the association spends them at a printer's (MLC-16)."""
    scene, collected = region.scene, 0
    for firm in region.firms[::10]:
        if firm.digital.balance > 50 * ONE:
            scene.plan(
                moment(2020, month, 26), ChargeFee, account=firm.digital.account, amount=10 * ONE, purpose="dues"
            )
            firm.digital.balance -= 10 * ONE
            collected += 10 * ONE
    printer = next(firm for firm in region.firms if firm.digital.sectors == ("18.12Z",))
    if collected:
        scene.plan(
            moment(2020, month, 27), Pay, payer=scene.technical(UNIT, AccountKind.OPERATOR),
            payee=printer.digital.account, amount=collected, currency=UNIT, activity="newsletter",
        )  # fmt: skip
        printer.digital.balance += collected


def _deposits(region: Region, at: int) -> None:
    """Firms bring two thirds of their notes to their accounts; the reserves follow (MLC-3)."""
    for firm in region.firms:
        amount = firm.till.balance * 2 // 3 // ONE * ONE
        if amount:
            region.scene.plan(
                at, ExchangeForm, actor=firm.till.member, payer=firm.till.account, payee=firm.digital.account,
                currency=UNIT, amount=amount,
            )  # fmt: skip
            firm.till.balance -= amount
            firm.digital.balance += amount


def _redemptions(region: Region, month: int) -> None:
    """3.52 % of what the firms hold, by those who change back at all, in proportion to their accounts."""
    scene = region.scene
    whole = sum(firm.digital.balance + firm.till.balance for firm in region.firms)
    shares = allocate(whole * RECONVERT_BP // 10_000, [firm.digital.balance for firm in region.reconverting])
    for firm, amount in zip(region.reconverting, shares, strict=True):
        amount = min(amount, firm.digital.balance)
        if amount:
            approver = scene.board if amount > 500 * ONE else None
            scene.plan(
                moment(2020, month, 28, 20), Redeem, actor=scene.treasurer, account=firm.digital.account,
                currency=UNIT, amount=amount, invoice=f"2020-{month:02d}", approver=approver,
            )  # fmt: skip
            firm.digital.balance -= amount


def _mishaps(region: Region, month: int) -> None:
    """What also happens: a top-up entered twice and taken back, a new rule, and what the rules refuse."""
    scene, held = region.scene, region.online.people[month]
    if month % 3 == 0:
        twice = scene.plan(
            moment(2020, month, 5, 10), Issue, actor=scene.treasurer, account=held.account, currency=UNIT,
            amount=50 * ONE, euros=50 * ONE,
        )  # fmt: skip
        scene.plan(moment(2020, month, 5, 15), Reverse, actor=scene.board, entry=twice)
        scene.plan(
            moment(2020, month, 28, 21), Redeem, Code.FLOW_NOT_ALLOWED, actor=scene.treasurer,
            account=held.account, currency=UNIT, amount=ONE, invoice="person",
        )  # fmt: skip
    if month == 6:
        scene.plan(
            moment(2020, 6, 28, 22), ChangePolicy, actor=scene.board, approver=scene.treasurer, currency=UNIT,
            policy=FOUR_EYES, since=moment(2020, 7, 1, 0), resolution="assembly of 20 June, vote 4",
        )  # fmt: skip
    if month == 9:
        firm = region.reconverting[0].digital
        scene.plan(
            moment(2020, 9, 28, 22), Redeem, Code.APPROVAL_REQUIRED, actor=scene.treasurer,
            account=firm.account, currency=UNIT, amount=600 * ONE, invoice="alone",
        )  # fmt: skip
        scene.plan(
            moment(2020, 9, 28, 22), Pay, Code.INSUFFICIENT_FUNDS, actor=held.member, payer=held.account,
            payee=firm.account, amount=99_999 * ONE, currency=UNIT,
        )  # fmt: skip


def _gift(region: Region) -> None:
    """3 % of the year's conversions, on top, shared by sponsors: euros of the association become units (MLC-8)."""
    scene = region.scene
    sponsors = [30 + 20 * i for i in range(len(region.associations))]
    for held, amount in zip(
        region.associations, allocate(share(CONVERTED, GIFT_BP), sponsors), strict=True
    ):
        scene.plan(
            moment(2021, 1, 30), Issue, actor=scene.treasurer, approver=scene.board, account=held.account,
            currency=UNIT, amount=amount, euros=amount,
        )  # fmt: skip
