"""What an audit reports."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

KEPT = 100
"""Findings kept of one community: the earliest."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that cannot be, and the entry where it shows first."""

    community: str
    """Its code."""
    seq: int
    check: str
    """sequence, leaf, tree, checkpoint, external, entry, transfer, decision, unique, signature, limit,
    guarantee, conservation, or the name of a table."""
    detail: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was read of one community: its entries, its accounts, and the root that its entries give."""

    uid: UUID
    code: str
    entries: int
    accounts: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome for every community asked for; `findings` are the earliest of each, by entry."""

    communities: tuple[Verified, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Nothing was found."""
        return not self.findings

    @property
    def entries(self) -> int:
        """Entries checked."""
        return sum(each.entries for each in self.communities)

    @property
    def accounts(self) -> int:
        """Accounts checked."""
        return sum(each.accounts for each in self.communities)

    @property
    def first_bad(self) -> Finding | None:
        """The earliest finding of the first community that has one."""
        return self.findings[0] if self.findings else None


class Findings:
    """Collects the findings of one community, keeping the earliest."""

    def __init__(self, community: str) -> None:
        self._community = community
        self._found: list[Finding] = []

    def add(self, seq: int, check: str, detail: str) -> None:
        """Note one."""
        self._found.append(Finding(self._community, seq, check, detail))
        if len(self._found) >= 10 * KEPT:
            self._found = self.earliest()

    def earliest(self) -> list[Finding]:
        """At most `KEPT`, by entry; those of one entry in the order they were noted."""
        return sorted(self._found, key=lambda finding: finding.seq)[:KEPT]
