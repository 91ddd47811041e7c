"""Patterns that somebody at the association should look at: a list of work, never a verdict (AML-3, TIME-9, MUT-5, MUT-8).

Each function takes a scene and answers with the accounts, the entries and the numbers that made it speak. The
thresholds are parameters; the defaults are this project's.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ledger.analytics.people.debts import long_debts
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY
from ledger.community.debts import DUE_DAYS, Standing, months, standing
from ledger.core.accounts import Model

MANY = 5
"""Top-ups within `DAYS` that are many."""
DAYS = 30
SMALL = 15_000
"""Minor units up to which a top-up needs no identity check (AML-1)."""
SOON_DAYS = 7
"""A redemption so soon after the receipt is looked at."""
NEW_DAYS = 90
"""How long a professional counts as new."""
TIMES = 6
"""Exchanges of one pair in a year beyond which help is no more occasional (TIME-9)."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to look at. `kind` is a code; `accounts` are labels (uids), `entries` numbers in the journal."""

    kind: str
    accounts: tuple[str, ...]
    entries: tuple[int, ...]
    amount: int = 0
    """Minor units that are concerned."""
    count: int = 0
    limit: int = 0
    """The threshold that was passed."""
    since: int = 0
    """When it began, seconds since 1970; 0 where that does not matter."""

    @property
    def id(self) -> str:
        """The same for the same finding, so that one set aside stays set aside."""
        said = "|".join([self.kind, *sorted(self.accounts), str(max(self.entries, default=0))])
        return sha256(said.encode()).hexdigest()[:32]


def alerts(scene: Scene, hoarding_multiple: int = 5, now: int | None = None) -> list[Alert]:
    """Everything that the scene's window shows, the weightiest amounts first; debts as of `now` (seconds), else its end."""
    model = scene.currency.model
    found = many_top_ups(scene) + round_trips(scene) + quick_redemptions(scene) if model is Model.BACKED else []
    if model is Model.TIME:
        found += repeated_help(scene)
    if model is Model.MUTUAL:
        found += hoards(scene, hoarding_multiple) + debts(scene, scene.window.stop if now is None else now)
    return sorted(found, key=lambda each: (-each.amount, each.kind, each.accounts))


def many_top_ups(scene: Scene, many: int = MANY, days: int = DAYS, small: int = SMALL) -> list[Alert]:
    """Persons who bought units many times in little pieces that together pass what needs a check (AML-1, AML-3)."""
    rows: list[tuple[Any, ...]] = scene.rows(
        """SELECT label, entries, total FROM (
             SELECT a.label, m.entry,
                    list(m.entry) OVER w AS entries, sum(m.amount) OVER w AS total, count(*) OVER w AS pieces
             FROM movement m JOIN account a ON a.account = m.dst
             WHERE m.kind = 'issue' AND a.kind = 'person' AND m.amount <= $small AND m.time >= $start AND m.time < $stop
             WINDOW w AS (PARTITION BY m.dst ORDER BY m.time RANGE BETWEEN $span PRECEDING AND CURRENT ROW)
           ) WHERE pieces >= $many AND total > $small
           QUALIFY row_number() OVER (PARTITION BY label ORDER BY total DESC, entry) = 1 ORDER BY label""",
        small=small, many=many, span=days * DAY,
    )  # fmt: skip
    return [Alert("many_top_ups", (str(a),), tuple(e), int(total), len(e), small) for a, e, total in rows]


def round_trips(scene: Scene, days: int = DAYS, least: int = SMALL) -> list[Alert]:
    """A person pays a professional, who pays the same person about as much back, within days (AML-3)."""
    rows: list[tuple[Any, ...]] = scene.rows(
        """SELECT p.label, b.label, list(DISTINCT out.entry), list(DISTINCT back.entry), sum(back.amount)
           FROM movement out JOIN movement back ON back.src = out.dst AND back.dst = out.src
                AND back.time >= out.time AND back.time <= out.time + $span AND back.seq > out.seq
                AND 10 * back.amount >= 8 * out.amount AND 10 * back.amount <= 12 * out.amount
           JOIN account p ON p.account = out.src AND p.kind = 'person'
           JOIN account b ON b.account = out.dst AND b.kind = 'business'
           WHERE out.kind = 'transfer' AND back.kind = 'transfer' AND out.time >= $start AND back.time < $stop
             AND out.amount >= $least
           GROUP BY p.label, b.label ORDER BY p.label, b.label""",
        span=days * DAY, least=least,
    )  # fmt: skip
    return [
        Alert("round_trip", (str(p), str(b)), tuple(sorted({*out, *back})), int(total), len(back), least)
        for p, b, out, back, total in rows
    ]


