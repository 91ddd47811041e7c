"""People and agreements of every community: the one object that `create_app` makes and routes ask."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from uuid import UUID

from api.identity import migrations
from api.identity.approvals import Approvals, Proposal
from api.identity.authenticator import Authenticators
from api.identity.brands import Brands
from api.identity.cache import KeyCache
from api.identity.communities import Communities
from api.identity.devices import Devices
from api.identity.directory import Directory
from api.identity.erasure import Erasure
from api.identity.hooks import Hooks
from api.identity.keys import Keys
from api.identity.links import Links
from api.identity.passkeys import Passkeys
from api.identity.people import People
from api.identity.principal import Principal
from api.identity.records import Records
from api.identity.requests import Requests
from api.identity.roster import Roster
from api.identity.sessions import Sessions
from api.identity.standing import Standings
from api.identity.states import States
from api.identity.unenrolled import Unenrolled
from api.identity.vault import Vault, token_hash
from api.identity.vouching import Vouching
from ledger.community.membership import FREEZES
from ledger.core.commands import Command
from ledger.core.errors import LedgerError
from ledger.service import OPERATOR, Ledger

log = logging.getLogger("ricochet.identity")

CATCH_UP_SECONDS = 60
RECHECK = 10**9
"""How long, in ns, this process may believe a key that another process has just revoked."""


class Identity:
    """Members, keys, devices, requests, webhooks and approvals, kept in the ledger's database beside it."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        master_key: bytes,
        public_url: str = "",
        clock: Callable[[], int] = time.time_ns,
        recheck: int = RECHECK,
        migrate: bool = True,
    ) -> None:
        """Makes or upgrades the tables, or with `migrate` False only checks them. Raises CannotOpen.

        `master_key` (32 bytes) keeps the secrets of webhooks; `public_url` begins the links that people are given.
        """
        if migrate:
            migrations.upgrade(ledger.database.write)
        else:
            migrations.check(ledger.database.read)
        self.public_url = public_url.rstrip("/")
        records = Records(ledger.database, clock)
        records.prepare()
        vault = Vault(master_key)
        self.keys = Keys(records)
        self.people = People(records)
        self.communities = Communities(records)
        self.directory = Directory(self.people)
        self.roster = Roster(records, self.people)
        self.unenrolled = Unenrolled(records)
        self.states = States(records, self.people, ledger)
        self.devices = Devices(records, self.people, ledger, vault)
        self.standings = Standings(self.people, self.devices, ledger)
        self.requests = Requests(records, ledger)
        self.approvals = Approvals(records, ledger)
        self.sessions = Sessions(records)
        self.links = Links(records)
        self.vouching = Vouching(records, vault)
        self.passkeys = Passkeys(records)
        self.authenticators = Authenticators(records, vault)
        self.brands = Brands(records)
        self.hooks = Hooks(records, ledger, vault)
        self.erasure = Erasure(records, self.people, self.devices, ledger)
        self._cache = KeyCache(self.keys.find, self.keys.newest, clock, recheck)
        records.on_revision.append(self._cache.seen)

    async def authenticate(self, token: str) -> Principal | None:
        """Who a bearer token belongs to; None when it is unknown, expired or revoked. From memory when it can."""
        return await self._cache.get(token_hash(token))

    def first_key(self) -> str | None:
        """A platform administrator's token on a database without any key; None when there is one."""
        return self.keys.first()

    def names(self, community: UUID, accounts: Iterable[UUID]) -> dict[UUID, str]:
        """Names of the members behind accounts; accounts of nobody are left out."""
        return {account: name for account, (_, name) in self.people.owners(community, accounts).items()}

    def owner(self, community: UUID, account: UUID) -> UUID | None:
        """The member an account belongs to."""
        found = self.people.owners(community, [account]).get(account)
        return None if found is None else found[0]

    def account_opened(self, community: UUID, member: UUID, account: UUID, actor: UUID = OPERATOR) -> None:
        """Remember a new account as the member's; freeze it as the member's state asks, let the member's device sign.

        May be asked again when it failed half-way. Raises Refused (404, 409) or LedgerError.
        """
        self.people.add_account(community, member, account)
        found = self.people.get(community, member)
        self.states.settle(community, [account], FREEZES[found.state], actor)
        self.devices.adopt(community, member, account)

    def propose(self, principal: Principal, action: str, command: Command) -> Proposal:
        """Keep a command that needs a second person; see `Approvals.propose`."""
        return self.approvals.propose(principal, action, command)

    def link(self, token: str, address: str = "") -> str:
        """The link of a payment request, for a QR code; `address` begins it where no public URL is set."""
        return f"{self.public_url or address.rstrip('/')}/p/{token}"

    def invitation(self, code: str, address: str = "") -> str:
        """The link that carries an enrolment code, for a QR code."""
        return f"{self.public_url or address.rstrip('/')}/e/{code}"

    def catch_up(self) -> int:
        """Finish changes of state that were stopped half-way; returns how many. What fails is tried again next time."""
        done = 0
        for community, member in self.states.pending():
            try:
                self.states.enforce(community, member)
                done += 1
            except LedgerError as error:
                log.warning("the state of member %s is not in the ledger: %s", member, type(error).__name__)
        return done

    async def keep_up(self, seconds: int = CATCH_UP_SECONDS) -> None:
        """`catch_up` now and again, until cancelled; for a task of the application."""
        while True:
            try:
                await asyncio.to_thread(self.catch_up)
            except LedgerError as error:
                log.warning("member states are not caught up: %s", type(error).__name__)
            await asyncio.sleep(seconds)
