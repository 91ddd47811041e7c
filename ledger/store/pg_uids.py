"""Many UUIDs as one parameter of PostgreSQL, in its binary form: as text they would cost more than what they find."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_UUID, _UUIDS = 2950, 2951
"""PostgreSQL's numbers for `uuid` and `uuid[]`."""
_HEADER = Struct(">iiiii").pack
_SIZE = b"\0\0\0\x10"


class Uids:
    """A parameter of type `uuid[]`."""

    __slots__ = ("binary",)

    def __init__(self, ids: Sequence[UUID]) -> None:
        dimensions, nulls, first = 1, 0, 1
        header = _HEADER(dimensions, nulls, _UUID, len(ids), first)
        self.binary = header + b"".join([_SIZE + uid.bytes for uid in ids])


class _UidsDumper(Dumper):
    format = Format.BINARY
    oid = _UUIDS

    def dump(self, obj: Uids) -> bytes:
        return obj.binary


psycopg.adapters.register_dumper(Uids, _UidsDumper)