def quick_redemptions(scene: Scene, soon: int = SOON_DAYS, new: int = NEW_DAYS) -> list[Alert]:
    """A professional in its first months that redeems most of what it received within days (AML-3)."""
    rows: list[tuple[Any, ...]] = scene.rows(
        """SELECT a.label, list(r.entry), sum(r.amount), count(*)
           FROM movement r JOIN account a ON a.account = r.src AND a.kind = 'business'
           WHERE r.kind = 'redeem' AND r.time >= $start AND r.time < $stop
             AND a.opened IS NOT NULL AND r.time <= a.opened + $new
             AND r.amount > 0 AND 2 * r.amount >= (
               SELECT coalesce(sum(g.amount), 0) FROM movement g
               WHERE g.dst = r.src AND g.kind = 'transfer' AND g.time <= r.time AND g.time >= r.time - $soon)
             AND EXISTS (SELECT 1 FROM movement g WHERE g.dst = r.src AND g.kind = 'transfer'
                         AND g.time <= r.time AND g.time >= r.time - $soon)
           GROUP BY a.label ORDER BY a.label""",
        soon=soon * DAY, new=new * DAY,
    )  # fmt: skip
    return [Alert("quick_redemption", (str(a),), tuple(e), int(total), int(n), soon) for a, e, total, n in rows]


def repeated_help(scene: Scene, times: int = TIMES) -> list[Alert]:
    """The same member helps the same member more than so many times in the window: a notice on labour law (TIME-9)."""
    rows: list[tuple[Any, ...]] = scene.rows(
        """SELECT a.label, b.label, list(v.entry), sum(v.amount), count(*)
           FROM movement v JOIN account a ON a.account = v.src JOIN account b ON b.account = v.dst
           WHERE v.kind = 'transfer' AND a.owner <> b.owner AND v.time >= $start AND v.time < $stop
             AND coalesce(v.sphere, 'individual') = 'individual'
           GROUP BY a.label, b.label HAVING count(*) > $times ORDER BY a.label, b.label""",
        times=times,
    )  # fmt: skip
    return [
        Alert("repeated_help", (str(a), str(b)), tuple(e), int(total), int(n), times)
        for a, b, e, total, n in rows
    ]


def hoards(scene: Scene, multiple: int = 5) -> list[Alert]:
    """Balances at the window's end above a multiple of the account's line: the broker helps them spend (MUT-5)."""
    rows: list[tuple[Any, ...]] = scene.rows(
        """SELECT label, balance, line, last_entry FROM (
             SELECT a.label, a.opening + sum(m.change) AS balance,
                    -min(a.floor) AS line, max(m.entry) AS last_entry
             FROM account a JOIN (
               SELECT src AS account, -amount AS change, entry, time FROM movement WHERE src IS NOT NULL
               UNION ALL SELECT dst, amount, entry, time FROM movement WHERE dst IS NOT NULL) m ON m.account = a.account
             WHERE m.time < $stop AND a.floor IS NOT NULL AND a.floor < 0
             GROUP BY a.label, a.opening
           ) WHERE balance > $multiple * line ORDER BY label""",
        multiple=multiple,
    )  # fmt: skip
    return [
        Alert("hoard", (str(a),), (int(last),), int(balance), 1, multiple * int(line))
        for a, balance, line, last in rows
    ]


def debts(scene: Scene, now: int) -> list[Alert]:
    """Members below zero for nine months, who are reminded; a year, and it is due in euros: another finding (MUT-8)."""
    return [
        Alert(
            "debt_due" if standing(each.since, now) is Standing.DUE else "long_debt", (each.account,), (each.entry,), each.owes,
            months(each.since, now), DUE_DAYS, each.since,
        )
        for each in long_debts(scene, now)
    ]  # fmt: skip
