"""The words of problems in two languages: every code has both, and figures survive translation."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from api.edge.messages import detail, language, remedy, title, translate
from api.edge.messages_fr import PATTERNS, REFUSALS
from docs.edge import covers, patterns
from ledger.core.errors import Code

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("accepted", "wanted"),
    [
        ("", "en"), ("fr", "fr"), ("fr-FR,fr;q=0.9,en;q=0.8", "fr"), ("en;q=0.8,fr;q=0.9", "fr"), ("de,fr;q=0.1", "fr"),
        ("de", "en"), ("fr;q=0", "en"), ("*", "en"), ("fr;q=x", "en"), (",;,", "en"), ("FR", "fr"), ("en,fr", "en"),
    ],
)  # fmt: skip
def test_the_language_that_the_caller_prefers(accepted: str, wanted: str) -> None:
    assert language(accepted) == wanted


def test_every_refusal_of_the_ledger_is_said_in_french() -> None:
    assert {code.value for code in Code} - set(REFUSALS) == set()
    for name, sentence in REFUSALS.values():
        assert name[0].isupper() and sentence.strip() and not sentence.endswith(".")


def test_every_problem_of_the_edge_is_said_in_french() -> None:
    missing = [one for one in patterns() if not any(covers(one, code) for code in REFUSALS)]
    assert missing == []


def test_a_french_sentence_keeps_the_figures() -> None:
    said = detail("insufficient_funds", "12.50 RIV available, 20.00 needed", "fr")
    assert said == "12,50 RIV disponibles, il en faut 20,00"
    assert detail("account_closed", "payer: this account is closed", "fr") == "ce compte est clos"
    assert detail("insufficient_funds", "12.50 RIV available, 20.00 needed", "en").startswith("12.50")
    assert title("insufficient_funds", "en") == "Insufficient funds"


def test_every_pattern_is_of_a_sentence_that_is_said() -> None:
    """A sentence that the core changed would silently lose its French figures."""
    said = " ".join(_texts(ROOT / "ledger" / "core") + _texts(ROOT / "api"))
    for pattern, _ in PATTERNS:
        literal = re.sub(r"\(\?:.*?\)\?", "", re.sub(r"\(\?P<\w+>[^()]*\)", "|", pattern))
        words = max(literal.split("|"), key=len).strip()
        assert words in said, f"nobody says {words!r}"


def _texts(folder: Path) -> list[str]:
    trees = [
        ast.parse(path.read_text()) for path in sorted(folder.rglob("*.py")) if path.name != "messages_fr.py"
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_remedies_say_what_to_do_and_not_what_was_sent() -> None:
    assert remedy({"type": "missing", "msg": "Field required"}) == "is missing; add it"
    assert (
        remedy({"type": "enum", "msg": "x", "ctx": {"expected": "'a' or 'b'"}}) == "must be one of 'a' or 'b'"
    )
    assert remedy({"type": "value_error", "msg": "Value error, must be odd"}) == "must be odd"
    assert remedy({"type": "something_new", "msg": "Ada's input"}) == "cannot be read; see /openapi.json"
    assert (
        translate("memo: must have at most 280 characters", "fr") == "memo doit avoir au plus 280 caractères"
    )
