"""P5, P6, P9 and the identities of recirculation and trajectories, on generated ledgers, against slow exact references."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.analytics.scan.passing import by_owner
from ledger.analytics.source.scene import Scene
from ledger.analytics.spending.flows import matrix
from ledger.analytics.spending.injected import injected
from ledger.analytics.spending.recirculation import pairs
from ledger.analytics.spending.rounds import lm3_block
from ledger.analytics.spending.trajectories import trajectories
from ledger.analytics.territory.leontief import embodied, inverse, per_output
from tests.analytics_paths import redeemed
from tests.analytics_town import Move, town

NAMES = ("a", "b", "c", "d", "e")
FACTS: dict[str, dict[str, object]] = {
    "a": {"kind": "person", "area": "north"},
    "b": {"kind": "business", "area": "north", "sector": "10.71C"},
    "c": {"kind": "business", "area": "south"},
    "d": {"kind": "business", "owner": "c", "sector": "10.71C"},
    "e": {"floor": -100},
}
OWNER = {"d": "c"}
CHARGES = ("redeem", "fee", "demurrage", "credit_writeoff")


@st.composite
def ledgers(draw: st.DrawFn, covered: bool = False) -> list[Move]:
    """Up to 25 moves, times often equal; `covered`: only issues and payments of money that is there."""
    moves: list[Move] = []
    held: Counter[str] = Counter()
    time = 0
    for _ in range(draw(st.integers(0, 25))):
        time += draw(st.integers(0, 3))
        amount = draw(st.integers(1, 12))
        src, dst = draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES))
        kind = draw(st.sampled_from(("transfer", "transfer", "issue", "correction", *CHARGES, "opening")))
        if covered:
            kind = "issue" if kind in ("correction", "opening") else kind
            if kind != "issue" and held[src] < amount:
                continue
        match kind:
            case "issue" | "opening":
                moves.append((time, kind, None, dst, amount))
                held[dst] += amount
            case "transfer" | "correction":
                moves.append((time, kind, src, dst, amount))
                held[src] -= amount
                held[dst] += amount
            case _:
                moves.append((time, kind, src, None, amount))
                held[src] -= amount
    return moves


def payments(moves: list[Move]) -> list[tuple[str, str, int]]:
    """Payments between different owners."""
    found = []
    for _, kind, src, dst, amount in moves:
        if kind == "transfer" and src is not None and dst is not None and OWNER.get(src, src) != OWNER.get(dst, dst):
            found.append((OWNER.get(src, src), OWNER.get(dst, dst), amount))
    return found


@given(ledgers())
def test_sent_is_received_is_volume(moves: list[Move]) -> None:
    """P5, however the payments are grouped."""
    scene = town(moves, FACTS)
    volume = sum(amount for _, _, amount in payments(moves))
    assert injected(scene).volume == volume
    assert sum(each.flows.spent for each in by_owner(scene)) == volume
    assert sum(each.flows.receipts for each in by_owner(scene)) == volume
    for of in ("area", "sector"):
        assert sum(int(str(cell)) for cell in matrix(scene, of).column("amount")) == volume
    assert pairs(scene).figures["volume"].value == volume


@given(ledgers())
def test_receipts_are_explained_to_the_unit(moves: list[Move]) -> None:
    """Of every owner; and the change of balance is what the moves say."""
    scene = town(moves, FACTS)
    change: Counter[str] = Counter()
    for _, _, src, dst, amount in moves:
        for name, signed in ((src, -amount), (dst, amount)):
            if name is not None:
                change[OWNER.get(name, name)] += signed
    found: Counter[int] = Counter()
    for each in by_owner(scene):
        assert each.flows.residual == 0
        found[each.owner] += each.flows.change
    number = {str(label): owner for label, owner in scene.rows("SELECT label, owner FROM account")}
    assert {number[name]: amount for name, amount in change.items() if amount} == {
        owner: amount for owner, amount in found.items() if amount
    }


def solved(scene: Scene) -> Fraction:
    """g (I - Q)^-1 1 / g 1 in exact fractions, by elimination."""
    of = injected(scene)
    n = of.size
    income = [int(each) for each in of.income]
    rows = [[Fraction(int(at == to)) for at in range(n)] + [Fraction(int(of.issued[to]))] for to in range(n)]
    for payer, payee, amount in zip(of.payer, of.payee, of.amount, strict=True):
        rows[payee][payer] -= Fraction(int(amount), income[payer])
    for at in range(n):
        pivot = next(row for row in range(at, n) if rows[row][at])
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [cell / rows[at][at] for cell in rows[at]]
        for other in range(n):
            if other != at and rows[other][at]:
                rows[other] = [cell - rows[other][at] * own for cell, own in zip(rows[other], rows[at], strict=True)]
    return sum((row[n] for row in rows), Fraction(0)) / of.total_issued


@given(ledgers(covered=True))
def test_all_rounds_together_are_payments_by_issues(moves: list[Move]) -> None:
    """P6: where nothing is spent that was not issued, the limit of all rounds is 1 + payments / issued."""
    issued = sum(amount for _, kind, _, _, amount in moves if kind == "issue")
    assume(issued)
    scene = town(moves, FACTS)
    expected = 1 + Fraction(sum(amount for _, _, amount in payments(moves)), issued)
    assert solved(scene) == expected
    block = lm3_block(scene)
    assert block["LM_infinity"] == float(expected)
    assert block["LM3"] is not None and 1 <= block["LM3"] <= float(expected) * (1 + 1e-12)


@given(ledgers(), st.booleans(), st.integers(0, 40))
def test_units_are_followed_one_by_one(moves: list[Move], lifo: bool, start: int) -> None:
    """Trajectories of pieces are those of single units, in debt and out of it."""
    scene = town(moves, FACTS)
    scene.window = type(scene.window)(start, 1_000, 1_000)
    units = redeemed(moves, OWNER, lifo, start)
    for plain in (False, True):
        for path in trajectories(scene, lifo, plain=plain).by_steps:
            ages = {age: many for (steps, age), many in units.items() if steps == path.steps}
            assert path.unknown == ages.pop(None, 0)
            assert path.redeemed == sum(ages.values())
            assert path.amount_seconds == sum(many * age for age, many in ages.items() if age is not None)


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_imports_and_value_added_are_one(count: int, seed: int) -> None:
    """P9, in every sector of a productive economy."""
    generator = np.random.default_rng(seed)
    output = generator.uniform(1, 1_000, count)
    shares = generator.dirichlet(np.ones(count + 2), count).T * output
    flows, imports, added = shares[:count], shares[count], shares[count + 1]
    leontief = inverse(per_output(flows, output))
    whole = embodied(per_output(imports, output), leontief) + embodied(per_output(added, output), leontief)
    assert np.abs(whole - 1).max() < 1e-9
    assert (leontief >= -1e-12).all()
