"""What the wallet shows and asks when all goes well."""

from __future__ import annotations

SCREENS = {
    # labels
    "To": "À",
    "By": "De",
    "Amount": "Montant",
    "Account": "Compte",
    "Balance": "Solde",
    "Set aside": "Réservé",
    "You can spend": "Vous pouvez dépenser",
    "Then stays": "Il restera",
    "Whole price": "Prix entier",
    "In euros, apart": "En euros, à part",
    "Memo": "Mot",
    "Link": "Lien",
    "Open until": "Ouverte jusqu'au",
    "Sphere": "Sphère",
    "individual": "individuelle",
    "collective": "collective",
    "associative": "associative",
    "Entry": "Écriture",
    "Date": "Date",
    "Receipt": "Reçu",
    "Who": "Qui",
    "What": "Quoi",
    "Currency": "Monnaie",
    "Id": "Identifiant",
    "Name": "Nom",
    "Kind": "Genre",
    "Town": "Ville",
    "Takes": "Accepte",
    "Activity": "Activité",
    "Device": "Appareil",
    "State": "État",
    "Since": "Depuis",
    "Fingerprint": "Empreinte",
    "Community's key": "Clé de la communauté",
    "Paid to": "Payé à",
    "Checkpoint": "Point de contrôle",
    "Signed by": "Signé par",
    # values
    "without limit": "sans limite",
    "person": "particulier",
    "business": "entreprise",
    "association": "association",
    "public body": "organisme public",
    "revoked": "révoqué",
    "waiting": "en attente",
    "this device": "cet appareil",
    "this device, waiting": "cet appareil, en attente",
    "may pay": "peut payer",
    "no device": "aucun appareil",
    "the device with key {key}": "l'appareil de clé {key}",
    "covers {size} entries": "couvre {size} écritures",
    "{amount} minor units {currency}": "{amount} plus petites unités {currency}",
    "{amount} to {payee}, {moment}": "{amount} à {payee}, {moment}",
    # why an amount moved
    "payment": "paiement",
    "fee": "frais",
    "fee given back": "frais rendus",
    "refund": "remboursement",
    "correction": "correction",
    "set aside": "réservation",
    "given back": "rendu",
    "exchange": "change",
    "exchange back": "reconversion",
    "grant": "attribution",
    "expired": "expiré",
    "dues": "cotisation",
    "demurrage": "fonte",
    "left to the community": "laissé à la communauté",
    "debt settled": "dette réglée",
    "loss": "perte",
    "opening balance": "solde d'ouverture",
    "notes": "billets",
    # the wallet itself
    "Your wallet is ready in {folder}.": "Votre portefeuille est prêt dans {folder}.",
    "Keep the passphrase: nobody can give it back to you.": (
        "Gardez la phrase de passe : personne ne peut vous la redonner."
    ),
    "Next: ricochet-wallet enroll CODE --server URL, with the code of your community.": (
        "Ensuite : ricochet-wallet enroll CODE --server URL, avec le code de votre communauté."
    ),
    "Welcome {name}: this device is enrolled in {community}.": (
        "Bienvenue {name} : cet appareil est inscrit à {community}."
    ),
    "Receipts are checked against that key from now on. Next: ricochet-wallet balance": (
        "Les reçus sont désormais vérifiés avec cette clé. Ensuite : ricochet-wallet balance"
    ),
    "In case this device is lost, make a paper key now: ricochet-wallet paper": (
        "Au cas où cet appareil serait perdu, créez dès maintenant une clé sur papier : ricochet-wallet paper"
    ),
    "Welcome {name}: {community} knows this device. It may look; it may not pay yet.": (
        "Bienvenue {name} : {community} connaît cet appareil. Il peut regarder ; il ne peut pas encore payer."
    ),
    "On a device of yours that pays, compare the fingerprint and let it in: ricochet-wallet approve": (
        "Sur un de vos appareils qui paie, comparez l'empreinte et admettez celui-ci : ricochet-wallet approve"
    ),
    "Or use your paper key: ricochet-wallet approve this --paper": (
        "Ou prenez votre clé sur papier : ricochet-wallet approve this --paper"
    ),
    "Then it stands here as one that may pay: ricochet-wallet devices": (
        "Ensuite il figure ici parmi ceux qui peuvent payer : ricochet-wallet devices"
    ),
    "Another device was let in for you before this one. If it is not yours, ask your association who enrolled it.": (
        "Un autre appareil a été admis pour vous avant celui-ci. S'il n'est pas à vous, demandez à votre association qui "
        "l'a inscrit."
    ),
    "Does that device show the same fingerprint, and shall it pay in your name? [y/N]": (
        "Cet appareil montre-t-il la même empreinte, et doit-il payer en votre nom ? [o/N]"
    ),
    "{device} may pay now.": "{device} peut payer maintenant.",
    "Paper key: ": "Clé sur papier : ",
    "Write it down or print it, and keep it away from this machine: it is not shown again.": (
        "Écrivez-la ou imprimez-la, et gardez-la loin de cette machine : elle n'est plus montrée."
    ),
    "Whoever has it can pay in your name. With it you let a new device in:": (
        "Qui l'a peut payer en votre nom. Avec elle vous admettez un nouvel appareil :"
    ),
    "It is the last one that may pay: without another, or a paper key, your accounts are shut for ever.": (
        "C'est le dernier qui peut payer : sans un autre, ou une clé sur papier, vos comptes sont fermés pour toujours."
    ),
    "Passphrase: ": "Phrase de passe : ",
    "Choose a passphrase (at least {shortest} characters): ": (
        "Choisissez une phrase de passe (au moins {shortest} caractères) : "
    ),
    "The same once more: ": "La même encore une fois : ",
    "That is this device: it will not be able to pay any more.": "C'est cet appareil : il ne pourra plus payer.",
    "Revoke {device}? [y/N]": "Révoquer {device} ? [o/N]",
    "{device} is revoked: it cannot pay any more.": "{device} est révoqué : il ne peut plus payer.",
    "Written to {path}.": "Écrit dans {path}.",
    # paying
    "Pay now? [y/N]": "Payer maintenant ? [o/N]",
    "Paid {amount} to {payee}.": "Payé {amount} à {payee}.",
    "The server had recorded it already: it was paid once.": "Le serveur l'avait déjà noté : il a été payé une fois.",
    "You are {missing} short; the server will probably refuse.": (
        "Il manque {missing} ; le serveur va sans doute refuser."
    ),
    "That is this payment; nothing more was sent. To pay once more, run the command again.": (
        "C'est ce paiement-là ; rien de plus n'a été envoyé. Pour payer encore une fois, relancez la commande."
    ),
    "No answer yet; sending the same payment again. It cannot be paid twice.": (
        "Pas encore de réponse ; le même paiement est renvoyé. Il ne peut pas être payé deux fois."
    ),
    "This payment was not confirmed: {payment}.": "Ce paiement n'a pas été confirmé : {payment}.",
    "Not confirmed yet: {payment}. See: ricochet-wallet pending": (
        "Pas encore confirmé : {payment}. Voir : ricochet-wallet pending"
    ),
    "Send it again? It cannot be paid twice. [Y/n]": "Le renvoyer ? Il ne peut pas être payé deux fois. [O/n]",
    "Confirmed, and paid once: {payment} (entry {seq}).": "Confirmé, et payé une fois : {payment} (écriture {seq}).",
    "Refused, and not paid: {payment}. {reason}": "Refusé, et non payé : {payment}. {reason}",
    "Every payment is confirmed.": "Tous les paiements sont confirmés.",
    "This payment may have been made all the same: {payment}": "Ce paiement a peut-être été fait malgré tout : {payment}",
    "Forget it? [y/N]": "L'oublier ? [o/N]",
    "Forgotten.": "Oublié.",
    # requests
    "Waiting for the payment. Ctrl-C ends the waiting; the link stays good.": (
        "En attente du paiement. Ctrl-C arrête l'attente ; le lien reste bon."
    ),
    "{reason} Still waiting.": "{reason} L'attente continue.",
    "Paid: {amount} has arrived.": "Payé : {amount} sont arrivés.",
    "Reject this request? [y/N]": "Refuser cette demande ? [o/N]",
    "Rejected; nothing was paid.": "Refusée ; rien n'a été payé.",
    "Nobody found. Try a shorter name, or leave --sector and --place out.": (
        "Personne trouvé. Essayez un nom plus court, ou sans --sector ni --place."
    ),
    # receipts
    "Receipt of entry {seq} checked and written to {path}.": "Reçu de l'écriture {seq} vérifié et écrit dans {path}.",
    "Anybody can check it with: {command}": "Chacun peut le vérifier avec : {command}",
    "Verified offline against {origin}.": "Vérifié hors ligne avec la clé de {origin}.",
}
