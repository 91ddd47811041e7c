"""docs/explanation/promises.md names tests that exist, and every test of this folder is named there."""

from __future__ import annotations

import ast
import re

from tests.tidy import ROOT, below

PAGE = ROOT / "docs" / "explanation" / "promises.md"
OF_THE_TESTS = {"test_the_promises_name_tests_that_exist", "test_every_fault_is_in_the_promises"}


def names_below(folder: str) -> set[str]:
    """The names of the test functions."""
    return {
        node.name
        for path in below(folder)
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def named() -> set[str]:
    """The tests that the page names."""
    return set(re.findall(r"`(test_\w+)`", PAGE.read_text()))


def test_the_promises_name_tests_that_exist() -> None:
    assert len(named()) > 20
    assert named() - names_below("tests") == set()


def test_every_fault_is_in_the_promises() -> None:
    assert names_below("tests/faults") - named() - OF_THE_TESTS == set()
