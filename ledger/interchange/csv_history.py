"""A foreign history into a community: accounts without names, one past payment for each line, in its order.

Safe to run again: the ids come from the file's hash and the line's number, so what was imported is found, not
repeated. A line that was refused is refused again; mend the file and its changed hash makes new commands of
all its lines, so mend before the first run or take a new community.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid5

from ledger.core.accounts import Currency
from ledger.core.commands import Command, ImportPayment, OpenAccount
from ledger.core.errors import LedgerError, Rejected
from ledger.core.journal import Receipt
from ledger.interchange.csv_lines import Line, RefusedLine, SkippedLine, file_hash, read_lines
from ledger.interchange.csv_map import CsvMap, MapError
from ledger.interchange.names import read_names, with_new_names, write_names

CHUNK = 1_024

Submit = Callable[[Sequence[Command]], Sequence[Receipt | LedgerError]]
"""`Ledger.submit_many`: one answer for each command, in order."""


@dataclass(slots=True)
class Counts:
    """What became of the file, in lines; `accounts` were opened by this run."""

    lines: int = 0
    imported: int = 0
    replayed: int = 0
    """Imported by an earlier run."""
    skipped: int = 0
    refused: int = 0
    accounts: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """Where a history goes: the community, its currency, and who enters it (pseudonymous)."""

    community: UUID
    currency: Currency
    actor: UUID


def collect_names(file: Path, csv_map: CsvMap, scale: int, names_file: Path) -> dict[str, UUID]:
    """Read the whole file and keep the table of its names, on disk before any account exists.

    Raises MapError or NamesError, and MapError when the file names nobody.
    """
    known = read_names(names_file)
    names = with_new_names(known, _names_met(file, csv_map, scale))
    if not names:
        raise MapError(f"{file}: no line could be read; check the map's [format]")
    if len(names) > len(known):
        write_names(names_file, names)
    return names


def import_history(
    submit: Submit, target: Target, file: Path, csv_map: CsvMap, names: dict[str, UUID],
    refused: Callable[[RefusedLine], None],
) -> Counts:  # fmt: skip
    """Import `file`, whose `names` were collected; tell `refused` of each line that was not taken.

    Raises whatever `submit` answers that is no refusal (Unavailable): run again, it continues.
    """
    counts = Counts()
    counts.accounts = _open_accounts(submit, target, csv_map, list(names.values()))
    source = UUID(bytes=file_hash(file)[:16])
    lines = read_lines(file, csv_map, target.currency.scale)
    while chunk := list(islice(lines, CHUNK)):
        counts.lines += len(chunk)
        _import_chunk(submit, target, source, names, chunk, counts, refused)
    return counts


def _names_met(file: Path, csv_map: CsvMap, scale: int) -> Iterator[str]:
    for line in read_lines(file, csv_map, scale):
        if isinstance(line, Line):
            yield line.payer
            yield line.payee


def _open_accounts(submit: Submit, target: Target, csv_map: CsvMap, accounts: list[UUID]) -> int:
    opened = 0
    for start in range(0, len(accounts), CHUNK):
        answers = submit([
            OpenAccount(
                id=uuid5(account, "open"), community=target.community, actor=target.actor, account=account,
                currency=target.currency.code, kind=csv_map.account_kind,
            )
            for account in accounts[start : start + CHUNK]
        ])  # fmt: skip
        for answer in answers:
            if isinstance(answer, LedgerError):
                raise answer
            opened += not answer.replayed
    return opened


def _import_chunk(
    submit: Submit, target: Target, source: UUID, names: dict[str, UUID],
    chunk: list[Line | RefusedLine | SkippedLine], counts: Counts, refused: Callable[[RefusedLine], None],
) -> None:  # fmt: skip
    payments = [line for line in chunk if isinstance(line, Line)]
    answers = submit([
        ImportPayment(
            id=uuid5(source, f"line {line.number}"), community=target.community, actor=target.actor,
            payer=names[line.payer], payee=names[line.payee], amount=line.amount, occurred_at=line.occurred_at,
            activity=line.activity,
        )
        for line in payments
    ])  # fmt: skip
    answer_of = {line.number: answer for line, answer in zip(payments, answers, strict=True)}
    for line in chunk:
        if isinstance(line, SkippedLine):
            counts.skipped += 1
        elif isinstance(line, RefusedLine):
            counts.refused += 1
            refused(line)
        else:
            _count(line, answer_of[line.number], counts, refused)


def _count(
    line: Line, answer: Receipt | LedgerError, counts: Counts, refused: Callable[[RefusedLine], None]
) -> None:
    if isinstance(answer, Rejected):
        counts.refused += 1
        refused(RefusedLine(line.number, line.id, answer))
    elif isinstance(answer, LedgerError):
        raise answer
    elif answer.replayed:
        counts.replayed += 1
    else:
        counts.imported += 1
