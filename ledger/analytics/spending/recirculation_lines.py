"""The words of the indicator `recirculation` in both languages."""

from __future__ import annotations

FIGURES = {
    "receipts": ("Receipts of businesses", "Recettes des professionnels"),
    "spent": ("Paid on in the currency", "Redépensé en monnaie locale"),
    "redeemed": ("Changed back", "Reconverti"),
    "kept": ("Change of their balances", "Variation de leurs soldes"),
    "recirculation": ("Recirculation: paid on of receipts", "Recirculation : redépensé sur recettes"),
    "reconversion": ("Reconversion: changed back of receipts", "Reconversion : reconverti sur recettes"),
    "residual": ("Not explained (must be 0)", "Inexpliqué (doit être 0)"),
    "redeemed_of_issued": ("Changed back of issued, all members", "Reconverti sur émis, tous membres"),
    "passed_on": ("Payments not followed by a change back", "Part des paiements non reconvertie"),
    "never_redeemed": ("Businesses that never changed back", "Professionnels n'ayant jamais reconverti"),
    "repaid_overdraft": ("Receipts that only repay an overdraft", "Recettes qui ne font que combler un découvert"),
}
TABLES = {
    "by_month": ("Businesses by month", "Professionnels par mois"),
    "by_sector": ("Businesses by sector", "Professionnels par secteur"),
    "by_area": ("Businesses by area", "Professionnels par territoire"),
    "bands": ("Businesses by share paid on", "Professionnels par part redépensée"),
    "businesses": ("Businesses with the most receipts", "Professionnels aux plus fortes recettes"),
}
COLUMNS = {
    "month": ("Month", "Mois"),
    "sector": ("Sector", "Secteur"),
    "area": ("Area", "Territoire"),
    "business": ("Account", "Compte"),
    "businesses": ("Businesses", "Professionnels"),
    "receipts": ("Receipts", "Recettes"),
    "spent": ("Paid on", "Redépensé"),
    "redeemed": ("Changed back", "Reconverti"),
    "fees": ("Fees", "Frais"),
    "demurrage": ("Demurrage", "Fonte"),
    "change": ("Change of balance", "Variation du solde"),
    "recirculation": ("Recirculation", "Recirculation"),
    "reconversion": ("Reconversion", "Reconversion"),
    "at_most": ("Paid on, at most", "Redépensé, au plus"),
}
