"""The codes that results carry, in words: why a figure is not given, and what a reader must know of the others."""

from __future__ import annotations

WHY: dict[str, tuple[str, str]] = {
    "empty": ("nothing to divide by", "rien par quoi diviser"),
    "few": ("fewer than 30 units", "moins de 30 unités"),
    "hidden": ("kept secret: too few are behind it", "secret : trop peu d'unités derrière"),
}
"""English and French of each code of `Figure.why`."""

NOTES: dict[str, tuple[str, str]] = {}
"""English and French of each code of `Result.notes`."""


def why(code: str, lang: str = "en") -> str:
    """A reason in words; the code itself where there are none."""
    return _said(WHY, code, lang)


def note(code: str, lang: str = "en") -> str:
    """A note in words; the code itself where there are none."""
    return _said(NOTES, code, lang)


def _said(words: dict[str, tuple[str, str]], code: str, lang: str) -> str:
    return words[code][lang == "fr"] if code in words else code
