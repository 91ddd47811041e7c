"""Where extracts lie."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from ledger.store.engine import parse_url


def reports_folder(url: str, given: str = "") -> Path:
    """What RICOCHET_REPORTS says; else beside a SQLite file, `<database>.reports`, and for PostgreSQL in the cache of
    who runs the process: an extract can always be made again.
    """
    if given:
        return Path(given)
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Path(f"{parsed.database}.reports")
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    server = sha256(f"{parsed.host}:{parsed.port}".encode()).hexdigest()[:8]
    return Path(cache) / "ricochet" / f"{parsed.database}-{server}.reports"
