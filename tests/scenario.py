"""A community with four currencies for the generated tests, and the pure core behind the door of a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core.accounts import MEMBER_KINDS, AccountKind, Books, Form, Model
from ledger.core.apply import apply
from ledger.core.checks import technical_uid
from ledger.core.commands import Command, DefineCurrency, Found, OpenAccount, Signature
from ledger.core.decide import decide
from ledger.core.errors import Code, Rejected
from ledger.core.footprint import footprint
from ledger.core.governance import TECHNICAL
from ledger.core.journal import Decision, Entry
from ledger.core.policy import Policy, Programme
from ledger.core.signing import signing_input
from tests.model import Second
from tests.model_book import Answer, Key, Refusal
from tests.world import DAY, START, uid

PROGRAMMES = (
    Programme(code="books", budget=200, sectors=("books",), ends_at=START + 90 * DAY),
    Programme(code="sport", budget=10**6, sectors=("sport", "books"), single_use=30, starts_at=START + 3 * DAY),
)
CURRENCIES: dict[str, tuple[Model, int, Policy]] = {
    "MUT": (Model.MUTUAL, 2, Policy(
        payment_fee_bp=700, fee_reserve_bp=1_000, line_cap=200, default_line=100, four_eyes_over=60,
        reversal_window_days=30, spend_down_days=2,
    )),
    "RIV": (Model.BACKED, 2, Policy(
        payment_fee_bp=333, fee_reserve_bp=5_000, commission_bp=500, commission_gift_bp=300, four_eyes_over=80,
        reversal_window_days=10, spend_down_days=2,
    )),
    "HOUR": (Model.TIME, 0, Policy(
        step=15, spheres=True, not_credited=("board",), default_line=60, default_ceiling=240, spend_down_days=2,
    )),
    "PASS": (Model.EARMARKED, 2, Policy(programmes=PROGRAMMES)),
}  # fmt: skip
MEMBERS: dict[str, dict[str, Any]] = {
    **{f"m{n}": {"currency": "MUT", "kind": AccountKind.BUSINESS} for n in range(4)},
    "m capped": {"currency": "MUT", "kind": AccountKind.PERSON, "ceiling": 50, "line": 10},
    "resident": {"currency": "RIV", "kind": AccountKind.PERSON},
    "shop": {"currency": "RIV", "kind": AccountKind.BUSINESS},
    "club": {"currency": "RIV", "kind": AccountKind.ASSOCIATION, "ceiling": 100},
    "town": {"currency": "RIV", "kind": AccountKind.PUBLIC},
    "notes": {"currency": "RIV", "kind": AccountKind.BUSINESS, "form": Form.PAPER},
    "more notes": {"currency": "RIV", "kind": AccountKind.PERSON, "form": Form.PAPER},
    **{f"t{n}": {"currency": "HOUR", "kind": AccountKind.PERSON} for n in range(3)},
    "book purse": {"currency": "PASS", "kind": AccountKind.PURSE, "programme": "books"},
    "sport purse": {"currency": "PASS", "kind": AccountKind.PURSE, "programme": "sport", "ceiling": 90},
    "bookshop": {"currency": "PASS", "kind": AccountKind.BUSINESS, "sectors": ("books",)},
    "stadium": {"currency": "PASS", "kind": AccountKind.ASSOCIATION, "sectors": ("sport",)},
}
KEYS = [Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2)]
PUBLIC = [key.public_key().public_bytes_raw() for key in KEYS]


class Scene:
    """The community; tests that share a database give each a number."""

    def __init__(self, number: int = 0) -> None:
        self.code = f"T{number}"
        self.community = uid(f"community {self.code}")
        self.own = {technical_uid(self.community, *key): key for key in _own_keys()}
        """The uuids of the community's own accounts, and what the second ledger calls them."""

    def setup(self) -> Iterator[Command]:
        """The commands that make the community, always the same."""
        common: dict[str, Any] = {"community": self.community, "actor": uid("founder")}
        yield Found(id=uid("setup found"), **common, code=self.code, public_key=bytes(32))
        for code, (model, scale, policy) in CURRENCIES.items():
            yield DefineCurrency(id=uid(f"setup {code}"), **common, code=code, scale=scale, model=model, policy=policy)
        for name, terms in MEMBERS.items():
            yield OpenAccount(id=uid(f"setup {name}"), **common, account=uid(name), **terms)

    def key_of(self, account: UUID) -> Key:
        """What the second ledger calls an account."""
        return self.own.get(account, account)

    def second(self, books: Books) -> Second:
        """The second ledger with the accounts that the setup opened."""
        currencies = {code: (model, policy) for code, (model, _, policy) in CURRENCIES.items()}
        model = Second({**currencies, "EUR": (Model.MIRROR, Policy())})
        codes = {unit.no: unit.code for unit in books.currencies.values()}
        for a in books.by_no.values():
            terms = {"floor": a.floor, "ceiling": a.ceiling, "programme": a.programme, "sectors": a.sectors}
            model.open(self.key_of(a.uid), codes[a.currency], a.kind, a.form, **terms)
            model.accounts[a.uid] = model.accounts[self.key_of(a.uid)]
        for command in self.setup():
            model.remember(command, START)
        return model

    def answer(self, outcome: Outcome, books: Books) -> Answer:
        """An outcome in the words of the second ledger."""
        if outcome.refused is not None:
            return Refusal(outcome.refused.code, outcome.refused.field)
        keys = {a.no: self.key_of(a.uid) for a in books.by_no.values()}
        return tuple((keys[t.debit], keys[t.credit], t.posted, t.held) for t in outcome.transfers)


