"""Writes the reference pages that follow from the code: `make docs`. A test compares them with what is committed."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import api.__main__  # noqa: F401 - adds `serve` and `demo` to the operator's commands
from api.app import create_app
from api.problems import STATUS
from api.settings import SECRETS, Settings
from docs import edge
from docs.analytics import indicators_page, reports_page
from docs.markdown import code, field_texts, one_line, table, type_name
from docs.programs import command_line_page, http_page, settings_page
from ledger.__main__ import app as ricochet
from ledger.core.commands import COMMANDS, Command
from ledger.core.errors import Code, is_transient, kind_of
from ledger.core.policy import Policy, Programme
from wallet_cli.program import app as ricochet_wallet

HERE = Path(__file__).parent
REFERENCE = HERE / "reference"
NOTICE = "<!-- Written by docs/generate.py; change the code and run `make docs`. -->\n\n"


def errors() -> str:
    """Every code: those of the ledger in the order in which a command is checked, then those of the API."""
    meanings: dict[str, dict[str, str]] = tomllib.loads((HERE / "errors.toml").read_text())
    ledger, edge_only = meanings["ledger"], meanings["edge"]
    _same("[ledger]", set(ledger), {one.value for one in Code})
    written = {pattern for pattern in edge.patterns() if pattern not in ledger}
    _same(
        "[edge]",
        {name for name in edge_only if any(edge.covers(one, name) for one in written)},
        set(edge_only),
    )
    _same("[edge]", {one for one in written if any(edge.covers(one, name) for name in edge_only)}, written)
    rows = (
        (f"`{one.value}`", STATUS[kind_of(one)], "yes" if is_transient(one) else "no", ledger[one.value])
        for one in Code
    )
    return (
        "# Refusals and failures\n\n"
        "Every answer that is not a success is a problem (RFC 9457) with a stable `code`.\n\n"
        "## The ledger's\n\n"
        "They stand in the order in which a command is checked: a command that breaks every rule is refused with the "
        "first, then with the next. *Again later* says whether a new command with the same content may succeed when "
        "balances have changed; the same command, with the same id, gets the same answer. An id in the path that does "
        "not exist is 404.\n\n"
        + table(["Code", "HTTP", "Again later", "Meaning and remedy"], rows)
        + "\n## The API's\n\n"
        "What the API says before the ledger is asked, or when there is no answer.\n\n"
        + table(["Code", "Meaning and remedy"], ((f"`{name}`", text) for name, text in edge_only.items()))
    )


def _same(where: str, one: set[str], other: set[str]) -> None:
    if one != other:
        raise SystemExit(f"docs/errors.toml {where} and the code differ by {', '.join(sorted(one ^ other))}")


def commands() -> str:
    """Every command with its fields."""
    carried = {field.name for field in dataclasses.fields(Command)}
    text = (
        "# Commands\n\n"
        "Everything that can be asked of the ledger. Each command also carries `id` (a UUID that makes retries safe), "
        "`community` and `actor`, the pseudonymous id of who asks. Amounts are minor units, moments are nanoseconds "
        "since 1970 UTC, rates are basis points (100 is 1 %).\n"
    )
    for name, kind in COMMANDS.items():
        fields = [field for field in dataclasses.fields(kind) if field.name not in carried]
        text += f"\n## `{name}`\n\n{one_line(kind.__doc__)}\n"
        if fields:
            rows = ((f"`{field.name}`", f"`{type_name(field.type)}`", _default(field)) for field in fields)
            text += "\n" + table(["Field", "Type", "Default"], rows)
    return text


def policy() -> str:
    """Every parameter of a currency."""
    text = (
        "# Policy\n\n"
        "The rules of a currency, as parameters. They are set by the commands `define_currency` and `change_policy`, are "
        "dated, and stand in the journal; a change never touches what was decided before it. Rates are basis points "
        "(100 is 1 %), money is minor units, durations are days unless the name says otherwise.\n"
    )
    for kind, title in ((Policy, "Parameters"), (Programme, "A programme")):
        texts = field_texts(kind)
        rows = (
            (f"`{field.name}`", f"`{type_name(field.type)}`", _default(field), texts.get(field.name, ""))
            for field in dataclasses.fields(kind)
        )
        text += f"\n## {title}\n\n" + table(["Name", "Type", "Default", "Meaning"], rows)
    return text


def _default(field: dataclasses.Field[Any]) -> str:
    return "required" if field.default is dataclasses.MISSING else code(field.default)


def settings() -> str:
    """Every environment variable of the server."""
    return settings_page(Settings, SECRETS)


def operator() -> str:
    """The operator's command line."""
    return command_line_page(ricochet, "ricochet")


def wallet() -> str:
    """The member's command line."""
    return command_line_page(ricochet_wallet, "ricochet-wallet")


@cache
def description() -> dict[str, Any]:
    """The OpenAPI description, as a server gives it."""
    return create_app(Settings()).openapi()


def http() -> str:
    """Every operation of the API."""
    return http_page(description())


def openapi() -> str:
    """The OpenAPI description, as text."""
    return json.dumps(description(), ensure_ascii=False, indent=1) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "errors.md": errors,
    "http.md": http,
    "indicators.md": indicators_page,
    "openapi.json": openapi,
    "policy.md": policy,
    "reports.md": reports_page,
    "ricochet-wallet.md": wallet,
    "ricochet.md": operator,
    "settings.md": settings,
}


def render(name: str) -> str:
    """The text of one page of docs/reference."""
    text = PAGES[name]()
    return NOTICE + text if name.endswith(".md") else text


def main() -> None:
    """Write every page."""
    for name in PAGES:
        (REFERENCE / name).write_text(render(name))


if __name__ == "__main__":
    main()
