"""A community's two colours, made legible: in light and dark, every use has the contrast that WCAG asks.

Contrast is in hundredths (450 is 4.5:1), so that no float decides.
"""

from __future__ import annotations

from typing import NamedTuple

LEAST = 450
"""WCAG 2.2 AA for text: 4.5:1."""
LIGHT_GROUND, DARK_GROUND = "#fbfaf6", "#171d1b"
"""The lightest and darkest surfaces that accent text stands on; static/css/tokens.css has the same."""
STEPS = 40
Rgb = tuple[int, int, int]


class Accent(NamedTuple):
    """A colour for text and buttons, and the colour of text upon it."""

    colour: str
    on: str


def rgb(colour: str) -> Rgb:
    """ "#1d6f5c" as three numbers of 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def text(colour: Rgb) -> str:
    """Three numbers as "#rrggbb"."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def contrast(one: str, other: str) -> int:
    """How far two colours lie apart, in hundredths: 100 is none, 2100 is black on white."""
    lighter, darker = sorted((_luminance(rgb(one)), _luminance(rgb(other))), reverse=True)
    return round(100 * (lighter + 0.05) / (darker + 0.05))


def _luminance(colour: Rgb) -> float:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def legible(colour: str, ground: str) -> str:
    """The colour, or the nearest one towards black or white that can be read on `ground`."""
    goal: Rgb = (0, 0, 0) if _luminance(rgb(ground)) > 0.18 else (255, 255, 255)
    start = rgb(colour)
    for step in range(STEPS + 1):
        mixed = text(_mix(start, goal, step))
        if contrast(mixed, ground) >= LEAST:
            return mixed
    return text(goal)


def accent(colour: str, *, dark: bool) -> Accent:
    """A community's colour for light or dark pages, and what can be written on it."""
    ground = DARK_GROUND if dark else LIGHT_GROUND
    shown = legible(colour, ground)
    on = max("#ffffff", "#0d1513", key=lambda each: contrast(each, shown))
    return Accent(shown, on)


def _mix(start: Rgb, goal: Rgb, step: int) -> Rgb:
    one, two, three = (a + (b - a) * step // STEPS for a, b in zip(start, goal, strict=True))
    return one, two, three
