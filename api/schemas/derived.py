"""Shapes derived from the ledger's own dataclasses, so that a new field or command needs no second description."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, TypeVar, cast
from uuid import UUID

import pydantic
from pydantic import Strict, create_model, model_validator

from api.schemas.common import Body, Bytes32, Moment, Signed, Text, moment_or_none, to_b64

T = TypeVar("T")

MOMENTS = frozenset({"since", "through", "occurred_at", "starts_at", "ends_at"})
"""Fields that the ledger keeps in nanoseconds (0: never, or at once) and that the API writes as RFC 3339 (null)."""
LONGEST = 10_000
"""Items of a list."""


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return typing.get_type_hints(cls)


@cache
def shape_of(cls: Any, omit: frozenset[str] = frozenset(), name: str = "") -> type[Body]:
    """The body that describes `cls`, less some fields."""
    hints = _hints(cls)
    wanted = {
        name: _field(name, hints[name], default)
        for name, default in _defaults(cls).items()
        if name not in omit
    }
    base: type[Body] = Body if is_dataclass(cls) else _Row
    make = cast(Any, create_model)  # its overloads know no fields made at run time
    return cast(type[Body], make(name or cls.__name__, __base__=base, __doc__=cls.__doc__, **wanted))


class _Row(Body):
    """A named tuple: signed payloads write it as an array."""

    @model_validator(mode="before")
    @classmethod
    def _from_array(cls, value: Any) -> Any:
        fits = isinstance(value, list) and len(value) == len(cls.model_fields)
        return dict(zip(cls.model_fields, value, strict=True)) if fits else value


def _is_record(hint: Any) -> bool:
    """A dataclass, or a named tuple such as a batch's line."""
    return is_dataclass(hint) or hasattr(hint, "_fields")


def _defaults(cls: Any) -> dict[str, Any]:
    """Field → default, MISSING where there is none."""
    if is_dataclass(cls):
        return {field.name: field.default for field in fields(cls)}
    return {name: cls._field_defaults.get(name, MISSING) for name in cls._fields}


def _field(name: str, hint: Any, default: Any) -> tuple[Any, Any]:
    if name in MOMENTS:
        return (Moment | None, None) if default in (0, None) else (Moment, ...)
    if default is MISSING:
        return _type(hint), ...
    return _type(hint), pydantic.Field(default_factory=list) if default == () else default


def _type(hint: Any) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        (inner,) = [arg for arg in args if arg is not type(None)]
        return _type(inner) | None
    if origin is tuple:
        return Annotated[list[_type(args[0])], pydantic.Field(max_length=LONGEST)]  # type: ignore[misc]
    if _is_record(hint):
        return shape_of(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return {int: Signed, str: Text, bool: Annotated[bool, Strict()], bytes: Bytes32, UUID: UUID}[hint]


def build(cls: type[T], body: Body, **more: Any) -> T:
    """The dataclass that a body describes; `more` are the fields that were omitted."""
    return cls(**_converted(cls, vars(body)), **more)


def _converted(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    hints = _hints(cls)
    return {
        name: value if type(value) in _PLAIN else _convert(hints[name], name, value)
        for name, value in values.items()
    }


_PLAIN = frozenset({UUID, str, bytes})
"""What is the same in a body and in the ledger, whatever its field is called."""


def _convert(hint: Any, name: str, value: Any) -> Any:
    if name in MOMENTS:
        return value or 0
    if isinstance(value, list):
        inner = typing.get_args(hint)[0]
        return tuple(_convert(inner, "", item) for item in value)
    if isinstance(value, Body):
        return build(hint, value)
    return value


def present(value: Any, omit: Iterable[str] = ()) -> Any:
    """A dataclass as JSON values: ids and enums as text, bytes as base64url, moments as RFC 3339."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _present(f.name, getattr(value, f.name)) for f in fields(value) if f.name not in omit}
    return _present("", value)


def _present(name: str, value: Any) -> Any:
    match value:
        case int() if name in MOMENTS:
            return moment_or_none(value)
        case UUID():
            return str(value)
        case Enum():
            return value.value
        case bytes():
            return to_b64(value)
        case tuple() if hasattr(value, "_asdict"):
            return {key: _present(key, item) for key, item in value._asdict().items()}
        case tuple() | list():
            return [_present("", item) for item in value]
        case _:
            return present(value) if is_dataclass(value) else value
