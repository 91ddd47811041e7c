"""An association's life: the one object that `create_app` makes and pages ask."""

from __future__ import annotations

import asyncio
import logging

from api.association import migrations
from api.association.agreements import Agreements
from api.association.applications import Applications
from api.association.checks import Checks
from api.association.crossings import Crossings
from api.association.dues import Dues
from api.association.exchange_notes import ExchangeNotes
from api.association.exchanges import Exchanges
from api.association.flows import Flows
from api.association.leavings import Leavings
from api.association.links import Links
from api.association.needs import Needs
from api.association.own_rules import OwnRulesBook
from api.association.programme_months import ProgrammeMonths
from api.association.reconversions import Reconversions
from api.association.region import Region
from api.association.resolutions import Resolutions
from api.association.set_aside import SetAside
from api.association.tellers import Tellers
from api.association.territory import Territories
from api.identity.records import Records
from api.identity.service import Identity
from ledger.core.errors import LedgerError
from ledger.service import Ledger

log = logging.getLogger("ricochet.association")

LATER = 60
"""Seconds after which a crossing that has not moved is taken up again."""


class Association:
    """Dues, files, votes, exchanges of time, tellers, needs and links, in the ledger's database beside it."""

    def __init__(self, ledger: Ledger, identity: Identity, records: Records, *, migrate: bool = True) -> None:
        """Makes or upgrades the tables, or with `migrate` False only checks them. Raises CannotOpen."""
        if migrate:
            migrations.upgrade(ledger.database.write)
        else:
            migrations.check(ledger.database.read)
        self._clock = records.clock
        self.dues = Dues(records, identity.people, identity.states)
        self.applications = Applications(records, identity.people)
        self.own_rules = OwnRulesBook(records)
        self.leavings = Leavings(records, identity.people)
        self.agreements = Agreements(records, identity.people, identity.states)
        self.resolutions = Resolutions(records, identity.people)
        self.exchanges = Exchanges(records, identity.people)
        self.exchange_notes = ExchangeNotes(records, self.exchanges)
        self.tellers = Tellers(records)
        self.needs = Needs(records)
        self.reconversions = Reconversions(records, identity.people)
        self.territories = Territories(records)
        self.region = Region(records)
        self.set_aside = SetAside(records)
        self.checks = Checks(records)
        self.links = Links(records, ledger)
        self.crossings = Crossings(records, ledger, self.links)
        self.flows = Flows(records)
        self.programme_months = ProgrammeMonths()

    async def keep_up(self) -> None:
        """Take stopped crossings up again, until cancelled; for a task of the application."""
        while True:
            try:
                before = self._clock() - LATER * 10**9
                await asyncio.to_thread(self.crossings.resume, before)
            except LedgerError as error:
                log.warning("payments between communities are not settled: %s", type(error).__name__)
            await asyncio.sleep(LATER)
