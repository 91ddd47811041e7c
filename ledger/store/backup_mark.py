"""When the last backup was made and how it went, noted where a running server can see it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ledger.store.backup_folder import GOOD, Backup
from ledger.store.engine import parse_url


@dataclass(frozen=True, slots=True)
class Mark:
    """The last backup; moments are UTC, as in backup.json."""

    made: str
    check: str
    """good, bad or skipped."""
    good: str
    """When the last one began that was tried and found good; "" for none."""

    @property
    def good_at(self) -> int:
        """`good` in seconds since 1970; 0 for none."""
        return int(datetime.fromisoformat(self.good).timestamp()) if self.good else 0


def mark_place(url: str, given: str = "") -> Path | None:
    """The file: as given (RICOCHET_BACKUP_MARK), else beside a SQLite database; none on PostgreSQL."""
    if given:
        return Path(given)
    parsed = parse_url(url)
    return Path(f"{parsed.database}-backup") if parsed.get_backend_name() == "sqlite" else None


def read_mark(place: Path | None) -> Mark | None:
    """What stands there; None when nothing does that we can read."""
    if place is None:
        return None
    try:
        found = Mark(**json.loads(place.read_text(encoding="utf-8")))
        return found if found.good_at >= 0 else None
    except (OSError, ValueError, TypeError):
        return None


def write_mark(place: Path, made: Backup) -> None:
    """Note a backup. It is no secret: the server may be another account than who makes backups. Raises OSError."""
    before = read_mark(place)
    good = made.made if made.check == GOOD else before.good if before is not None else ""
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    draft.write_text(json.dumps(asdict(Mark(made.made, made.check, good))) + "\n", encoding="utf-8")
    draft.chmod(0o644)
    draft.replace(place)
