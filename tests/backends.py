"""A ledger on a database behind the same door as the pure core, and what the two must agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter

from ledger.core.accounts import Account, Books
from ledger.core.commands import Command
from ledger.core.errors import LedgerError, Rejected
from ledger.core.journal import Receipt, encode
from ledger.service import Ledger, open_ledger
from tests.choices import Choices, Pick
from tests.scenario import Outcome, Pure, Scene
from tests.world import START, check_books

FIELDS = [field.name for field in fields(Account)]


class Stored:
    """An open ledger with the test's own clock, and salts of zeros so that its bytes are those of the pure core."""

    def __init__(self, url: str) -> None:
        self.now = START
        self.ledger: Ledger = open_ledger(url, clock=lambda: self.now, salts=bytes)
        self.scenes = 0

    def scene(self) -> Scene:
        """A community of its own in this database, already set up."""
        self.scenes += 1
        scene = Scene(self.scenes)
        for outcome in self.submit_many(list(scene.setup()), START):
            assert not outcome.refused, outcome
        return scene

    def submit(self, command: Command, clock: int) -> Outcome:
        """One command at a moment."""
        return self.submit_many([command], clock)[0]

    def submit_many(self, commands: Sequence[Command], clock: int) -> list[Outcome]:
        """Some commands in one transaction, all at one moment."""
        self.now = clock
        return [_outcome(answer) for answer in self.ledger.submit_many(commands)]


def _outcome(answer: Receipt | LedgerError) -> Outcome:
    if isinstance(answer, Rejected):
        return Outcome(answer)
    assert isinstance(answer, Receipt), repr(answer)
    return Outcome(None, answer.seq, answer.ts, answer.transfers, answer.replayed)


def check_same_books(stored: Stored, pure: Pure) -> None:
    """Every body and every account on the database is that of the pure core."""
    community = pure.books.community
    reader = stored.ledger.reader
    bodies = [row.body for row in reader.entries(community, after=0, limit=100_000)]
    assert bodies == [encode(entry) for entry in pure.entries]
    for account in pure.books.by_no.values():
        kept = reader.account(community, account.uid)
        assert kept is not None
        assert {name: getattr(kept, name) for name in FIELDS} == {name: getattr(account, name) for name in FIELDS}


class Lockstep:
    """The engine and the second ledger side by side: every answer compared, every invariant asked after it."""

    def __init__(self, pick: Pick, stored: Stored | None = None) -> None:
        self.scene = Scene() if stored is None else stored.scene()
        self.stored = stored
        self.pure = Pure(self.scene)
        self.model = self.scene.second(self.pure.books)
        self.choices = Choices(pick, self.scene, self.model)
        self.now = START + 1_000
        self.heard: Counter[tuple[str, str]] = Counter()
        """How often each kind got each answer: "" or a code."""

    def step(self, kind: str = "") -> None:
        """One command, of a kind if one is given."""
        books = self.pure.books
        self.now += self.choices.tick()
        command = self.choices.command(kind)
        before, limits = _image(books), _limits(books)
        outcome = self.pure.submit(command, self.now)
        said = self.scene.answer(outcome, books)
        assert said == self.model.submit(command, self.now), command
        if outcome.refused or outcome.replayed:
            assert _image(books) == before, f"an answer without an entry changed the books: {command}"
        self._expect_balances()
        check_books(books)
        if outcome.transfers and command.name != "write_off" and not getattr(command, "force", False):
            _expect_no_new_breach(limits, books)
        if self.stored is not None:
            again = self.stored.submit(command, self.now)
            assert (again.refused, again[1:]) == (outcome.refused, outcome[1:]), command
        self.heard[command.name, outcome.refused.code.value if outcome.refused else ""] += 1

    def _expect_balances(self) -> None:
        for account in self.pure.books.by_no.values():
            a = self.model.accounts[account.uid]
            totals = (account.debits_posted, account.debits_held, account.credits_posted, account.credits_held)
            assert totals == (a["out"], a["held out"], a["in"], a["held in"])
            assert (account.floor, account.ceiling, account.state.value) == (a["floor"], a["ceiling"], a["state"])


_terms = attrgetter(*FIELDS)


def _image(books: Books) -> tuple[object, ...]:
    """Everything in the books that can change."""
    return (
        books.seq, books.ts, books.sealed_through, books.accounts_opened, len(books.policies), set(books.claims),
        [_terms(account) for account in books.by_no.values()],
        {uid: hold.resolved for uid, hold in books.holds.items()},
        {uid: (entry.reversed, entry.refunded, entry.refunds) for uid, entry in books.entries.items()},
        {no: tuple(lots) for no, lots in books.credits.items()},
    )  # fmt: skip


def _limits(books: Books) -> dict[int, tuple[int | None, int | None]]:
    return {no: (account.available, account.room) for no, account in books.by_no.items()}


def _expect_no_new_breach(before: dict[int, tuple[int | None, int | None]], books: Books) -> None:
    """Nobody is newly beyond a limit, or further beyond it than before."""
    for no, now in _limits(books).items():
        account = books.by_no[no]
        if account.touched_seq != books.seq or not account.version:
            continue
        for was, value in zip(before[no], now, strict=True):
            assert value is None or was is None or value >= min(0, was), (no, was, value)
