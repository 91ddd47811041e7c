"""The ledger: the one door through which value moves. `open_ledger` puts its parts together."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Self
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection
from uuid6 import uuid7

from ledger.core.checkpoint import vkey
from ledger.core.commands import ChangeSigningKey, Command, Found, Signature
from ledger.core.errors import Code, Corrupt, LedgerError, Rejected, Unavailable
from ledger.core.journal import Decision, Receipt
from ledger.core.receipts import ReceiptFile
from ledger.core.signing import must_hold, signing_input
from ledger.store import keys, migrations
from ledger.store.checkpoints import make_checkpoint, make_receipt
from ledger.store.committer import Committer, Limits
from ledger.store.engine import Database, open_database
from ledger.store.preview import preview
from ledger.store.queue import Answer, Asked, AsyncGroup, weight
from ledger.store.reader import Reader
from ledger.store.verify import origin_of
from ledger.store.writer import Memo

__all__ = ["OPERATOR", "Ledger", "Memo", "open_ledger"]

OPERATOR = UUID(int=0)
"""The actor of what the machine's operator does at the command line."""

MEMO_LENGTH = 1_000
SALT_BYTES = 16


class Ledger:
    """An open ledger. Safe to share between threads and event loops; `close` it, or use it in a `with`."""

    def __init__(
        self,
        database: Database,
        committer: Committer | None,
        clock: Callable[[], int],
        master_key: Callable[[], bytes | None],
    ) -> None:
        self.database = database
        self.reader = Reader(database.read)
        self._committer = committer
        self._clock = clock
        self._master_key = master_key

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def committer(self) -> Committer:
        """The writer, for its counters. Raises Unavailable when the ledger was opened for reading only."""
        if self._committer is None:
            raise Unavailable("this ledger was opened for reading only")
        return self._committer

    def close(self) -> None:
        """Answer everybody who waits, then let go of the database."""
        if self._committer is not None:
            self._committer.close()
        self.database.close()

    # --- commands ---

    def submit(self, command: Command, memo: Memo | None = None, *, seen: int | None = None) -> Receipt:
        """Commit one command and wait for its receipt. Raises Rejected, Changed, Unavailable or Corrupt.

        The same command may be sent again after anything but a receipt: it is never carried out twice. Changed comes
        when the entry `seen` is not the last one on the command's account.
        """
        self._admit(command, memo)
        one = Asked(command, memo, seen=seen)
        self.committer.submit([one])
        return _said(one.answer)

    async def submit_async(self, command: Command, memo: Memo | None = None, *, seen: int | None = None) -> Receipt:
        """`submit` for coroutines."""
        self._admit(command, memo)
        group = AsyncGroup([Asked(command, memo, seen=seen)], asyncio.get_running_loop())
        self.committer.put(group)
        await group.future
        return _said(group.asked[0].answer)

    def submit_many(self, commands: Sequence[Command]) -> list[Receipt | LedgerError]:
        """Commit commands in their order, many in a transaction; one refused does not touch the others."""
        answers: list[Receipt | LedgerError] = []
        for some in _batches(commands, self.committer.limits):
            every, good = self._checked(some)
            if good:
                try:
                    self.committer.submit(good)
                except Unavailable as full:
                    _give(good, full)
            answers += [_answer(one) for one in every]
        return answers

    async def submit_many_async(self, commands: Sequence[Command]) -> list[Receipt | LedgerError]:
        """`submit_many` for coroutines, of at most one transaction's worth."""
        every, good = self._checked(commands)
        if good:
            group = AsyncGroup(good, asyncio.get_running_loop())
            self.committer.put(group)
            await group.future
        return [_answer(one) for one in every]

    def dry_run(self, command: Command) -> Decision:
        """What `submit` would do, or the Rejected that it would raise; nothing is written."""
        check(command, None)
        with self.reader.snapshot() as seen, seen.connected() as connection:
            return preview(connection, command, self._clock())

    def found_community(self, code: str, *, community: UUID | None = None, actor: UUID = OPERATOR) -> UUID:
        """Open a community with a new signing key and return its uuid."""
        key, uid = Ed25519PrivateKey.generate(), community or new_id()
        wrapped = keys.wrap(self._master(), uid, key)
        public = key.public_key().public_bytes_raw()
        one = Asked(
            Found(id=new_id(), community=uid, actor=actor, code=code, public_key=public), None, wrapped
        )
        self.committer.submit([one])
        _said(one.answer)
        return uid

    def change_signing_key(self, community: UUID, actor: UUID = OPERATOR) -> Receipt:
        """Let a new key sign the community's checkpoints; the old one signs once more, then names it, then is erased.

        Raises Unavailable where the old secret key is not here, or does not open.
        """
        with self.reader.connected() as connection:
            old = keys.newest(connection, community)
        signer, new = keys.unwrap(self._master(), community, old.wrapped), Ed25519PrivateKey.generate()
        self.checkpoint(community)
        public = new.public_key().public_bytes_raw()
        command = ChangeSigningKey(id=new_id(), community=community, actor=actor, public_key=public)
        over = Signature(old.public, signer.sign(signing_input(command, old.public)))
        one = Asked(replace(command, signature=over), None, keys.wrap(self._master(), community, new))
        self.committer.submit([one])
        receipt = _said(one.answer)
        self.checkpoint(community)
        return receipt

    def _admit(self, command: Command, memo: Memo | None) -> None:
        """`check`, of which a writer apart does the dearer half itself: the signature."""
        if self.committer.apart:
            _check_memo(command, memo)
        else:
            check(command, memo)

    def _checked(self, commands: Sequence[Command]) -> tuple[list[Asked], list[Asked]]:
        """Every command, and those that may go to the queue; the others have their answer."""
        every = [Asked(command) for command in commands]
        for one in every:
            try:
                self._admit(one.command, None)
            except Rejected as refused:
                one.answer = refused
        return every, [one for one in every if one.answer is None]

    # --- proofs ---

    def checkpoint(self, community: UUID) -> str:
        """The signed note over the whole journal as it is now."""
        master = self._master()
        return str(self.work(lambda connection: make_checkpoint(connection, master, community)))

    def verifier_key(self, community: UUID) -> str:
        """The verifier key by which others know the community's checkpoints and receipts."""
        return vkey(origin_of(community), self.reader.public_key(community))

    def receipt_file(self, community: UUID, command_id: UUID) -> ReceiptFile:
        """The receipt that a member keeps: entry, proof and checkpoint; checkpoints first if none covers the entry."""
        receipt = make_receipt(self.reader, community, command_id)
        if receipt is None:
            self.checkpoint(community)
            receipt = make_receipt(self.reader, community, command_id)
        if receipt is None:
            raise Corrupt("the newest checkpoint does not cover an entry that is in the journal")
        return receipt

    def work(self, task: Callable[[Connection], Any]) -> Any:
        """Run `task` in a transaction of the writer's own, between two batches; for jobs that keep house."""
        return self.committer.work(task)

    def _master(self) -> bytes:
        key = self._master_key()
        if key is None or len(key) != keys.KEY_BYTES:
            raise Unavailable("a master key of 32 bytes is needed to sign; set RICOCHET_MASTER_KEY")
        return key


