"""The engine against a second ledger (tests/model.py): every answer compared, whatever is asked (ledger-engine.md 5.10)."""

from __future__ import annotations

import random
from collections import Counter
from functools import partial
from typing import Any, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from ledger.core import checks, holds, payments
from ledger.core.accounts import Account
from ledger.core.draft import Draft
from ledger.core.errors import Code
from tests.backends import Lockstep, Stored, check_same_books
from tests.choices import KINDS

LONG = settings().max_examples > 100


class Machine(RuleBasedStateMachine):
    """Rules by family, so that what Hypothesis leaves of a failure is short."""

    def __init__(self, stored: Stored | None = None) -> None:
        super().__init__()
        self._data: st.DataObject
        self.both = Lockstep(lambda options: self._data.draw(st.sampled_from(options)), stored)
        self.stored = stored

    def ask(self, data: st.DataObject, *kinds: str) -> None:
        self._data = data
        self.both.step(data.draw(st.sampled_from(kinds)))

    @rule(data=st.data())
    def pays(self, data: st.DataObject) -> None:
        self.ask(data, "pay", "pay", "pay_batch", "charge_fee", "exchange_form")

    @rule(data=st.data())
    def supplies(self, data: st.DataObject) -> None:
        self.ask(data, "issue", "redeem", "grant", "expire_purse", "move_reserve")

    @rule(data=st.data())
    def corrects(self, data: st.DataObject) -> None:
        self.ask(data, "refund", "reverse")

    @rule(data=st.data())
    def sets_aside(self, data: st.DataObject) -> None:
        self.ask(data, "place_hold", "place_hold", "capture_hold", "void_hold", "expire_hold")

    @rule(data=st.data())
    def changes_terms(self, data: st.DataObject) -> None:
        self.ask(data, "set_line", "set_ceiling", "freeze_account", "add_key", "revoke_key")

    @rule(data=st.data())
    def ends(self, data: st.DataObject) -> None:
        self.ask(data, "leave", "forfeit", "settle_debt", "write_off", "close_account")

    def teardown(self) -> None:
        if self.stored is not None:
            check_same_books(self.stored, self.both.pure)


def test_the_pure_core_and_the_second_ledger_agree() -> None:
    run_state_machine_as_test(Machine, settings=settings(stateful_step_count=60 if LONG else 40))
    assert set(KINDS) >= {"pay", "write_off"}


def test_a_database_and_the_second_ledger_agree(engine_url: str) -> None:
    stored = Stored(engine_url)
    examples = settings(max_examples=100 if LONG else 5, stateful_step_count=50 if LONG else 25)
    with stored.ledger:
        run_state_machine_as_test(cast(Any, partial(Machine, stored)), settings=examples)
    assert stored.scenes >= 5


# --- the generator is audited too ---

BEYOND = {
    Code.COMMUNITY_NOT_FOUND, Code.BATCH_TOO_LARGE, Code.TIME_IN_FUTURE, Code.TIME_IN_PAST, Code.PROGRAMME_NOT_FOUND,
    Code.NOT_ALLOWED, Code.PERIOD_SEALED, Code.ALREADY_CHARGED, Code.ACCEPTANCE_TOO_LOW, Code.TOTAL_TOO_LARGE,
}  # fmt: skip
"""What the second ledger does not know; the tables of the unit tests have them."""


def seeded(seed: int, steps: int) -> Counter[tuple[str, str]]:
    """A run that a seed reproduces; what was heard."""
    both = Lockstep(random.Random(seed).choice)
    for _ in range(steps):
        both.step()
    return both.heard


def test_every_kind_succeeds_and_every_code_is_heard() -> None:
    heard: Counter[tuple[str, str]] = Counter()
    for seed in range(20):
        heard += seeded(seed, 300)
    done = Counter({kind: n for (kind, code), n in heard.items() if not code})
    assert {kind for kind in KINDS if done[kind] < 3} == set()
    said: Counter[str] = Counter()
    for (_, code), n in heard.items():
        said[code] += n
    assert {code for code in set(Code) - BEYOND if not said[code]} == set()
    assert sum(done.values()) * 6 > heard.total(), "too few commands succeed to reach deep states"


# --- the comparison has teeth ---

TEETH: list[tuple[Any, str, Any]] = [
    (Draft, "_may_fall", lambda *_: None),
    (Draft, "_may_rise", lambda *_: None),
    (Draft, "_guaranteed", lambda *_: None),
    (Account, "balance", property(lambda a: a.credits_posted - a.debits_posted - a.debits_held)),
    (payments, "share", lambda amount, rate: amount * rate // 10_000),
    (payments, "_purse_opens", lambda *_: None),
    (payments, "_purse_in_time", lambda *_: None),
    (payments, "charge_payee", lambda *_: None),
    (holds, "_still_open", lambda *_: None),
    (checks, "signed", lambda *_: None),
]


@pytest.mark.parametrize(("place", "name", "wrong"), TEETH, ids=[name for _, name, _ in TEETH])
def test_a_broken_rule_is_found(place: Any, name: str, wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, name, wrong)
    with pytest.raises(AssertionError):
        for seed in range(20):
            seeded(seed, 300)
