"""Decide a batch's commands in the order they came, each on the books as the one before left them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from struct import Struct
from uuid import UUID

from ledger.core.accounts import Transfer
from ledger.core.commands import ChangeSigningKey, Command, Found, Pay, PayBatch
from ledger.core.decide import decide
from ledger.core.errors import Changed, Code, Corrupt, Rejected
from ledger.core.journal import Left, Receipt, entry_bytes
from ledger.store.answers import Earlier, fingerprint, repeat, repeat_entry
from ledger.store.loader import Kept
from ledger.store.queue import Answer, Asked
from ledger.store.writer import Batch

SALT_BYTES = 16
_each_salt = Struct(f"{SALT_BYTES}s").iter_unpack


@dataclass(slots=True)
class State:
    """A community in this batch."""

    kept: Kept
    new: bool = False
    """It has no rows yet; its number is reserved for this transaction."""
    known: dict[UUID, Earlier] = field(default_factory=dict)
    """Ids that had an outcome before the batch, and those that it refuses."""
    first: dict[UUID, Asked] = field(default_factory=dict)
    """Who brought each other id first in this batch; all but the one being decided have their entry."""


def decide_all(
    batch: Batch,
    states: Mapping[UUID, State],
    taken: set[str],
    asked: Sequence[Asked],
    clock: int,
    salts: bytes,
) -> list[Answer]:
    """The answer to each command, its rows in the batch. `taken`: codes that other communities have.

    `clock` is now (ns); each entry is at least 1 ns later than the one before. `salts` has 16 random bytes for each.
    """
    answers: list[Answer] = []
    community = None
    for one, (salt,) in zip(asked, _each_salt(salts), strict=True):
        command = one.command
        if command.community is not community:  # mostly it is the one before, and a look-up costs
            community = command.community
            state = states[community]
        found = state.known.get(command.id) if state.known else None
        if found is not None:
            answers.append(repeat(command, found, one.body))
            continue
        first = state.first.setdefault(command.id, one)
        if first is not one and first.body is not None:
            answers.append(repeat_entry(command, first.body, one.body))
            continue
        answer = _one(batch, state, taken, one, clock, salt)
        if type(answer) is not Receipt:
            del state.first[command.id]
        answers.append(answer)
    return answers


def _one(batch: Batch, state: State, taken: set[str], one: Asked, clock: int, salt: bytes) -> Answer:
    command, kept = one.command, state.kept
    books = kept.books
    if one.seen is not None:
        held = books.accounts.get(command.account)  # type: ignore[attr-defined]
        if held is not None and held.touched_seq != one.seen:
            return Changed()
    now = clock if clock > books.ts else books.ts + 1
    try:
        decision = decide(command, books, now)
        transfers, effects = decision
        if isinstance(command, Found):
            _claim_code(command.code, taken)
        seq = books.seq + 1
        body = entry_bytes(seq, now, salt, command, transfers, effects)
    except Rejected as refused:
        return _refuse(batch, state, command, now, refused)
    except Corrupt as corrupt:
        return corrupt
    except Exception as error:  # noqa: BLE001 - nothing has changed yet: a command that cannot be read fails alone
        return _unreadable(command, error)
    one.body = body
    batch.enter(kept, now, command, decision, body)
    if one.memo is not None:
        batch.keep_memo(kept.number, seq, one.memo)
    left = None
    if isinstance(command, (Pay, PayBatch)):
        payer = books.by_no[transfers[0].debit]  # a payment's first transfer is what was asked
        left = _left((payer.balance, payer.available))
    elif isinstance(command, (Found, ChangeSigningKey)):
        batch.keep_key(kept.number, seq, command.public_key, one.wrapped_key)
    return _receipt((command.community, command.id, seq, now, transfers, False, left))


# half the time of the named tuples' own constructors, once for every payment
_left: Callable[[tuple[int, int | None]], Left] = partial(tuple.__new__, Left)
_receipt: Callable[[tuple[UUID, UUID, int, int, tuple[Transfer, ...], bool, Left | None]], Receipt] = partial(
    tuple.__new__, Receipt
)


def _claim_code(code: str, taken: set[str]) -> None:
    if code in taken:
        raise Rejected(
            Code.ALREADY_EXISTS, f"another community here is called {code}; choose another code", "code"
        )
    taken.add(code)


def _refuse(batch: Batch, state: State, command: Command, now: int, refused: Rejected) -> Answer:
    """Record a refusal, unless there is no community to record it in."""
    said = Rejected(refused.code, _storable(refused.detail), _storable(refused.field))
    if state.kept.books.founded:
        try:
            mark = fingerprint(command)
        except Exception as error:  # noqa: BLE001 - what has no bytes cannot be compared with a later attempt
            return _unreadable(command, error)
        batch.refuse(state.kept.number, now, command, mark, said)
        state.known[command.id] = Earlier(0, mark, said.code.value, said.detail, said.field)
    return said


def _unreadable(command: Command, error: Exception) -> Rejected | Corrupt:
    """A command that has no canonical bytes is the caller's mistake; anything else is ours."""
    try:
        fingerprint(command)
    except Exception:  # noqa: BLE001 - any failure to encode means the same
        return Rejected(Code.INVALID_FIELD, f"this {command.name} command cannot be written down: {error}")
    return Corrupt(f"{command.name} {command.id} could not be decided: {error!r}")


def _storable(said: str) -> str:
    """Without what PostgreSQL cannot store in a text."""
    return said.encode("utf-8", "replace").decode().replace("\0", "?")
