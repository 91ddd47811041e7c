"""The house rules hold for every file, and each rule is shown to catch what it forbids."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests import tidy
from tests.tidy import ROOT, Fault, below, project_files


def check_all(paths: Iterable[Path], rule: Callable[[str], Iterable[Fault]], remedy: str) -> None:
    """Fail with one line for each fault that `rule` finds in `paths`."""
    faults = []
    for path in paths:
        try:
            source = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture has no lines
        faults += [f"{path}:{line}: {what}" for line, what in rule(source)]
    if faults:
        pytest.fail(remedy + "\n  " + "\n  ".join(faults), pytrace=False)


def check_catches(rule: Callable[[str], Iterable[Fault]], bad: list[str], good: list[str]) -> None:
    """`rule` faults every snippet of `bad` and none of `good`."""
    assert [text for text in bad if not list(rule(text))] == []
    assert [text for text in good if list(rule(text))] == []


def test_the_core_has_no_float() -> None:
    check_all(below("ledger/core"), tidy.floats, "Integers only in the core:")


def test_the_float_rule_catches() -> None:
    bad = ["x = 1.5", "x = 1e3", "x = float(y)", "x = a / b", "a /= 2", "x = 2j", "def f(x: float): ..."]
    check_catches(tidy.floats, bad, ["x = a // b", "x = 10**3", "x = 'a/b'", "a //= 2"])


def test_importing_the_core_loads_no_database() -> None:
    modules = [".".join(path.with_suffix("").parts) for path in below("ledger/core")]
    lines = [f"import {name.removesuffix('.__init__')}" for name in modules]
    lines += ["import sys", "print(*({'sqlite3', 'sqlalchemy', 'psycopg'} & set(sys.modules)))"]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("\n", ""), "importing ledger.core loads a database"
    assert "ledger.core.errors" in modules


def test_the_domain_package_re_exports_nothing() -> None:
    files = [Path("ledger/__init__.py"), Path("ledger/core/__init__.py")]
    check_all(files, tidy.more_than_a_docstring, "Only a docstring, or the import contracts mean nothing:")


def test_the_docstring_rule_catches() -> None:
    check_catches(tidy.more_than_a_docstring, ["'''Doc.'''\nfrom x import y", "x = 1"], ["'''Doc.'''", ""])


# Everything that can be asked stands on one screen: declarations, no logic. Nothing else is longer than the ceiling.
LONGER = {Path("ledger/core/commands.py")}


def test_files_stay_short() -> None:
    check_all(set(project_files("*.py")) - LONGER, tidy.too_long, "One file, one topic:")


def test_the_long_files_only_declare() -> None:
    for path in LONGER:
        functions = [
            node for node in ast.parse((ROOT / path).read_text()).body if isinstance(node, ast.FunctionDef)
        ]
        assert len(functions) <= 1, f"{path} has logic of its own; split it"


def test_the_length_rule_catches() -> None:
    check_catches(tidy.too_long, ["x\n" * 301], ["x\n" * 300])


MAY_CATCH = {Path("api/pages/frame") / name for name in ("again.py", "cookies.py", "form.py", "units.py")}
"""Where pages turn what was sent into values, and a refusal into the form shown again."""


def test_routes_and_pages_do_not_catch() -> None:
    pages = set(below("api/pages")) - MAY_CATCH
    check_all([*below("api/routes"), *pages], tidy.tries, "Routes and pages parse, call, present:")


def test_the_try_rule_catches() -> None:
    bad = ["def f():\n  try:\n    g()\n  except E:\n    pass", "try:\n  g()\nexcept* E:\n  pass"]
    check_catches(tidy.tries, bad, ["# try\nf('try')"])


def test_the_domain_does_not_print() -> None:
    check_all([*below("ledger/core"), *below("ledger/store")], tidy.prints, "The terminal is not ours here:")


def test_the_print_rule_catches() -> None:
    check_catches(tidy.prints, ["print(1)", "def f():\n  return print()"], ["printer(1)", "x.print()"])


def test_nothing_is_left_to_be_done() -> None:
    check_all(project_files(), tidy.promises, "Do it, or open an issue:")


def test_the_promise_rule_catches() -> None:
    words = ["TO" + "DO", "FIX" + "ME", "X" + "XX"]
    check_catches(tidy.promises, [f"# {word}: later" for word in words], ["todos = []", "IBAN XXXXXXXX"])


def test_no_file_names_a_machine_or_a_registry() -> None:
    check_all(project_files(), tidy.places, "The repository is for every machine:")


def test_the_places_rule_catches() -> None:
    bad = [
        "/ro" + "ot/.cache",
        "cd /wo" + "rk/main",
        "open('/ho" + "me/ada/x')",
        "https://py" + "pi.org/simple",
    ]
    bad += ["--index-u" + "rl https://x", "pip --find-li" + "nks x", "--extra-index-u" + "rl x"]
    check_catches(tidy.places, bad, ["--no-emit-index-u" + "rl", "api/homework/x", "/v1/roots", "a /tmp/x"])


def test_every_test_asserts_something() -> None:
    check_all(below("tests"), tidy.tests_that_assert_nothing, "A test that cannot fail is no test:")


def test_the_assertion_rule_catches() -> None:
    bad = ["def test_a():\n  f()", "async def test_b():\n  await g()", "def test_c():\n  check(x)"]
    good = [
        "def test_a():\n  assert f()",
        "def test_b():\n  with pytest.raises(E):\n    f()",
        "def test_c():\n  check_books(x)",
        "def test_d():\n  self.expect_refusal(x)",
        "def helper():\n  f()",
    ]
    check_catches(tidy.tests_that_assert_nothing, bad, good)
