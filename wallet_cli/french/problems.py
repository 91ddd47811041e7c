"""What the wallet says when something is wrong: what happened, and what to do."""

from __future__ import annotations

PROBLEMS = {
    # the command line
    "Missing: {name}.": "Il manque : {name}.",
    "There is no option {name}.": "L'option {name} n'existe pas.",
    "There is no command {name}.": "La commande {name} n'existe pas.",
    "Too much: {name}.": "De trop : {name}.",
    "Missing: a command.": "Il manque une commande.",
    "Nothing may follow {name}.": "Rien ne peut suivre {name}.",
    "Something must follow {name}.": "Il manque quelque chose après {name}.",
    "The value of {name} is not possible.": "La valeur de {name} n'est pas possible.",
    "{problem} See: {command} --help": "{problem} Voir : {command} --help",
    "Nobody is here to confirm; add --yes.": "Personne n'est là pour confirmer ; ajoutez --yes.",
    "{text} cannot be paid; give an amount above zero.": "{text} ne peut pas être payé ; donnez plus que zéro.",
    "{text} is not a time; write it like 1h30, 2h or 45min.": "{text} n'est pas une durée ; écrivez 1h30, 2h ou 45min.",
    "{text} is not an amount in {currency}; write it like {example}, with at most {scale} decimals.": (
        "{text} n'est pas un montant en {currency} ; écrivez par exemple {example}, avec au plus {scale} décimales."
    ),
    "{text} is not a duration; write it like 15m, 2h or 3d.": "{text} n'est pas une durée ; écrivez 15m, 2h ou 3j.",
    "--from is after --to.": "--from est après --to.",
    "Choose one of --csv and --json.": "Choisissez --csv ou --json.",
    "--output goes with --csv.": "--output va avec --csv.",
    # the wallet and its files
    "Stopped.": "Arrêté.",
    "{path}: {problem}.": "{path} : {problem}.",
    "There is a wallet in {folder} already; nothing was changed.": (
        "Il y a déjà un portefeuille dans {folder} ; rien n'a été changé."
    ),
    "{path} cannot be read: it is damaged. Put it back from a copy, or enrol again.": (
        "{path} est abîmé et ne peut pas être lu. Remettez-le d'une copie, ou inscrivez-vous à nouveau."
    ),
    "The keystore {path} cannot be read: it is damaged. Ask your community for a new code.": (
        "Le trousseau {path} est abîmé et ne peut pas être lu. Demandez un nouveau code à votre communauté."
    ),
    "The keystore {path} is missing. Ask your community for a new code.": (
        "Le trousseau {path} manque. Demandez un nouveau code à votre communauté."
    ),
    "This is not the passphrase of this wallet.": "Ce n'est pas la phrase de passe de ce portefeuille.",
    "The two are not the same; nothing was made. Try again.": (
        "Les deux ne sont pas les mêmes ; rien n'a été créé. Recommencez."
    ),
    "A passphrase has at least {shortest} characters.": "Une phrase de passe a au moins {shortest} caractères.",
    "The passphrase file {path} cannot be read.": "Le fichier {path} de la phrase de passe ne peut pas être lu.",
    "The passphrase is needed: set RICOCHET_WALLET_PASSPHRASE or RICOCHET_WALLET_PASSPHRASE_FILE.": (
        "Il faut la phrase de passe : donnez RICOCHET_WALLET_PASSPHRASE ou RICOCHET_WALLET_PASSPHRASE_FILE."
    ),
    "Another command of this wallet is at work; wait until it ends and try again.": (
        "Une autre commande de ce portefeuille est en cours ; attendez sa fin et recommencez."
    ),
    # enrolment
    "This wallet is not enrolled. Ask your community for a code, then: ricochet-wallet enroll CODE --server URL": (
        "Ce portefeuille n'est pas inscrit. Demandez un code à votre communauté, puis : "
        "ricochet-wallet enroll CODE --server URL"
    ),
    "This wallet is enrolled in {codes}; say which one with --community.": (
        "Ce portefeuille est inscrit à {codes} ; dites à laquelle avec --community."
    ),
    "This wallet is not enrolled in {code}; it is enrolled in {codes}.": (
        "Ce portefeuille n'est pas inscrit à {code} ; il l'est à {codes}."
    ),
    "{link} is not a link to enrol with; it looks like https://example.org/e/CODE": (
        "{link} n'est pas un lien d'inscription ; il ressemble à https://example.org/e/CODE"
    ),
    "Which server? Add --server https://… as your community told you.": (
        "Quel serveur ? Ajoutez --server https://… comme votre communauté vous l'a dit."
    ),
    "The server's key for {name} is not in order; nothing was enrolled.": (
        "La clé du serveur pour {name} n'est pas en ordre ; rien n'a été inscrit."
    ),
    "{name} shows another key than the one you enrolled with. Ask your community before you go on.": (
        "{name} montre une autre clé que celle de votre inscription. Demandez à votre communauté avant de continuer."
    ),
    "This device was revoked in {name}. Ask your community for a new code.": (
        "Cet appareil a été révoqué à {name}. Demandez un nouveau code à votre communauté."
    ),
    "You have no device {device}; ricochet-wallet devices lists them.": (
        "Vous n'avez pas d'appareil {device} ; ricochet-wallet devices les montre."
    ),
    "Several devices are called {device}; give the id.": "Plusieurs appareils s'appellent {device} ; donnez l'identifiant.",
    "Nothing was revoked.": "Rien n'a été révoqué.",
    "None of your devices waits.": "Aucun de vos appareils n'attend.",
    "Several devices wait; say which one: {devices}": "Plusieurs appareils attendent ; dites lequel : {devices}",
    "This key does not sign for your accounts, so it lets nobody in. Use one that does.": (
        "Cette clé ne signe pas pour vos comptes, donc elle n'admet personne. Prenez-en une qui signe."
    ),
    "This device may not pay yet, so it cannot make a paper key. Let it in first.": (
        "Cet appareil ne peut pas encore payer, donc il ne peut pas créer de clé sur papier. Admettez-le d'abord."
    ),
    "The server shows two keys for {device}; nothing was signed. Tell your community.": (
        "Le serveur montre deux clés pour {device} ; rien n'a été signé. Dites-le à votre communauté."
    ),
    "A key that is none of your devices may pay from {accounts}: {fingerprint}. Ask your association who put it there, and "
    "pay nothing into these accounts until you know.": (
        "Une clé qui n'est d'aucun de vos appareils peut payer depuis {accounts} : {fingerprint}. Demandez à votre "
        "association qui l'a mise là, et ne versez rien sur ces comptes avant de le savoir."
    ),
    # the paper key
    "{sign} is no sign of a paper key. Type it again.": "{sign} n'est pas un signe d'une clé sur papier. Retapez-la.",
    "A paper key has {wanted} letters and digits; these are {found}. Type it again.": (
        "Une clé sur papier a {wanted} lettres et chiffres ; ceci en a {found}. Retapez-la."
    ),
    "A sign of this paper key was misread, or it is of something else. Type it again.": (
        "Un signe de cette clé sur papier est mal lu, ou c'est autre chose. Retapez-la."
    ),
    "The file {path} of the paper key cannot be read.": "Le fichier {path} de la clé sur papier ne peut pas être lu.",
    "The paper key is needed: set RICOCHET_WALLET_PAPER_FILE.": (
        "Il faut la clé sur papier : donnez RICOCHET_WALLET_PAPER_FILE."
    ),
    # the server
    "{url} is not the address of a server; write it like https://example.org": (
        "{url} n'est pas l'adresse d'un serveur ; écrivez par exemple https://example.org"
    ),
    "{url} is not encrypted: others could read your key. Use https, or --insecure on a network you trust.": (
        "{url} n'est pas chiffré : d'autres pourraient lire votre clé. Prenez https, ou --insecure sur un réseau sûr."
    ),
    "The server {url} cannot be reached. Check your connection and try again.": (
        "Le serveur {url} est injoignable. Vérifiez votre connexion et recommencez."
    ),
    "The connection was lost before the server answered.": "La connexion s'est perdue avant la réponse du serveur.",
    "The server at {url} answered {status}.": "Le serveur {url} a répondu {status}.",
    "The server's answer is not understood ({where}). Is the wallet too old for it?": (
        "La réponse du serveur n'est pas comprise ({where}). Ce portefeuille est-il trop ancien ?"
    ),
    "What answers at this address is not a Ricochet server.": "Ce qui répond à cette adresse n'est pas un serveur Ricochet.",
    "The server is in trouble; try again later.": "Le serveur a un problème ; réessayez plus tard.",
    "Too many requests for now; wait a minute and try again.": "Trop de demandes ; attendez une minute et recommencez.",
    "The server does not know this device any more. Was it revoked? Ask your community for a new code.": (
        "Le serveur ne connaît plus cet appareil. A-t-il été révoqué ? Demandez un nouveau code à votre communauté."
    ),
    # whom and what to pay
    "How much? For example: ricochet-wallet pay {payee} 12.50": "Combien ? Par exemple : ricochet-wallet pay {payee} 12,50",
    "{name} has no account that can be paid.": "{name} n'a pas de compte qu'on puisse payer.",
    "{name} takes {currencies}, and you have no such account.": "{name} accepte {currencies}, et vous n'en avez pas.",
    "{name} has several accounts; give the one to pay: {accounts}": (
        "{name} a plusieurs comptes ; donnez celui à payer : {accounts}"
    ),
    "{name} has no account in {currency}, or several; give its id.": (
        "{name} n'a pas de compte en {currency}, ou plusieurs ; donnez l'identifiant."
    ),
    "You have several accounts; say which one pays: --from {accounts}": (
        "Vous avez plusieurs comptes ; dites lequel paie : --from {accounts}"
    ),
    "You have several accounts; say which one receives: --to {accounts}": (
        "Vous avez plusieurs comptes ; dites lequel reçoit : --to {accounts}"
    ),
    "Say in which currency: --currency {codes}": "Dites dans quelle monnaie : --currency {codes}",
    "You have no account in {currency}.": "Vous n'avez pas de compte en {currency}.",
    "You have no such account; ricochet-wallet balance lists them.": (
        "Vous n'avez pas ce compte ; ricochet-wallet balance les montre."
    ),
    "{account} is none of your accounts; ricochet-wallet balance lists them.": (
        "{account} n'est pas un de vos comptes ; ricochet-wallet balance les montre."
    ),
    "That is your own account.": "C'est votre propre compte.",
    "An exchange of time has no price in euros; leave --deal out.": (
        "Un échange de temps n'a pas de prix en euros ; enlevez --deal."
    ),
    "--deal is the whole price, at least the amount that is paid here.": (
        "--deal est le prix entier, au moins le montant payé ici."
    ),
    "{text} is not a payment link; one looks like https://example.org/p/…": (
        "{text} n'est pas un lien de paiement ; il ressemble à https://example.org/p/…"
    ),
    "A payment link says how much and what for; leave amount, --currency and --memo out.": (
        "Un lien de paiement dit combien et pourquoi ; enlevez le montant, --currency et --memo."
    ),
    "This request is not open any more.": "Cette demande n'est plus ouverte.",
    "This request has been paid already; nothing was paid now.": (
        "Cette demande a déjà été payée ; rien n'a été payé maintenant."
    ),
    "This request was rejected; ask for a new link.": "Cette demande a été refusée ; demandez un nouveau lien.",
    "This request has expired; ask for a new link.": "Cette demande a expiré ; demandez un nouveau lien.",
    "The request was rejected; nothing was paid.": "La demande a été refusée ; rien n'a été payé.",
    "The request has expired; nothing was paid.": "La demande a expiré ; rien n'a été payé.",
    # how a payment ended
    "Nothing was paid.": "Rien n'a été payé.",
    "Nothing was changed.": "Rien n'a été changé.",
    "{reason} Nothing was paid.": "{reason} Rien n'a été payé.",
    "It is not known whether the payment of {payment} was made: {reason} Send it again with the same command, or with: "
    "ricochet-wallet pending --send. It cannot be paid twice.": (
        "On ne sait pas si le paiement de {payment} a été fait : {reason} Renvoyez-le avec la même commande, ou avec : "
        "ricochet-wallet pending --send. Il ne peut pas être payé deux fois."
    ),
    "Nothing was paid. Settle the unconfirmed payment first: ricochet-wallet pending": (
        "Rien n'a été payé. Réglez d'abord le paiement non confirmé : ricochet-wallet pending"
    ),
    "Not every payment could be confirmed; send again later. None can be paid twice.": (
        "Tous les paiements n'ont pas pu être confirmés ; renvoyez plus tard. Aucun ne peut être payé deux fois."
    ),
    "There is no unconfirmed payment {id}.": "Il n'y a pas de paiement non confirmé {id}.",
    "A payment may be on its way; see: ricochet-wallet pending. It cannot be paid twice.": (
        "Un paiement est peut-être en route ; voir : ricochet-wallet pending. Il ne peut pas être payé deux fois."
    ),
    "{path} holds an unconfirmed payment and cannot be read. Compare your history before you remove it.": (
        "{path} contient un paiement non confirmé et ne peut pas être lu. Comparez votre historique avant de l'enlever."
    ),
    "The server's receipt is of another payment than the one that you signed. Tell your community.": (
        "Le reçu du serveur est d'un autre paiement que celui que vous avez signé. Dites-le à votre communauté."
    ),
    # receipts
    "{entry} is no entry; give its number, the id of the payment, or `last`.": (
        "{entry} n'est pas une écriture ; donnez son numéro, l'identifiant du paiement, ou `last`."
    ),
    "There is no such entry in your accounts; ricochet-wallet history lists them.": (
        "Cette écriture n'est pas dans vos comptes ; ricochet-wallet history les montre."
    ),
    "{path} cannot be read; is the name right?": "{path} ne peut pas être lu ; le nom est-il juste ?",
    "No key is pinned for {origin}: this wallet is not enrolled there. Get the community's key from somebody you trust and "
    "add --vkey.": (
        "Aucune clé n'est retenue pour {origin} : ce portefeuille n'y est pas inscrit. Demandez la clé de la communauté à "
        "quelqu'un de confiance et ajoutez --vkey."
    ),
    "NOT VERIFIED. Part that failed: {part}: {said}. Do not accept this receipt.": (
        "NON VÉRIFIÉ. Partie en défaut : {part} : {said}. N'acceptez pas ce reçu."
    ),
    "this is not a receipt file": "ce n'est pas un fichier de reçu",
    "the key is not the one that you trust for this community": "la clé n'est pas celle que vous croyez pour cette communauté",
    "the receipt and its key are of different communities": "le reçu et sa clé sont de communautés différentes",
    "the community's signature on the checkpoint does not hold": (
        "la signature de la communauté sur le point de contrôle n'est pas valable"
    ),
    "the checkpoint counts another number of entries than the receipt": (
        "le point de contrôle compte un autre nombre d'écritures que le reçu"
    ),
    "the checkpoint does not cover this entry": "le point de contrôle ne couvre pas cette écriture",
    "the entry is not the one that the community signed: entry or proof was altered": (
        "l'écriture n'est pas celle que la communauté a signée : l'écriture ou la preuve a été modifiée"
    ),
    "the entry cannot be read or is not the one that the receipt names": (
        "l'écriture ne peut pas être lue ou n'est pas celle que le reçu désigne"
    ),
    "the entry is of another community": "l'écriture est d'une autre communauté",
    "the signature of who paid does not hold": "la signature de qui a payé n'est pas valable",
    "the steps from the community's former key to its present one cannot be read": (
        "le passage de l'ancienne clé de la communauté à la clé actuelle ne peut pas être lu"
    ),
    "a field of the file is missing or wrong": "un champ du fichier manque ou est faux",
}
