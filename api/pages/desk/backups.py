"""Whether last night's backup was made and tried: what `ricochet backup` notes beside the database."""

from __future__ import annotations

from api.pages.frame.visit import Visit
from ledger.store.backup_mark import Mark, mark_place, read_mark

SECOND = 10**9
DAY = 86_400 * SECOND
OLD = 36 * 3_600 * SECOND
"""A good backup older (ns) than a night and a day is told in colour."""


def last_backup(visit: Visit) -> Mark | None:
    """The note; None where none was ever made, or we cannot know."""
    settings = visit.use.settings
    return read_mark(mark_place(settings.database.get_secret_value(), settings.backup_mark))


def is_old(visit: Visit, backup: Mark | None) -> bool:
    """Whether the last good one is too long ago."""
    return backup is not None and visit.use.clock() > backup.good_at * SECOND + OLD


def days_without(visit: Visit) -> int:
    """Days since the last good backup where it is too old, 1 where none was ever good; else 0."""
    backup = last_backup(visit)
    if backup is None or not is_old(visit, backup):
        return 0
    return (visit.use.clock() - backup.good_at * SECOND) // DAY if backup.good_at else 1
