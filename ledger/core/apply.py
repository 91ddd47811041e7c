"""apply(): carry an entry out on the books. No rule is asked here: replay, the store's cache and the tests use it alike."""

from __future__ import annotations

from bisect import insort

from ledger.core.accounts import Account, Books, Currency, Hold, Lot, Past, PolicyVersion
from ledger.core.commands import Command
from ledger.core.journal import (
    AccountOpened,
    AccountSet,
    Claimed,
    CurrencyDefined,
    Decision,
    Effect,
    Founded,
    HoldPlaced,
    HoldResolved,
    KeyAdded,
    KeyRevoked,
    PeriodSealed,
    PolicySet,
    Refunded,
    Reversed,
    SigningKeyChanged,
)


def apply(books: Books, seq: int, ts: int, command: Command, decision: Decision) -> None:
    """Change the books as the entry `seq` at `ts` (ns) says. Raises KeyError when an account is missing from them."""
    transfers, effects = decision
    for effect in effects:
        _effect(books, seq, effect)
    by_no = books.by_no
    for debit_no, credit_no, posted, held, _ in transfers:
        debit, credit = by_no[debit_no], by_no[credit_no]
        debit.debits_posted += posted
        debit.debits_held += held
        debit.version += 1
        debit.touched_seq = seq
        credit.credits_posted += posted
        credit.credits_held += held
        credit.version += 1
        credit.touched_seq = seq
        if posted and (books.track_credits or credit_no in books.credits):
            books.credits.setdefault(credit_no, []).append(Lot(posted, ts))
    books.entries[command.id] = Past(command.id, seq, ts, command.name, command.actor, transfers)
    books.seq = seq
    books.ts = ts


def _effect(books: Books, seq: int, effect: Effect) -> None:
    match effect:
        case HoldPlaced(id, debit, credit, currency, amount, expires_at):
            books.holds[id] = Hold(id, seq, currency, debit, credit, amount, expires_at)
        case HoldResolved(id, outcome):
            books.holds[id].resolved = outcome
        case AccountOpened():
            _open(books, seq, effect)
        case AccountSet(no=no):
            held = books.by_no[no]
            for name in AccountSet.__dataclass_fields__:
                setattr(held, name, getattr(effect, name))
            held.touched_seq = seq
        case KeyAdded(no, key):
            held = books.by_no[no]
            held.keys = (*held.keys, key)
            held.signed_only = True
            held.touched_seq = seq
        case KeyRevoked(no, key):
            held = books.by_no[no]
            held.keys = tuple(k for k in held.keys if k != key)
            held.touched_seq = seq
        case Reversed(entry):
            books.entries[entry].reversed = True
        case Refunded(entry, ordinal, total, _):
            past = books.entries[entry]
            past.refunds, past.refunded = ordinal, total
        case Claimed(claim):
            books.claims.add(claim)
        case CurrencyDefined(no, code, scale, model):
            books.currencies[code] = Currency(no, code, scale, model)
        case PolicySet(currency, since, policy):
            insort(
                books.policies.setdefault(currency, []), PolicyVersion(since, seq, policy),
                key=lambda version: (version.since, version.seq),
            )  # fmt: skip
        case PeriodSealed(through):
            books.sealed_through = through
        case Founded(_, key):
            books.founded = True
            books.signing_keys = (key,)
        case SigningKeyChanged(key):
            books.signing_keys = (*books.signing_keys, key)


def _open(books: Books, seq: int, opened: AccountOpened) -> None:
    account = Account(
        no=opened.no, uid=opened.uid, currency=opened.currency, kind=opened.kind, form=opened.form,
        floor=opened.floor, ceiling=opened.ceiling, programme=opened.programme, sectors=opened.sectors,
        acceptance_bp=opened.acceptance_bp, opened_seq=seq, touched_seq=seq,
    )  # fmt: skip
    books.accounts[opened.uid] = account
    books.by_no[opened.no] = account
    books.accounts_opened = opened.no
