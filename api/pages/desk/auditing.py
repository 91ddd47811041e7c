"""`verify` begun from a page: it runs beside the requests, and what it finds is kept for every process."""

from __future__ import annotations

import threading
from uuid import UUID

from api.association.checks import BEAT, Checks
from api.edge import logs
from api.pages.frame.visit import Visit
from ledger.store.findings import Report
from ledger.store.verify import verify

MOST = 20
"""Findings kept; one is enough to call for help."""


def audit_now(visit: Visit) -> bool:
    """Begin a check of the visitor's community; False when one is running, here or in another process."""
    use, c = visit.use, visit.caller.community
    checks = use.association.checks
    begun = checks.begin(c, use.ledger.reader.head(c).seq, visit.caller.principal.actor)
    if begun is not None:
        url, code = use.settings.database.get_secret_value(), use.facts.community(c).code
        watching = threading.Thread(
            target=_watch, args=(checks, c, begun.id, url, code), name="ricochet-verify", daemon=True
        )
        watching.start()
    return begun is not None


def _watch(checks: Checks, community: UUID, check: UUID, url: str, code: str) -> None:
    """Run it, say from time to time that it runs, and note how it ended."""
    found: list[Report] = []

    def run() -> None:
        with logs.Noting("the books could not be checked"):
            found.append(verify(url, code))

    running = threading.Thread(target=run, name="ricochet-verifying", daemon=True)
    running.start()
    while running.is_alive():
        running.join(BEAT)
        with logs.Noting("a check of the books could not be noted"):
            if running.is_alive():
                checks.beat(community, check)
    state = "failed" if not found else "good" if found[0].ok else "wrong"
    said = [f"{each.seq}: {each.check}: {each.detail}" for report in found for each in report.findings[:MOST]]
    with logs.Noting("a check of the books could not be noted"):
        checks.end(community, check, state, said)
