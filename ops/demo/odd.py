"""What stands out in the year up to today, so that the desk has something to look at: invented, each with a good reason."""

from __future__ import annotations

from ledger.core.commands import Issue
from ops.demo.present import CENT, Backed
from ops.demo.stage import DAY, HOUR, Holder

TOP_UPS, TOP_UP = 6, 30 * CENT
"""Small enough to need no check of identity one by one, more than that together (AML-1)."""
THERE, BACK = 160 * CENT, 150 * CENT
BAKERY = ("10.71C",)
"""Where visitors stand at the till."""


def plan(side: Backed, start: int) -> None:
    """For thirty days: a resident tops up at the counter again and again, another is given money back by a shop.

    Played with what else happens in them. Nobody of these is played by visitors, who are the first of the residents.
    """
    town = side.town
    often, guest = town.people[-2:]
    shop = next(firm for firm in town.firms if firm.sectors != BAKERY)
    for i in range(TOP_UPS):
        _issue(side, often, TOP_UP, start + (3 + 4 * i) * DAY + 11 * HOUR)
    _issue(side, guest, THERE, start + DAY + 10 * HOUR)
    town.pay(guest, shop, THERE, start + 2 * DAY + 12 * HOUR)
    town.pay(shop, guest, BACK, start + 4 * DAY + 15 * HOUR)


def _issue(side: Backed, held: Holder, amount: int, at: int) -> None:
    scene = side.scene
    scene.plan(
        at, Issue, actor=scene.treasurer, account=held.account, currency=side.town.currency, amount=amount,
        euros=amount,
    )  # fmt: skip
    held.balance += amount
