"""The lines of a foreign history, one after the other, each read or refused by itself."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ledger.core.errors import Code, Rejected
from ledger.core.money import MAX_AMOUNT, parse
from ledger.interchange.csv_map import CsvMap, MapError


@dataclass(frozen=True, slots=True)
class Line:
    """A line that says a payment. `number` is where it starts in the file, the heading being line 1."""

    number: int
    id: str
    occurred_at: int
    payer: str
    payee: str
    amount: int
    activity: str


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that was not imported, and why."""

    number: int
    id: str
    why: Rejected


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """A line of a kind that the map leaves out."""

    number: int


def file_hash(path: Path) -> bytes:
    """SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def read_lines(path: Path, csv_map: CsvMap, scale: int) -> Iterator[Line | RefusedLine | SkippedLine]:
    """Read the file in order, one line in memory. `scale` is the currency's, for amounts in major units.

    Raises MapError when the file as a whole cannot be read: no such column, wrong encoding, broken quoting.
    """
    with path.open(encoding=csv_map.encoding, newline="") as file:
        reader = csv.reader(file, delimiter=csv_map.delimiter, strict=True)
        try:
            heading = next(reader, [])
            places = _places(heading, csv_map)
            start = reader.line_num + 1
            for cells in reader:
                if cells:
                    yield _read(start, cells, len(heading), places, csv_map, scale)
                start = reader.line_num + 1
        except csv.Error as error:
            raise MapError(
                f"{path} line {reader.line_num}: {error}; check format.delimiter and the quotes"
            ) from error
        except UnicodeDecodeError as error:
            raise MapError(f"{path}: not {csv_map.encoding}; set format.encoding in the map") from error


def _places(heading: list[str], csv_map: CsvMap) -> dict[str, int]:
    places = {}
    for name, title in csv_map.columns.items():
        if heading.count(title) != 1:
            found = "no" if title not in heading else "more than one"
            raise MapError(
                f"columns.{name}: the file has {found} column {title!r}; it has {', '.join(heading)}"
            )
        places[name] = heading.index(title)
    return places


def _read(
    number: int, cells: list[str], width: int, places: dict[str, int], csv_map: CsvMap, scale: int
) -> Line | RefusedLine | SkippedLine:
    if len(cells) != width:
        why = Rejected(Code.INVALID_FIELD, f"the line has {len(cells)} cells, the heading has {width}")
        return RefusedLine(number, "", why)
    said = {name: cells[place].strip() for name, place in places.items()}
    own_id = said.get("id", "")
    try:
        if "kind" in said and _kind(said["kind"], csv_map) == "skip":
            return SkippedLine(number)
        return Line(
            number, own_id, _date(said["date"], csv_map), _name(said, "from"), _name(said, "to"),
            _amount(said["amount"], csv_map, scale), said.get("activity", ""),
        )  # fmt: skip
    except Rejected as why:
        return RefusedLine(number, own_id, why)


def _kind(word: str, csv_map: CsvMap) -> str:
    if word not in csv_map.kinds:
        raise Rejected(Code.INVALID_FIELD, f"the map's [kinds] does not list {word!r}", "kind")
    return csv_map.kinds[word]


def _date(text: str, csv_map: CsvMap) -> int:
    try:
        return csv_map.moment(text)
    except (ValueError, OverflowError) as error:
        detail = f"{text!r} is not a date of the form {csv_map.date_format}"
        raise Rejected(Code.INVALID_FIELD, detail, "date") from error


def _name(said: dict[str, str], field: str) -> str:
    if not said[field]:
        raise Rejected(Code.INVALID_FIELD, "nobody is named", field)
    return said[field]


def _amount(text: str, csv_map: CsvMap, scale: int) -> int:
    try:
        amount = parse(text, scale if csv_map.unit == "major" else 0)
    except ValueError as error:
        raise Rejected(Code.INVALID_FIELD, f"{error} (format.unit is {csv_map.unit!r})", "amount") from error
    if amount <= 0:
        raise Rejected(Code.AMOUNT_NOT_POSITIVE, f"{text!r} is not above 0", "amount")
    if amount > MAX_AMOUNT:
        raise Rejected(Code.AMOUNT_TOO_LARGE, f"{text!r} is larger than the largest amount", "amount")
    return amount
