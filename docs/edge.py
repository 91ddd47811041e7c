"""The problem codes that the API adds to those of the ledger, read from the places that raise them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

API = Path(__file__).parents[1] / "api"

# Which argument of a call is the code, by the function's home and name.
_CODE_AT = {
    ("api.problems", "Problem"): 1,
    ("api.problems", "answer"): 2,
    ("api.problems", "shape"): 2,
    ("api.identity.errors", "Refused"): 1,
    ("api.identity.errors", "forbidden"): 0,
    ("api.identity.errors", "conflict"): 0,
    ("api.identity.errors", "wrong_state"): 0,
}


def patterns() -> set[str]:
    """The codes as written in the API's source; `*` stands for a part that the program fills in."""
    found = {text for path in sorted(API.rglob("*.py")) for text in _of_module(path)}
    return {text for text in found if not text.startswith("*")}  # a helper that fills in all of it


def covers(pattern: str, code: str) -> bool:
    """Whether a code is one that the pattern stands for."""
    return re.fullmatch("[a-z_]+".join(re.escape(part) for part in pattern.split("*")), code) is not None


def _of_module(path: Path) -> Iterator[str]:
    module = ".".join(path.relative_to(API.parent).with_suffix("").parts)
    tree = ast.parse(path.read_text())
    homes: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            homes |= {alias.asname or alias.name: (node.module or "", alias.name) for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            homes.setdefault(node.name, (module, node.name))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            home = homes.get(node.func.id, ("", ""))
            if home == ("api.identity.errors", "not_found"):
                yield from (f"{text.replace(' ', '_')}_not_found" for text in _texts(node.args[:1]))
            elif home in _CODE_AT:
                at = _CODE_AT[home]
                named = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                yield from _texts(named or node.args[at : at + 1])
    yield from _texts(_by_status(tree))


def _by_status(tree: ast.AST) -> Iterator[ast.expr]:
    """The codes of the table `_HTTP_CODES`, and of its default: the first of each pair."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id="_HTTP_CODES")], value=ast.Dict(values=pairs)):
                yield from (pair.elts[0] for pair in pairs if isinstance(pair, ast.Tuple))
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="_HTTP_CODES"), attr="get"),
                args=[_, ast.Tuple(elts=pair)],
            ):
                yield pair[0]


def _texts(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=parts):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts)
            case ast.IfExp(body=one, orelse=other):
                yield from _texts([one, other])
