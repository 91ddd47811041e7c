"""How the columns of a foreign history are read: a small TOML that names every column. Nothing is guessed.

[columns]
date = "ts"               # required: date, from, to, amount
from = "src"
to = "dst"
amount = "amount_pence"
id = "id"                 # optional: quoted in the report of refused lines
activity = "purpose"      # optional: kept with the payment, an activity code (never a name)
kind = "kind"             # optional: see [kinds]

[format]
date = "%Y-%m-%d %H:%M:%S"   # required: strptime's letters
unit = "minor"            # required: "minor" (whole cents) or "major" (12.50)
timezone = "UTC"          # the rest shows the defaults
delimiter = ","
encoding = "utf-8-sig"

[kinds]                   # with columns.kind; a line of a kind that is not listed is refused
payment = ["transfer", "sale"]
skip = ["quote"]

[accounts]
kind = "business"         # what the accounts are opened as: person, business, association or public
"""

from __future__ import annotations

import codecs
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.core.accounts import MEMBER_KINDS, AccountKind

_REQUIRED = ("date", "from", "to", "amount")
_OPTIONAL = ("id", "activity", "kind")
_FORMAT = ("date", "unit", "timezone", "delimiter", "encoding")
_KINDS = ("payment", "skip")
_UNITS = ("minor", "major")


class MapError(ValueError):
    """The map, or the file as a whole, cannot be used; the message names the key and the remedy."""


@dataclass(frozen=True, slots=True)
class CsvMap:
    """A map that was checked. `columns` maps our names to the file's headings."""

    columns: dict[str, str]
    date_format: str
    unit: str
    timezone: ZoneInfo
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    kinds: dict[str, str] = field(default_factory=dict)
    """The file's word for a kind -> "payment" or "skip"."""
    account_kind: AccountKind = AccountKind.BUSINESS

    def moment(self, text: str) -> int:
        """A date of the file as nanoseconds since 1970 UTC. ValueError when it has not the format."""
        found = datetime.strptime(text, self.date_format)  # noqa: DTZ007  the zone is added below
        if found.tzinfo is None:
            found = found.replace(tzinfo=self.timezone)
        since = found.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000


def read_map(path: Path) -> CsvMap:
    """Read and check a map file. Raises MapError."""
    try:
        return parse_map(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MapError(f"{path}: {error.strerror}; give the map with --map") from error
    except UnicodeDecodeError as error:
        raise MapError(f"{path}: not UTF-8; save the map as UTF-8") from error


def parse_map(text: str) -> CsvMap:
    """Check the text of a map. Raises MapError."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MapError(f"the map is not TOML: {error}") from error
    _only(content, ("columns", "format", "kinds", "accounts"), "")
    columns = _texts(_table(content, "columns"), _REQUIRED + _OPTIONAL, "columns.")
    formats = _texts(_table(content, "format"), _FORMAT, "format.")
    for name in _REQUIRED:
        if name not in columns:
            raise MapError(f'columns.{name}: missing; name the file\'s column, for example {name} = "{name}"')
    if "date" not in formats:
        raise MapError('format.date: missing; write it with strptime\'s letters, for example "%d/%m/%Y"')
    if formats.get("unit") not in _UNITS:
        raise MapError('format.unit: must be "minor" (whole cents) or "major" (12.50)')
    accounts = _texts(_table(content, "accounts"), ("kind",), "accounts.")
    return CsvMap(
        columns, formats["date"], formats["unit"], _zone(formats.get("timezone", "UTC")),
        _delimiter(formats.get("delimiter", ",")), _encoding(formats.get("encoding", "utf-8-sig")),
        _kinds(_table(content, "kinds"), "kind" in columns), _account_kind(accounts.get("kind", "business")),
    )  # fmt: skip


def _table(content: dict[str, Any], name: str) -> dict[str, Any]:
    table = content.get(name, {})
    if not isinstance(table, dict):
        raise MapError(f"{name}: must be a table, [{name}]")
    return table


def _only(table: dict[str, Any], known: tuple[str, ...], prefix: str) -> None:
    for name in table:
        if name not in known:
            raise MapError(
                f"{prefix}{name}: unknown; the map knows {', '.join(prefix + each for each in known)}"
            )


def _texts(table: dict[str, Any], known: tuple[str, ...], prefix: str) -> dict[str, str]:
    _only(table, known, prefix)
    for name, value in table.items():
        if not isinstance(value, str) or not value:
            raise MapError(f"{prefix}{name}: must be a text in quotes")
    return table


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise MapError(f'format.timezone: no zone {name!r}; write it like "Europe/Paris"') from error


def _delimiter(text: str) -> str:
    if len(text) != 1 or text in '"\r\n':
        raise MapError('format.delimiter: must be one character, such as ";" or "\\t"')
    return text


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise MapError(f'format.encoding: no encoding {name!r}; try "utf-8" or "cp1252"') from error
    return name


def _kinds(table: dict[str, Any], has_column: bool) -> dict[str, str]:
    _only(table, _KINDS, "kinds.")
    if bool(table) != has_column:
        raise MapError("kinds: [kinds] and columns.kind belong together; give both or neither")
    found: dict[str, str] = {}
    for meaning, words in table.items():
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise MapError(f"kinds.{meaning}: must be a list of texts")
        for word in words:
            if word in found:
                raise MapError(f"kinds.{meaning}: {word!r} is listed twice")
            found[word] = meaning
    return found


def _account_kind(text: str) -> AccountKind:
    known = sorted(kind.value for kind in MEMBER_KINDS - {AccountKind.PURSE})
    if text not in known:
        raise MapError(f"accounts.kind: must be one of {', '.join(known)}")
    return AccountKind(text)
