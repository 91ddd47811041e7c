"""The codes that results carry, in words: why a figure is not given, and what a reader must know of the others."""

from __future__ import annotations

WHY: dict[str, tuple[str, str]] = {
    "empty": ("nothing to divide by", "rien par quoi diviser"),
    "few": ("fewer than 30 units", "moins de 30 unités"),
    "empty_window": ("the window has no length", "la période est vide"),
    "no_money": ("nobody held money", "personne ne détenait de monnaie"),
    "no_transfers": ("no payments in the window", "aucun paiement sur la période"),
    "no_holdings": ("no holding ended so", "aucune détention de cette sorte"),
    "no_time": ("all was paid on in the second it came", "tout est reparti dans la seconde"),
    "no_credit": ("no credit was drawn", "aucun crédit tiré"),
    "hidden": ("kept secret: too few are behind it", "secret : trop peu d'unités derrière"),
}
"""English and French of each code of `Figure.why`."""

NOTES: dict[str, tuple[str, str]] = {
    "step_average": (
        "averages are over every second, not over the two ends",
        "les moyennes portent sur chaque seconde, non sur les deux bornes",
    ),
    "paper_apart": (
        "notes are counted apart: nobody knows who holds them",
        "billets comptés à part : leur détenteur est inconnu",
    ),
    "transaction_velocity": (
        "a velocity of payments: not to be set beside that of incomes in euros",
        "vitesse des paiements : ne se compare pas à la vitesse-revenu de l'euro",
    ),
    "without_issue_and_redemption": (
        "issues, redemptions, charges, refunds, reversed payments and moves between accounts of one owner are left out",
        "hors émissions, reconversions, frais, remboursements, paiements annulés et mouvements d'un même titulaire",
    ),
    "stationary_only": (
        "the three are one number only while nothing changes",
        "les trois ne coïncident que si rien ne change",
    ),
    "bounds": (
        "between newest first and oldest first, the exact bounds of every way to match money out to money in",
        "entre plus récent d'abord et plus ancien d'abord, bornes exactes de toute règle d'appariement",
    ),
    "ended_by_payment": (
        "only holdings that ended in a payment; what is still held stands beside them with its age",
        "seules les détentions closes par un paiement ; l'encours et son âge figurent à côté",
    ),
    "opening_unknown": (
        "balances brought along are taken to be held since the record begins: their times are at least so long",
        "les soldes apportés sont réputés détenus depuis le début du registre : durées minimales",
    ),
}
"""English and French of each code of `Result.notes`."""


def why(code: str, lang: str = "en") -> str:
    """A reason in words; the code itself where there are none."""
    return _said(WHY, code, lang)


def note(code: str, lang: str = "en") -> str:
    """A note in words; the code itself where there are none."""
    return _said(NOTES, code, lang)


def _said(words: dict[str, tuple[str, str]], code: str, lang: str) -> str:
    return words[code][lang == "fr"] if code in words else code
