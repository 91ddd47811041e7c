"""The convention between RIV and MES: mirror accounts, a float on each side, and payments that cross."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api.association.links import Link
from api.association.service import Association
from api.identity.service import Identity
from ledger.core.accounts import AccountKind
from ledger.core.commands import Issue, OpenAccount, PlaceHold
from ops.demo.present import CENT, Backed
from ops.demo.stage import DAY, HOUR, SECOND, Clock, Holder, Scene

FLOAT, ACCEPTED = 3_000 * CENT, 6_000 * CENT
SHOPS, TRAVELLERS = 12, 30
"""Of MES, who open accounts beside their notes: without them nothing could cross."""
EACH_WAY = 13
"""Payments in a period: more people than hide one another (PRIV-3)."""


class Convention:
    """Two backed communities that take each other's units at par."""

    def __init__(self, association: Association, identity: Identity, riv: Backed, mes: Backed, at: int) -> None:
        """Open MES's first accounts and both mirrors, pay in both floats, agree. `at` in ns."""
        self._association = association
        self._sides = (riv, mes)
        self._clock: Clock = riv.scene.clock
        self._shops = [_account(mes, identity, held, at) for held in mes.town.firms[:SHOPS]]
        self._travellers = [_account(mes, identity, held, at) for held in mes.town.people[:TRAVELLERS]]
        for held in self._travellers:
            _issue(mes, held, 120 * CENT, at)
        mirrors = [_mirror(side, at) for side in self._sides]
        for side in self._sides:
            side.scene.play()
        self._clock.now = at + 2 * HOUR
        on = datetime.fromtimestamp(at / SECOND, UTC).date()
        ours, theirs = (
            (side.scene.community, mirror, ACCEPTED) for side, mirror in zip(self._sides, mirrors, strict=True)
        )
        self.links = association.links.agree(ours, theirs, riv.scene.operator, on)

    def period(self, start: int) -> None:
        """Thirty days of people who buy in the other town."""
        riv, mes = self._sides
        rng = riv.scene.rng
        ways = (
            (self.links[0], riv.scene, rng.sample(riv.town.people, EACH_WAY), self._shops),
            (self.links[1], mes.scene, rng.sample(self._travellers, EACH_WAY), riv.town.firms[:20]),
        )
        for link, scene, payers, shops in ways:
            for i, payer in enumerate(payers):
                self._clock.now = start + 29 * DAY + 21 * HOUR + i * HOUR // EACH_WAY
                self._cross(link, scene, payer, rng.choice(shops))

    def _cross(self, link: Link, scene: Scene, payer: Holder, shop: Holder) -> None:
        amount = scene.rng.randint(30, 90) * 10
        if payer.balance < amount:
            return
        hold = PlaceHold(
            id=scene.uid(), community=scene.community, actor=payer.member, payer=payer.account,
            payee=link.account, amount=amount, currency=link.currency,
        )  # fmt: skip
        if self._association.crossings.pay(link, hold, shop.account).state == "done":
            payer.balance -= amount
            shop.balance += amount
            scene.committed += 2


def _account(side: Backed, identity: Identity, held: Holder, at: int) -> Holder:
    """An account on line for who has notes."""
    scene, new = side.scene, Holder(side.scene.uid(), held.member, held.kind, sectors=held.sectors)
    terms: dict[str, Any] = {"sectors": held.sectors} if held.sectors else {}
    scene.plan(at, OpenAccount, account=new.account, currency=side.town.currency, kind=held.kind, **terms)
    identity.people.add_account(scene.community, held.member, new.account)
    return new


def _issue(side: Backed, held: Holder, amount: int, at: int) -> None:
    scene = side.scene
    scene.plan(
        at + HOUR, Issue, actor=scene.treasurer, approver=scene.board, account=held.account,
        currency=side.town.currency, amount=amount, euros=amount,
    )  # fmt: skip
    held.balance += amount


def _mirror(side: Backed, at: int) -> UUID:
    """The account that stands for the other community, with its float."""
    scene = side.scene
    held = Holder(scene.uid(), scene.operator, AccountKind.ASSOCIATION)
    scene.plan(at, OpenAccount, account=held.account, currency=side.town.currency, kind=held.kind)
    _issue(side, held, FLOAT, at)
    return held.account
