"""A file of another system as a relation of DuckDB: CSV (also .gz) or Parquet, every row numbered, nothing guessed.

CSV is UTF-8 with a heading; comma, semicolon, tab or bar between the cells. Cells are text here; what they mean is
decided by who reads them, so that a bad one can be named by line and column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import duckdb
import pyarrow as pa
from pyarrow import csv as arrow_csv

from ledger.interchange.csv_lines import file_hash

SHOWN = 20
"""Faults that an error lists; the rest are counted."""

_COMPRESSED = (".gz", ".bz2", ".zst", ".lz4")
_PACKED = {
    b"\x1f\x8b": "the file is compressed; call it {0}.gz",
    b"PK\x03\x04": "a spreadsheet or zip file; save the table as CSV in UTF-8",
    b"\xd0\xcf\x11\xe0": "a spreadsheet; save the table as CSV in UTF-8",
}
"""By what files begin with."""
_DELIMITERS = ",;\t|"
_BLOCK = 8 << 20


class ForeignError(ValueError):
    """The file cannot be used as it is; nothing was read. The message names places and remedies."""

    def __init__(self, path: Path, faults: Sequence[str], count: int | None = None) -> None:
        count = len(faults) if count is None else count
        lines = list(faults[:SHOWN])
        if count > len(lines):
            lines.append(f"and {count - len(lines)} more")
        head = f"{path}: {faults[0]}" if len(lines) == 1 else f"{path}: {count} faults, nothing was read"
        super().__init__("\n  ".join([head, *lines]) if len(lines) > 1 else head)
        self.faults = tuple(faults)


@dataclass(slots=True)
class Source:
    """One file. After `attach`, `relation` can be selected from once: columns `c0`, `c1`, ... and `row`, from 1."""

    path: Path
    header: list[str]
    types: list[str]
    """The types of the columns in SQL; VARCHAR throughout for CSV."""
    relation: str = ""
    _delimiter: str = ""
    _skipped: int = 0
    _wrong: list[int] = field(default_factory=list)
    _fault: str = ""
    _floats: frozenset[int] = frozenset()

    @property
    def is_csv(self) -> bool:
        """CSV has lines, Parquet has rows."""
        return bool(self._delimiter)

    def sha256(self) -> str:
        """Of the file's bytes, in hex."""
        return file_hash(self.path).hex()

    def attach(self, db: duckdb.DuckDBPyConnection, name: str) -> None:
        """Make the rows readable under a name."""
        if self.is_csv:
            db.register(name, pa.RecordBatchReader.from_batches(self._schema(), self._batches()))
            self.relation = name
            return
        columns = ", ".join(
            f"{_whole_as_text(quoted(title)) if number in self._floats else quoted(title)} AS c{number}"
            for number, title in enumerate(self.header)
        )
        self.relation = (
            f"(SELECT {columns}, file_row_number + 1 AS row FROM read_parquet({text(str(self.path))}, "
            "file_row_number = true))"
        )

    def check_rows(self) -> None:
        """After the rows were read: raise ForeignError if the file broke off or rows had too many or too few cells."""
        if self._fault:
            raise ForeignError(self.path, [self._fault])
        if self._wrong:
            found = [
                f"line {line}: {len(cells)} cells, the heading has {len(self.header)}; check the quotes and the "
                f"{_named(self._delimiter)}"
                for line, cells in self._records()
                if len(cells) != len(self.header)
            ]
            raise ForeignError(self.path, found or ["some rows have too many or too few cells"])

    def places(self, rows: Sequence[int]) -> dict[int, str]:
        """Where rows stand in the file, in words: "line 7" of a CSV, the heading being line 1; "row 6" of Parquet."""
        if not self.is_csv:
            return {row: f"row {row}" for row in rows}
        wanted, found = set(rows), {}
        for number, (line, _) in enumerate(self._records(), 1):
            if number in wanted:
                found[number] = f"line {line}"
                if len(found) == len(wanted):
                    break
        return found

    def _schema(self) -> pa.Schema:
        cells = [pa.field(f"c{number}", pa.string()) for number in range(len(self.header))]
        return pa.schema([*cells, pa.field("row", pa.int64())])

    def _batches(self) -> Iterator[Any]:
        names = self._schema().names[:-1]
        last: list[str] = []

        def wrong(row: Any) -> str:
            self._wrong.append(row.number or 0)
            return "skip"

        try:
            with pa.input_stream(str(self.path), compression="detect") as stream:
                reader = arrow_csv.open_csv(
                    stream,
                    read_options=arrow_csv.ReadOptions(
                        column_names=names, skip_rows=self._skipped, block_size=_BLOCK, use_threads=False
                    ),
                    parse_options=arrow_csv.ParseOptions(
                        delimiter=self._delimiter, newlines_in_values=True, invalid_row_handler=wrong
                    ),
                    convert_options=arrow_csv.ConvertOptions(
                        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                    ),
                )
                first = 1
                for batch in reader:
                    rows = pa.array(range(first, first + batch.num_rows), pa.int64())
                    first += batch.num_rows
                    last = [str(column[-1]) for column in batch.columns] if batch.num_rows else last
                    yield pa.record_batch([*batch.columns, rows], schema=self._schema())
            if any("\n" in cell for cell in last) and self._quotes() % 2:
                *_, (line, _) = self._records()
                self._fault = f"line {line}: a quote is opened and never closed"
        except pa.ArrowInvalid as error:
            if "Empty CSV" not in str(error) and "too short" not in str(error):  # a heading and nothing below
                self._fault = _unreadable(
                    self.path, str(error)
                )  # an error would not pass through the database

    def _quotes(self) -> int:
        with pa.input_stream(str(self.path), compression="detect") as stream:
            return sum(piece.count(b'"') for piece in iter(lambda: stream.read(_BLOCK), b""))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Every row with the line where it starts; slow, for naming places."""
        with _opened(self.path) as file:
            reader = csv.reader(file, delimiter=self._delimiter)
            start = 1
            for cells in reader:
                if cells and start > self._skipped:
                    yield start, cells
                start = reader.line_num + 1


def source(path: Path, wanted: Sequence[str] = ()) -> Source:
    """Look at a file's first line. `wanted` columns decide between delimiters. Raises ForeignError, OSError."""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == b"PAR1":
        return _parquet(path)
    packed = next((remedy for start, remedy in _PACKED.items() if magic.startswith(start)), None)
    if packed is not None and path.suffix not in _COMPRESSED:
        raise ForeignError(path, [packed.format(path.name)])
    if not magic:
        raise ForeignError(path, ["the file is empty; its first line must name the columns"])
    try:
        with _opened(path) as file:
            reads = [_heading(file, delimiter) for delimiter in _DELIMITERS]
    except UnicodeDecodeError as error:
        raise ForeignError(path, [_unreadable(path, "UTF8")]) from error
    best = max(
        reads,
        key=lambda each: (sum(name.casefold() in map(str.casefold, each[0]) for name in wanted), len(each[0])),
    )
    header, skipped, delimiter = best
    if not any(header):
        raise ForeignError(path, ["the file has no heading; its first line must name the columns"])
    return Source(path, header, ["VARCHAR"] * len(header), _delimiter=delimiter, _skipped=skipped)


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def _heading(file: TextIO, delimiter: str) -> tuple[list[str], int, str]:
    file.seek(0)
    reader = csv.reader(file, delimiter=delimiter)
    for cells in reader:
        if cells:
            return [cell.strip() for cell in cells], reader.line_num, delimiter
    return [], 0, delimiter


