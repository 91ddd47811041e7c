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
        "the journal mirrors no reserve in euros",
        "le journal ne tient pas de réserve en euros",
    ),
    "no_conventions": (
        "no convention with another community is known",
        "aucune convention connue avec une autre communauté",
    ),
    "no_area": ("no account has a known area", "aucun compte n'a de territoire connu"),
    "no_sector": ("no account has a known sector", "aucun compte n'a de secteur connu"),
    "one_area": ("all accounts are of one area", "tous les comptes sont d'un même territoire"),
    "no_kind": ("no account has a known kind", "aucun compte n'a de type connu"),
    "no_receipts": ("nobody concerned received anything", "aucune recette chez les intéressés"),
    "no_candidate": (
        "no supplier is missing that would add to it",
        "aucun fournisseur manquant n'y ajouterait",
    ),
    "no_spread": ("random networks all give the same", "tous les réseaux aléatoires donnent la même valeur"),
    "too_many_links": (
        "not computed for every random network above 20,000 links",
        "non calculé pour chaque réseau aléatoire au-delà de 20 000 liens",
    ),
    "no_balance": ("nobody held money at the start", "personne ne détenait de monnaie au début"),
    "no_credit_line": ("no account has a credit line", "aucun compte n'a de ligne de crédit"),
    "too_large": ("the sums are too large for the solver", "les montants dépassent la capacité du solveur"),
    "needs_accounts": (
        "firms' purchases are not loaded: --with accounts=FILE",
        "achats non chargés : --with accounts=FICHIER",
    ),
    "needs_io_table": (
        "no input-output table is loaded: --with io_table=FOLDER",
        "aucun tableau entrées-sorties chargé : --with io_table=DOSSIER",
    ),
    "needs_factors": (
        "no environmental factors are loaded: --with factors=FOLDER",
        "aucun facteur environnemental chargé : --with factors=DOSSIER",
    ),
    "no_sources": (
        "nobody declared where issued money comes from: --with sources=FILE",
        "origine des émissions non déclarée : --with sources=FICHIER",
    ),
    "nothing_redeemed": ("nothing was redeemed", "rien n'a été reconverti"),
    "needs_counterfactual": (
        "the factors name nothing that would have been bought instead",
        "les facteurs ne disent pas ce qui aurait été acheté à la place",
    ),
    "no_jobs": ("the table has no jobs", "le tableau ne donne pas d'emplois"),
    "no_wages": ("the table has no wages", "le tableau ne donne pas de salaires"),
    "never_at_zero": ("no balance came back to zero", "aucun solde n'est revenu à zéro"),
    "no_lines": ("no account has a credit line", "aucun compte n'a de ligne de crédit"),
    "no_debt": ("nobody was in debt at a month's end", "personne n'était en dette en fin de mois"),
    "no_defaults": ("no debt was lost", "aucune dette perdue"),
    "one_pilot": ("fewer than two pilots with an interval", "moins de deux expérimentations avec intervalle"),
    "hidden": ("kept secret: too few are behind it", "gardé secret : trop peu de monde derrière"),
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
    "starting_gifts_apart": (
        "hours given for a start are not hours exchanged: told by coming first, from the association, at the usual amount",
        "le don de bienvenue n'est pas un échange : premier mouvement, venu de l'association, au montant usuel",
    ),
    "no_loss_seen": (
        "no debt was lost in the window: that bounds the risk (the upper figure), it does not make it nothing",
        "aucune perte sur la période : le risque en est borné (chiffre haut), non pas nul",
    ),
    "kept_may_come_from_before": (
        "what is paid on or redeemed may come from receipts before the window",
        "ce qui est redépensé ou reconverti peut venir de recettes antérieures à la période",
    ),
    "few": (
        "fewer than 30 members: counts only, nothing inferred",
        "moins de 30 membres : seulement des comptages, aucune inférence",
    ),
    "seeded": (
        "chance enters, always from the same seed: the figures come out again",
        "une part de hasard, toujours de la même graine : les chiffres se retrouvent",
    ),
    "payments_as_debts": (
        "the payments of the window are taken as if they had been debts open at once",
        "les paiements de la période sont pris comme des dettes ouvertes en même temps",
    ),
    "proposals_cut": (
        "the 1,000 largest reductions are shown; the set-off holds only with all of them",
        "les 1 000 plus fortes réductions sont montrées ; la compensation ne tient qu'avec toutes",
    ),
    "consent_needed": (
        "a proposal: each party must consent",
        "une proposition : chaque partie doit consentir",
    ),
    "candidate_assumptions": (
        "a candidate is taken to buy from and sell to the members whose payments its sector could have served",
        "un candidat est supposé acheter et vendre aux membres dont son secteur aurait pu servir les paiements",
    ),
    "candidates_not_all_solved": (
        "not every candidate was solved; those left out are bounded from above",
        "tous les candidats n'ont pas été résolus ; les autres sont bornés par le haut",
    ),
    "convention_nef": (
        "rounds by the convention of the New Economics Foundation: the first is what was issued",
        "tours selon la convention de la New Economics Foundation : le premier est l'émission",
    ),
    "spent_from_before": (
        "some spent more than they received: the rest came from balances held before",
        "certains ont dépensé plus qu'ils n'ont reçu : le reste venait de soldes antérieurs",
    ),
    "unknown_origin": (
        "some money redeemed came from before the record or the window",
        "une part de la monnaie reconvertie date d'avant le registre ou la période",
    ),
    "largest_businesses_only": (
        "the table lists the businesses with the most receipts; the sums are of all",
        "le tableau liste les plus grosses recettes ; les sommes portent sur tous",
    ),
    "kinds_unknown": ("some accounts have no known kind", "certains comptes n'ont pas de type connu"),
    "paper_untraced": (
        "payments in notes leave no trace and are not among them",
        "les paiements en billets ne laissent pas de trace et n'y figurent pas",
    ),
    "area_partly_unknown": (
        "some payments have a side without a known area",
        "certains paiements ont un côté sans territoire connu",
    ),
    "sector_partly_unknown": (
        "some payments have a side without a known sector",
        "certains paiements ont un côté sans secteur connu",
    ),
    "unknown_area_left_out": (
        "accounts without a known area are left out",
        "les comptes sans territoire connu sont écartés",
    ),
    "needs_accounts": (
        "what firms buy outside is not loaded: --with accounts=FILE",
        "achats extérieurs des entreprises non chargés : --with accounts=FICHIER",
    ),
    "sectors_by_division": (
        "sectors are the divisions of the codes, what stands before the point: there are more than 100 codes",
        "secteurs par division du code, avant le point : il y a plus de 100 codes",
    ),
    "sources_assumed": (
        "no source is declared: funders count as benefits, public bodies as public wages, the rest as unknown",
        "aucune source déclarée : financeurs comptés en prestations, collectivités en salaires publics, le reste inconnu",
    ),
    "not_made_regional": (
        "the table is a nation's and has no jobs of the region: local supply is overstated",
        "tableau national sans emplois de la région : l'offre locale est surestimée",
    ),
    "modelled": (
        "modelled, not measured: what would have been bought instead is an assumption",
        "modélisé, non mesuré : ce qui aurait été acheté à la place est une hypothèse",
    ),
    "score_without_jobs": (
        "jobs are not in the score: the table has none",
        "score sans les emplois : absents du tableau",
    ),
    "score_without_footprint": (
        "footprints are not in the score: no factors are loaded",
        "score sans l'empreinte : aucun facteur chargé",
    ),
    "score_without_coverage": (
        "needs of members are not in the score: none are loaded",
        "score sans les besoins des membres : non chargés",
    ),
    "not_ranked_where_intervals_overlap": (
        "a place is given only to a pilot whose interval meets no other's; the others cannot be told apart",
        "un rang n'est donné qu'à une expérimentation dont l'intervalle n'en rencontre aucun autre",
    ),
    "models_differ": (
        "these are currencies of different kinds: credit, euros, hours and purses do not turn alike",
        "ces monnaies sont de natures différentes : crédit, euros, heures et titres ne tournent pas de même",
    ),
    "hidden": (
        "what few members are behind is withheld: under 3 professionals and under 11 persons, or one above 85 %",
        "secret statistique : moins de 3 professionnels et moins de 11 personnes, ou un seul au-delà de 85 %",
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
