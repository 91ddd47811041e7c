"""export_community(), import_community(): a community whole, byte for byte, from one database to another.

The entries' bytes are carried; every other table of the journal is made again from them, by the code that
writes new entries, so the engines may differ and the root is the same. `archive.py` describes the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Row, func, or_, select, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from ledger.core.errors import Code, Rejected, Unavailable
from ledger.core.merkle import Frontier
from ledger.store import keys, migrations, schema
from ledger.store.archive import FORMAT, BadArchive, Manifest, Reader, read_archive, write_archive
from ledger.store.audit import stream
from ledger.store.engine import one_line, open_database
from ledger.store.rebuild import Rebuild
from ledger.store.scratch import Scratch
from ledger.store.transaction import FOUNDING_LOCK
from ledger.store.verify import snapshot, unhurried

CHUNK = 1_024
REFUSED = (
    IntegrityError, DataError, psycopg.IntegrityError, psycopg.DataError, sqlite3.IntegrityError, sqlite3.DataError,
)  # fmt: skip
"""What a table says no with. `Bulk` writes past SQLAlchemy, in the driver's own words."""


def export_community(
    url: str, code: str, path: Path, passphrase: str = "", master_key: bytes | None = None
) -> Manifest:
    """Write the community `code` to a new file, in one snapshot of the database.

    With a passphrase the signing key goes along, encrypted with it; the master key opens it (for SQLite by
    default the one beside the database). Raises Rejected when there is no such community, Unavailable,
    OSError.
    """
    with snapshot(url) as connection:
        row = connection.execute(
            select(schema.community).where(schema.community.c.code == code)
        ).one_or_none()
        if row is None:
            raise Rejected(Code.COMMUNITY_NOT_FOUND, f"no community {code} in this database", "community")
        number = row.community_id
        with write_archive(path) as archive:
            frontier = Frontier()
            archive.frames("journal", _leaves(connection, number, frontier))
            for table in (schema.memo, schema.checkpoint, schema.refusal):
                archive.rows(
                    f"{table.name}s", (tuple(each)[1:] for each in stream(connection, table, number))
                )
            if passphrase:
                archive.key(_unwrapped(connection, row, _master(url, master_key)), passphrase, row.uid.bytes)
            manifest = Manifest(
                FORMAT, str(row.uid), code, frontier.size, frontier.root().hex(), _newest(connection, number)
            )
            archive.manifest(manifest)
    return manifest


def _leaves(connection: Connection, number: int, frontier: Frontier) -> Iterator[bytes]:
    """Each entry's leaf hash and bytes; the frontier follows."""
    rows = stream(connection, schema.entry, number)
    while page := list(islice(rows, CHUNK)):
        frontier.extend([row.leaf_hash for row in page])
        for row in page:
            yield row.leaf_hash + row.body


def _newest(connection: Connection, number: int) -> str:
    table = schema.checkpoint
    query = select(table.c.note).where(table.c.community_id == number).order_by(table.c.size.desc()).limit(1)
    return connection.scalar(query) or ""


def import_community(url: str, path: Path, passphrase: str = "", master_key: bytes | None = None) -> Manifest:
    """Make the file's community in a database, in one transaction: the whole of it or nothing.

    With a passphrase the signing key is taken from the file and kept under the master key (for SQLite by
    default the one beside the database). Raises Rejected when the community exists, BadArchive at the first
    entry that is not what it should be, CannotOpen.
    """
    database = open_database(url)
    try:
        migrations.upgrade(database.write)
        with read_archive(path) as archive, closing(Scratch()) as scratch:
            wrapped = _wrapped(archive, passphrase, url, master_key)
            with database.write.begin() as connection:
                unhurried(connection)
                number = _new_number(connection, archive.manifest)
                rebuild = Rebuild(connection, number, archive, scratch)
                try:
                    rebuild.run()
                    rebuild.keep_key(wrapped)
                except REFUSED as error:
                    said = f"the tables refuse what follows entry {rebuild.seq}: {one_line(error)}"
                    raise BadArchive(said) from error
            return archive.manifest
    except (DBAPIError, psycopg.Error, sqlite3.Error) as error:
        raise Unavailable(f"the database cannot answer ({one_line(error)}); nothing was imported") from error
    finally:
        database.close()


def _master(url: str, given: bytes | None) -> bytes:
    master = given or keys.master_key_beside(url)
    if master is None:
        raise Unavailable("the signing key is kept under a master key; set RICOCHET_MASTER_KEY")
    return master


def _unwrapped(connection: Connection, community: Row[Any], master: bytes) -> bytes:
    wrapped = keys.newest(connection, community.uid).wrapped
    return keys.unwrap(master, community.uid, wrapped).private_bytes_raw()


def _wrapped(archive: Reader, passphrase: str, url: str, master_key: bytes | None) -> bytes:
    """The file's signing key as the database keeps it; empty without a passphrase."""
    if not passphrase:
        return b""
    if not archive.has_key:
        raise BadArchive("key: the file has none; export it again with its key, or import without")
    community = UUID(archive.manifest.community)
    key = Ed25519PrivateKey.from_private_bytes(archive.key(passphrase, community.bytes))
    return keys.wrap(_master(url, master_key), community, key)


def _new_number(connection: Connection, manifest: Manifest) -> int:
    """The community's number in this database. Raises Rejected when it is there already."""
    table = schema.community
    uid = UUID(manifest.community)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": FOUNDING_LOCK})
    same: Sequence[Any] = connection.execute(
        select(table.c.code).where(or_(table.c.uid == uid, table.c.code == manifest.code))
    ).all()
    if same:
        raise Rejected(
            Code.ALREADY_EXISTS,
            f"community {manifest.code} is in this database; import it into another",
            "community",
        )
    return (connection.scalar(select(func.max(table.c.community_id))) or 0) + 1
