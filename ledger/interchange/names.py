"""The table from the names of a foreign history to our pseudonymous accounts; the operator keeps it.

A CSV of two columns, `name,account`, readable by its owner only. Whoever holds it can tell who is who, so it
lies apart from the database; without it a second run cannot know the accounts of the first.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID, uuid4, uuid5

_HEADING = ["name", "account"]


class NamesError(ValueError):
    """The table cannot be read; the message says where and what to do."""


def read_names(path: Path) -> dict[str, UUID]:
    """The table, empty when there is no file. Raises NamesError when it is not such a table."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
        if rows[:1] != [_HEADING]:
            raise ValueError("the first line is not name,account")
        names = {name: UUID(account) for name, account in rows[1:]}
        if len(names) < len(rows) - 1 or len(set(names.values())) < len(names):
            raise ValueError("a name or an account stands twice")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, csv.Error) as error:
        raise NamesError(f"{path}: not a table of names ({error}); give the file of the first run") from error
    return names


def write_names(path: Path, names: dict[str, UUID]) -> None:
    """Write the table whole, mode 0600, durable before it takes its name."""
    handle, scratch = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEADING)
            writer.writerows((name, str(account)) for name, account in names.items())
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise


def community_of(names: dict[str, UUID], code: str) -> UUID:
    """The id of the community that a history makes: a later run knows it by the table's first account."""
    return uuid5(next(iter(names.values())), code)


def with_new_names(names: dict[str, UUID], met: Iterable[str]) -> dict[str, UUID]:
    """The table with a random account for every name it had not, in the order they are met."""
    known = dict(names)
    for name in met:
        if name not in known:
            known[name] = uuid4()
    return known
