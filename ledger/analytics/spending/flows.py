"""Who buys where: payments from sector to sector, from area to area, and by form of the money."""

from __future__ import annotations

from collections import defaultdict

from ledger.analytics.answers.figures import About, Figure, Flag, Result, Table, Unit, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.scan.behind import sums_and_units
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.sectors import DIVISION, by_division

UNKNOWN = "unknown"
"""Stands for the area or sector of an account without one, in `area_matrix`."""
PERSON = "person"
"""Stands for the sector of people who have none: they are no firm of an unknown trade."""

def matrix(scene: Scene, of: str) -> Table:
    """Payments of the window by `of` (area or sector) of payer and payee; None: unknown. Minor units.

    People without a sector are one group beside the sectors, PERSON.
    """
    source, keys = ("payer", "payee"), (f"payer_{of}", f"payee_{of}")
    cut = DIVISION if of == "sector" and by_division(scene) else "{}"
    if of == "sector":
        cut = f"coalesce({cut}, CASE WHEN {{side}}_kind = '{PERSON}' THEN '{PERSON}' END)"
    payer, payee = (cut.format(f"{side}_{of}", side=side) for side in ("src", "dst"))
    paid = f"""(SELECT {payer} AS payer, {payee} AS payee, amount, src_owner, src_kind, dst_owner, dst_kind
        FROM volume WHERE time >= $start AND time < $stop) AS paid"""
    payers = sums_and_units(scene, paid, source, "src_owner", "src_kind")
    payees = sums_and_units(scene, paid, source, "dst_owner", "dst_kind")
    order = sorted(payers, key=lambda key: tuple((said is None, said or "") for said in key))
    rows = tuple((*key, payers[key][1], payers[key][0]) for key in order)
    units = {"payments": Unit.COUNT, "amount": Unit.CURRENCY}
    sides = tuple((payers[key][2], payees[key][2]) for key in order)
    return Table((*keys, "payments", "amount"), rows, units, About("volume", keys, "amount", sides))


