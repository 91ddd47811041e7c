"""Why a transfer of the journal was made, in the words of circulation: `Reason` → `Kind`, by who stands on its sides.

The table is printed in docs/reference/extract.md.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ledger.analytics.source.scene import Kind
from ledger.core.errors import Corrupt
from ledger.core.journal import Reason


class Rule(NamedTuple):
    """The kind of a movement between members, from a member to the community, and from the community to a member.

    None: no command makes such a transfer.
    """

    between: Kind | None = None
    paid_in: Kind | None = None
    paid_out: Kind | None = None
    why: str = ""


LEFT_OUT = frozenset(
    {Reason.REVERSAL, Reason.HOLD, Reason.VOID, Reason.EXPIRY}
    | {Reason.RESERVE_IN, Reason.RESERVE_OUT, Reason.COMMISSION, Reason.COMMISSION_GIFT}
)
"""Reversals are counted and left out with what they reverse; holds move no balance; euros are no units."""

RULES: dict[Reason, Rule] = {
    Reason.PAYMENT: Rule(
        Kind.TRANSFER,
        Kind.TRANSFER,
        Kind.TRANSFER,
        "a payment; with the community on a side it leaves circulation or enters it, and is no volume",
    ),
    Reason.CAPTURE: Rule(Kind.TRANSFER, Kind.TRANSFER, Kind.TRANSFER, "a payment that had been held"),
    Reason.FEE: Rule(None, Kind.FEE, None, "a leg of its own beside the payment, which keeps its full amount"),
    Reason.FEE_RESERVE: Rule(None, Kind.FEE, None, "the part of a fee that is kept for losses"),
    Reason.DUES: Rule(None, Kind.FEE, None, "dues in units or hours"),
    Reason.FORFEIT: Rule(None, Kind.FEE, None, "what a leaver did not spend"),
    Reason.REFUND: Rule(Kind.CORRECTION, Kind.CORRECTION, Kind.CORRECTION, "money that goes back is no volume"),
    Reason.FEE_REFUND: Rule(None, None, Kind.CORRECTION, "with its payment"),
    Reason.PURSE_EXPIRY: Rule(None, Kind.CORRECTION, None, "a grant that was not spent goes back to its funder"),
    Reason.ISSUE: Rule(None, None, Kind.ISSUE, "units against euros"),
    Reason.GRANT: Rule(None, None, Kind.ISSUE, "units given by a programme"),
    Reason.DEBT_SETTLED: Rule(None, None, Kind.ISSUE, "units bought with euros to end a debt"),
    Reason.REDEEM: Rule(None, Kind.REDEEM, None, "units changed back, the whole amount, commission included"),
    Reason.DEMURRAGE: Rule(None, Kind.DEMURRAGE, None, "the charge on idle units"),
    Reason.LOSS: Rule(None, None, Kind.WRITEOFF, "a debt that nobody will pay"),
    Reason.OPENING: Rule(None, Kind.OPENING, Kind.OPENING, "a balance brought along, its history unknown"),
    Reason.IMPORTED: Rule(
        Kind.TRANSFER, Kind.REDEEM, Kind.ISSUE, "history from elsewhere, where the community stands for outside"
    ),
    Reason.FORM_OUT: Rule(why="notes into an account or back: joined with FORM_IN"),
    Reason.FORM_IN: Rule(Kind.CORRECTION, None, None, "one movement between the two accounts, no volume"),
}  # fmt: skip


@cache
def kind_of(reason: int, from_member: bool, to_member: bool) -> Kind | None:
    """The kind of a movement; None where it is left out. Raises Corrupt for a transfer that no command makes."""
    if reason in LEFT_OUT or not (from_member or to_member):
        return None
    rule = RULES.get(Reason(reason), Rule())
    kind = rule.between if from_member and to_member else rule.paid_in if from_member else rule.paid_out
    if kind is None:
        raise Corrupt(
            f"a transfer for {Reason(reason).name} stands between accounts that it cannot be between"
        )
    return kind
