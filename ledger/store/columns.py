"""Column types of both engines, and short ways to write a column."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Dialect, Integer, LargeBinary, TypeDecorator, Uuid
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


def need(name: str, kind: Any) -> Column[Any]:
    """A column that is never null."""
    return Column(name, kind, nullable=False)


def check(name: str, rule: str) -> CheckConstraint:
    """A rule about one row."""
    return CheckConstraint(rule, name=name)
