"""What demurrage really costs to hold money."""

from __future__ import annotations

from ledger.analytics.answers.figures import Figure, Flag, Result, Unit, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.money.circulation import average, flows_of
from ledger.analytics.scan.whole import scanned
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import YEAR
from ledger.core.accounts import Model


def compute(scene: Scene) -> Result:
    """Demurrage charged over money x time, percent a year."""
    charged = flows_of(scene)["demurrage"]
    many = scene.number(
        "SELECT count(*) FROM movement WHERE kind = 'demurrage' AND time >= $start AND time < $stop"
    )
    rate = ratio(
        100 * charged * YEAR, scanned(scene).scan.integral(), Unit.PERCENT_PER_YEAR, n=many, why="no_money"
    )
    return Result({
        "effective_rate": rate,
        "charged": Figure(charged, Unit.CURRENCY, many),
        "average": average(scene),
    })  # fmt: skip


INDICATORS = (
    Indicator(
        name="demurrage",
        section="B",
        title="Effective demurrage",
        title_fr="Fonte effective",
        meaning="What holding money really costs in a year, free periods and exemptions included. Beside the nominal rate "
        "it shows how much of the money escapes. What it does to velocity is another question.",
        meaning_fr="Ce que coûte réellement la détention sur un an, franchises et exemptions comprises. À côté du taux nominal, "
        "on lit la part qui y échappe. Son effet sur la vitesse est une autre question.",
        formula="demurrage charged in the window / integral of M over the window, per year",
        source="Chiemgauer rules (6 % a year, first 90 days free) as the nominal rate to compare with",
        flag=Flag.MEASURED,
        compute=compute,
        models=frozenset({Model.BACKED, Model.MUTUAL, Model.EARMARKED}),
        figures={
            "effective_rate": ("Effective rate", "Taux effectif"),
            "charged": ("Charged", "Prélevé"),
            "average": ("Money in circulation, average", "Monnaie en circulation, moyenne"),
        },
    ),
)
