"""What activity codes (NAF rev. 2) are called. A code without words of its own is called as its division."""

from __future__ import annotations

import re

Words = tuple[str, str]
"""English and French."""

CLASSES: dict[str, Words] = {
    "01.13Z": ("Market garden", "Maraîchage"), "01.41Z": ("Dairy farm", "Élevage laitier"),
    "03.11Z": ("Fishing", "Pêche"), "10.51C": ("Cheese dairy", "Fromagerie"),
    "10.71C": ("Bakery", "Boulangerie"), "11.05Z": ("Brewery", "Brasserie"),
    "18.12Z": ("Printer", "Imprimerie"), "31.09B": ("Furniture maker", "Ébénisterie"),
    "35.14Z": ("Electricity", "Électricité"), "36.00Z": ("Water", "Eau"),
    "38.32Z": ("Re-use centre", "Ressourcerie"), "43.21A": ("Electrician", "Électricité du bâtiment"),
    "43.22A": ("Plumber", "Plomberie"), "43.32A": ("Joiner", "Menuiserie"), "43.34Z": ("Painter", "Peinture"),
    "45.20A": ("Garage", "Garage"), "47.11B": ("Grocery", "Épicerie"), "47.21Z": ("Greengrocer", "Primeur"),
    "47.22Z": ("Butcher", "Boucherie"), "47.29Z": ("Fine foods", "Épicerie fine"),
    "47.52A": ("Hardware", "Quincaillerie"), "47.61Z": ("Bookshop", "Librairie"),
    "47.64Z": ("Sports shop", "Magasin de sport"), "47.71Z": ("Clothes", "Vêtements"),
    "47.72A": ("Shoes", "Chaussures"), "47.81Z": ("Market stall", "Étal de marché"),
    "55.10Z": ("Hotel", "Hôtel"), "56.10A": ("Restaurant", "Restaurant"), "56.30Z": ("Café", "Café"),
    "59.14Z": ("Cinema", "Cinéma"), "62.01Z": ("Web and software", "Web et logiciel"),
    "69.20Z": ("Accountant", "Comptable"), "70.22Z": ("Adviser", "Conseil"),
    "73.11Z": ("Advertising", "Publicité"), "77.11A": ("Car sharing", "Autopartage"),
    "81.21Z": ("Cleaning", "Nettoyage"), "84.11Z": ("Public service", "Service public"),
    "86.90E": ("Physiotherapy", "Kinésithérapie"), "90.01Z": ("Theatre and shows", "Théâtre et spectacles"),
    "91.02Z": ("Museum", "Musée"), "93.12Z": ("Sports club", "Club de sport"),
    "94.99Z": ("Association", "Association"), "95.29Z": ("Repair shop", "Réparation"),
    "96.02A": ("Hairdresser", "Coiffure"), "96.04Z": ("Massage and well-being", "Massage et bien-être"),
}  # fmt: skip

DIVISIONS: tuple[tuple[int, Words], ...] = (
    (3, ("Farming", "Agriculture")), (9, ("Quarry", "Carrière")),
    (12, ("Food and drink", "Aliments et boissons")), (34, ("Workshop", "Atelier")),
    (40, ("Energy, water, waste", "Énergie, eau, déchets")), (44, ("Building", "Bâtiment")),
    (45, ("Cars and repair", "Automobile et réparation")), (46, ("Wholesale", "Commerce de gros")),
    (48, ("Shop", "Commerce")), (54, ("Transport", "Transport")), (55, ("Lodging", "Hébergement")),
    (57, ("Eating out", "Restauration")), (61, ("Media", "Médias")), (64, ("Computing", "Informatique")),
    (67, ("Finance and insurance", "Finance et assurance")), (69, ("Property", "Immobilier")),
    (83, ("Services for firms", "Services aux entreprises")), (85, ("Public service", "Service public")),
    (86, ("Teaching", "Enseignement")), (89, ("Health and care", "Santé et soin")),
    (94, ("Culture and leisure", "Culture et loisirs")), (95, ("Association", "Association")),
    (100, ("Personal services", "Services à la personne")),
)  # fmt: skip
"""Words for the divisions below a number."""

_CODE = re.compile(r"[0-9]{2}(?:\.[0-9]{1,2}[A-Z]?)?")


def trade(code: str, lang: str = "en") -> str | None:
    """An activity code in words, several codes perhaps in the same; None for what is no such code."""
    own = CLASSES.get(code)
    words = own or (_division(int(code[:2])) if _CODE.fullmatch(code) else None)
    return None if words is None else words[lang == "fr"]


def sector(code: str, lang: str = "en") -> str:
    """A sector of a table by name: words of its own, those of its division with the code, or as it is."""
    words = trade(code, lang)
    if words is None:
        return code
    return words if code in CLASSES else f"{words} ({code})"


def _division(number: int) -> Words | None:
    return next((words for below, words in DIVISIONS if 0 < number < below), None)
