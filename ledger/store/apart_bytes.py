"""What a writer in a process of its own is told and tells: batches and answers as bytes, plain payments the quick way.

Both ends are the same program on the same machine, joined by a socket that nobody else has, so pickle is safe here.
"""

from __future__ import annotations

import marshal
import pickle
from collections.abc import Sequence
from struct import Struct
from typing import Any, NamedTuple
from uuid import UUID

from ledger.core.accounts import Transfer
from ledger.core.commands import Pay, Signature
from ledger.core.errors import Changed, Code, Corrupt, Rejected, Unavailable
from ledger.core.journal import Left, Receipt
from ledger.core.policy import Sphere
from ledger.store.queue import Answer, Asked
from ledger.store.writer import Memo

_HEAD = Struct(">?qq")
"""How what the writer says begins: whether it went well, how many commands it is about, how far (ns) the clock is behind."""

_UIDS = Struct("16s16s16s16s16s")
_SPHERES = {sphere.value: sphere for sphere in Sphere}
_FAILURES: dict[str, type[Changed] | type[Corrupt] | type[Unavailable]] = {
    each.__name__: each for each in (Changed, Corrupt, Unavailable)
}

_WHOLE = {int, type(None)}

Plain = Any
"""What `marshal` can write."""


def batch_bytes(asked: Sequence[Asked], now: int) -> bytes:
    """Commands with what goes beside them, and the clock (ns)."""
    return marshal.dumps((now, [_asked_plain(one) for one in asked]))


def read_batch(said: bytes) -> tuple[list[Asked], int]:
    """`batch_bytes` back."""
    now, every = marshal.loads(said)
    return [_asked(one) for one in every], now


def answers_said(answers: Sequence[Answer], behind: int) -> bytes:
    """The answer to each command of a batch, in its order, and how far (ns) the clock is behind."""
    return _HEAD.pack(True, len(answers), behind) + marshal.dumps([_answer_plain(answer) for answer in answers])


def failure_said(count: int, why: str, temporary: bool) -> bytes:
    """So many commands have no answer, and why."""
    return _HEAD.pack(False, count, 0) + marshal.dumps((why, temporary))


class Failed(Exception):
    """The writer's database failed. `temporary`: the same batch may succeed later."""

    def __init__(self, said: str, temporary: bool) -> None:
        super().__init__(said)
        self.temporary = temporary


class Said(NamedTuple):
    """What the writer says of the oldest `many` commands that it was told."""

    many: int
    behind: int
    """How far (ns) the clock is behind the last entry."""
    plain: Plain
    failed: Failed | None


def read_said(said: bytes) -> Said:
    """What `answers_said` or `failure_said` wrote; the answers as `read_answers` takes them."""
    good, count, behind = _HEAD.unpack_from(said)
    plain = marshal.loads(memoryview(said)[_HEAD.size :])
    return Said(count, behind, plain, None) if good else Said(count, behind, None, Failed(*plain))


def read_answers(plain: Plain, asked: Sequence[Asked]) -> list[Answer]:
    """The answers to these commands."""
    return [_answer(one, each) for one, each in zip(asked, plain, strict=True)]


def _asked_plain(one: Asked) -> Plain:
    memo = None if one.memo is None else (one.memo.salt, one.memo.text)
    pay = one.command
    if type(pay) is not Pay or {type(pay.amount), type(pay.deal)} - _WHOLE or type(pay.currency) is not str:
        return pickle.dumps((pay, one.seen)), memo, one.wrapped_key
    uids = b"".join(
        [uid.int.to_bytes(16, "big") for uid in (pay.id, pay.community, pay.actor, pay.payer, pay.payee)]
    )
    signature = None if pay.signature is None else (pay.signature.key, pay.signature.value)
    sphere = None if pay.sphere is None else pay.sphere.value
    return uids, memo, pay.amount, pay.currency, pay.deal, sphere, pay.activity, pay.memo_hash, signature


def _asked(plain: Plain) -> Asked:
    memo = None if plain[1] is None else Memo(*plain[1])
    if len(plain) == 3:
        command, seen = pickle.loads(plain[0])
        return Asked(command, memo, plain[2], seen)
    uids, _, amount, currency, deal, sphere, activity, memo_hash, signature = plain
    uid, community, actor, payer, payee = [
        UUID(int=int.from_bytes(each, "big")) for each in _UIDS.unpack(uids)
    ]
    pay = Pay(
        id=uid, community=community, actor=actor, payer=payer, payee=payee, amount=amount, currency=currency,
        deal=deal, sphere=None if sphere is None else _SPHERES[sphere], activity=activity, memo_hash=memo_hash,
        signature=None if signature is None else Signature(*signature),
    )  # fmt: skip
    return Asked(pay, memo)


def _answer_plain(answer: Answer) -> Plain:
    if isinstance(answer, Receipt):
        moved = [(t.debit, t.credit, t.posted, t.held, int(t.reason)) for t in answer.transfers]
        left = None if answer.left is None else tuple(answer.left)
        return answer.seq, answer.ts, moved, answer.replayed, left
    if isinstance(answer, Rejected):
        return answer.code.value, answer.detail, answer.field
    return type(answer).__name__, str(answer)


def _answer(one: Asked, plain: Plain) -> Answer:
    if len(plain) == 5:
        seq, ts, moved, replayed, left = plain
        transfers = tuple(Transfer(a, b, posted, held, why) for a, b, posted, held, why in moved)
        command = one.command
        return Receipt(
            command.community, command.id, seq, ts, transfers, replayed, None if left is None else Left(*left)
        )
    if len(plain) == 3:
        code, detail, field = plain
        return Rejected(Code(code), detail, field)
    name, said = plain
    return _FAILURES.get(name, Corrupt)(said)
