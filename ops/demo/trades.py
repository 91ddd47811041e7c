"""Who a backed community's professionals are: activities (NAF rév. 2), how many of each, and who buys from whom.

The counts are domain.md C1's version with 300 professionals.
"""

from __future__ import annotations

from typing import NamedTuple

from ledger.core.money import allocate
from ops.demo.stage import SIZES, Scene


class Trade(NamedTuple):
    """An activity: its code, how a firm of it is called, and how many of 300 firms have it."""

    code: str
    noun: str
    of_300: int


FOOD = (
    Trade("10.71C", "Boulangerie", 25), Trade("47.29Z", "Crèmerie", 18), Trade("47.11B", "Épicerie", 10),
    Trade("47.21Z", "Primeur", 6), Trade("47.81Z", "Étal", 14), Trade("01.13Z", "Maraîchage", 16),
    Trade("10.51C", "Fromagerie", 4), Trade("11.05Z", "Brasserie", 6), Trade("56.10A", "Restaurant", 32),
    Trade("56.30Z", "Café", 16),
)  # fmt: skip
OTHER = (
    Trade("47.61Z", "Librairie", 10), Trade("90.01Z", "Théâtre", 12), Trade("59.14Z", "Cinéma", 4),
    Trade("93.12Z", "Club de sport", 8), Trade("94.99Z", "Maison des ateliers", 8), Trade("86.90E", "Kinésithérapie", 18),
    Trade("96.02A", "Coiffure", 8), Trade("96.04Z", "Massage", 12), Trade("95.29Z", "Réparation", 8),
    Trade("43.21A", "Électricité", 5), Trade("43.22A", "Plomberie", 4), Trade("43.32A", "Menuiserie", 6),
    Trade("38.32Z", "Ressourcerie", 3),
)  # fmt: skip
BETWEEN_FIRMS = (
    Trade("18.12Z", "Imprimerie", 6), Trade("69.20Z", "Comptabilité", 5), Trade("62.01Z", "Studio web", 11),
    Trade("73.11Z", "Agence", 6), Trade("70.22Z", "Conseil", 9), Trade("35.14Z", "Énergie citoyenne", 1),
    Trade("36.00Z", "Régie de l’eau", 1), Trade("77.11A", "Autopartage", 2),
)  # fmt: skip
TRADES = FOOD + OTHER + BETWEEN_FIRMS
FOOD_CODES = frozenset(trade.code for trade in FOOD)
PRODUCERS = frozenset({"01.13Z", "10.51C", "10.71C", "11.05Z"})
OFFICE = frozenset({"18.12Z", "69.20Z", "62.01Z"})
ENERGY = frozenset({"35.14Z"})
NOT_FOR_PEOPLE = frozenset(trade.code for trade in BETWEEN_FIRMS)


def trades_of(scene: Scene, count: int) -> list[tuple[Trade, int]]:
    """So many firms in the published proportions, each with its size, in chance order. One sells energy."""
    numbers = allocate(count, [trade.of_300 for trade in TRADES])
    at = next(i for i, trade in enumerate(TRADES) if trade.code in ENERGY)
    if not numbers[at]:
        numbers[at] = 1
        numbers[numbers.index(max(numbers))] -= 1
    firms = [trade for trade, number in zip(TRADES, numbers, strict=True) for _ in range(number)]
    scene.rng.shuffle(firms)
    sizes = [SIZES[i * len(SIZES) // count] for i in range(count)]
    scene.rng.shuffle(sizes)
    return list(zip(firms, sizes, strict=True))
