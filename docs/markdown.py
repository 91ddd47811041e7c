"""Pieces of Markdown for the generated pages."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable


def table(heads: list[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *([one_line(str(cell)) for cell in row] for row in rows)]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def one_line(text: str | None) -> str:
    """Text with its line breaks gone."""
    return re.sub(r"\s+", " ", text or "").strip()


def code(value: object) -> str:
    """A value as code: enumeration members by their value, settings that are secret by what they hold."""
    value = getattr(value, "value", value)
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    return f"`{value!r}`"


def type_name(annotation: object) -> str:
    """An annotation as people write it, without module names."""
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    if not isinstance(annotation, type | str):
        text = str(annotation)
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Za-z])", "", text)


def field_texts(kind: type) -> dict[str, str]:
    """The strings below the fields of a class: what each field means."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    texts: dict[str, str] = {}
    name = ""
    for node in body.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=field)):
                name = field
            case ast.Expr(value=ast.Constant(value=str(text))) if name:
                texts[name] = one_line(text)
                name = ""
            case _:
                name = ""
    return texts
