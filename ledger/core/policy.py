"""Dated parameters of a currency: every rate, limit and rule that an association may change by a vote.

Rates are basis points, money is minor units, durations are whole days unless the name says otherwise. A change
never touches what was decided before it (CORE-8).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sphere(StrEnum):
    """The three spheres of an Accorderie (TIME-3)."""

    INDIVIDUAL = "individual"
    COLLECTIVE = "collective"
    ASSOCIATIVE = "associative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """One earmarked purse of a public programme (PUB-1)."""

    code: str
    """The name by which purses refer to it; unique in its currency."""
    budget: int
    """The most that may be granted less expired, minor units (PUB-3)."""
    sectors: tuple[str, ...] = ()
    """Activity codes where it may be spent; empty means at every approved merchant."""
    starts_at: int = 0
    """Nanoseconds since 1970 UTC; before it purses pay nothing. 0: at once."""
    ends_at: int = 0
    """Nanoseconds since 1970 UTC; after it purses pay no more and expire back to the funder. 0: no end."""
    single_use: int = 0
    """The most one payment may take from the purse; 0: no such limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Parameters of one currency. The defaults switch everything optional off."""

    # limits given to accounts that are opened without their own
    default_line: int | None = 0
    """Credit line of a new account; None: no floor at all (imported histories)."""
    default_ceiling: int | None = None
    """Ceiling of a new account; None: none."""
    line_cap: int | None = None
    """The highest line an account may be given (MUT-4)."""
    # corrections and control
    reversal_window_days: int = 62
    """Two calendar months at their longest (CORE-4)."""
    four_eyes_over: int | None = None
    """Issue, redeem and reverse above this need a second person, and so does every policy change (GOV-5)."""
    # fees
    payment_fee_bp: int = 0
    """Charged to the payee of a payment, to the operator."""
    fee_reserve_bp: int = 0
    """Share of every fee that goes to the loss fund (MUT-10)."""
    # mutual credit
    line_turnover_bp: int = 200
    """Share of a year's turnover that a line may be (MUT-4)."""
    line_hard_cap_bp: int = 500
    """Share of a year's turnover that a line never exceeds (MUT-4)."""
    line_cap_months: int = 3
    """A line is at most this many months of the sales expected in the network (MUT-4)."""
    line_min_age_years: int = 2
    """Younger firms get no line by formula (MUT-4)."""
    acceptance_min_bp: int = 0
    """The lowest acceptance rate that a merchant may set; 0 takes no units (MUT-6)."""
    acceptance_cap: int | None = None
    """Above this part of a deal the acceptance rate binds nobody (MUT-6)."""
    hoarding_multiple: int = 5
    """A balance above so many times its line is reported as hoarding (MUT-5)."""
    spend_down_days: int = 365
    """How long a leaving member may still spend (MUT-15)."""
    # backed
    commission_bp: int = 0
    """Taken from a redemption (MLC-5)."""
    commission_gift_bp: int = 0
    """Part of the redeemed amount, inside the commission, that goes to the common fund in euros (DEM-6)."""
    # time
    step: int = 1
    """Amounts are multiples of this; 15 minutes for time."""
    spheres: bool = False
    """Whether a payment must say its sphere (TIME-3)."""
    not_credited: tuple[str, ...] = ()
    """Activities that earn nothing, such as board meetings (TIME-3)."""
    # demurrage
    demurrage_bp_year: int = 0
    """Charge on idle units in a year; 0: none (DEM-2)."""
    demurrage_free_days: int = 90
    """How long a unit may lie idle before it is charged (DEM-2)."""
    demurrage_exempt: tuple[str, ...] = ()
    """Account kinds that pay none (DEM-7)."""
    # earmarked
    programmes: tuple[Programme, ...] = ()
    """The purses of an earmarked currency; a programme is ended, never removed."""
    merchants_respend: bool = False
    """Whether merchants may pay each other with what they earned (REC), or only redeem."""

    def programme(self, code: str) -> Programme | None:
        """The programme of that code, or None."""
        for programme in self.programmes:
            if programme.code == code:
                return programme
        return None
