"""export_community(), import_community(): a community whole, byte for byte, from one database to another.

The entries' bytes are carried; every other table of the journal is made again from them, by the code that writes new
entries, so the engines may differ and the root is the same. `archive.py` describes the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, or_, select, text
from sqlalchemy.exc import DBAPIError

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


def export_community(
    url: str, code: str, path: Path, private_key: bytes | None = None, passphrase: str = ""
) -> Manifest:
    """Write the community `code` to a new file, in one snapshot of the database.

    With `private_key` (32 bytes) the signing key goes along, encrypted with the passphrase. Raises Rejected when
    there is no such community, CannotOpen, OSError.
    """
    with snapshot(url) as connection:
        row = connection.execute(select(schema.community).where(schema.community.c.code == code)).one_or_none()
        if row is None:
            raise Rejected(Code.COMMUNITY_NOT_FOUND, f"no community {code} in this database", "community")
        number = row.community_id
        with write_archive(path) as archive:
            frontier = Frontier()
            archive.frames("journal", _leaves(connection, number, frontier))
            for table in (schema.memo, schema.checkpoint, schema.refusal):
                archive.rows(f"{table.name}s", (tuple(each)[1:] for each in stream(connection, table, number)))
            if private_key is not None:
                archive.key(private_key, passphrase, row.uid.bytes)
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


def import_community(
    url: str, path: Path, passphrase: str = "", master_key: bytes | None = None
) -> Manifest:
    """Make the file's community in a database, in one transaction: the whole of it or nothing.

    With a passphrase the signing key is taken from the file and kept under the master key (for SQLite by default
    the one beside the database). Raises Rejected when the community exists, BadArchive at the first entry that is
    not what it should be, CannotOpen.
    """
    master = master_key or keys.master_key_beside(url)
    database = open_database(url)
    try:
        migrations.upgrade(database.write)
        with read_archive(path) as archive, closing(Scratch()) as scratch:
            private_key = _private_key(archive, passphrase)
            with database.write.begin() as connection:
                unhurried(connection)
                number = _new_number(connection, archive.manifest)
                rebuild = Rebuild(connection, number, archive, scratch)
                try:
                    rebuild.run()
                    rebuild.keep_key(_wrapped(private_key, master, UUID(archive.manifest.community)))
                except DBAPIError as error:
                    said = f"the tables refuse what follows entry {rebuild.seq}: {one_line(error)}"
                    raise BadArchive(said) from error
            return archive.manifest
    finally:
        database.close()


def _private_key(archive: Reader, passphrase: str) -> bytes | None:
    if not passphrase:
        return None
    if not archive.has_key:
        raise BadArchive("key: the file has none; export it again with a passphrase, or import without one")
    return archive.key(passphrase, UUID(archive.manifest.community).bytes)


def _wrapped(private_key: bytes | None, master: bytes | None, community: UUID) -> bytes:
    """The key as it is kept; empty when it did not come along."""
    if private_key is None:
        return b""
    if master is None:
        raise Unavailable("the signing key can only be kept under a master key; set RICOCHET_MASTER_KEY")
    return keys.wrap(master, community, Ed25519PrivateKey.from_private_bytes(private_key))


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
            Code.ALREADY_EXISTS, f"community {manifest.code} is in this database; import it into another", "community"
        )
    return (connection.scalar(select(func.max(table.c.community_id))) or 0) + 1
