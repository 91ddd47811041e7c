"""Where the definition of each indicator comes from, in French."""

from __future__ import annotations

_NULL = "modèle nul : Maslov et Sneppen (2002), Milo et al. (2003)"
_FLOW = "flot de coût minimal ; avec liquidité : Fleischman, Dini et Littera (2020)"
_OWN = "Définition de ce projet"
_SUMS = "Sommes du registre"

SOURCES: dict[str, str] = {
    "forms": _SUMS,
    "circulation": "M d'Irving Fisher ; moyenne en escalier : Mattsson, Luedtke et Takes (2022)",
    "stock_flow": "Conservation de la monnaie ; tableaux annuels du Chiemgauer et de l'Eusko",
    "velocity": "MV = PT de Fisher ; Mattsson, Luedtke et Takes (2022)",
    "stationarity": "Wang, Ding et Zhang (2003) ; Zhang, Chegeni et Tessone (2024)",
    "holding": "Mattsson, Luedtke et Takes (2022), arXiv:2209.01512",
    "age": "Âge de la monnaie : Zhang, Chegeni et Tessone (2024) ; bornes FIFO et LIFO",
    "credit_age": "La durée de détention de Mattsson, Luedtke et Takes (2022), au-dessous de zéro",
    "demurrage": "Règles du Chiemgauer (6 % par an, 90 premiers jours francs) comme taux nominal de comparaison",
    "in_and_out": "Conservation de la monnaie : ce qui est détenu change de ce qui entre moins ce qui sort",
    "guarantee": "Code monétaire et financier, articles L521-3, L525-5 et L525-6",
    "paths": _OWN,
    "recirculation": "REC Barcelone (JRFM 14:430) ; tableaux annuels du Chiemgauer et de l'Eusko",
    "pairs": "Tableau commun des chiffres mensuels des opérateurs",
    "rounds": (
        "New Economics Foundation, The Money Trail (2002), sur le registre ; professionnels : REC Barcelone"
    ),
    "trajectories": "Mattsson et Takes, Trajectories through temporal networks (2021)",
    "leakage": "New Economics Foundation, Plugging the Leaks ; le registre et les achats déclarés",
    "area_flows": _SUMS,
    "sector_flows": _SUMS,
    "crossings": _SUMS,
    "bases": "Davezies, La République et ses territoires (2008) ; sources déclarées",
    "input_output": "Leontief ; Miller et Blair, Input-Output Analysis ; Flegg et Webber (1997)",
    "import_substitution": "Analyse entrées-sorties ; score : définition de ce projet",
    "missing_suppliers": (
        "propre à ce projet, sur la compensation de ce rapport ; prix, capacités et goûts ne sont pas "
        "dans un registre"
    ),
    "modularity": "Newman (2004), orienté : Leicht et Newman (2008)",
    "communities": "Traag, Waltman et van Eck (2019)",
    "tenths": "Lorenz (1905)",
    "connectedness": "Tarjan (1972) ; Seidman (1983)",
    "concentration": "Gini (1912) ; Herfindahl (1950), Hirschman (1945)",
    "reciprocity": f"Squartini et al. (2013) ; {_NULL}",
    "cycles": f"Iosifidis et al. (2018) ; {_NULL}",
    "circularity": _FLOW,
    "set_off": _FLOW,
    "set_off_stress": _FLOW,
    "invoice_set_off": _FLOW,
    "credit_health": f"{_OWN} ; 12 mois au-dessous de zéro : la règle de Sardex ; thésaurisation : l'expérience du WIR",
    "credit_risk": f"{_OWN} ; borne haute : Clopper et Pearson (1934)",
    "participation": f"{_OWN} ; inscrits à côté d'à jour : Moneko",
    "retention": "Kaplan et Meier (1958) ; Greenwood (1926)",
    "merchants": f"{_OWN} ; dons aux associations : Euskal Moneta",
    "hours": f"{_OWN} ; sphères : les Accorderies",
    "hour_balances": _OWN,
    "footprint": "Analyse entrées-sorties étendue à l'environnement ; les facteurs chargés",
    "comparison": "DerSimonian et Laird (1986) ; Efron (1979)",
}
"""By the name of the indicator."""
