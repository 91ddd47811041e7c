"""How much of what is received only repays an overdraft."""

from __future__ import annotations

from ledger.analytics.scan.scanned import End, Rule, Side
from ledger.analytics.scan.whole import scanned
from ledger.analytics.source.scene import Scene


def repaid(scene: Scene, kinds: frozenset[str | None]) -> int:
    """Of payments received in the window by accounts of some kinds (None: unknown), the part that fills a negative balance.

    Balances run over the whole record, in its order. Minor units.
    """
    found = scanned(scene)
    rows = found.rows(lambda group: group.kind in kinds)
    return found.scan.matched(Rule.FIFO, (End.TRANSFER,), Side.CREDIT, rows).volume
