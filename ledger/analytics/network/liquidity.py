"""What members could have paid with when a window began: balances, and credit lines not yet drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.analytics.network.links import MOST, Ints, Links
from ledger.analytics.source.scene import Scene


@dataclass(frozen=True, slots=True)
class Liquidity:
    """For each node of a network (n,), minor units: the sum over its owner's digital accounts."""

    held: Ints
    """Balances above 0."""
    credit: Ints
    """What is left of the credit lines."""
    room: Ints
    """How much more the accounts may hold before their ceilings; 2**62 where there is no ceiling."""


def liquidity(scene: Scene, network: Links) -> Liquidity:
    """Of the owners of a network, with balances as of the window's start and limits as of its end.

    Limits of the end, because members who join within the window have debts in it, and lines to pay them with.
    Notes in a pocket pay no set-off, nor does an account that was closed.
    """
    place = {owner: node for node, owner in enumerate(network.owner.tolist())}
    sums = [[0, 0, 0] for _ in place]
    for owner, *amounts in scene.rows(_SQL):
        node = place.get(owner)
        if node is not None:
            sums[node] = [int(str(amount)) for amount in amounts]
    table = np.array([[min(each, MOST) for each in row] for row in sums], dtype=np.int64).reshape(-1, 3)
    return Liquidity(table[:, 0], table[:, 1], table[:, 2])


_SQL = f"""
WITH moved AS (
  SELECT dst AS account, amount FROM movement WHERE time < $start AND dst IS NOT NULL
  UNION ALL SELECT src, -amount FROM movement WHERE time < $start AND src IS NOT NULL),
balance AS (
  SELECT a.account, a.opening + coalesce(m.amount, 0) AS balance
  FROM account a LEFT JOIN (SELECT account, sum(amount) AS amount FROM moved GROUP BY account) m ON a.account = m.account),
latest AS (
  SELECT account, floor, ceiling,
         row_number() OVER (PARTITION BY account ORDER BY time DESC, seq DESC) AS place
  FROM term WHERE time < $stop),
limited AS (
  SELECT a.account, a.owner, b.balance,
         CASE WHEN l.account IS NULL THEN a.floor ELSE l.floor END AS floor,
         CASE WHEN l.account IS NULL THEN a.ceiling ELSE l.ceiling END AS ceiling
  FROM account a JOIN balance b ON a.account = b.account
  LEFT JOIN latest l ON a.account = l.account AND l.place = 1
  WHERE coalesce(a.form, 'digital') <> 'paper' AND (a.closed IS NULL OR a.closed > $start))
SELECT owner, sum(greatest(balance, 0)),
       sum(greatest(balance - least(coalesce(floor, 0), 0), 0) - greatest(balance, 0)),
       sum(CASE WHEN ceiling IS NULL THEN {MOST} ELSE greatest(ceiling - balance, 0) END)
FROM limited GROUP BY owner
"""
