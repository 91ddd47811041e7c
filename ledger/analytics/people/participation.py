"""Who takes part: registered, dues paid, active; by kind and by college. Registered is not active: always three counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ledger.analytics.answers.figures import About, Figure, Flag, Result, Table, Unit, Units, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.money.standing import ACTIVITY
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, YEAR

PROFESSIONAL_KINDS = frozenset({"business", "association", "public"})
DECLARED = {"dues_paid": Flag.DECLARED}
"""What the association has noted beside the journal."""

COUNTS = ("registered", "dues_paid", "active_90", "active_30")


SINCE = f"""(
    SELECT m.*, least(coalesce(m.joined, 0), coalesce(a.first, m.joined, 0)) AS since
    FROM member m LEFT JOIN (SELECT owner, min(time) AS first FROM {ACTIVITY} GROUP BY owner) a ON m.owner = a.owner
    WHERE m.state IS DISTINCT FROM 'pending')"""
"""Members with the moment since when they belong: a payment before the date in the register says more than that date.
Who has applied and waits is none yet."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Members alike in everything that is counted, and how many they are."""

    kind: str | None
    college: str | None
    dues_paid: bool | None
    active_90: bool
    active_30: bool
    many: int


def participants(scene: Scene) -> tuple[list[Participant], bool]:
    """Everybody registered at the window's end, and whether that is known of members or only of accounts."""
    known = scene.number("SELECT count(*) FROM member") > 0
    who = (
        f"""SELECT owner, kind, college, CASE WHEN dues_until IS NULL THEN NULL ELSE dues_until >= $end END AS dues
           FROM {SINCE} WHERE since < $stop AND ("left" IS NULL OR "left" >= $stop)"""
        if known
        else """SELECT owner, max(kind) AS kind, max(college) AS college, NULL AS dues
           FROM account WHERE coalesce(opened, 0) < $stop AND (closed IS NULL OR closed >= $stop) GROUP BY owner"""
    )
    rows = scene.rows(
        f"""
        SELECT w.kind, w.college, w.dues, coalesce(l.last >= $stop - {90 * DAY}, false),
               coalesce(l.last >= $stop - {30 * DAY}, false), count(*)
        FROM ({who}) w
        LEFT JOIN (SELECT owner, max(time) AS last FROM {ACTIVITY} WHERE time < $stop GROUP BY owner) l
          ON w.owner = l.owner
        GROUP BY ALL ORDER BY ALL"""
    )
    return [Participant(*row) for row in rows], known  # type: ignore[arg-type]


def participation(scene: Scene) -> Result:
    """Three counts, active in 90 and in 30 days, joins, leaves and renewal."""
    people, known = participants(scene)
    dues_known = any(each.dues_paid is not None for each in people)
    counts = _counts(people, dues_known)
    figures = {
        name: Figure(count, Unit.COUNT, counts["registered"], flag=DECLARED.get(name))
        if count is not None
        else Figure(None, Unit.COUNT, why="no_dues", flag=DECLARED.get(name))
        for name, count in counts.items()
    }
    figures["active_share"] = ratio(
        counts["active_90"] or 0, counts["registered"] or 0, Unit.SHARE, n=counts["registered"]
    )
    figures["joins"], figures["leaves"] = _coming_and_going(scene, known)
    figures["renewal"] = _renewal(scene)
    return Result(
        figures,
        {
            "by_kind": _by(people, "kind", dues_known, lambda each: each.kind),
            "by_college": _by(people, "college", dues_known, lambda each: each.college),
        },
        () if known else ("registered_from_accounts",),
    )


def _counts(people: Iterable[Participant], dues_known: bool) -> dict[str, int | None]:
    some = list(people)
    return {
        "registered": sum(each.many for each in some),
        "dues_paid": sum(each.many for each in some if each.dues_paid) if dues_known else None,
        "active_90": sum(each.many for each in some if each.active_90),
        "active_30": sum(each.many for each in some if each.active_30),
    }


