"""Text for the cells of a spreadsheet."""

from __future__ import annotations

_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: names, memos and places are what people wrote."""
    return "'" + text if text.startswith(_BEGINS) else text
