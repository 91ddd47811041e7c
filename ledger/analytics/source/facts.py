"""What is known of members beside the journal: pseudonyms, never a name or a way to reach anybody."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFact:
    """One member of a community, as far as a figure may depend on it. Moments are seconds since 1970 UTC."""

    member: UUID
    kind: str | None = None
    """person, business, association or public."""
    state: str | None = None
    area: str | None = None
    """The municipality, nothing finer."""
    sectors: tuple[str, ...] = ()
    college: str | None = None
    joined: int | None = None
    left: int | None = None
    dues_until: int | None = None
    accounts: tuple[UUID, ...] = ()
    mirrors: str | None = None
    """Of an account that stands for another community under a convention: that community's code. It is no member's."""


class FactsError(ValueError):
    """A file of members' facts cannot be used; the sentence says which line and what to do."""


def write_facts(facts: Iterable[MemberFact]) -> bytes:
    """One JSON object a line, in the order of the pseudonyms: equal facts are equal bytes."""
    ordered = sorted(facts, key=lambda fact: fact.member)
    return b"".join(_line(fact) for fact in ordered)


def _line(fact: MemberFact) -> bytes:
    plain = asdict(fact) | {
        "member": str(fact.member),
        "accounts": sorted(str(account) for account in fact.accounts),
    }
    if fact.mirrors is None:
        del plain["mirrors"]
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def read_facts(content: bytes) -> list[MemberFact]:
    """Inverse of `write_facts`. Raises FactsError."""
    return [_fact(number, line) for number, line in enumerate(content.splitlines(), 1)]


def _fact(number: int, line: bytes) -> MemberFact:
    try:
        plain = json.loads(line)
        known = {field.name: plain[field.name] for field in fields(MemberFact) if field.name != "mirrors"}
        known |= {
            "member": UUID(plain["member"]),
            "sectors": tuple(plain["sectors"]),
            "accounts": tuple(UUID(account) for account in plain["accounts"]),
            "mirrors": plain.get("mirrors"),
        }
        return MemberFact(**known)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FactsError(f"line {number} does not hold a member's facts; write the file again") from error


def facts_hash(content: bytes) -> str:
    """SHA-256 in hex, "" for no facts: what a report says of the facts that it used."""
    return sha256(content).hexdigest() if content else ""
