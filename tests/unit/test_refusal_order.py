"""The order of refusals is the order of `Code`: a command that breaks every rule hears them one by one as it is mended."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields

import pytest

from ledger.core.accounts import Books
from ledger.core.commands import COMMANDS, Command
from ledger.core.decide import decide
from ledger.core.errors import Code, Rejected
from ledger.core.journal import Decision
from tests.scenario import seen_by
from tests.walks import Walk
from tests.walks_accounts import ACCOUNTS
from tests.walks_history import HISTORY
from tests.walks_payments import PAYMENTS
from tests.walks_supply import SUPPLY

WALKS = [*ACCOUNTS, *PAYMENTS, *SUPPLY, *HISTORY]
RANK = {code: rank for rank, code in enumerate(Code)}
FIELDS = {kind: {"", *(field.name for field in fields(kind))} for kind in COMMANDS.values()}
ELSEWHERE = {Code.ID_REUSED, Code.NOT_ALLOWED}
"""Said by the store and by the API, which see what the core does not."""


def answer(command: Command, books: Books, now: int) -> Decision | Rejected:
    """What the core says; nothing is applied."""
    try:
        return decide(command, books, now)
    except Rejected as refused:
        return refused


def heard(walk: Walk) -> list[Code]:
    """Send the command, mend what was refused, until it is accepted; the codes in the order they came."""
    codes: list[Code] = []
    while len(codes) < len(Code):
        books, now = walk.world.books, walk.world.now
        before = repr(books)
        command = walk.world.command(walk.kind, **walk.values)
        said = answer(command, books, now)
        assert repr(books) == before, "deciding changed the books"
        assert repr(answer(command, seen_by(books, command), now)) == repr(said), "decided otherwise with its footprint"
        if not isinstance(said, Rejected):
            walk.world.submit(command)
            return codes
        assert re.split(r"[.\[]", said.field)[0] in FIELDS[walk.kind], f"{said!r} names no field of it"
        assert said.code in walk.mends, f"{said!r} was not expected after {codes}"
        codes.append(said.code)
        walk.mends[said.code]()
    raise AssertionError(f"never accepted: {codes}")


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_each_mend_uncovers_a_later_refusal(walk: Callable[[], Walk]) -> None:
    made = walk()
    codes = heard(made)
    ranks = [RANK[code] for code in codes]
    assert ranks == sorted(set(ranks)), f"not in the order of Code: {[code.value for code in codes]}"
    assert set(codes) == set(made.mends), "a rule that the walk breaks was not refused"


def test_every_command_is_walked() -> None:
    assert {walk().kind for walk in WALKS} == set(COMMANDS.values())


def test_no_code_is_dead() -> None:
    said = {code for walk in WALKS for code in heard(walk())}
    assert set(Code) - said == ELSEWHERE
