"""Where extracts lie."""

from __future__ import annotations

from pathlib import Path

from ledger.store.engine import parse_url


def reports_folder(url: str, given: str = "") -> Path:
    """What RICOCHET_REPORTS says; else `<database>.reports`: beside a SQLite file, for PostgreSQL where the process runs."""
    return Path(given or f"{parse_url(url).database}.reports")
