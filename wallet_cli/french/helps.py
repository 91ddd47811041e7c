"""What `--help` says."""

from __future__ import annotations

HELPS = {
    "Pay and be paid in your local currency.": "Payez et soyez payé dans votre monnaie locale.",
    # commands
    "Make a new wallet on this machine.": "Créer un portefeuille sur cette machine.",
    "Enrol this device with a code from your community.": "Inscrire cet appareil avec un code de votre communauté.",
    "List your devices that may pay, or wait to.": "Voir vos appareils qui peuvent payer, ou attendent.",
    "Let a further device of yours pay.": "Permettre à un autre de vos appareils de payer.",
    "Make a key on paper, for when a device is lost.": "Créer une clé sur papier, pour le jour où un appareil est perdu.",
    "Take a lost device's right to pay away.": "Retirer à un appareil perdu le droit de payer.",
    "Show what you have.": "Voir ce que vous avez.",
    "Show your last movements.": "Voir vos derniers mouvements.",
    "Find where you can spend.": "Trouver où dépenser.",
    "Show or export every movement of a period.": "Voir ou exporter tous les mouvements d'une période.",
    "Pay a member by name, an account, or a payment link.": "Payer un membre par son nom, un compte ou un lien.",
    "Pay what a payment link asks for.": "Payer ce que demande un lien de paiement.",
    "Say no to a payment link.": "Refuser un lien de paiement.",
    "Settle payments whose answer was lost.": "Régler les paiements dont la réponse s'est perdue.",
    "Ask to be paid: a QR code and a link.": "Demander un paiement : un code QR et un lien.",
    "Receipts that prove a payment without the server.": "Les reçus qui prouvent un paiement sans le serveur.",
    "Fetch a payment's receipt, check it and keep it.": "Obtenir le reçu d'un paiement, le vérifier, le garder.",
    "Check a receipt file; needs no network.": "Vérifier un reçu, sans réseau.",
    # options of every command
    "Answer in JSON; amounts in minor units.": "Répondre en JSON, montants dans la plus petite unité.",
    "Language: en or fr.": "Langue : en ou fr.",
    "Code of the community, when enrolled in several.": "Code de la communauté, si vous êtes dans plusieurs.",
    "Do not ask.": "Ne pas demander confirmation.",
    # enrolment and devices
    "Address of your community's server.": "Adresse du serveur de votre communauté.",
    "Allow http without encryption to another machine.": "Permettre http sans chiffrement vers une autre machine.",
    "Code or link that your community gave you; it works once.": (
        "Code ou lien donné par votre communauté ; il sert une fois."
    ),
    "What this device is called in your list of devices.": "Le nom de cet appareil dans votre liste.",
    "Id or name of the device, as `devices` shows it; `this` for this one.": (
        "Identifiant ou nom de l'appareil, comme `devices` le montre ; `this` pour celui-ci."
    ),
    "Id or name of the device that waits, when several do; `this` for this one.": (
        "Identifiant ou nom de l'appareil qui attend, s'il y en a plusieurs ; `this` pour celui-ci."
    ),
    "Let this device in with your paper key.": "Admettre cet appareil avec votre clé sur papier.",
    "Sign with your paper key instead of this device's.": "Signer avec votre clé sur papier au lieu de celle de l'appareil.",
    # accounts
    "Id of one of your accounts.": "Identifiant d'un de vos comptes.",
    "Id of your account that pays, when you have several.": "Identifiant du compte qui paie, si vous en avez plusieurs.",
    "Id of your account that receives, when you have several.": (
        "Identifiant du compte qui reçoit, si vous en avez plusieurs."
    ),
    "Code of the currency, when you have several.": "Code de la monnaie, si vous en avez plusieurs.",
    "How many lines of each account.": "Nombre de lignes par compte.",
    "First day, such as 2026-11-01.": "Premier jour, par exemple 2026-11-01.",
    "Last day.": "Dernier jour.",
    "For a spreadsheet, in the habit of your language.": "Pour un tableur, selon l'usage de votre langue.",
    "Write the spreadsheet to this file.": "Écrire le tableau dans ce fichier.",
    # the directory
    "Part of a name; nothing for everybody.": "Une partie d'un nom ; rien pour tout le monde.",
    "Activity code.": "Code d'activité.",
    "Town.": "Ville.",
    "At most so many.": "Au plus ce nombre.",
    # payments
    "Name of a member, id of an account, or a payment link.": "Nom d'un membre, identifiant d'un compte, ou lien.",
    "How much: 12.50, or 1h30 for time. A link says it itself.": (
        "Combien : 12,50, ou 1h30 pour du temps. Un lien le dit lui-même."
    ),
    "How much: 12.50, or 1h30 for time.": "Combien : 12,50, ou 1h30 pour du temps.",
    "Whole price, when the rest is paid in euros apart.": "Prix entier, quand le reste est payé en euros à part.",
    "Sphere of an exchange of time.": "Sphère d'un échange de temps.",
    "Activity code of what is bought, for a purse.": "Code d'activité de l'achat, pour un porte-monnaie fléché.",
    "A line for you and the payee.": "Un mot pour vous et le bénéficiaire.",
    "A line for you and the payer.": "Un mot pour vous et le payeur.",
    "Payment link, or id of a request.": "Lien de paiement, ou identifiant d'une demande.",
    "Send them again without asking.": "Les renvoyer sans demander.",
    "Id of one to give up; only if your history shows it was not paid.": (
        "Identifiant d'un paiement à oublier ; seulement si votre historique montre qu'il n'a pas été fait."
    ),
    "Who shall pay: a name or an account; else anybody.": "Qui doit payer : un nom ou un compte ; sinon n'importe qui.",
    "How long it stays open: 15m, 2h, 3d.": "Combien de temps elle reste ouverte : 15m, 2h, 3j.",
    "Wait until it is paid, rejected or expired.": "Attendre qu'elle soit payée, refusée ou expirée.",
    "Draw the QR code also where there is no terminal.": "Dessiner le code QR même sans terminal.",
    # receipts
    "Number of the entry, id of the payment, or `last`.": "Numéro d'écriture, identifiant du paiement, ou `last`.",
    "The file to write.": "Le fichier à écrire.",
    "The receipt file.": "Le fichier du reçu.",
    "Key of the community to trust, instead of the one pinned when enrolling.": (
        "Clé de la communauté à croire, au lieu de celle retenue à l'inscription."
    ),
}

FRAME = {
    "Usage:": "Utilisation :",
    "\nOptions:\n": "\nOptions :\n",
    "\nArguments:\n": "\nArguments :\n",
    "\nCommands:\n": "\nCommandes :\n",
    "COMMAND [ARGS]...": "COMMANDE [ARGUMENTS]...",
    "[required]": "[obligatoire]",
    "Show this message and exit.": "Afficher cette aide.",
}
"""The words that the command line library puts around them."""
