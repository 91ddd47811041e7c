"""The words of the indicators of `holding` in both languages."""

from __future__ import annotations

FIGURES = {
    "holding_days": ("Days held before paid on", "Jours de détention avant paiement"),
    "with_credit_days": ("The same, spending on credit as 0 days", "De même, dépenses à crédit à 0 jour"),
    "volume": ("Paid from money held", "Payé sur avoir"),
    "on_credit": ("Paid on credit", "Payé à crédit"),
    "inverse_per_year": ("Inverse of the holding time, a year", "Inverse de la durée, par an"),
    "effective_balance": ("Money that does the work", "Monnaie qui travaille"),
    "static_share": ("Share that lies still", "Part immobile"),
    "open": ("Still held at the end", "Encore détenu à la fin"),
    "open_days": ("Its age in days", "Son âge en jours"),
    "existing": (
        "Brought along, held for longer than known",
        "Apporté, détenu depuis plus longtemps que connu",
    ),
}
CREDIT_FIGURES = {
    "repaid_days": ("Days until repaid", "Jours jusqu'au remboursement"),
    "repaid": ("Credit repaid", "Crédit remboursé"),
    "open": ("Credit drawn at the end", "Crédit tiré à la fin"),
    "open_days": ("Its age in days", "Son âge en jours"),
    "average": ("Credit drawn, average", "Crédit tiré, en moyenne"),
    "repaid_share": ("Repaid, of repaid and still drawn", "Remboursé, sur remboursé et encore tiré"),
}
TABLES = {
    "by_month": ("Holding time by month of payment", "Durée de détention par mois de paiement"),
    "by_area": ("Holding time by area of the holder", "Durée de détention par territoire du détenteur"),
    "by_sector": ("Holding time by sector of the holder", "Durée de détention par secteur du détenteur"),
    "by_kind": ("Holding time by kind of holder", "Durée de détention par type de détenteur"),
    "over": ("Held longer than", "Détenu plus de"),
    "durations": ("How long it had been held", "Durées de détention"),
}
COLUMNS = {
    "month": ("Month", "Mois"),
    "area": ("Area", "Territoire"),
    "sector": ("Sector", "Secteur"),
    "kind": ("Kind", "Type"),
    "volume": ("Paid on", "Payé"),
    "pairs": ("Holdings", "Détentions"),
    "lifo_days": ("Days, newest first", "Jours, plus récent d'abord"),
    "mixed_days": ("Days, in proportion", "Jours, au prorata"),
    "fifo_days": ("Days, oldest first", "Jours, plus ancien d'abord"),
    "days": ("Days", "Jours"),
    "from_days": ("From days", "De (jours)"),
    "to_days": ("To days", "À (jours)"),
    "lifo_share": ("Share, newest first", "Part, plus récent d'abord"),
    "fifo_share": ("Share, oldest first", "Part, plus ancien d'abord"),
}
