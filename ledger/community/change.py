"""Change at the till: units are never changed into euros (MLC-7). Amounts are minor units of both, which are equal."""

from __future__ import annotations

from typing import NamedTuple

from ledger.core.errors import Code, Rejected


class Change(NamedTuple):
    """What the merchant gives back."""

    units: int
    euros: int


def change(price: int, units: int, euros: int, *, step: int = 100, waived: int = 0) -> Change:
    """What is given back for units (notes) and euros tendered for a price.

    Euros given back never exceed the euros tendered beyond the part of the price that notes do not cover in whole
    `step`s (the smallest note, minor units): euro_change <= euro_tendered - euro_part_due. Raises Rejected when the
    money does not suffice, or when units could only be given back as euros and the customer does not waive the rest.
    """
    if units + euros < price:
        raise Rejected(Code.INVALID_FIELD, f"amount: {(price - units - euros) / 100:.2f} is missing", "amount")
    covered = min(units, price // step * step)
    euro_part = price - covered
    if euros >= euro_part:
        return Change(units - covered, euros - euro_part)
    needed = -(-price // step) * step
    if units >= needed and waived == needed - price - euros:
        return Change(units - needed, 0)
    raise Rejected(
        Code.INVALID_FIELD,
        f"euros: add {(euro_part - euros) / 100:.2f} in euros, or let the customer waive {(needed - price - euros) / 100:.2f}: "
        "units are never changed into euros",
        "euros",
    )
