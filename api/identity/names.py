"""How names are compared: without case, accents, punctuation and doubled spaces."""

from __future__ import annotations

import unicodedata


def search_key(text: str) -> str:
    """What a name is found by: "Café  de l'Hôtel" is "cafe de l hotel"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in plain)
    return " ".join(letters.split())
