"""How each indicator is computed, in French: the same numbers as its `formula`."""

from __future__ import annotations

_CHANCE = (
    "Au hasard : jusqu'à 100 réseaux (20 à partir de 100\u202f000 liens) où chaque membre a autant de payeurs "
    "et de payés, obtenus en échangeant les payés de paires de liens tirées au sort (graine 20260101) ; z "
    "= (observé - moyenne) / écart-type. Non donné au-dessous de 30 membres."
)
_SET_OFF = (
    "dettes w ; f avec 0 <= f <= w et la même position nette de chacun que w, somme de f minimale ; "
    "compensé = somme w - somme f. Dette nette = somme des positions nettes positives. Exact, en unités "
    "mineures"
)

FORMULAS: dict[str, str] = {
    "forms": "somme des paiements par forme du compte du payeur",
    "circulation": (
        "M(t) = somme de max(solde, 0) des comptes des membres ; moyenne = intégrale de M sur la période "
        "/ sa durée, fonction en escalier exacte ; billets à part, leur détenteur est inconnu"
    ),
    "stock_flow": (
        "écart = M(fin) - M(début) - (émis - reconverti - fonte - frais + versé par la communauté moins "
        "ce qui lui est versé + corrections + passé en perte + apporté + crédit tiré - crédit remboursé)"
    ),
    "velocity": (
        "V = paiements entre membres de titulaires différents sur la période / (M moyen x sa durée) ; par "
        "territoire ou secteur, paiements du payeur sur les soldes des mêmes comptes"
    ),
    "stationarity": (
        "paiements / (M x durée) ; 1 / durée moyenne de détention de ce qui est dépensé, à crédit 0 [plus "
        "ancien d'abord, plus récent d'abord] ; densité de l'âge de la monnaie en 0, d'après la part de "
        "moins de 28 jours à la fin"
    ),
    "holding": (
        "T = somme de montant x durée de détention / somme des montants, pour les détentions closes par "
        "un paiement dans la période, [LIFO, au prorata, FIFO] ; celles closes par une reconversion ou "
        "une fonte, ou encore ouvertes, sont écartées ; datées de leur fin, et au compte du détenteur. "
        "1/T ; solde effectif = volume x T / durée ; part immobile = 1 - solde effectif / M. La fonte "
        "prend le plus ancien d'abord. Avec crédit : tous les paiements, ceux à crédit détenus 0 jour"
    ),
    "age": (
        "part de M en lots de plus de 30, 90, 365 jours à la fin de la période : le plus ancien d'abord "
        "en laisse le moins, le plus récent d'abord le plus ; dormant : solde positif sans sortie depuis "
        "90 jours"
    ),
    "credit_age": (
        "l'appariement des durées de détention sur la partie négative des soldes, [LIFO, au prorata, "
        "FIFO] ; le crédit encore tiré a son âge à la fin de la période"
    ),
    "demurrage": "fonte prélevée sur la période / intégrale de M sur la période, par an",
    "in_and_out": (
        "Sommes des mouvements entre membres et communauté par nature ; solde = solde précédent + entrées "
        "− sorties."
    ),
    "guarantee": (
        "Réserve ÷ Σ max(b, 0) par forme à la fin. Jauges : paiements des 365,25 derniers jours, et "
        "circulation, ÷ 1 M€."
    ),
    "paths": (
        "Paiements aux professionnels par type de payeur et secteur du payé ; leurs paiements, "
        "reconversions et prélèvements de la même période ; gardé = max(0, recettes − ceux-ci). Les huit "
        "plus grands secteurs sont nommés."
    ),
    "recirculation": (
        "recettes + émis + … = redépensé + reconverti + frais + fonte + variation du solde, exactement "
        "(reste 0) ; recirculation = redépensé / recettes, reconversion = reconverti / recettes, "
        "remboursements ôtés des deux côtés ; non reconverti = 1 - reconverti / volume ; découvert : ce "
        "qui, de chaque recette, ne fait que le combler."
    ),
    "pairs": "somme des paiements entre titulaires différents par type de payeur et de payé",
    "rounds": (
        "g émis par titulaire, T paiements entre titulaires, inc = g + sommes des colonnes de T, Q = T / "
        "inc par ligne ; R1 = somme g, R2 = somme gQ, R3 = somme gQQ ; LM3 = (R1+R2+R3)/R1 ; limite = 1 + "
        "somme T / somme g. Territoire : seuls les liens internes à un territoire restent dans Q. "
        "Professionnels : g est ce qu'ils ont reçu des autres, Q entre eux."
    ),
    "trajectories": (
        "chaque paiement prend la monnaie la plus ancienne du compte (FIFO) ou la plus récente (LIFO) ; "
        "pondéré par le montant ; 10 veut dire 10 et plus"
    ),
    "leakage": (
        "reconverti / recettes + payé dans un autre territoire / recettes + achats extérieurs déclarés / "
        "recettes ; couverture = recettes des professionnels ayant déclaré / toutes les recettes"
    ),
    "area_flows": (
        "somme des paiements par territoire du payeur et du payé ; part propre = paiements internes / "
        "tous les paiements des membres du territoire"
    ),
    "crossings": (
        "somme des paiements au compte qui représente l'autre communauté, et de ceux qui en viennent, par mois (UTC)"
    ),
    "sector_flows": "somme des paiements par secteur du payeur et du payé ; les particuliers sans secteur à part",
    "bases": (
        "émissions par base de leur source, en part des émissions de base connue ; redépensé = R2 / R1 et "
        "LM3 de chaque base ; multiplicateur = (émis + paiements) / émis"
    ),
    "input_output": (
        "A = Z / x, L = (I - A)^-1 ; type I = sommes des colonnes de L ; type II en y fermant les ménages "
        "; fuite = importations x L ; fuite + retenu = 1. Régional : a = a_national x min(1, FLQ), FLQ = "
        "log2(1 + E_r/E_n)^delta x SLQ_i / SLQ_j, delta 0,25, bande de 0,2 à 0,35"
    ),
    "import_substitution": (
        "manque = importations du produit ; autosuffisance = offre / (offre + manque) ; production = 0,1 "
        "x manque x type I ; place = manque / chiffre d'affaires médian ; parenté = intrants de secteurs "
        "au quotient de localisation d'au moins 0,7 ; carbone = 0,1 x manque x (M importé - M local) ; "
        "signal = monnaie reconvertie, selon ce qu'achètent ses détenteurs ; front : Pareto ; score : "
        "potentiel x dépendance x empreinte x (1 - couverture)"
    ),
    "missing_suppliers": (
        "Un candidat se voit offrir l'excédent (reçu - payé) de chaque membre du territoire, dans la part "
        "que des acheteurs semblables dépensent dans le secteur, et achète comme les professionnels de "
        "son secteur. Ajout = compensation avec lui - compensation sans lui. Les candidats sont résolus "
        "dans l'ordre d'une borne tirée du dual ; les autres montrent cette borne"
    ),
    "modularity": (
        "part interne - somme sur les territoires de payé * reçu / W^2 ; paiements de territoire inconnu "
        "écartés ; modularité non donnée au-dessous de 30 membres de territoire connu"
    ),
    "communities": (
        "Leiden sur les montants orientés ; accord = 2 I / (H1 + H2) pour les membres de territoire connu "
        "(NMI). Une bonne partition parmi d'autres, la même pour les mêmes données sur le même système. "
        "Non donné au-dessous de 30 membres."
    ),
    "tenths": "Courbe de Lorenz des recettes par titulaire, aux dixièmes (n ≥ 30).",
    "connectedness": (
        "Paiements additionnés par (payeur, payé), comptes d'un même titulaire réunis. Partie fortement "
        "connexe : tous s'y atteignent en suivant les liens ; connexe : quel que soit leur sens. k-cœur : "
        "membres ayant au moins k partenaires entre eux."
    ),
    "concentration": (
        "Gini = (2 somme i x_i - (n+1) somme x) / (n somme x), x croissant, membres ayant un paiement "
        "dans la période ; HHI = somme de (part de payé + reçu)^2. Non donné au-dessous de 30 membres."
    ),
    "reciprocity": f"liens ayant un lien retour / liens ; somme de min(w_ij, w_ji) / somme de w_ij. {_CHANCE}",
    "cycles": f"trace(A^3) / 3 de la matrice 0/1 des liens. {_CHANCE}",
    "circularity": (
        f"{_SET_OFF} ; circularité = compensé / volume. Au hasard : comme pour la réciprocité, chaque "
        "montant restant à son payeur ; pas au-delà de 20\u202f000 liens"
    ),
    "set_off": (
        f"{_SET_OFF}. Avec liquidité : chacun peut aussi payer sur son solde du début de la période et ses "
        "lignes de crédit de la fin, et recevoir jusqu'à son plafond. Au plus 1\u202f000 propositions sont "
        "montrées"
    ),
    "set_off_stress": f"{_SET_OFF} ; puis sans aucun lien du membre aux plus fortes recettes",
    "invoice_set_off": f"{_SET_OFF}. Au plus 1\u202f000 propositions sont montrées",
    "credit_health": (
        "Usage des lignes : Σ max(−b, 0) ÷ Σ ligne. Bloqué : |b| au-dessus de la moitié de la ligne sans "
        "passage par zéro depuis 12 mois. Thésaurisé : au-delà de 5 lignes, ou de 6 mois de ventes sans "
        "ligne. Ligne suggérée : min(3 mois de ventes, 30\u202f000)."
    ),
    "credit_risk": (
        "p = dettes passées en perte ÷ comptes-mois en dette ; sur un an : 1 − (1 − p)^12, avec sa borne "
        "haute à 95 %. Perte attendue : Σ dette × p × (passé en perte ÷ (passé en perte + payé en euros)) "
        "; provision : ÷ Σ max(b, 0). Décote : dette des comptes bloqués ÷ Σ max(b, 0)."
    ),
    "participation": (
        "Inscrits : entrés avant la fin et non partis. Actifs : au moins un paiement, fait ou reçu, dans "
        "les 90 (30) derniers jours. Renouvellement : à jour à la fin ÷ entrés un an avant ou plus."
    ),
    "retention": (
        "Kaplan-Meier : S(t) = Π (1 − d/n). Une vie va du premier paiement au dernier ; qui s'est tu 90 "
        "jours avant la fin, ou est parti, a quitté à son dernier paiement ; les autres sont censurés à "
        "la fin. 95 % selon Greenwood, n ≥ 30."
    ),
    "merchants": (
        "Accepte : un compte ouvert à la fin. Actif : un paiement dans les 90 derniers jours. N'a jamais "
        "reconverti : parmi les professionnels ayant déjà reçu. 10 premiers : leurs recettes ÷ tous les "
        "paiements (n ≥ 30). Part des dons : dons des fonds propres et communs de la communauté ÷ autres "
        "émissions."
    ),
    "hours": (
        "Indice d'équilibre d'un membre : 1 − |reçu − donné| ÷ (reçu + donné) ; la médiane, et celui des "
        "sommes."
    ),
    "hour_balances": (
        "Jours jusqu'à zéro : durée médiane entre le moment où l'on quitte 0 et celui où l'on y revient "
        "ou le traverse, pour les excursions closes dans la période. Étendue : 90e − 10e centile (n ≥ "
        "30). Association : ce que tiennent ses propres comptes, l'inverse de tous les membres."
    ),
    "footprint": (
        "somme sur les secteurs des achats x M, M = S L ; évité = part remplacée x achats x (M importé - "
        "M local), entre les deux parts que donne le fichier"
    ),
    "comparison": (
        "Intervalles à 95 % : membres retirés au sort avec tout ce qu'ils ont payé et détenu, 400 fois "
        "(40 pour la compensation), centrés sur la valeur, n ≥ 30. Rang : seulement si l'intervalle n'en "
        "croise aucun autre. Ensemble : effets aléatoires."
    ),
}
"""By the name of the indicator."""
