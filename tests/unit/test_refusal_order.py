"""The order of refusals is the order of `Code`: a command that breaks every rule hears them one by one as it is mended."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields

import pytest

from ledger.core.commands import COMMANDS
from ledger.core.errors import Code, Rejected
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


def heard(walk: Walk) -> list[Code]:
    """Send the command, mend what was refused, until it is accepted; the codes in the order they came."""
    codes: list[Code] = []
    while len(codes) < len(Code):
        before = repr(walk.world.books)
        try:
            walk.world.submit(walk.world.command(walk.kind, **walk.values))
        except Rejected as refused:
            assert repr(walk.world.books) == before, "a refusal changed the books"
            assert re.split(r"[.\[]", refused.field)[0] in FIELDS[walk.kind], f"{refused!r} names no field of it"
            assert refused.code in walk.mends, f"{refused!r} was not expected after {codes}"
            codes.append(refused.code)
            walk.mends[refused.code]()
        else:
            return codes
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
