"""Data from beside the ledger, by the name under which indicators need them, with the hash of what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from ledger.analytics.network.obligations import obligations
from ledger.analytics.source.beside import BesideError
from ledger.analytics.spending.survey import read_lm3_survey, read_needs, read_purchases
from ledger.analytics.territory.bases import read_sources
from ledger.analytics.territory.factors import read_factors
from ledger.analytics.territory.io_table import read_io_table

LOADERS: dict[str, Callable[[Path], object]] = {
    "accounts": read_purchases,
    "factors": read_factors,
    "io_table": read_io_table,
    "needs": read_needs,
    "obligations": obligations,
    "sources": read_sources,
    "survey": read_lm3_survey,
}
"""What reads each; docs/reference/beside.md says what the files hold."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What was loaded, and the SHA-256 (hex) of each file."""

    loaded: Mapping[str, object] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)


def load(given: Iterable[str]) -> Beside:
    """Files given as `name=path`. Raises BesideError, naming the place and the remedy."""
    loaded, hashes = {}, {}
    for each in given:
        name, _, place = each.partition("=")
        if name not in LOADERS or not place:
            raise BesideError(f"{each}: write NAME=FILE, where NAME is one of {', '.join(LOADERS)}")
        if name in loaded:
            raise BesideError(f"{name} is given twice; keep one file")
        loaded[name] = LOADERS[name](Path(place))
        hashes[name] = _hash(Path(place))
    return Beside(loaded, hashes)


def _hash(path: Path) -> str:
    """Of a file; of a folder that of its files in the order of their names."""
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    whole = sha256()
    for each in files:
        whole.update(sha256(each.read_bytes()).digest())
    return whole.hexdigest()
