"""What the ledger answers, as the API shows it: ids for numbers, codes for currencies, moments as RFC 3339."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from api.facts import Named
from api.identity.approvals import Proposal
from api.schemas.common import moment, moment_or_none
from api.schemas.derived import present
from api.submitting import Outcome
from ledger.core.accounts import Account, Currency, Freeze, Hold, Transfer
from ledger.core.commands import Pay
from ledger.core.journal import EFFECTS, Effect, Entry, Reason
from ledger.store.views import EntryView

Json = dict[str, Any]

FEES = (Reason.FEE, Reason.FEE_RESERVE)
_TAGS = {kind: tag for tag, kind in EFFECTS.items()}


def written(outcome: Outcome) -> Json:
    """What every answer to a command has. Ids are written by the serializer, which is quicker at it."""
    command = outcome.command
    said: Json = {
        "id": command.id, "community": command.community, "seq": outcome.seq,
        "at": moment_or_none(outcome.ts), "command": command.name, "replayed": outcome.replayed,
    }  # fmt: skip
    if outcome.dry:
        said["dry_run"] = True
    else:
        said["links"] = {"receipt": f"/v1/receipts/{command.id}"}
    return said


def past(entry: Entry) -> Outcome:
    """What became of a command once, from its entry."""
    return Outcome(entry.command, entry.seq, entry.ts, entry.transfers)


def receipt(outcome: Outcome, pay: Pay, unit: Currency) -> Json:
    """The answer to one payment."""
    return written(outcome) | {
        "payer": pay.payer, "payee": pay.payee, "amount": pay.amount, "currency": unit.code, "scale": unit.scale,
        "fee": fee(outcome.transfers),
    }  # fmt: skip


def fee(moved: Iterable[Transfer]) -> int:
    """What was charged for the payments among these transfers."""
    return sum(t.posted for t in moved if t.reason in FEES)


def balance(held: Account, moving: Iterable[Transfer] = ()) -> Json:
    """What an account has or, `moving` counted in, would have."""
    posted, available = held.balance, held.available
    for t in moving:
        into, out = held.no == t.credit, held.no == t.debit
        posted += t.posted * (into - out)
        if available is not None:
            available += t.posted * (into - out) - t.held * out
    return {"posted": posted, "available": available}


def transfers(moved: Iterable[Transfer], named: Mapping[int, Named]) -> list[Json]:
    """Movements with the ids of their accounts."""
    return [
        {
            "debit": str(named[t.debit].uid), "credit": str(named[t.credit].uid),
            "currency": named[t.debit].currency.code, "scale": named[t.debit].currency.scale,
            "posted": t.posted, "held": t.held, "reason": reason(t.reason),
        }
        for t in moved
    ]  # fmt: skip


def reason(number: int) -> str:
    """A reason's name, as in "payment"."""
    return Reason(number).name.lower()


def frozen(bits: int) -> str:
    """ "none", "debits", "credits" or "both"."""
    return Freeze(bits).name.lower()


def account(held: Account, unit: Currency, member: UUID | None) -> Json:
    """An account with its totals and terms."""
    return {
        "id": str(held.uid), "currency": unit.code, "scale": unit.scale, "kind": held.kind.value,
        "form": held.form.value, "posted": held.balance, "held": held.debits_held, "incoming": held.credits_held,
        "available": held.available, "line": None if held.floor is None else -held.floor, "ceiling": held.ceiling,
        "state": held.state.value, "frozen": frozen(held.frozen), "programme": held.programme or None,
        "sectors": list(held.sectors), "acceptance_bp": held.acceptance_bp, "signed_only": held.signed_only,
        "version": held.version, "seq": held.touched_seq, "member": None if member is None else str(member),
    }  # fmt: skip


def hold(held: Hold, named: Mapping[int, Named], now: int) -> Json:
    """A hold and what became of it; one whose time is over reads expired, even before the sweep."""
    over = held.expires_at is not None and held.expires_at <= now
    unit = named[held.debit].currency
    return {
        "id": str(held.id), "seq": held.seq, "payer": str(named[held.debit].uid),
        "payee": str(named[held.credit].uid), "amount": held.amount, "currency": unit.code, "scale": unit.scale,
        "expires_at": moment_or_none(held.expires_at), "state": held.resolved or ("expired" if over else "open"),
    }  # fmt: skip


def entry(
    view: EntryView, decoded: Entry, named: Mapping[int, Named], own: frozenset[UUID] | None = None
) -> Json:
    """One line of the journal. With `own`, only the movements of these accounts, and no bytes (they tell the rest)."""
    moved = [t for t in decoded.transfers if own is None or own & {named[t.debit].uid, named[t.credit].uid}]
    said: Json = {
        "seq": view.seq, "id": str(view.command_id), "at": moment(view.ts),
        "effective_on": moment(view.effective_at), "command": view.command, "actor": str(view.actor),
        "transfers": transfers(moved, named),
    }  # fmt: skip
    if own is None:
        said["content"] = present(decoded.command, omit=("id", "community", "actor"))
        said["effects"] = [effect(each, named) for each in decoded.effects]
        said["body"] = b64encode(view.body).decode()
        said["leaf_hash"] = b64encode(view.leaf_hash).decode()
    return said


def effect(each: Effect, named: Mapping[int, Named]) -> Json:
    """What an entry changed besides totals; account numbers become ids."""
    said: Json = {"effect": _TAGS[type(each)]}
    for field in fields(each):
        value = getattr(each, field.name)
        about_account = field.name in ("account", "debit", "credit") or (
            field.name == "no" and hasattr(each, "frozen")
        )
        if about_account and value in named:
            said["account" if field.name == "no" else field.name] = str(named[value].uid)
        else:
            said[field.name] = present(value)
    return said


def proposal(waiting: Proposal) -> Json:
    """A command that waits for a second person."""
    return {
        "approval": {
            "id": str(waiting.id), "command": waiting.command.name, "summary": waiting.summary,
            "asked_by": str(waiting.asked_by), "state": waiting.state, "expires_at": moment(waiting.expires_at),
        }
    }  # fmt: skip
