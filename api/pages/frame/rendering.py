"""Templates: one environment a language, strict about names, with the filters that write figures and dates."""

from __future__ import annotations

from functools import cache
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from api.pages.frame import units
from api.pages.frame.people import role_names
from api.pages.frame.statics import Statics
from api.pages.frame.texts import LANGUAGES, NAMES, PAGES, words
from ledger.core.signing import fingerprint


@cache
def environment(folders: tuple[str, ...], lang: str, statics: Statics) -> Environment:
    """Templates of the frame and of these surfaces, in a language; compiled once in a process."""
    places = [PAGES / name / "templates" for name in ("frame", *folders)]
    made = Environment(
        loader=FileSystemLoader([str(place) for place in dict.fromkeys(places)]),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )  # fmt: skip
    translations: Any = made
    translations.install_gettext_translations(words(lang), newstyle=True)
    made.policies["ext.i18n.trimmed"] = True
    made.globals |= {"static": statics.url, "languages": LANGUAGES, "language_names": NAMES, "qr": qr}
    made.globals["fingerprint_of"] = fingerprint
    made.globals["icon"] = lambda name: Markup(statics.icons[name])
    made.filters |= {
        "roles": lambda roles: role_names(roles, lang),
        "amount": lambda minor, unit, **how: units.write_amount(minor, unit, lang, **how),
        "plain": lambda minor, unit: units.plain_amount(minor, unit).replace(".", "," if lang == "fr" else "."),
        "share": lambda basis_points: units.write_share(basis_points, lang),
        "number": lambda number: units.write_number(number, lang),
        "month": lambda month: units.write_month(month, lang),
        "day": _timed(units.write_day, lang),
        "clock": _timed(units.write_clock, lang),
        "moment": _timed(units.write_moment, lang),
        "iso": lambda ns: units.moment_of(ns, "UTC").isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    return made


def _timed(write: Any, lang: str) -> Any:
    @pass_context
    def written(context: Context, ns: int) -> str:
        text: str = write(ns, lang, context["visit"].face.timezone)
        return text

    return written


def qr(text: str, label: str) -> Markup:
    """A QR code as an SVG picture that says `label` to who cannot see it."""
    code = segno.make_qr(text, error="m")
    drawing = code.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
    head = Markup('<svg role="img" aria-label="{}" ').format(label)
    return Markup(drawing).replace(Markup("<svg "), head, 1)
