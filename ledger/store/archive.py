"""The file that carries a community from one database to another.

A zip archive of
    manifest.json   format, community, code, size and root of the journal, its newest checkpoint
    journal         the entries' bytes, in order
    memos, checkpoints, refusals
                    CBOR arrays: the columns of the tables of that name without `community_id`
    key             only if asked for: the signing key, encrypted with a passphrase
Everything but `manifest.json` and `key` is a run of frames: the length in 4 bytes, big-endian, then the
bytes.
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.core import codec

FORMAT = 1
MAX_FRAME = 64 * 1024 * 1024
_SALT, _NONCE, _TAG = 16, 12, 16
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    LookupError,
    struct.error,
)
"""What zipfile raises when bytes of an archive were changed."""


class BadArchive(ValueError):
    """The file is not a whole community; the message says where it breaks."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The head of a file. `root` is hexadecimal; `checkpoint` the newest signed note, "" if there is none."""

    ricochet_community: int
    community: str
    code: str
    size: int
    root: str
    checkpoint: str

    def to_json(self) -> str:
        """As text."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Read; raises BadArchive, naming the field."""
        try:
            content = json.loads(text)
        except ValueError as error:
            raise BadArchive(f"manifest.json: {error}") from error
        if not isinstance(content, dict) or content.get("ricochet_community") != FORMAT:
            raise BadArchive(f"manifest.json: this program reads communities of format {FORMAT}")
        for name, kind in cls.__annotations__.items():
            if type(content.get(name)).__name__ != kind:
                raise BadArchive(f"manifest.json: {name} is missing or not of type {kind}")
        if set(content) != set(cls.__annotations__):
            raise BadArchive("manifest.json: unknown fields")
        try:
            UUID(content["community"])
        except ValueError as error:
            raise BadArchive(f"manifest.json: community: {error}") from error
        return cls(**content)


class Writer:
    """Fills an archive; see `write_archive`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def frames(self, name: str, frames: Iterable[bytes]) -> None:
        """Write a part, frame by frame."""
        with self._archive.open(name, "w", force_zip64=True) as part:
            for frame in frames:
                part.write(len(frame).to_bytes(4, "big") + frame)

    def rows(self, name: str, rows: Iterable[Any]) -> None:
        """Write a part of plain rows."""
        self.frames(name, (codec.dumps(codec.to_plain(tuple(row))) for row in rows))

    def manifest(self, manifest: Manifest) -> None:
        """Write the head."""
        self._archive.writestr("manifest.json", manifest.to_json())

    def key(self, private_key: bytes, passphrase: str, community: bytes) -> None:
        """Write the signing key (32 bytes), encrypted."""
        salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
        box = AESGCM(_stretch(passphrase, salt)).encrypt(nonce, private_key, community)
        self._archive.writestr("key", salt + nonce + box)


class Reader:
    """Reads an archive; see `read_archive`. Everything raises BadArchive."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.manifest = Manifest.from_json(self._whole("manifest.json"))

    def frames(self, name: str) -> Iterator[bytes]:
        """The frames of a part, in order; one in memory."""
        with _naming(name), self._open(name) as part:
            while head := part.read(4):
                size = int.from_bytes(head, "big")
                if len(head) < 4 or size > MAX_FRAME:
                    raise BadArchive(f"{name}: a frame has no sound length")
                frame = part.read(size)
                if len(frame) < size:
                    raise BadArchive(f"{name}: the last frame is cut short")
                yield frame

    def rows(self, name: str, *kinds: type) -> Iterator[tuple[Any, ...]]:
        """The rows of a part; each has exactly values of these types."""
        for frame in self.frames(name):
            try:
                row = codec.loads(frame)
            except ValueError as error:
                raise BadArchive(f"{name}: {error}") from error
            if type(row) is not list or tuple(map(type, row)) != kinds:
                raise BadArchive(f"{name}: a row has other columns")
            yield tuple(row)

    def key(self, passphrase: str, community: bytes) -> bytes:
        """The signing key (32 bytes). Raises BadArchive when the passphrase does not open it."""
        box = self._whole("key")
        salt, nonce, sealed = box[:_SALT], box[_SALT : _SALT + _NONCE], box[_SALT + _NONCE :]
        if len(sealed) <= _TAG:
            raise BadArchive("key: cut short")
        try:
            return AESGCM(_stretch(passphrase, salt)).decrypt(nonce, sealed, community)
        except InvalidTag as error:
            raise BadArchive("key: the passphrase does not open it") from error

    @property
    def has_key(self) -> bool:
        """Whether the signing key came along."""
        return "key" in self._archive.namelist()

    def _whole(self, name: str) -> bytes:
        with _naming(name), self._open(name) as part:
            return part.read(MAX_FRAME)

    def _open(self, name: str) -> IO[bytes]:
        try:
            return self._archive.open(name)
        except KeyError as error:
            raise BadArchive(f"{name}: missing from the file") from error


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Turn what zipfile says of broken bytes into our error."""
    try:
        yield
    except BadArchive:
        raise
    except _BROKEN as error:
        raise BadArchive(f"{name}: {error}") from error


@contextmanager
def write_archive(path: Path) -> Iterator[Writer]:
    """A new file at `path`, mode 0600 (it holds memos); there only once it is whole and on disk."""
    handle, scratch = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise


@contextmanager
def read_archive(path: Path) -> Iterator[Reader]:
    """The archive at `path`. Raises BadArchive."""
    with path.open("rb") as file:
        try:
            archive = zipfile.ZipFile(file)
        except _BROKEN as error:
            raise BadArchive(f"{path}: not a community's file: {error}") from error
        with archive:
            yield Reader(archive)


def _stretch(passphrase: str, salt: bytes) -> bytes:
    """A key from a passphrase: Argon2id, 64 MiB, RFC 9106's second recommendation."""
    return hash_secret_raw(passphrase.encode(), salt, 3, 65_536, 4, 32, Type.ID)
