"""PASS: the Region's card and the allowance in units, one community with two earmarked currencies."""

from __future__ import annotations

from collections.abc import Iterator

from ops.demo.allowance import MONTHS, Allowance
from ops.demo.card import Card
from ops.demo.stage import Scene, moment

START = moment(2018, 8, 27)
AFTER = 2
"""Months after the last grant in which shops still pass units on."""
STEPS = MONTHS + AFTER + 2


def story(scene: Scene) -> Iterator[None]:
    """A school year of the card beside fifteen months of the allowance."""
    card = Card(scene, START)
    scene.play()
    yield
    allowance = Allowance(scene, START + 1)
    scene.play()
    yield
    for number in range(1, MONTHS + AFTER + 1):
        if number <= 12:
            card.month(number)
        allowance.month(number)
        if number == 13:
            card.close()
        if number == MONTHS + 1:
            allowance.close()
        scene.play()
        yield
