"""A valley with a year of made-up payments, large enough for every chart: seeded, so always the same."""

from __future__ import annotations

import random

from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY, Window
from ledger.core.accounts import Model
from tests.analytics_town import Move, town

START = 1_735_689_600
YEAR_2025 = Window.between(START, START + 365 * DAY)
SECTORS = (
    "Alimentation",
    "Restauration",
    "Commerce",
    "Artisanat",
    "Services",
    "Culture",
    "Agriculture",
    "Santé",
    "Bâtiment",
)
AREAS = ("Romans", "Bourg-de-Péage", "Valence", "Saint-Donat")
LINES = (0, 100_000, 300_000)


def valley(model: Model = Model.BACKED, members: int = 120, payments: int = 1500, seed: int = 1) -> Scene:
    """A backed currency with issue, redemption and demurrage, or mutual credit, or hours; from 2025 on."""
    chance = random.Random(seed)
    names = [f"m{at}" for at in range(members)]
    facts: dict[str, dict[str, object]] = {}
    for at, name in enumerate(names):
        kind = "business" if at % 3 == 0 else "association" if at % 20 == 1 else "person"
        facts[name] = {"kind": kind, "area": chance.choice(AREAS)}
        facts[name]["sector"] = chance.choice(SECTORS) if kind == "business" else None
        if model is Model.MUTUAL:
            facts[name]["floor"] = -chance.choice(LINES)
    scene = town(_moves(model, names, facts, payments, chance), facts, window=YEAR_2025, model=model)
    for at, name in enumerate(names):
        scene.db.execute(
            "INSERT INTO member (owner, kind, college, joined, dues_until) VALUES (?, ?, 'C', ?, ?)",
            [
                at,
                facts[name]["kind"],
                START + DAY * chance.randint(-300, 200),
                START + DAY * chance.randint(100, 800),
            ],
        )
    return scene


def _moves(
    model: Model, names: list[str], facts: dict[str, dict[str, object]], payments: int, chance: random.Random
) -> list[Move]:
    firms = [name for name in names if facts[name]["kind"] == "business"]
    others = [name for name in names if facts[name]["kind"] != "business"]
    held = dict.fromkeys(names, 0)
    moves: list[Move] = []
    at, step = START, 365 * DAY // (payments + 1)

    def move(kind: str, src: str | None, dst: str | None, amount: int) -> None:
        moves.append((at, kind, src, dst, amount))
        if src is not None:
            held[src] -= amount
        if dst is not None:
            held[dst] += amount

    for _ in range(payments):
        at += chance.randint(1, 2 * step - 1) if at + 2 * step < YEAR_2025.end else 1
        draw, firm = chance.random(), chance.choice(firms)
        if model is Model.BACKED and draw < 0.2:
            move("issue", None, chance.choice(others), chance.randint(2_000, 20_000))
        elif model is Model.BACKED and draw < 0.26:
            if held[firm] > 500:
                move(
                    "redeem" if draw < 0.24 else "demurrage",
                    firm,
                    None,
                    held[firm] // (2 if draw < 0.24 else 50),
                )
        else:
            payer = chance.choice(others if chance.random() < 0.6 else firms)
            payee = firms[int(len(firms) * chance.random() ** 2)]
            least = 0 if model is Model.BACKED else int(str(facts[payer].get("floor", -6_000)))
            amount = min(int(chance.lognormvariate(7.5, 1)) + 1, held[payer] - least)
            if payer != payee and amount > 0:
                move("transfer", payer, payee, amount)
    return moves
