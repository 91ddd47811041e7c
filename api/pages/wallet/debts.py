"""How long an account has been below zero, and what comes of it: the reminder of nine months, euros after twelve (MUT-8)."""

from __future__ import annotations

from dataclasses import dataclass

from api.pages.frame.visit import Visit
from api.pages.wallet.mine import Held
from ledger.community.debts import Standing, standing
from ledger.core.accounts import Model

SECOND = 10**9
BATCH, MOST = 200, 2_000
"""Lines read at once, and in all; who has more of them since then has a debt of a year or none that we tell of."""


@dataclass(frozen=True, slots=True)
class Debt:
    """A debt that is no more a young one: since when (ns), and whether it is due in euros already."""

    held: Held
    since: int
    due: bool


def old_debts(visit: Visit, some: list[Held]) -> list[Debt]:
    """Debts in mutual credit of nine months or more."""
    found, now = [], visit.use.clock() // SECOND
    for held in some:
        if held.unit.model is not Model.MUTUAL or held.account.balance >= 0:
            continue
        since = below_since(visit, held)
        state = standing(since // SECOND, now)
        if state is not Standing.FINE:
            found.append(Debt(held, since, state is Standing.DUE))
    return found


def below_since(visit: Visit, held: Held) -> int:
    """The moment (ns) at which an account that is below zero went there; of a long statement, the oldest line read."""
    reader, c = visit.use.ledger.reader, visit.caller.community
    since, before = visit.use.clock(), None
    for _ in range(MOST // BATCH):
        lines = reader.statement(c, held.account.uid, before_version=before, limit=BATCH)
        for line in lines:
            if line.balance_after >= 0:
                return since
            since, before = line.effective_at, line.version
        if len(lines) < BATCH:
            break
    return since
