"""A ledger with random work on it, and its extract, for the tests of analytics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ledger.analytics.source import folder
from ledger.analytics.source.extract import refresh
from ledger.analytics.source.journals import stored
from ledger.analytics.source.opening import AsOf, open_scene
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import Window
from ledger.core import commands as c
from ledger.core.accounts import MEMBER_KINDS
from ledger.core.journal import Receipt
from ledger.service import Ledger
from tests.integration.store_work import DAY, Clock, Work, begin

ALL = Window(0, 2**40, 2**40)
CODES = ("RIV", "EUS", "PUR")


class Town:
    """A ledger with random work on it, and the folder of its extract."""

    def __init__(self, ledger: Ledger, clock: Clock, reports: Path) -> None:
        self.ledger, self.clock, self.reports = ledger, clock, reports
        self.work: Work = begin(ledger)
        self.place = reports / str(self.work.community)

    def go_on(self, rounds: int = 4) -> None:
        """Some hundred commands more, over some weeks."""
        for _ in range(rounds):
            commands = [each for each in self.work.some(60) if not isinstance(each, c.SealPeriod)]
            self.work.heard(commands, self.ledger.submit_many(commands))
            self.clock.now += 6 * DAY

    def do(self, what: type[c.Command], /, **fields: Any) -> Receipt:
        return self.ledger.submit(self.work.make(what, **fields))

    def refresh(self, reports: Path | None = None) -> folder.Manifest:
        with stored(self.ledger.reader, self.work.community) as journal:
            return refresh(reports or self.reports, journal)

    def scene(self, code: str = "RIV", reports: Path | None = None, as_of: AsOf | None = None) -> Scene:
        place = (reports or self.reports) / str(self.work.community)
        return open_scene(place, code, ALL, as_of=as_of)

    def rows(self, reports: Path | None = None, as_of: AsOf | None = None) -> list[Any]:
        """Everything that any currency's scene says."""
        found: list[Any] = []
        for code in CODES:
            scene = self.scene(code, reports, as_of)
            found.append((scene.provenance, scene.currency))
            tables = ("movement", "account", "term", "member", "reserve")
            found += [scene.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in tables]
        return found


def check_balances(town: Town, code: str) -> None:
    """What moved adds up to what the ledger says of each member's account."""
    scene = town.scene(code)
    sums = scene.rows(
        """
        SELECT label, coalesce((SELECT sum(amount) FROM movement WHERE dst = account), 0)
                    - coalesce((SELECT sum(amount) FROM movement WHERE src = account), 0) FROM account"""
    )
    reader = town.ledger.reader
    accounts = reader.accounts(town.work.community, code, limit=1_000)
    assert {str(label): amount for label, amount in sums} == {
        str(held.uid): held.balance for held in accounts if held.kind in MEMBER_KINDS
    }
    limits = scene.rows("SELECT label, floor, ceiling, kind, form FROM account ORDER BY account")
    assert limits == [
        (str(held.uid), held.floor, held.ceiling, held.kind.value, held.form.value)
        for held in accounts
        if held.kind in MEMBER_KINDS
    ]
