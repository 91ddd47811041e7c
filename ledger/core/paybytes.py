"""The bytes of the commonest entry, a payment with nothing unusual about it, put together by hand.

They are what `codec` writes for it, at half the cost; whatever is not so plain is left to `codec`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from struct import Struct

from ledger.core import codec
from ledger.core.accounts import Transfer
from ledger.core.commands import Command, Pay

_SMALL = [codec.dumps(number) for number in range(256)]
_TWO, _FOUR, _EIGHT, _FOUR_EIGHT = (Struct(form).pack for form in (">BH", ">BI", ">BQ", ">BIBQ"))
_REST = codec.dumps(None) * 2 + codec.dumps("") + codec.dumps(None) * 2
"""deal, sphere, activity, memo_hash and signature of a payment that has none of them."""
_UID = b"\x50"
"""16 bytes follow."""
_ARRAY_OF = [bytes([0x80 + length]) for length in range(24)]


def whole(number: int) -> bytes:
    """A whole number in its shortest form."""
    if number < 256:
        return _SMALL[number] if number >= 0 else codec.dumps(number)
    if number < 65_536:
        return _TWO(0x19, number)
    if number < 2**32:
        return _FOUR(0x1A, number)
    return _EIGHT(0x1B, number) if number < 2**64 else codec.dumps(number)


def _seq_and_ts(seq: int, ts: int) -> bytes:
    """Two whole numbers, at once where they are as long as they mostly are."""
    if 65_535 < seq < 2**32 <= ts < 2**64:
        return _FOUR_EIGHT(0x1A, seq, 0x1B, ts)
    return whole(seq) + whole(ts)


@lru_cache(maxsize=1_024)
def _text(text: str) -> bytes:
    return codec.dumps(text)


@lru_cache(maxsize=1)
def _begin(version: str) -> bytes:
    """The eight parts of an entry, the first of them."""
    return b"\x88" + codec.dumps(version)


def payment_bytes(
    version: str, seq: int, ts: int, salt: bytes, command: Command, transfers: Sequence[Transfer]
) -> bytes | None:
    """The canonical bytes of a payment's entry without effects; None when it has to go the general way."""
    if (
        type(command) is not Pay
        or command.signature is not None
        or command.memo_hash is not None
        or command.deal is not None
        or command.sphere is not None
        or command.activity != ""
        or type(command.amount) is not int
        or type(command.currency) is not str
        or len(salt) != 16
        or len(transfers) > 23
    ):
        return None
    asked = command.amount
    amount = whole(asked)
    rest = [amount, _text(command.currency), _REST, _ARRAY_OF[len(transfers)]]
    for debit, credit, posted, held, reason in transfers:
        moved = amount if posted == asked else whole(posted)
        rest += b"\x85", whole(debit), whole(credit), moved, whole(held), whole(reason)
    rest.append(b"\x80")
    return _UID.join([
        _begin(version) + _seq_and_ts(seq, ts), salt + b"\x63pay\x8c", command.id.int.to_bytes(16, "big"),
        command.community.int.to_bytes(16, "big"), command.actor.int.to_bytes(16, "big"),
        command.payer.int.to_bytes(16, "big"), command.payee.int.to_bytes(16, "big") + b"".join(rest),
    ])  # fmt: skip
