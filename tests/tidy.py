"""The house rules that a program can hold, as functions from a file's text to its faults: (line, what is wrong)."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAX_LINES = 300

_IGNORED = re.compile(r"\.(?!ci$|git)|\.git$|__pycache__$|build$|dist$|.*\.egg-info$")

Fault = tuple[int, str]


def project_files(pattern: str = "*") -> list[Path]:
    """The files of the project, those not yet committed included, whose path from the root matches `pattern`."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        paths = {Path(name) for name in listing.stdout.split("\0") if name}
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive
        paths = {path.relative_to(ROOT) for path in ROOT.rglob("*")}
        paths = {path for path in paths if not any(_IGNORED.match(part) for part in path.parts)}
    return sorted(path for path in paths if path.match(pattern) and (ROOT / path).is_file())


def below(folder: str) -> list[Path]:
    """The Python files under `folder`."""
    return [path for path in project_files("*.py") if path.is_relative_to(folder)]


def floats(source: str) -> Iterator[Fault]:
    """Float and complex literals, the name `float`, and true division: money and time are integers."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=float() | complex()):
                yield node.lineno, f"the literal {ast.unparse(node)}"
            case ast.Name(id="float"):
                yield node.lineno, "the name `float`"
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                yield node.lineno, "true division; use // and say where the remainder goes"


def more_than_a_docstring(source: str) -> Iterator[Fault]:
    """Statements after the docstring."""
    for node in ast.parse(source).body:
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield node.lineno, ast.unparse(node).splitlines()[0]


def too_long(source: str) -> Iterator[Fault]:
    """A file over the ceiling."""
    lines = source.count("\n")
    if lines > MAX_LINES:
        yield lines, f"{lines} lines; the ceiling is {MAX_LINES}: split it by topic"


def tries(source: str) -> Iterator[Fault]:
    """`try` statements."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Try | ast.TryStar):
            yield node.lineno, "a route does not catch; api/problems.py answers for every error"


def prints(source: str) -> Iterator[Fault]:
    """Calls of print."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield node.lineno, "print"


_PROMISES = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def promises(source: str) -> Iterator[Fault]:
    """Notes that something is to be done: it is done, or it is an issue."""
    yield from _search(_PROMISES, source)


# Written in pieces, so that this file does not contain what it looks for.
_PLACES = re.compile(
    r"(?<![\w.])/(?:ro" + r"ot|ho" + r"me|wo" + r"rk|Us" + r"ers)/[\w.]"
    r"|\bpy" + r"pi\.org|python" + r"hosted\.org|npm" + r"js\.(?:org|com)|/opt/(?:wheels|py" + r"pi)"
    r"|(?<!no-emit)-index-u" + r"rl\b|--find-li" + r"nks"
)  # fmt: skip


def places(source: str) -> Iterator[Fault]:
    """Paths of one machine, addresses of package registries."""
    yield from _search(_PLACES, source)


def _search(pattern: re.Pattern[str], source: str) -> Iterator[Fault]:
    for number, line in enumerate(source.splitlines(), 1):
        found = pattern.search(line)
        if found:
            yield number, found.group().strip()


_CLAIMS = ("check", "assert", "expect")


def tests_that_assert_nothing(source: str) -> Iterator[Fault]:
    """Test functions without an assert, a pytest.raises/fail/warns, or a helper check_, assert_ or expect_."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test_"):
            continue
        if not any(_claims(inner) for inner in ast.walk(node)):
            yield node.lineno, f"{node.name} asserts nothing"


def _claims(node: ast.AST) -> bool:
    match node:
        case ast.Assert():
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="pytest"), attr="raises" | "fail" | "warns")):
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name.split("_")[0] in _CLAIMS and name != "check"
    return False
