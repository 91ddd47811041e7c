"""What members do, in the visitor's language."""

from __future__ import annotations

from collections.abc import Iterable

from api.pages.frame.visit import Visit
from ledger.analytics.answers import trades


def trade(code: str, visit: Visit) -> str:
    """An activity code in words; a code that has none as it is."""
    return trades.trade(code, visit.lang) or code


def trades_of(codes: Iterable[str], visit: Visit) -> tuple[str, ...]:
    """Some codes in words, each once."""
    return tuple(dict.fromkeys(trade(code, visit) for code in codes))
