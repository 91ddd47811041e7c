"""Column types of both engines, and short ways to write a column."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    TypeDecorator,
    Uuid,
    text,
)
from sqlalchemy.types import TypeEngine


class Uid(TypeDecorator[UUID]):
    """A UUID: `uuid` on PostgreSQL, 16 bytes on SQLite."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """BLOB where the engine has no UUID."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(LargeBinary())
        return dialect.type_descriptor(Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """UUID to what the driver takes."""
        return value.bytes if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """What the driver gives to UUID."""
        return UUID(bytes=value) if value is not None and dialect.name == "sqlite" else value


Big = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both engines; STRICT tables know only the name INTEGER."""


def key(name: str, kind: Any = Integer) -> Column[Any]:
    """A part of the primary key."""
    return Column(name, kind, primary_key=True, autoincrement=False)


def need(name: str, kind: Any, *, at_first: int | None = None) -> Column[Any]:
    """A column that is never null. `at_first`: what a row has that was there before the column."""
    return Column(name, kind, nullable=False, server_default=None if at_first is None else text(str(at_first)))


def check(name: str, rule: str) -> CheckConstraint:
    """A rule about one row."""
    return CheckConstraint(rule, name=name)


# --- the two sides of a transfer ---

MARK = 64
"""A power of 2; databases have an index of it."""


def postings_of(side: str) -> list[Column[Any]]:
    """What one side of a transfer has after it: how many transfers it has had, its balance, what it has set aside and what
    is promised to it (minor units); and which transfer it had before (0: none)."""
    return [
        need(f"{side}_version", Big), need(f"{side}_before_seq", Big), need(f"{side}_before_leg", Integer),
        need(f"{side}_balance", Big), need(f"{side}_held", Big), need(f"{side}_promised", Big),
    ]  # fmt: skip


def marked(side: str) -> str:
    """Which postings are found by account and version: one in `MARK`, so that hardly any payment moves this index."""
    return f"{side}_version & {MARK - 1} = 0"


def mark(side: str) -> Index:
    """The index of those postings."""
    some = text(marked(side))
    return Index(
        f"transfer_{side}_mark", "community_id", f"{side}_no", f"{side}_version", sqlite_where=some, postgresql_where=some
    )  # fmt: skip
