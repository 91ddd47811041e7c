"""The texts of pages: what templates and Python say, and what the French catalogues hold.

`python -m docs.texts [surface ...]` writes every text that a surface says and its `fr.po` lacks into it, without a
translation, drops what is no longer said, and names what waits for French. A test fails until nothing does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from api.pages.frame.texts import PAGES

Text = str | tuple[str, str]
"""A msgid, or its singular and plural."""

SHARED = "frame"
"""Its words are everybody's."""
PYTHON: dict[str, Any] = {"text": None, "later": None, "say": (2,), "many": (1, 2), "say_many": (2, 3)}
TEMPLATE: dict[str, Any] = {"_": None, "gettext": None, "ngettext": (1, 2)}
OPTIONS = {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do"}


def surfaces() -> list[str]:
    """The folders of `api.pages` that can say something."""
    return sorted(path.parent.name for path in PAGES.glob("*/__init__.py"))


def said(surface: str) -> dict[Text, str]:
    """Every text of a surface, and the first file that says it."""
    found: dict[Text, str] = {}
    for path, texts in _extracted(surface):
        for text in texts:
            found.setdefault(text, str(path.relative_to(PAGES)))
    return found


def wanted(surface: str) -> dict[Text, str]:
    """The texts that a surface's catalogue must hold: its own, without those that the frame has."""
    mine = said(surface)
    shared = {} if surface == SHARED else said(SHARED)
    return {text: at for text, at in mine.items() if text not in shared}


def catalogue(surface: str) -> Catalog:
    """The French of a surface; empty where it has no file."""
    path = path_of(surface)
    if not path.exists():
        return Catalog(locale="fr")
    with path.open("rb") as source:
        return read_po(source, locale="fr")


def path_of(surface: str) -> Path:
    """Where the French of a surface lies."""
    return PAGES / surface / "fr.po"


def untranslated(surface: str) -> list[Text]:
    """The texts of a surface that have no French, or only half of it."""
    held = catalogue(surface)
    return [text for text in wanted(surface) if not _done(held, text)]


def stale(surface: str) -> list[Text]:
    """What a catalogue translates and nobody says."""
    needed = wanted(surface)
    return [_key(message.id) for message in catalogue(surface) if message.id and _key(message.id) not in needed]


def bring_up_to_date(surface: str) -> None:
    """Write a surface's catalogue again: what it has, what is missing, in the order of the texts."""
    held, fresh = catalogue(surface), Catalog(locale="fr")
    for text in wanted(surface):
        before = held.get(text if isinstance(text, str) else text[0])
        fresh.add(text, before.string if before else None)
    if len(fresh):
        with path_of(surface).open("wb") as target:
            write_po(target, fresh, omit_header=True, no_location=True, sort_output=True, width=120)


def _done(held: Catalog, text: Text) -> bool:
    message = held.get(text if isinstance(text, str) else text[0])
    if message is None or _key(message.id) != text:
        return False
    strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
    return all(strings)


def _key(text: Any) -> Text:
    return text if isinstance(text, str) else (text[0], text[1])


def _extracted(surface: str) -> Iterator[tuple[Path, list[Text]]]:
    for path in sorted((PAGES / surface).rglob("*")):
        if path.suffix == ".py":
            found = extract_from_file("python", path, keywords=PYTHON)
        elif path.suffix == ".html":
            found = extract_from_file("jinja2.ext:babel_extract", path, keywords=TEMPLATE, options=OPTIONS)
        else:
            continue
        yield path, [_key(text) for _, text, _, _ in found if text]


if __name__ == "__main__":
    for name in sys.argv[1:] or surfaces():
        bring_up_to_date(name)
        waiting = untranslated(name)
        print(f"{name}: {len(wanted(name))} texts, {len(waiting)} wait for French")
        for each in waiting:
            print(f"  {each!r} ({wanted(name)[each]})")
