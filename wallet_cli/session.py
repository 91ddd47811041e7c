"""One run of the wallet: its folder, its enrolment, its opened keystore, its server, its screen."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from wallet_cli import profile as profiles
from wallet_cli.answers import Account, Currency, read
from wallet_cli.errors import Locked, Misused, Refused
from wallet_cli.keystore import Keystore, Secrets
from wallet_cli.profile import Enrolment, KeptUnit, Profile
from wallet_cli.screen import Screen
from wallet_cli.server import Server
from wallet_cli.words import _
from wallet_cli.world import World

SHORTEST = 8
"""Characters of a passphrase."""
_TRIES = 3
_YES = ("y", "yes", "o", "oui")


class Session:
    """What a command works with. Everything is made when it is first needed."""

    def __init__(
        self, world: World, *, as_json: bool = False, lang: str | None = None, community: str | None = None
    ) -> None:
        self.world = world
        self.language = lang
        """Asked for with --lang; it is spoken already, as help needs it before anything is parsed."""
        self.screen = Screen(world, as_json)
        self.community = community
        """Code given with --community."""

    # --- the folder ---

    @cached_property
    def folder(self) -> Path:
        """Where the wallet keeps its files."""
        return self.world.folder()

    @property
    def keystore_path(self) -> Path:
        """The encrypted file."""
        return self.folder / "keystore.json"

    @cached_property
    def profile(self) -> Profile:
        """What the wallet remembers that is no secret."""
        return profiles.load(self.folder)

    @cached_property
    def enrolment(self) -> Enrolment:
        """The enrolment that this run is about. Raises Locked when there is none."""
        return self.profile.find(self.community)

    def save(self) -> None:
        """Write the profile."""
        profiles.save(self.folder, self.profile)

    @cached_property
    def names(self) -> dict[str, str]:
        """Names by account id."""
        return profiles.names(self.folder)

    def met(self, found: Iterable[tuple[str, str | None]]) -> None:
        """Remember who accounts belong to: (account, name), None for a name that is not known."""
        new = {account: name for account, name in found if name and self.names.get(account) != name}
        if new:
            self.names.update(new)
            profiles.save_names(self.folder, self.names)

    # --- the secrets ---

    @cached_property
    def keystore(self) -> Keystore:
        """The opened keystore. Asks for the passphrase."""
        if not self.keystore_path.exists():
            self.profile.find(self.community)  # says how to enrol
            raise Locked(
                _(
                    "The keystore {path} is missing. Ask your community for a new code.",
                    path=self.keystore_path,
                ),
                "keystore_missing",
            )
        given = self._given_passphrase()
        if given is not None:
            return Keystore.open(self.keystore_path, given)
        for left in range(_TRIES, 0, -1):
            try:
                return Keystore.open(self.keystore_path, self._secret(_("Passphrase: ")))
            except Locked as wrong:
                if wrong.code != "wrong_passphrase" or left == 1:
                    raise
                self.screen.note(wrong.sentence, "red")
        raise AssertionError("unreachable")

    def make_keystore(self) -> Keystore:
        """A new keystore, with a passphrase that is asked for twice."""
        given = self._given_passphrase()
        if given is None:
            given = self._secret(
                _("Choose a passphrase (at least {shortest} characters): ", shortest=SHORTEST)
            )
            if len(given) >= SHORTEST and given != self._secret(_("The same once more: ")):
                raise Refused(
                    _("The two are not the same; nothing was made. Try again."), "passphrases_differ"
                )
        if len(given) < SHORTEST:
            raise Misused(_("A passphrase has at least {shortest} characters.", shortest=SHORTEST))
        self.keystore = Keystore.create(self.keystore_path, given)
        return self.keystore

    def _given_passphrase(self) -> str | None:
        environ = self.world.environ
        path = environ.get("RICOCHET_WALLET_PASSPHRASE_FILE")
        if path:
            try:
                return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError):
                raise Locked(
                    _("The passphrase file {path} cannot be read.", path=path), "no_passphrase"
                ) from None
        return environ.get("RICOCHET_WALLET_PASSPHRASE") or None

    def _secret(self, prompt: str) -> str:
        if not self.world.interactive:
            raise Locked(
                _(
                    "The passphrase is needed: set RICOCHET_WALLET_PASSPHRASE or RICOCHET_WALLET_PASSPHRASE_FILE."
                ),
                "no_passphrase",
            )
        return self.world.secret(prompt)

    @cached_property
    def secrets(self) -> Secrets:
        """The device key and API key of the enrolment. Raises Locked when the device was revoked."""
        enrolment = self.enrolment
        found = self.keystore.secrets.get(enrolment.community)
        if enrolment.revoked or found is None or not found.api_key:
            raise Locked(
                _(
                    "This device was revoked in {name}. Ask your community for a new code.",
                    name=enrolment.name,
                ),
                "revoked",
            )
        return found

    # --- the server ---

    def connect(self, url: str, api_key: str = "") -> Server:
        """A client of a server."""
        return Server.at(url, api_key, seconds=self.world.timeout(), transport=self.world.transport)

    @cached_property
    def server(self) -> Server:
        """The server of the enrolment, with its key."""
        return self.connect(self.enrolment.server, self.secrets.api_key)

    def accounts(self) -> list[Account]:
        """The member's accounts as they are now; new ones and their currencies are remembered."""
        found = [read(Account, each) for each in self.server.items("/v1/accounts")]
        ids = [each.id for each in found]
        if ids != self.enrolment.accounts or any(
            each.currency not in self.enrolment.currencies for each in found
        ):
            self.enrolment.accounts = ids
            self.learn_currencies()
            self.save()
        return found

    def learn_currencies(self) -> None:
        """Remember every currency of the community: how its amounts are written."""
        for each in self.server.items("/v1/currencies"):
            found = read(Currency, each)
            self.enrolment.currencies[found.code] = KeptUnit(scale=found.scale, model=found.model)

    # --- the person ---

    def confirm(self, question: str, default: bool = False) -> bool:
        """Ask; Misused when nobody is there to answer."""
        if not self.world.interactive:
            raise Misused(_("Nobody is here to confirm; add --yes."), "confirmation_needed")
        said = self.world.ask(f"{question} ").lower()
        return said in _YES if said else default
