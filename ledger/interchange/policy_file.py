"""A currency's parameters as a TOML file, and the usual ones of each model.

The keys are the fields of `ledger.core.policy.Policy`; money in minor units, rates in basis points. "none"
lifts a limit that may be lifted. A programme is a table `[[programmes]]`; its `starts_at` and `ends_at` are
dates. What the file leaves out keeps the preset's value:

    default_line = 300000
    payment_fee_bp = 100
    fee_reserve_bp = 1000
"""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, get_type_hints

from ledger.core.accounts import Model
from ledger.core.policy import Policy, Programme

PRESETS: dict[Model, Policy] = {
    Model.MUTUAL: Policy(default_line=0, line_cap=3_000_000, acceptance_min_bp=300, acceptance_cap=500_000),
    Model.BACKED: Policy(commission_bp=500),
    Model.TIME: Policy(default_line=15 * 60, default_ceiling=60 * 60, step=15, spheres=True,
                       not_credited=("board",)),
    Model.EARMARKED: Policy(),
}  # fmt: skip
"""MUT-4 and MUT-6, MLC-5, TIME-3 and TIME-5; programmes are always the operator's own."""


class PolicyFileError(ValueError):
    """The file is not a policy; the message names the key."""


def read_policy(path: Path, preset: Policy) -> Policy:
    """The preset with what the file changes. Raises PolicyFileError."""
    try:
        return parse_policy(path.read_text(encoding="utf-8"), preset)
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyFileError(f"{path}: cannot be read: {error}") from error


def parse_policy(text: str, preset: Policy) -> Policy:
    """The preset with what this TOML changes. Raises PolicyFileError."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyFileError(f"the policy is not TOML: {error}") from error
    programmes = content.pop("programmes", None)
    changes = _values(Policy, content, "")
    if programmes is not None:
        if not isinstance(programmes, list) or not all(isinstance(each, dict) for each in programmes):
            raise PolicyFileError("programmes: write each as a table, [[programmes]]")
        changes["programmes"] = tuple(_programme(each, i) for i, each in enumerate(programmes))
    return replace(preset, **changes)


def _programme(table: dict[str, Any], number: int) -> Programme:
    place = f"programmes[{number}]."
    for name in ("starts_at", "ends_at"):
        if name in table:
            table[name] = _moment(table[name], place + name)
    for name in ("code", "budget"):
        if name not in table:
            raise PolicyFileError(f"{place}{name}: missing")
    return Programme(**_values(Programme, table, place))


def _moment(value: object, place: str) -> int:
    """A date (its first instant, UTC) or an offset date-time as nanoseconds since 1970."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, time.min, UTC)
    else:
        raise PolicyFileError(f"{place}: must be a date, such as 2027-08-31")
    if moment.tzinfo is None:
        raise PolicyFileError(f"{place}: a time needs its offset, such as 2027-08-31T00:00:00+02:00")
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 10**9


def _values(kind: type, table: dict[str, Any], place: str) -> dict[str, Any]:
    hints = get_type_hints(kind)
    known = [field.name for field in fields(kind) if field.name != "programmes"]
    found = {}
    for name, value in table.items():
        if name not in known:
            raise PolicyFileError(f"{place}{name}: unknown; a policy has {', '.join(known)}")
        found[name] = _value(value, hints[name], place + name)
    return found


def _value(value: Any, hint: Any, place: str) -> Any:
    if hint == int | None and value == "none":
        return None
    if hint in (int, int | None):
        if type(value) is not int:
            raise PolicyFileError(
                f"{place}: must be a whole number" + (' or "none"' if hint is not int else "")
            )
        return value
    if hint in (bool, str):
        if type(value) is not hint:
            raise PolicyFileError(f"{place}: must be {'true or false' if hint is bool else 'a text'}")
        return value
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise PolicyFileError(f"{place}: must be a list of texts")
    return tuple(value)
