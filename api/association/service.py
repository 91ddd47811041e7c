"""An association's life: the one object that `create_app` makes and pages ask."""

from __future__ import annotations

from api.association import migrations
from api.association.agreements import Agreements
from api.association.crossings import Crossings
from api.association.dues import Dues
from api.association.exchanges import Exchanges
from api.association.links import Links
from api.association.needs import Needs
from api.association.resolutions import Resolutions
from api.association.tellers import Tellers
from api.identity.records import Records
from api.identity.service import Identity
from ledger.service import Ledger


class Association:
    """Dues, files, votes, exchanges of time, tellers, needs and links, in the ledger's database beside it."""

    def __init__(self, ledger: Ledger, identity: Identity, records: Records, *, migrate: bool = True) -> None:
        """Makes or upgrades the tables, or with `migrate` False only checks them. Raises CannotOpen."""
        if migrate:
            migrations.upgrade(ledger.database.write)
        else:
            migrations.check(ledger.database.read)
        self.dues = Dues(records, identity.people, identity.states)
        self.agreements = Agreements(records, identity.people, identity.states)
        self.resolutions = Resolutions(records, identity.people)
        self.exchanges = Exchanges(records, identity.people)
        self.tellers = Tellers(records)
        self.needs = Needs(records)
        self.links = Links(records, ledger)
        self.crossings = Crossings(records, ledger, self.links)
