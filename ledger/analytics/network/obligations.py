"""Debts from a file, such as unpaid invoices, for a set-off: `debtor, creditor, amount`, minor units, one line each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ledger.analytics.network.links import MOST, Links, linked
from ledger.analytics.source.beside import BesideError, lines


@dataclass(frozen=True, slots=True)
class Obligations:
    """Debts between names; what one owes another is added up."""

    network: Links
    """Its `owner` is a place in `names`."""
    names: tuple[str, ...]

    @property
    def label(self) -> list[str]:
        """The name behind each node of the network."""
        return [self.names[owner] for owner in self.network.owner.tolist()]


def obligations(path: Path) -> Obligations:
    """Read a CSV file of debts. Raises BesideError, which names the line and the column."""
    place: dict[str, int] = {}
    owed: defaultdict[tuple[int, int], int] = defaultdict(int)
    many: defaultdict[tuple[int, int], int] = defaultdict(int)
    for line in lines(path, ("debtor", "creditor", "amount")):
        debtor, creditor, amount = line.text("debtor"), line.text("creditor"), line.count("amount")
        if debtor == creditor:
            raise line.error("creditor", "is the debtor; leave the line out")
        if not 0 < amount < MOST:
            raise line.error("amount", f"must be from 1 to {MOST - 1}, in minor units")
        pair = place.setdefault(debtor, len(place)), place.setdefault(creditor, len(place))
        owed[pair] += amount
        many[pair] += 1
        if owed[pair] >= MOST:
            raise line.error("amount", f"what {debtor} owes {creditor} is more than {MOST}; use larger units")
    if not owed:
        raise BesideError(f"{path.name}: no debts; give one line for each")
    src, dst = np.array(list(owed), dtype=np.int64).T
    network = linked(src, dst, np.array(list(owed.values())), np.array([many[pair] for pair in owed]))
    return Obligations(network, tuple(place))
