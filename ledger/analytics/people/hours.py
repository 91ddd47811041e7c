"""Time banks: hours by sphere, exchanges, giving and receiving, spread of balances. A negative balance is no debt."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import numpy as np

from ledger.analytics.answers.figures import FEW, About, Figure, Flag, Result, Table, Unit, Units, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.money.standing import Steps, balances, signs, steps
from ledger.analytics.scan.behind import sums_and_units
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY
from ledger.core.accounts import Model

NO_MEMBER = Units(0, 0, 0)

WELCOME = """(
    WITH began AS (
        SELECT m.seq, m.amount, m.src FROM movement m
        JOIN (SELECT account, min(seq) AS seq FROM (
            SELECT src AS account, seq FROM movement UNION ALL SELECT dst, seq FROM movement
        ) WHERE account IS NOT NULL GROUP BY account) f ON m.seq = f.seq AND m.dst = f.account
        WHERE m.src IS NULL),
    usual AS (SELECT amount FROM began GROUP BY amount HAVING count(*) >= 3 ORDER BY count(*) DESC, amount DESC LIMIT 1)
    SELECT seq, amount FROM began WHERE amount IN (SELECT amount FROM usual))"""
"""Starting gifts (TIME-4). A journal books them as hours from the association: they are told by coming first, from the
community, at the amount that most first movements have."""

EXCHANGES = f"""(
    SELECT m.time, m.amount, coalesce(m.sphere, 'unsaid') AS sphere, a.owner AS src_owner, a.kind AS src_kind,
           b.owner AS dst_owner, b.kind AS dst_kind
    FROM movement m LEFT JOIN account a ON m.src = a.account LEFT JOIN account b ON m.dst = b.account
    WHERE m.time >= $start AND m.time < $stop AND m.seq NOT IN (SELECT seq FROM {WELCOME})
      AND ((m.kind = 'transfer' AND a.owner <> b.owner) OR (m.sphere IS NOT NULL AND (m.src IS NULL OR m.dst IS NULL))))"""
"""Hours between members, and hours that members work for the community or it for them; without starting gifts."""


def exchanges(scene: Scene) -> Result:
    """Hours exchanged in the window and how evenly members give and receive; amounts in minutes."""
    hours, many = cast(
        tuple[int, int], scene.rows(f"SELECT coalesce(sum(amount), 0), count(*) FROM {EXCHANGES}")[0]
    )
    given, got = _by_owner(scene, "src_owner"), _by_owner(scene, "dst_owner")
    who = sorted(given.keys() | got.keys())
    outs, ins = [given.get(owner, 0) for owner in who], [got.get(owner, 0) for owner in who]
    index = [1 - abs(i - o) / (i + o) for i, o in zip(ins, outs, strict=True)]
    both = sum(1 for i, o in zip(ins, outs, strict=True) if i and o)
    welcome, welcomed = cast(
        tuple[int, int],
        scene.rows(
            f"""SELECT coalesce(sum(m.amount), 0), count(*) FROM movement m JOIN {WELCOME} w ON m.seq = w.seq
                WHERE m.time >= $start AND m.time < $stop"""
        )[0],
    )
    apart = sum(abs(i - o) for i, o in zip(ins, outs, strict=True))
    return Result(
        {
            "hours": Figure(hours, Unit.CURRENCY, many),
            "exchanges": Figure(many, Unit.COUNT),
            "members_exchanging": Figure(len(who), Unit.COUNT),
            "give_and_receive": ratio(both, len(who), Unit.SHARE, n=len(who), why="no_transfers"),
            "balance_index": Figure(float(np.median(index)), Unit.INDEX, len(index))
            if index
            else Figure(None, Unit.INDEX, 0, why="no_transfers"),
            "balance_index_whole": ratio(
                sum(ins) + sum(outs) - apart, sum(ins) + sum(outs), Unit.INDEX, n=len(who)
            ),
            "starting_gifts": Figure(welcome, Unit.CURRENCY, welcomed, flag=Flag.ESTIMATED),
        },
        {"by_sphere": _by_sphere(scene)},
        ("starting_gifts_apart",) if welcomed else (),
    )


def _by_owner(scene: Scene, side: str) -> dict[int, int]:
    rows = scene.rows(f"SELECT {side}, sum(amount) FROM {EXCHANGES} WHERE {side} IS NOT NULL GROUP BY {side}")
    return dict(cast(list[tuple[int, int]], rows))


def _by_sphere(scene: Scene) -> Table:
    sides = [
        sums_and_units(
            scene,
            f"(SELECT * FROM {EXCHANGES} WHERE {side}_owner IS NOT NULL)",
            ["sphere"],
            f"{side}_owner",
            f"{side}_kind",
        )
        for side in ("src", "dst")
    ]
    sums = cast(
        list[tuple[str, int, int]],
        scene.rows(f"SELECT sphere, sum(amount), count(*) FROM {EXCHANGES} GROUP BY sphere ORDER BY sphere"),
    )
    units = tuple(
        tuple(side[sphere,][2] if (sphere,) in side else NO_MEMBER for side in sides) for sphere, _, _ in sums
    )
    return Table(
        ("sphere", "hours", "exchanges"),
        tuple(sums),
        {"hours": Unit.CURRENCY, "exchanges": Unit.COUNT},
        About("hours", ("sphere",), "hours", units),
    )


def hour_balances(scene: Scene) -> Result:
    """Where balances stand at the window's end, how long they take to come back to 0, and the association's own."""
    numbers, held = balances(scene, scene.window.stop)
    moved = steps(scene)
    days = days_away(moved, scene.window.start)
    own = cast(
        int,
        scene.rows(
            """SELECT coalesce(sum(CASE WHEN src IS NULL THEN -amount ELSE amount END), 0)
               FROM movement WHERE (src IS NULL OR dst IS NULL) AND time < $stop"""
        )[0][0],
    )
    active = held[np.isin(numbers, np.unique(moved.account))]
    few = len(active) < FEW
    points = (
        []
        if few
        else [int(each) for each in np.quantile(active.astype(np.float64), [0.1, 0.5, 0.9], method="nearest")]
    )
    figures = {
        "days_to_zero": Figure(float(np.median(days)), Unit.DAYS, len(days))
        if len(days)
        else Figure(None, Unit.DAYS, 0, why="never_at_zero"),
        "spread": Figure(points[2] - points[0], Unit.CURRENCY, len(active), points[0], points[2])
        if points
        else Figure(None, Unit.CURRENCY, len(active), why="few"),
        "negative_share": ratio(
            int((signs(active) < 0).sum()), len(active), Unit.SHARE, n=len(active), why="no_transfers"
        ),
        "association_balance": Figure(int(own), Unit.CURRENCY),
        "members_balance": Figure(sum(int(each) for each in held), Unit.CURRENCY, len(held)),
    }
    return Result(figures, {"balances": _bins(active)}, ("negative_is_no_debt",))


def days_away(changes: Steps, since: int) -> list[float]:
    """Days of each closed excursion of a balance from 0 back to 0 or across it that ended at or after `since`."""
    found = []
    left: int | None = None
    for first, time, before, after in zip(
        changes.first.tolist(),
        changes.time.tolist(),
        signs(changes.before).tolist(),
        signs(changes.after).tolist(),
        strict=True,
    ):
        if first:
            left = None  # when an opening balance left 0 is not known
        if before == after:
            continue
        if before != 0 and left is not None and time >= since:
            found.append((time - left) / DAY)
        left = time if after != 0 else None
    return found


BINS = (-60, -30, -15, -5, 0, 5, 15, 30, 60)
"""Bounds of classes of balances, in hours; a balance on a bound stands above it."""


def _bins(held: np.ndarray) -> Table:
    hours = held.astype(np.float64) / 60
    counts = np.bincount(
        np.searchsorted(np.array(BINS, dtype=np.float64), hours, side="right"), minlength=len(BINS) + 1
    )
    names = [
        f"< {BINS[0]}",
        *(f"{low} … {high}" for low, high in pairwise(BINS)),
        f"≥ {BINS[-1]}",
    ]
    return Table(
        ("hours_from_to", "members"),
        tuple((name, int(count)) for name, count in zip(names, counts, strict=True)),
        {"members": Unit.COUNT},
        About(
            "members by hours",
            ("hours_from_to",),
            "members",
            tuple((Units(0, int(count), 1),) for count in counts),
        ),
    )


INDICATORS = (
    Indicator(
        name="hours",
        section="G",
        title="Hours exchanged",
        title_fr="Heures échangées",
        meaning="Hours given and received between members and for the association, by sphere, and whether members do both. "
        "Hours are never counted in euros.",
        meaning_fr="Heures données et reçues entre adhérents et pour l'association, par sphère, et part de ceux qui font les "
        "deux. Les heures ne sont jamais comptées en euros.",
        formula="Balance index of a member: 1 − |in − out| ÷ (in + out); the median, and the same of the sums.",
        source="Definition of this project; spheres: the Accorderies",
        flag=Flag.MEASURED,
        compute=exchanges,
        models=frozenset({Model.TIME}),
        figures={
            "hours": ("Hours exchanged", "Heures échangées"),
            "exchanges": ("Exchanges", "Échanges"),
            "members_exchanging": ("Members who exchanged", "Adhérents ayant échangé"),
            "give_and_receive": ("Members who give and receive", "Adhérents qui donnent et reçoivent"),
            "balance_index": ("Balance index, median member", "Indice d'équilibre, adhérent médian"),
            "balance_index_whole": ("Balance index, all hours", "Indice d'équilibre, toutes heures"),
            "starting_gifts": ("Starting gifts, left out", "Dons de bienvenue, non comptés"),
        },
        tables={"by_sphere": ("By sphere", "Par sphère")},
        columns={
            "sphere": ("Sphere", "Sphère"),
            "hours": ("Hours", "Heures"),
            "exchanges": ("Exchanges", "Échanges"),
        },
    ),
    Indicator(
        name="hour_balances",
        section="G",
        title="Balances in hours",
        title_fr="Soldes en heures",
        meaning="How far members stand from zero and how long they take to come back. Below zero is normal: somebody must be.",
        meaning_fr="À quelle distance de zéro sont les adhérents et combien de temps ils mettent à y revenir. Être sous zéro "
        "est normal : il en faut.",
        formula="Days to zero: median time from leaving 0 to reaching or crossing it, of excursions that end in the window. "
        "Spread: 90th − 10th percentile (n ≥ 30). Association: what its own accounts hold, the reverse of all members'.",
        source="Definition of this project",
        flag=Flag.MEASURED,
        compute=hour_balances,
        models=frozenset({Model.TIME}),
        figures={
            "days_to_zero": ("Median days to come back to zero", "Délai médian de retour à zéro"),
            "spread": ("Spread of balances (P90 − P10)", "Étalement des soldes (P90 − P10)"),
            "negative_share": ("Members below zero", "Adhérents sous zéro"),
            "association_balance": ("Balance of the association", "Solde de l'association"),
            "members_balance": ("Balance of all members", "Solde de l'ensemble des adhérents"),
        },
        tables={"balances": ("Members by balance", "Adhérents par solde")},
        columns={
            "hours_from_to": ("Balance, hours", "Solde, heures"),
            "members": ("Members", "Adhérents"),
        },
    ),
)
