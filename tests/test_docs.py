"""The documentation is true: generated pages are current, links lead somewhere, and pages do what they show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer

from api.edge.messages_fr import REFUSALS
from api.settings import OTHERS, Settings, variables
from docs import edge, generate, programs
from docs.markdown import field_texts
from ledger.__main__ import app as ricochet
from ledger.core.commands import COMMANDS
from ledger.core.errors import Code
from ledger.core.policy import Policy, Programme
from tests import console
from tests.tidy import ROOT, below, project_files
from wallet_cli.program import app as ricochet_wallet

REFERENCE = ROOT / "docs" / "reference"
PAGES = project_files("*.md")

# --- the reference is whole and current ---


@pytest.mark.parametrize("name", sorted(generate.PAGES))
def test_a_generated_page_is_current(name: str) -> None:
    assert (REFERENCE / name).read_text() == generate.render(name), (
        f"run `make docs` and commit docs/reference/{name}"
    )


def check_named(names: set[str], page: str) -> None:
    """Every one of `names` stands as code in a page of the reference."""
    text = (REFERENCE / page).read_text()
    assert {name for name in names if f"`{name}`" not in text} == set(), f"docs/reference/{page} lacks these"


def test_every_refusal_is_documented() -> None:
    check_named({code.value for code in Code}, "errors.md")
    check_named(set(REFUSALS), "errors.md")


def test_the_codes_of_the_api_are_found_where_they_are_raised() -> None:
    found = edge.patterns()
    assert {"rate_limited", "member_not_found", "request_*", "http_error", "unavailable"} <= found
    assert edge.covers("request_*", "request_paid")
    assert not edge.covers("request_*", "requests")


@pytest.mark.parametrize(("app", "program"), [(ricochet, "ricochet"), (ricochet_wallet, "ricochet-wallet")])
def test_every_verb_of_a_command_line_is_documented(app: typer.Typer, program: str) -> None:
    found = dict(programs.verbs(app, program))
    check_named(set(found), f"{program}.md")
    assert {name for name, command in found.items() if not command.help} == set(), "a verb says what it does"
    options = {
        option for command in found.values() for parameter in command.params for option in parameter.opts[:1]
    }
    text = (REFERENCE / f"{program}.md").read_text()
    shown = {option for option in options if f"`{option}" in text or not option.startswith("--")}
    assert options - shown - {"--help", "--install-completion", "--show-completion"} == set()


def test_every_operation_is_documented() -> None:
    names = {f"{method} {path}" for path, method, _ in programs.operations(generate.description())}
    check_named(names, "http.md")
    assert "POST /v1/payments" in names


def test_every_command_is_documented() -> None:
    check_named(set(COMMANDS), "commands.md")


def test_every_setting_is_documented() -> None:
    check_named(set(variables()), "settings.md")


@pytest.mark.parametrize(
    ("kind", "page"), [(Policy, "policy.md"), (Programme, "policy.md"), (Settings, "settings.md")]
)
def test_every_field_says_what_it_means(kind: Any, page: str) -> None:
    names = kind.model_fields if issubclass(kind, Settings) else {field.name for field in fields(kind)}
    assert set(names) - set(field_texts(kind)) == set(), (
        f"put a string below the field; docs/reference/{page} shows it"
    )


# --- links ---


def links(markdown: str) -> Iterator[str]:
    """The targets of a page's links, code left out."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", markdown, flags=re.DOTALL)
    yield from re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", prose)
    yield from re.findall(r"^\[[^\]]+\]:\s*(\S+)", prose, flags=re.MULTILINE)


def anchors(markdown: str) -> set[str]:
    """The fragments that a page's headings answer to."""
    prose = re.sub(r"```.*?```", "", markdown, flags=re.DOTALL)
    heads = re.findall(r"^#+ +(.+?) *$", prose, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def broken_links(page: Path, root: Path = ROOT) -> list[str]:
    """The links of `page` (from the root) that lead nowhere."""
    broken = []
    for target in links((root / page).read_text()):
        if re.match(r"[a-z]+:", target):
            continue  # elsewhere: tests use no network
        path, _, fragment = unquote(target).partition("#")
        file = (root / page).parent / path if path else root / page
        if not file.exists() or (
            fragment and file.suffix == ".md" and fragment not in anchors(file.read_text())
        ):
            broken.append(target)
    return broken


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_the_link_rule_catches(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# One: two\n[x](b.md) [y](b.md#no) [z](#one-two) [w](c.md) `[v](d.md)`\n[e]: e.md"
    )
    (tmp_path / "b.md").write_text("# Yes\n")
    assert broken_links(Path("a.md"), tmp_path) == ["b.md#no", "c.md", "e.md"]


def test_every_page_can_be_reached_from_the_readme() -> None:
    found, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in found or page.suffix != ".md" or not page.exists():
            continue
        found.add(page)
        ahead += [(page.parent / target.partition("#")[0]).resolve() for target in links(page.read_text())]
    assert {str(page) for page in PAGES if ROOT / page not in found} == set()


def test_every_package_of_analytics_is_described() -> None:
    section = (ROOT / "ARCHITECTURE.md").read_text().split("## Inside `ledger/analytics`")[1]
    named = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    packages = {path.parent.name for path in (ROOT / "ledger/analytics").glob("*/__init__.py")}
    assert sorted(named) == sorted(packages)


# --- pages that show a session ---


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "page", [page for page in PAGES if console.steps((ROOT / page).read_text())], ids=str
)
def test_what_a_page_shows_is_what_happens(page: Path, tmp_path: Path) -> None:
    reports = console.run((ROOT / page).read_text(), tmp_path)
    assert reports == [], "\n\n".join([f"{page}:", *reports])


# --- names that pages and operations files use ---

VARIABLE = re.compile(r"\bRICOCHET_[A-Z]+(?:_[A-Z]+)*\b")


def own_variables() -> set[str]:
    """The variables of the tests and the wallet, which are no settings of the server: those their code reads."""
    sources = [*below("tests"), *below("wallet_cli")]
    named = {name for path in sources for name in VARIABLE.findall((ROOT / path).read_text())}
    return {name for name in named if name.startswith(OTHERS)}


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    known = set(variables()) | own_variables()
    files = [*PAGES, *(path for path in project_files() if path.parts[0] in ("ops", "Makefile"))]
    named = {(str(path), name) for path in files for name in VARIABLE.findall((ROOT / path).read_text())}
    assert {(path, name) for path, name in named if name not in known} == set()