def area_matrix(scene: Scene) -> dict[str, dict[str, int]]:
    """Payments of the window by area of payer, then of payee; minor units. Empty when no account has an area."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    if not _known(scene, "area"):
        return {}
    for payer, payee, _, amount in matrix(scene, "area").rows:
        assert isinstance(amount, int)
        found[UNKNOWN if payer is None else str(payer)][UNKNOWN if payee is None else str(payee)] = amount
    return dict(found)


def same_area_share(scene: Scene) -> dict[str, float]:
    """For each known area, the share of what its members pay that stays in it."""
    return {
        area: paid.get(area, 0) / sum(paid.values())
        for area, paid in area_matrix(scene).items()
        if area != UNKNOWN
    }


def _known(scene: Scene, of: str) -> bool:
    return scene.number(f"SELECT count(*) FROM account WHERE {of} IS NOT NULL") > 0


def _flows(scene: Scene, of: str) -> Result:
    table = matrix(scene, of)
    if not _known(scene, of):
        why = f"no_{of}"
        return Result({key: Figure(None, Unit.SHARE, why=why) for key in ("same_share", "known_share")})
    volume = same = known = payments = 0
    paid: dict[str, list[int]] = {}
    for payer, payee, many, amount in table.rows:
        assert isinstance(amount, int) and isinstance(many, int)
        volume, payments = volume + amount, payments + many
        known += amount if payer is not None and payee is not None else 0
        if payer is not None and (of == "area" or payer != PERSON):
            inside = paid.setdefault(str(payer), [0, 0])
            inside[0] += amount
            inside[1] += amount if payer == payee else 0
            same += amount if payer == payee else 0
    figures = {
        "same_share": ratio(same, volume, Unit.SHARE, n=payments, why="no_transfers"),
        "known_share": ratio(known, volume, Unit.SHARE, n=payments, why="no_transfers"),
    }
    # Nobody who may not see a cell of the matrix may see a share that gives it away: this table has no `about`.
    shares = tuple((group, spent, inside / spent) for group, (spent, inside) in sorted(paid.items()))
    units = {"amount": Unit.CURRENCY, "same_share": Unit.SHARE}
    notes = [] if known == volume else [f"{of}_partly_unknown"]
    if of == "sector" and by_division(scene):
        notes.append("sectors_by_division")
    tables = {"matrix": table, "same_share": Table((f"payer_{of}", "amount", "same_share"), shares, units)}
    return Result(figures, tables, notes)


def areas(scene: Scene) -> Result:
    """Indicator `area_flows`."""
    return _flows(scene, "area")


def sectors(scene: Scene) -> Result:
    """Indicator `sector_flows`."""
    return _flows(scene, "sector")


def forms(scene: Scene) -> Result:
    """Indicator `forms`: payments by form of the money; paper seen by the ledger is only what counters booked."""
    paid = """(SELECT v.*, coalesce(a.form, 'digital') AS form FROM volume v JOIN account a ON a.account = v.src
        WHERE v.time >= $start AND v.time < $stop) AS paid"""
    payers = sums_and_units(scene, paid, ("form",), "src_owner", "src_kind")
    payees = sums_and_units(scene, paid, ("form",), "dst_owner", "dst_kind")
    order = sorted(payers, key=str)
    rows = tuple((str(key[0]), payers[key][1], payers[key][0]) for key in order)
    about = About("volume", ("form",), "amount", tuple((payers[key][2], payees[key][2]) for key in order))
    volume = sum(amount for _, _, amount in rows)
    units = {"payments": Unit.COUNT, "amount": Unit.CURRENCY}
    digital = sum(amount for form, _, amount in rows if form == "digital")
    return Result(
        {"digital_share": ratio(digital, volume, Unit.SHARE, n=sum(many for _, many, _ in rows), why="no_transfers")},
        {"forms": Table(("form", "payments", "amount"), rows, units, about)},
        ("paper_untraced",) if any(form == "paper" for form, _, _ in rows) else (),
    )


INDICATORS = (
    Indicator(
        name="area_flows",
        section="D",
        title="Flows from area to area",
        title_fr="Flux de territoire à territoire",
        meaning="Where members of each area spend, and how much of it stays in their own area.",
        meaning_fr="Où dépensent les membres de chaque territoire, et ce qui reste dans le leur.",
        formula="sum of payments by area of payer and payee; own share = payments inside / all payments of the area's members",
        source="Sums of the ledger",
        flag=Flag.MEASURED,
        compute=areas,
        figures={
            "same_share": ("Payments inside one area", "Paiements dans un même territoire"),
            "known_share": ("Payments with both areas known", "Paiements aux deux territoires connus"),
        },
        tables={
            "matrix": ("Payments by area of payer and payee", "Paiements par territoire du payeur et du payé"),
            "same_share": ("Share that stays in the area", "Part qui reste sur le territoire"),
        },
        columns={
            "payer_area": ("Area of payer", "Territoire du payeur"),
            "payee_area": ("Area of payee", "Territoire du payé"),
            "payments": ("Payments", "Paiements"),
            "amount": ("Amount", "Montant"),
            "same_share": ("Stays in the area", "Reste sur le territoire"),
        },
    ),
    Indicator(
        name="sector_flows",
        section="D",
        title="Flows from sector to sector",
        title_fr="Flux de secteur à secteur",
        meaning="Which trades buy from which, and people from which. A sector is the first activity code of the account.",
        meaning_fr="Quelles activités achètent à quelles autres, et les particuliers à lesquelles. Le secteur est le premier "
        "code d'activité du compte.",
        formula="sum of payments by sector of payer and payee; people without one are a group of their own",
        source="Sums of the ledger",
        flag=Flag.MEASURED,
        compute=sectors,
        figures={
            "same_share": ("Payments inside one sector", "Paiements dans un même secteur"),
            "known_share": (
                "Payments with both sides known to be of a sector or people",
                "Paiements dont les deux côtés sont d'un secteur connu ou des particuliers",
            ),
        },
        tables={
            "matrix": ("Payments by sector of payer and payee", "Paiements par secteur du payeur et du payé"),
            "same_share": ("Share that stays in the sector", "Part qui reste dans le secteur"),
        },
        columns={
            "payer_sector": ("Sector of payer", "Secteur du payeur"),
            "payee_sector": ("Sector of payee", "Secteur du payé"),
            "payments": ("Payments", "Paiements"),
            "amount": ("Amount", "Montant"),
            "same_share": ("Stays in the sector", "Reste dans le secteur"),
        },
    ),
    Indicator(
        name="forms",
        section="A",
        title="Payments by form of the money",
        title_fr="Paiements par forme de la monnaie",
        meaning="How much was paid digitally and how much on paper. Notes that pass from hand to hand leave no trace.",
        meaning_fr="Ce qui est payé en numérique et en billets. "
        "Les billets qui circulent de main en main ne laissent pas de trace.",
        formula="sum of payments by form of the payer's account",
        source="Sums of the ledger",
        flag=Flag.MEASURED,
        compute=forms,
        figures={"digital_share": ("Digital share of volume", "Part numérique du volume")},
        tables={"forms": ("Payments by form", "Paiements par forme")},
        columns={
            "form": ("Form", "Forme"),
            "payments": ("Payments", "Paiements"),
            "amount": ("Amount", "Montant"),
        },
    ),
)
