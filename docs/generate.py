"""Writes the reference pages that follow from the code: `make docs`. A test compares them with what is committed."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.settings import SECRETS, Settings
from docs.markdown import code, field_texts, one_line, table, type_name
from docs.programs import settings_page
from ledger.core.commands import COMMANDS, Command
from ledger.core.errors import Code, is_transient, kind_of
from ledger.core.policy import Policy, Programme

HERE = Path(__file__).parent
REFERENCE = HERE / "reference"
NOTICE = "<!-- Written by docs/generate.py; change the code and run `make docs`. -->\n\n"


def errors() -> str:
    """Every refusal code, in the order in which a command is checked."""
    meanings: dict[str, str] = tomllib.loads((HERE / "errors.toml").read_text())
    known = {one.value for one in Code}
    if set(meanings) != known:
        raise SystemExit(
            f"docs/errors.toml and ledger.core.errors.Code differ by {sorted(set(meanings) ^ known)}"
        )
    rows = (
        (f"`{one.value}`", kind_of(one).value, "yes" if is_transient(one) else "no", meanings[one.value])
        for one in Code
    )
    return (
        "# Refusals\n\n"
        "Every refusal carries a stable `code`. The codes stand in the order in which a command is checked: a command "
        "that breaks every rule is refused with the first one, then with the next.\n\n"
        "*Again later* says whether a new command with the same content may succeed when balances have changed. "
        "The same command, with the same id, gets the same answer.\n\n"
        + table(["Code", "Kind", "Again later", "Meaning and remedy"], rows)
    )


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


PAGES: dict[str, Callable[[], str]] = {
    "errors.md": errors,
    "commands.md": commands,
    "policy.md": policy,
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
