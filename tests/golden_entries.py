"""One entry of each kind, with every field set, as it is written for ever: tests/golden/entries/*.hex.

`python -m tests.golden_entries` writes the files that are missing and touches no other. Bytes once released stay
readable: when a command gains a field, its file moves to tests/golden/entries/older and a new one is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ledger.core.accounts import AccountKind, AccountState, Form, Model, Transfer
from ledger.core.commands import COMMANDS, Payee, Signature
from ledger.core.journal import (
    AccountOpened,
    AccountSet,
    Claimed,
    CurrencyDefined,
    Effect,
    Entry,
    Founded,
    HoldPlaced,
    HoldResolved,
    KeyAdded,
    KeyRevoked,
    PeriodSealed,
    PolicySet,
    Reason,
    Refunded,
    Reversed,
    SigningKeyChanged,
    encode,
)
from ledger.core.policy import Policy, Programme, Sphere
from tests.world import COMMUNITY, START, uid

FOLDER = Path(__file__).parent / "golden" / "entries"
KEY, HASH = bytes(range(32)), bytes(range(32, 64))
SIGNATURE = Signature(KEY, bytes(range(64)))
PAIR: dict[str, Any] = {"payer": uid("payer"), "payee": uid("payee"), "amount": 1_250}
ACCOUNT: dict[str, Any] = {"account": uid("account")}
APPROVED: dict[str, Any] = {"approver": uid("treasurer")}
POLICY = Policy(
    default_line=1, default_ceiling=2, line_cap=3, reversal_window_days=4, four_eyes_over=5, payment_fee_bp=6,
    fee_reserve_bp=7, line_turnover_bp=8, line_hard_cap_bp=9, line_cap_months=10, line_min_age_years=11,
    acceptance_min_bp=12, acceptance_cap=13, hoarding_multiple=14, spend_down_days=15, commission_bp=16,
    commission_gift_bp=15, step=17, spheres=True, not_credited=("board meeting",), demurrage_bp_year=18,
    demurrage_free_days=19, demurrage_exempt=("association",), merchants_respend=True,
    programmes=(
        Programme(code="books", budget=70_00, sectors=("47.61Z",), starts_at=START, ends_at=START + 1, single_use=8_00),
    ),
)  # fmt: skip

FIELDS: dict[str, dict[str, Any]] = {
    "found": {"code": "TEST", "public_key": KEY},
    "define_currency": {"code": "RIV", "scale": 2, "model": Model.BACKED, "policy": POLICY},
    "change_policy": {"currency": "RIV", "policy": Policy(), "since": START, "resolution": "AG 2026, n° 4 — 👩‍🌾", **APPROVED},
    "seal_period": {"through": START},
    "open_account": {
        **ACCOUNT, "currency": "RIV", "kind": AccountKind.PURSE, "form": Form.PAPER, "line": 0, "ceiling": 2**53 - 1,
        "programme": "books", "sectors": ("47.61Z", "93.12Z"), "acceptance_bp": 300, "keys": (KEY, HASH),
    },
    "set_line": {**ACCOUNT, "line": 5_000},
    "set_ceiling": {**ACCOUNT, "ceiling": None},
    "set_terms": {**ACCOUNT, "sectors": ("43.21A",), "acceptance_bp": 10_000},
    "freeze_account": {**ACCOUNT, "debits": True, "credits": False},
    "close_account": ACCOUNT,
    "add_key": {**ACCOUNT, "key": KEY, "signature": SIGNATURE},
    "revoke_key": {**ACCOUNT, "key": KEY},
    "pay": {
        **PAIR, "currency": "RIV", "deal": 4_000, "sphere": Sphere.INDIVIDUAL, "activity": "& < > | \" \\ café",
        "memo_hash": HASH, "signature": SIGNATURE,
    },
    "pay_batch": {
        "payer": uid("payer"), "currency": "RIV", "payees": (Payee(uid("a"), 1), Payee(uid("b"), 2**53 - 1)),
        "signature": SIGNATURE, "sphere": Sphere.COLLECTIVE, "activity": "e\u0301",
    },
    "refund": {"payment": uid("payment"), "amount": 24, "signature": SIGNATURE},
    "reverse": {"entry": uid("payment"), "force": True, **APPROVED},
    "place_hold": {
        **PAIR, "currency": "RIV", "seconds": 86_400, "activity": "x" * 64, "signature": SIGNATURE,
        "sphere": Sphere.ASSOCIATIVE,
    },
    "capture_hold": {"hold": uid("hold"), "amount": 255},
    "void_hold": {"hold": uid("hold")},
    "expire_hold": {"hold": uid("hold")},
    "issue": {**ACCOUNT, "currency": "RIV", "amount": 256, "euros": 256, **APPROVED},
    "redeem": {**ACCOUNT, "currency": "RIV", "amount": 65_535, "invoice": "2026/001", **APPROVED},
    "move_reserve": {"currency": "RIV", "form": Form.PAPER, "euros": -65_536, **APPROVED},
    "exchange_form": {**PAIR, "currency": "RIV", "signature": SIGNATURE},
    "grant": {**ACCOUNT, "amount": 23, "once": HASH},
    "expire_purse": ACCOUNT,
    "charge_fee": {**ACCOUNT, "amount": 2**32, "purpose": "dues 2026"},
    "charge_demurrage": {**ACCOUNT, "through": START},
    "leave": ACCOUNT,
    "forfeit": ACCOUNT,
    "settle_debt": {**ACCOUNT, "amount": 1},
    "write_off": {**ACCOUNT, **APPROVED},
    "import_opening": {**ACCOUNT, "balance": -(2**53 - 1), "occurred_at": 1},
    "import_payment": {**PAIR, "occurred_at": START - 1, "activity": "47.61Z"},
    "change_signing_key": {"public_key": HASH, "signature": SIGNATURE},
}  # fmt: skip

_SET = AccountSet(7, -5_000, 10**6, 3, AccountState.LEAVING, START, ("43.21A",), 300, START)
EFFECTS: dict[str, tuple[Effect, ...]] = {
    "found": (Founded("TEST", KEY),),
    "define_currency": (
        CurrencyDefined(1, "RIV", 2, Model.BACKED), PolicySet(1, START, POLICY),
        AccountOpened(1, uid("technical"), 1, AccountKind.ISSUANCE, Form.DIGITAL, None, None, "", (), 0),
    ),
    "change_policy": (PolicySet(1, START, Policy()),),
    "seal_period": (PeriodSealed(START),),
    "open_account": (
        AccountOpened(7, uid("account"), 1, AccountKind.PURSE, Form.PAPER, 0, 2**53 - 1, "books", ("47.61Z",), 300),
    ),
    "set_line": (_SET,),
    "add_key": (KeyAdded(7, KEY),),
    "revoke_key": (KeyRevoked(7, KEY),),
    "refund": (Refunded(uid("payment"), 2, 48, 1_250),),
    "reverse": (Reversed(uid("payment")),),
    "place_hold": (HoldPlaced(uid("place_hold"), 7, 8, 1, 1_250, None),),
    "capture_hold": (HoldResolved(uid("hold"), "captured"),),
    "redeem": (Claimed(HASH),),
    "change_signing_key": (SigningKeyChanged(HASH),),
}  # fmt: skip

TRANSFERS = (Transfer(7, 8, 1_250, 0, Reason.PAYMENT), Transfer(8, 9, 0, -(2**53 - 1), Reason.VOID))


def entry(name: str) -> Entry:
    """The golden entry of a command."""
    command = COMMANDS[name](id=uid(name), community=COMMUNITY, actor=uid("actor"), **FIELDS[name])
    seq = 1 + list(COMMANDS).index(name)
    return Entry(seq, START + seq, bytes(range(16)), command, TRANSFERS[: seq % 3], EFFECTS.get(name, ()))


OLDER = {"add_key": ("signature",), "open_account": ("keys",), "refund": ("signature",)}
"""The fields that the files in `older` do not know yet."""


def path(name: str) -> Path:
    """Where its bytes are kept."""
    return FOLDER / f"{name}.hex"


def write() -> list[str]:
    """Write the files that are missing; their names."""
    missing = [name for name in COMMANDS if not path(name).exists()]
    for name in missing:
        text = encode(entry(name)).hex()
        path(name).write_text("\n".join(text[at : at + 96] for at in range(0, len(text), 96)) + "\n")
    return missing


if __name__ == "__main__":
    write()
