"""How much of what is received only repays an overdraft."""

from __future__ import annotations

from ledger.analytics.scene import Scene


def repaid(scene: Scene, kinds: frozenset[str | None]) -> int:
    """Of payments received in the window by accounts of some kinds (None: unknown), the part that fills a negative balance.

    Balances run over the whole record, in its order. Accounts that may not go below 0 have none. Minor units.
    """
    where = "a.kind IS NULL" if None in kinds else "a.kind IN ('business')"
    return scene.number(
        f"""
        WITH ours AS (
          SELECT a.account, a.owner, a.opening FROM account a
          WHERE {where} AND (a.floor IS NULL OR a.floor < 0 OR a.opening < 0)
        ), side AS (
          SELECT o.account, o.opening, m.seq, m.time, -m.amount AS delta, false AS sale
          FROM movement m JOIN ours o ON m.src = o.account WHERE m.time < $stop
          UNION ALL
          SELECT o.account, o.opening, m.seq, m.time, m.amount AS delta,
                 m.kind = 'transfer' AND m.src IS NOT NULL AND b.owner <> o.owner AS sale
          FROM movement m JOIN ours o ON m.dst = o.account LEFT JOIN account b ON b.account = m.src
          WHERE m.time < $stop
        ), running AS (
          SELECT time, delta, sale, opening + sum(delta)
                   OVER (PARTITION BY account ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS balance
          FROM side
        )
        SELECT sum(least(delta, greatest(delta - balance, 0))) FROM running WHERE sale AND time >= $start"""
    )
