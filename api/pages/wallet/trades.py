"""What activity codes (NAF rev. 2) are called. A code without words of its own is called as its division."""

from __future__ import annotations

from collections.abc import Iterable

from api.pages.frame.texts import later
from api.pages.frame.visit import Visit

CLASSES: dict[str, str] = {
    "01.13Z": later("Market garden"), "01.41Z": later("Dairy farm"), "03.11Z": later("Fishing"),
    "10.51C": later("Cheese dairy"), "10.71C": later("Bakery"), "11.05Z": later("Brewery"), "18.12Z": later("Printer"),
    "31.09B": later("Furniture maker"), "35.14Z": later("Electricity"), "36.00Z": later("Water"),
    "38.32Z": later("Re-use centre"), "43.21A": later("Electrician"), "43.22A": later("Plumber"),
    "43.32A": later("Joiner"), "43.34Z": later("Painter"), "45.20A": later("Garage"), "47.11B": later("Grocery"),
    "47.21Z": later("Greengrocer"), "47.22Z": later("Butcher"), "47.29Z": later("Fine foods"),
    "47.52A": later("Hardware"), "47.61Z": later("Bookshop"), "47.64Z": later("Sports shop"),
    "47.71Z": later("Clothes"), "47.72A": later("Shoes"), "47.81Z": later("Market stall"), "55.10Z": later("Hotel"),
    "56.10A": later("Restaurant"), "56.30Z": later("Café"), "59.14Z": later("Cinema"), "62.01Z": later("Web and software"),
    "69.20Z": later("Accountant"), "70.22Z": later("Adviser"), "73.11Z": later("Advertising"),
    "77.11A": later("Car sharing"), "81.21Z": later("Cleaning"), "84.11Z": later("Public service"),
    "86.90E": later("Physiotherapy"), "90.01Z": later("Theatre and shows"), "91.02Z": later("Museum"),
    "93.12Z": later("Sports club"), "94.99Z": later("Association"), "95.29Z": later("Repair shop"),
    "96.02A": later("Hairdresser"), "96.04Z": later("Massage and well-being"),
}  # fmt: skip

_FOOD, _MADE, _BUILT, _SOLD = later("Food and drink"), later("Workshop"), later("Building"), later("Shop")
_OFFICE, _LEISURE, _HELP = (
    later("Services for firms"),
    later("Culture and leisure"),
    later("Personal services"),
)
DIVISIONS: tuple[tuple[int, str], ...] = (
    (3, later("Farming")), (9, later("Quarry")), (12, _FOOD), (34, _MADE), (40, later("Energy, water, waste")),
    (44, _BUILT), (45, later("Cars and repair")), (46, later("Wholesale")), (48, _SOLD), (54, later("Transport")),
    (55, later("Lodging")), (57, later("Eating out")), (61, later("Media")), (64, later("Computing")),
    (67, later("Finance and insurance")), (69, later("Property")), (83, _OFFICE), (85, later("Public service")),
    (86, later("Teaching")), (89, later("Health and care")), (94, _LEISURE), (95, later("Association")), (100, _HELP),
)  # fmt: skip
"""Words for the divisions below a number."""


def trade(code: str, visit: Visit) -> str:
    """An activity code in words."""
    text = CLASSES.get(code)
    division = code[:2]
    if text is None and division.isdecimal():
        text = next((words for below, words in DIVISIONS if int(division) < below), None)
    return visit.text(text) if text else code


def trades_of(codes: Iterable[str], visit: Visit) -> tuple[str, ...]:
    """Some codes in words, each once."""
    return tuple(dict.fromkeys(trade(code, visit) for code in codes))
