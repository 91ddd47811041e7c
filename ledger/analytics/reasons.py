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
    "window_too_short": ("the window is too short", "la période est trop courte"),
    "no_joins": ("nobody joined in the window", "aucune adhésion sur la période"),
    "no_members": ("the members' register is not known", "registre des adhérents inconnu"),
    "no_dues": ("dues are not known", "cotisations inconnues"),
    "no_businesses": ("no account is known to be a business's", "aucun compte connu comme professionnel"),
    "no_redemption": ("this currency is not redeemed", "cette monnaie ne se reconvertit pas"),
    "no_issue": ("nothing was issued", "rien n'a été émis"),
    "needs_reserve": (
        "the reserve is not known; load it with --with reserve=FILE",
        "réserve inconnue ; à charger par --with reserve=FICHIER",
    ),
    "never_at_zero": ("no balance came back to zero", "aucun solde n'est revenu à zéro"),
    "no_lines": ("no account has a credit line", "aucun compte n'a de ligne de crédit"),
    "no_debt": ("nobody was in debt at a month's end", "personne n'était en dette en fin de mois"),
    "no_defaults": ("no debt was lost", "aucune dette perdue"),
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
    "registered_from_accounts": (
        "members are counted by the owners of open accounts: the register is not known",
        "adhérents comptés par titulaires de comptes ouverts : le registre est inconnu",
    ),
    "gone_after_90_quiet_days": (
        "who neither paid nor was paid in the last 90 days counts as gone since the last payment",
        "qui n'a ni payé ni été payé depuis 90 jours est réputé parti depuis son dernier paiement",
    ),
    "negative_is_no_debt": (
        "below zero is no debt in a time bank: for one to have received, another has given",
        "être sous zéro n'est pas une dette dans une banque de temps : l'un reçoit parce que l'autre donne",
    ),
    "negative_plus_outside_is_positive": (
        "what members owe is what members hold and what the community's own accounts hold",
        "ce que doivent les adhérents égale ce que détiennent les adhérents et les comptes de la communauté",
    ),
    "no_loss_seen": (
        "no debt was lost in the window: that bounds the risk (the upper figure), it does not make it nothing",
        "aucune perte sur la période : le risque en est borné (chiffre haut), non pas nul",
    ),
    "kept_may_come_from_before": (
        "what is paid on or redeemed may come from receipts before the window",
        "ce qui est redépensé ou reconverti peut venir de recettes antérieures à la période",
    ),
    "hidden": (
        "what few members are behind is withheld: under 3 professionals or 11 persons, or one above 85 %",
        "secret statistique : moins de 3 professionnels ou 11 personnes, ou un seul au-delà de 85 %",
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
