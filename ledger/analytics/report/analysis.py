"""The main figures of a record as one JSON object, under the names of the project's validation files."""

from __future__ import annotations

from ledger.analytics.answers.figures import Number
from ledger.analytics.foreign.record import ForeignFacts
from ledger.analytics.money.circulation import average, flows_of
from ledger.analytics.money.velocity import per_year
from ledger.analytics.network.measures import network_block
from ledger.analytics.scan.scanned import ENDED, End, Matched, Rule, Scan, Side
from ledger.analytics.scan.whole import scanned
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY
from ledger.analytics.spending.flows import area_matrix, same_area_share
from ledger.analytics.spending.rounds import lm3_block

Block = dict[str, object]
SHARE_DAYS = (1, 7, 28, 56, 365)


def analysis(scene: Scene) -> Block:
    """The figures of a foreign record. Amounts are minor units; what cannot be said is None.

    Where an account was ever below zero, also the holding times of both sides of zero; where accounts have areas, also
    the payments from area to area.
    """
    scan, flows = scanned(scene).scan, flows_of(scene)
    areas = scene.number("SELECT count(*) FROM account WHERE area IS NOT NULL") > 0
    facts = scene.loaded["foreign"]
    assert isinstance(facts, ForeignFacts)
    block: Block = {
        "window_seconds": [scene.window.start, scene.window.end],
        "transfers": scan.spent(),
        "issued": flows["issued"],
        "redeemed": flows["redeemed"],
        "integral_positive": scan.integral(),
        "integral_overdraft": scan.integral(Side.CREDIT),
        "final_positive": scan.stock(),
        "final_overdraft": scan.stock(Side.CREDIT),
        "M_average": average(scene).value,
        "velocity_conventional_per_year": per_year(scene).value,
        "fifo": _rule(scan, Rule.FIFO),
        "lifo": _rule(scan, Rule.LIFO),
        "mixed": {"volume": scan.matched(Rule.FIFO).volume, "mean_days": scan.mixed_days()},
        "network": network_block(scene),
        "LM3": lm3_block(scene),
        "LM3_within_area": lm3_block(scene, within_area=True)["LM3"] if areas else None,
    }
    if (
        scan.integral(Side.CREDIT)
        or scan.stock(Side.CREDIT)
        or scan.matched(Rule.FIFO, ENDED, Side.CREDIT).pairs
    ):
        block["positive_balances"] = _side(scan, Side.HELD, facts.unit)
        block["overdrafts"] = _side(scan, Side.CREDIT, facts.unit)
    if areas:
        block[f"area_matrix_{facts.unit}"] = area_matrix(scene)
        block["same_area_share_by_payer_area"] = same_area_share(scene)
    block["record"] = {
        "rows": facts.rows,
        "sha256": scene.provenance.root,
        "accounts": scene.number("SELECT count(*) FROM account"),
        "internal": scene.provenance.internal,
        "self_payments": facts.self_payments,
        "between_system_accounts": facts.between_system,
        "accounts_not_listed": facts.unknown_accounts,
        "outside_window": scene.number("SELECT count(*) FROM movement WHERE time < $start OR time >= $stop"),
    }
    return block


def _rule(scan: Scan, rule: Rule) -> Block:
    paid_on = scan.matched(rule, (End.TRANSFER,))
    return {
        **_means(scan.matched(rule)),
        "transfer_ended": _means(paid_on),
        "remaining": scan.stock(),
        "amount_share_over_days": {
            str(days): _share(scan.over(days, rule, (End.TRANSFER,)), paid_on.volume) for days in SHARE_DAYS
        },
        "identity_area": scan.residual(rule) == 0 and scan.residual(rule, Side.CREDIT) == 0,
        "mean_days_incl_overdraft_funded": _share(paid_on.amount_seconds / DAY, scan.spent()),
    }


def _side(scan: Scan, side: Side, unit: str) -> Block:
    return {
        f"integral_{unit}_seconds": scan.integral(side),
        f"open_{unit}": scan.stock(side),
        "fifo": _means(scan.matched(Rule.FIFO, ENDED, side)),
        "lifo": _means(scan.matched(Rule.LIFO, ENDED, side)),
        "mixed": {
            "volume": scan.matched(Rule.FIFO, ENDED, side).volume,
            "mean_days": scan.mixed_days(ENDED, side),
        },
    }


def _means(matched: Matched) -> Block:
    return {
        "pairs": matched.pairs,
        "volume": matched.volume,
        "amount_seconds": matched.amount_seconds,
        "mean_days": matched.mean_days,
    }


def _share(part: Number, whole: int) -> float | None:
    return part / whole if whole else None
