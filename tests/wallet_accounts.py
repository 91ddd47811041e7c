"""Accounts and statements of a test's world as the HTTP contract presents them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ledger.core import journal
from ledger.core.accounts import Account
from tests.world import World


def moment(ns: int) -> str:
    """RFC 3339 with microseconds."""
    return (
        datetime.fromtimestamp(ns // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ns % 10**9 // 1000:06d}Z"
    )


def code(world: World, held: Account) -> str:
    """The currency of an account."""
    return next(u.code for u in world.books.currencies.values() if u.no == held.currency)


def present(world: World, account: UUID) -> dict[str, Any]:
    """One account."""
    held = world.books.accounts[account]
    unit = world.books.currencies[code(world, held)]
    return {
        "id": str(account), "currency": unit.code, "scale": unit.scale, "kind": held.kind.value,
        "form": held.form.value, "posted": held.balance, "held": held.debits_held, "available": held.available,
        "line": None if held.floor is None else -held.floor, "ceiling": held.ceiling, "state": held.state.value,
    }  # fmt: skip


def statement(world: World, account: UUID) -> list[dict[str, Any]]:
    """Every line of an account, newest first, without names and memos."""
    held = world.books.accounts[account]
    balance, lines = 0, []
    for entry in world.log:
        for t in entry.transfers:
            if held.no not in (t.debit, t.credit):
                continue
            amount = t.posted if t.credit == held.no else -t.posted
            balance += amount
            other = world.books.by_no[t.debit if t.credit == held.no else t.credit].uid
            lines.append({
                "seq": entry.seq, "at": moment(entry.ts), "id": str(entry.command.id), "command": entry.command.name,
                "reason": journal.Reason(t.reason).name.lower(), "amount": amount, "held": 0, "balance": balance,
                "counterparty": {"account": str(other)},
            })  # fmt: skip
    return lines[::-1]
