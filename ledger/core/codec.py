"""Canonical bytes: deterministic CBOR (RFC 8949 section 4.2) of plain arrays, derived from the dataclasses.

CBOR is a standard that an auditor can read with any tool; the deterministic form has one encoding for each value,
so equal bytes mean equal content. Only integers, text, bytes, null, booleans and arrays are used. A class is an
array of its fields in order; a reader fills fields that an older writer did not know with their defaults.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from operator import attrgetter, contains
from typing import Any, TypeVar, cast
from uuid import UUID

import cbor2

T = TypeVar("T")
Plain = Any
"""int, str, bytes, bool, None, or a list of these."""


def dumps(plain: Plain) -> bytes:
    """Encode plain values; tuples count as arrays."""
    return cbor2.dumps(plain)


def loads(data: bytes) -> Plain:
    """Decode, refusing bytes that are not the canonical encoding of their value. Raises ValueError."""
    try:
        plain = cbor2.loads(data)
        again = cbor2.dumps(plain)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, EOFError) as error:
        raise ValueError(f"not CBOR: {error}") from error
    if again != data:
        raise ValueError("not the canonical encoding")
    return plain


# --- writing ---


def _itself(value: Any) -> Plain:
    return value


def _array(value: Any) -> Plain:
    return [to_plain(item) for item in value]


def _enum(value: Any) -> Plain:
    return value.value


_WRITERS: dict[type, Callable[[Any], Plain]] = {
    int: _itself, str: _itself, bytes: _itself, bool: _itself, type(None): _itself,
    tuple: _array, list: _array, UUID: attrgetter("bytes"),
}  # fmt: skip


def to_plain(value: Any) -> Plain:
    """A dataclass, named tuple, enum, UUID or plain value as plain arrays. Raises TypeError on anything else."""
    kind = type(value)
    writer = _WRITERS.get(kind)
    if writer is None:
        writer = _WRITERS[kind] = _writer_for(kind)
    return writer(value)


def _writer_for(kind: type) -> Callable[[Any], Plain]:
    if issubclass(kind, Enum):
        return _enum
    if issubclass(kind, UUID):
        return attrgetter("bytes")
    if issubclass(kind, tuple):
        return _array
    if is_dataclass(kind):
        return _record_writer(kind)
    raise TypeError(f"{kind.__name__} has no canonical form")


def _record_writer(kind: Any) -> Callable[[Any], Plain]:
    """All fields are read at once; only those that are not plain by their type are looked at one by one.

    A value that a reader of the class would refuse is not written: an entry that is in the journal can be read.
    """
    names = [field.name for field in fields(kind)]
    hints = typing.get_type_hints(kind)
    expected = [_written(hints[name]) for name in names]
    turned = [(at, _turner(hints[name])) for at, name in enumerate(names) if not _PLAIN.issuperset(_members(hints[name]))]
    read = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)

    def refuse(at: int, item: Any) -> TypeError:
        return TypeError(f"{kind.__name__}.{names[at]}: {item!r:.60} has no canonical form there")

    def write(value: Any) -> Plain:
        items = list(read(value))
        for at, turn in turned:
            item = items[at]
            if item is not None:
                try:
                    items[at] = turn(item)
                except (AttributeError, KeyError, TypeError):
                    raise refuse(at, item) from None
        if not all(map(contains, expected, map(type, items))):  # a fraction where a number belongs, say
            at = [type(item) in some for item, some in zip(items, expected, strict=True)].index(False)
            raise refuse(at, items[at])
        return items

    return write


_PLAIN = frozenset({int, str, bytes, bool, type(None)})


def _members(hint: Any) -> tuple[Any, ...]:
    """The types of a union, or the one type."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return typing.get_args(hint)
    return (hint,)


def _turner(hint: Any) -> Callable[[Any], Plain]:
    """What makes values of a type plain, and fails on others."""
    (one,) = [member for member in _members(hint) if member is not type(None)]
    if one is UUID:
        return attrgetter("bytes")
    if isinstance(one, type) and issubclass(one, Enum):
        return {member: member.value for member in one}.__getitem__
    return to_plain


def _written(hint: Any) -> frozenset[type]:
    """The plain types in which values of a type are written."""
    found: set[type] = set()
    for one in _members(hint):
        if one in _PLAIN:
            found.add(one)
        elif isinstance(one, type) and issubclass(one, Enum):
            found.update(type(member.value) for member in one)
        else:
            found.add(bytes if one is UUID else list)
    return frozenset(found)


# --- reading ---

_READERS: dict[Any, Callable[[Plain], Any]] = {}


def from_plain(cls: type[T], plain: Plain) -> T:
    """Rebuild a value of `cls`. Raises ValueError when the shape or a type does not fit."""
    reader = _READERS.get(cls)
    if reader is None:
        reader = _READERS[cls] = _reader_for(cls)
    return cast(T, reader(plain))


def _fail(expected: str, plain: Plain) -> ValueError:
    return ValueError(f"expected {expected}, found {type(plain).__name__}")


def _exactly(kind: type) -> Callable[[Plain], Any]:
    def read(plain: Plain) -> Any:
        if type(plain) is not kind:
            raise _fail(kind.__name__, plain)
        return plain

    return read


def _uuid(plain: Plain) -> UUID:
    if type(plain) is not bytes or len(plain) != 16:
        raise _fail("16 bytes", plain)
    return UUID(bytes=plain)


def _reader_for(hint: Any) -> Callable[[Plain], Any]:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        (inner,) = [arg for arg in args if arg is not type(None)]
        read_inner = _reader_for(inner)
        return lambda plain: None if plain is None else read_inner(plain)
    if origin is tuple:
        return _tuple_reader(_reader_for(args[0]))
    if hint is UUID:
        return _uuid
    if hint in (int, str, bytes, bool):
        return _exactly(hint)
    if issubclass(hint, Enum):
        return lambda plain: hint(plain)
    return _record_reader(hint)


def _tuple_reader(read: Callable[[Plain], Any]) -> Callable[[Plain], Any]:
    def read_all(plain: Plain) -> tuple[Any, ...]:
        if type(plain) is not list:
            raise _fail("array", plain)
        return tuple([read(item) for item in plain])

    return read_all


def _record_reader(cls: Any) -> Callable[[Plain], Any]:
    """Dataclasses and named tuples: an array of fields in order, trailing ones may be absent if they have defaults."""
    hints = {name: hint for name, hint in typing.get_type_hints(cls).items() if typing.get_origin(hint) is not typing.ClassVar}
    if is_dataclass(cls):
        names = [field.name for field in fields(cls)]
        required = sum(f.default is MISSING and f.default_factory is MISSING for f in fields(cls))
    else:
        names = list(cls._fields)
        required = len(names) - len(cls._field_defaults)
    readers = [_reader_for(hints[name]) for name in names]

    def read(plain: Plain) -> Any:
        if type(plain) is not list or not required <= len(plain) <= len(names):
            raise ValueError(f"{cls.__name__}: expected an array of {len(names)} fields")
        return cls(**{name: reader(item) for name, reader, item in zip(names, readers, plain, strict=False)})

    return read