def _parquet(path: Path) -> Source:
    try:
        with duckdb.connect() as db:
            described = db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    except duckdb.Error as error:
        raise ForeignError(path, ["not a readable Parquet file; write it again or use CSV"]) from error
    floats = frozenset(number for number, row in enumerate(described) if row[1] in ("FLOAT", "DOUBLE"))
    types = ["VARCHAR" if number in floats else row[1] for number, row in enumerate(described)]
    return Source(path, [row[0] for row in described], types, _floats=floats)


def _whole_as_text(column: str) -> str:
    """A column of floats, as tools write whole numbers among which some are missing: 7.0 is "7", not a number is nothing."""
    return (
        f"CASE WHEN isnan({column}) THEN NULL WHEN {column} = floor({column}) AND abs({column}) < 9007199254740992"
        f" THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
    )


def _opened(path: Path) -> TextIO:
    if path.suffix in _COMPRESSED:
        with pa.input_stream(str(path), compression="detect") as stream:
            return io.StringIO(stream.read().decode("utf-8-sig"), newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _unreadable(path: Path, reason: str) -> str:
    if "UTF8" not in reason:
        return f"not a CSV file ({reason})"
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return f"line {number}: not UTF-8; save the file as UTF-8"
    return "not UTF-8; save the file as UTF-8"


def _named(delimiter: str) -> str:
    return {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}[delimiter]