@cache
def _own_keys() -> list[tuple[str, AccountKind, Form, str]]:
    keys = []
    for code, (model, _, policy) in CURRENCIES.items():
        forms = list(Form) if model is Model.BACKED else [Form.DIGITAL]
        keys += [(code, kind, form, "") for kind, _ in TECHNICAL[model] for form in forms]
        keys += [(code, AccountKind.FUNDER, Form.DIGITAL, programme.code) for programme in policy.programmes]
        if model is Model.BACKED:
            keys += [(code, AccountKind.ISSUANCE, form, "") for form in forms]
            keys += [("EUR", AccountKind.RESERVE, form, code) for form in forms]
            euros = (AccountKind.OUTSIDE, AccountKind.OPERATOR, AccountKind.COMMON_FUND)
            keys += [("EUR", kind, Form.DIGITAL, code) for kind in euros]
    return keys


def signed(command: Any, which: int) -> Any:
    """The command with a signature that holds, by one of the keys."""
    value = KEYS[which].sign(signing_input(command, PUBLIC[which]))
    return replace(command, signature=Signature(PUBLIC[which], value))


class Outcome(NamedTuple):
    """What a ledger answered: a refusal, or the entry it made or had made."""

    refused: Rejected | None
    seq: int = 0
    ts: int = 0
    transfers: tuple[Any, ...] = ()
    replayed: bool = False


def difference(command: Command, earlier: Command) -> str:
    """The first field in which two commands differ, or that they are of different kinds."""
    if type(command) is not type(earlier):
        return "command"
    return next(f.name for f in fields(command) if getattr(command, f.name) != getattr(earlier, f.name))


def seen_by(whole: Books, command: Command) -> Books:
    """The books with only what the command's footprint names, as a store would load them."""
    needed = footprint(command)
    holds = {uid: whole.holds[uid] for uid in needed.holds if uid in whole.holds}
    entries = {uid: whole.entries[uid] for uid in needed.entries if uid in whole.entries}
    numbers = {a.no for a in whole.by_no.values() if a.kind not in MEMBER_KINDS}
    numbers |= {whole.accounts[uid].no for uid in needed.accounts if uid in whole.accounts}
    numbers |= {no for hold in holds.values() for no in (hold.debit, hold.credit)}
    numbers |= {no for entry in entries.values() for t in entry.transfers for no in (t.debit, t.credit)}
    accounts = [whole.by_no[no] for no in numbers]
    lots = {a.no: whole.credits.get(a.no, []) for a in accounts if a.uid in needed.credits}
    return replace(
        whole, accounts={a.uid: a for a in accounts}, by_no={a.no: a for a in accounts}, holds=holds,
        entries=entries, claims=whole.claims & set(needed.claims), credits=lots,
    )  # fmt: skip


class Pure:
    """`decide` and `apply` with ids answered once, as the store answers them. Each decision is made twice: on the whole
    books, and on no more than the command's footprint."""

    def __init__(self, scene: Scene) -> None:
        self.books = Books(community=scene.community, track_credits=True)
        self.entries: list[Entry] = []
        self._told: dict[Any, tuple[Command, Outcome]] = {}
        for command in scene.setup():
            assert not self.submit(command, START).refused

    def submit(self, command: Command, clock: int) -> Outcome:
        """One command at a moment."""
        if command.id in self._told:
            earlier, outcome = self._told[command.id]
            if earlier == command:
                return outcome if outcome.refused else outcome._replace(replayed=True)
            return Outcome(Rejected(Code.ID_REUSED, "", "" if outcome.refused else difference(command, earlier)))
        now = max(clock, self.books.ts + 1)
        outcome = self._decided(command, now)
        self._told[command.id] = command, outcome
        return outcome

    def _decided(self, command: Command, now: int) -> Outcome:
        answers: list[Decision | Rejected] = []
        for books in (self.books, seen_by(self.books, command)):
            try:
                answers.append(decide(command, books, now))
            except Rejected as refused:
                answers.append(refused)
        decision = answers[0]
        assert repr(decision) == repr(answers[1]), f"{command} was decided otherwise with its footprint: {answers}"
        if isinstance(decision, Rejected):
            return Outcome(decision)
        entry = Entry(self.books.seq + 1, now, bytes(16), command, decision.transfers, decision.effects)
        apply(self.books, entry.seq, now, command, decision)
        self.entries.append(entry)
        return Outcome(None, entry.seq, now, decision.transfers)