def open_ledger(
    url: str,
    *,
    clock: Callable[[], int] = time.time_ns,
    read_only: bool = False,
    master_key: bytes | None = None,
    migrate: bool = True,
    limits: Limits | None = None,
    salts: Callable[[int], bytes] = os.urandom,
    on_step: Callable[[str], None] | None = None,
    writer_apart: bool = False,
) -> Ledger:
    """Open `sqlite:///file` or `postgresql://…`. Raises CannotOpen (an Unavailable) with the remedy.

    `master_key` (32 bytes) wraps the signing keys; SQLite keeps one beside the database when none is given.
    `migrate` brings the tables up to date first; else they must be. `clock` gives ns since 1970, `salts` random
    bytes; `on_step` hears each step of a commit (`transaction.STEPS`). `writer_apart`: commit in a process of its own.
    """
    database = open_database(url, read_only=read_only)
    try:
        if migrate and not read_only:
            migrations.upgrade(database.write)
        else:
            migrations.check(database.read)
    except BaseException:
        database.close()
        raise
    committer = None
    if not read_only:
        committer = Committer(
            database.write, clock=clock, salts=salts, limits=limits, on_step=on_step, apart=writer_apart
        )
    return Ledger(database, committer, clock, lambda: master_key or keys.master_key_beside(url))


def new_id() -> UUID:
    """A fresh UUIDv7: ids made one after the other stand near each other in an index."""
    return UUID(int=uuid7().int)


def memo_hash(memo: Memo) -> bytes:
    """What an entry holds in place of a memo: SHA-256 of salt and text."""
    return sha256(memo.salt + memo.text.encode()).digest()


def check(command: Command, memo: Memo | None) -> None:
    """What can be refused before the queue: a signature that does not hold, a memo that is not the one hashed."""
    must_hold(command)
    _check_memo(command, memo)


def _check_memo(command: Command, memo: Memo | None) -> None:
    if memo is None:
        return
    if len(memo.salt) != SALT_BYTES or not 0 < len(memo.text) <= MEMO_LENGTH or not _plain(memo.text):
        raise Rejected(
            Code.INVALID_FIELD, f"memo: 1 to {MEMO_LENGTH} characters and a salt of 16 bytes", "memo"
        )
    if getattr(command, "memo_hash", None) != memo_hash(memo):
        raise Rejected(Code.INVALID_FIELD, "memo_hash is not the hash of this memo", "memo_hash")


def _plain(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _batches(commands: Sequence[Command], limits: Limits) -> Iterator[list[Command]]:
    """Runs of commands that fit one transaction."""
    some: list[Command] = []
    heavy = 0
    for command in commands:
        heavy += weight(command)
        if some and heavy > limits.max_batch:
            yield some
            some, heavy = [], weight(command)
        some.append(command)
    if some:
        yield some


def _give(asked: Sequence[Asked], answer: Answer) -> None:
    for one in asked:
        one.answer = answer


def _answer(one: Asked) -> Answer:
    return one.answer if one.answer is not None else Corrupt("a command was not answered")


def _said(answer: Answer | None) -> Receipt:
    if isinstance(answer, Receipt):
        return answer
    raise answer if answer is not None else Corrupt("a command was not answered")