def _by(
    people: list[Participant], name: str, dues: bool, group: Callable[[Participant], str | None]
) -> Table:
    rows, units = [], []
    for key in sorted({group(each) for each in people}, key=lambda key: (key is None, key)):
        some = [each for each in people if group(each) == key]
        counts = _counts(some, dues)
        rows.append((key, *(counts[count] for count in COUNTS)))
        units.append(_behind(some, dues))
    return Table(
        (name, *COUNTS),
        tuple(rows),
        dict.fromkeys(COUNTS, Unit.COUNT),
        About(f"members by {name}", (name,), "registered", tuple(units)),
    )


def _behind(people: list[Participant], dues: bool) -> tuple[Units, ...]:
    """Who stands behind each count of a row: each of them is a cell, and one that is hidden hides the row."""
    parts = [
        _counts([each for each in people if (each.kind in PROFESSIONAL_KINDS) is professional], dues)
        for professional in (True, False)
    ]
    return tuple(Units(parts[0][count] or 0, parts[1][count] or 0, 1) for count in COUNTS)


def _coming_and_going(scene: Scene, known: bool) -> tuple[Figure, Figure]:
    if not known:
        return Figure(None, Unit.COUNT, why="no_members"), Figure(None, Unit.COUNT, why="no_members")
    joins, leaves = (
        scene.number(f"SELECT count(*) FROM {SINCE} WHERE {moment} >= $start AND {moment} < $stop")
        for moment in ("since", '"left"')
    )
    return Figure(joins, Unit.COUNT), Figure(leaves, Unit.COUNT)


def _renewal(scene: Scene) -> Figure:
    """Of those who joined a year or more before the end and have dues, the share whose dues are paid at the end."""
    due, renewed = scene.rows(
        f"""SELECT count(*), count(*) FILTER (WHERE dues_until >= $end AND ("left" IS NULL OR "left" >= $stop))
           FROM {SINCE} WHERE dues_until IS NOT NULL AND since <= $year_ago AND ("left" IS NULL OR "left" >= $start)""",
        year_ago=scene.window.end - YEAR,
    )[0]
    return ratio(int(renewed), int(due), Unit.SHARE, n=int(due), why="no_dues")  # type: ignore[call-overload]


INDICATORS = (
    Indicator(
        name="participation",
        section="G",
        title="Members: registered, dues paid, active",
        title_fr="Adhérents : inscrits, à jour, actifs",
        meaning="How many belong, how many have paid their dues, and how many pay or are paid. "
        "The first count alone says little.",
        meaning_fr="Combien sont inscrits, combien sont à jour de cotisation, combien paient ou sont payés. "
        "Le premier nombre seul ne dit pas grand-chose.",
        formula="Registered: joined before the end and not left. Active: at least one payment, made or received, "
        "in the last 90 (30) days. Renewal: paid up at the end ÷ those who joined a year or more before it.",
        source="Definition of this project; registered beside paid up: Moneko",
        flag=Flag.MEASURED,
        compute=participation,
        figures={
            "registered": ("Registered members", "Adhérents inscrits"),
            "dues_paid": ("Dues paid", "À jour de cotisation"),
            "active_90": ("Active in 90 days", "Actifs sur 90 jours"),
            "active_30": ("Active in 30 days", "Actifs sur 30 jours"),
            "active_share": ("Active share (90 days)", "Part des actifs (90 jours)"),
            "joins": ("Joined in the window", "Adhésions sur la période"),
            "leaves": ("Left in the window", "Départs sur la période"),
            "renewal": ("Renewal rate", "Taux de renouvellement"),
        },
        tables={
            "by_kind": ("By kind of member", "Par type d'adhérent"),
            "by_college": ("By college", "Par collège"),
        },
        columns={
            "kind": ("Kind", "Type"),
            "college": ("College", "Collège"),
            "registered": ("Registered", "Inscrits"),
            "dues_paid": ("Dues paid", "À jour"),
            "active_90": ("Active, 90 days", "Actifs, 90 jours"),
            "active_30": ("Active, 30 days", "Actifs, 30 jours"),
        },
    ),
)
