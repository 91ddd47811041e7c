"""Any command, effect or entry: values of the right types, sensible or not. Derived from the classes themselves."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ledger.core.accounts import Transfer
from ledger.core.commands import COMMANDS, Command
from ledger.core.journal import EFFECTS, Effect, Entry

KINDS = sorted(COMMANDS.values(), key=lambda kind: kind.name)

numbers = st.one_of(st.integers(-1_000, 1_000), st.integers(-(2**70), 2**70))


def commands() -> st.SearchStrategy[Command]:
    """Any command of any kind."""
    return st.sampled_from(KINDS).flatmap(of)


def effects() -> st.SearchStrategy[Effect]:
    """Any effect of any kind."""
    return st.sampled_from(sorted(EFFECTS.values(), key=lambda kind: kind.__name__)).flatmap(of)


def of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a class."""
    return st.from_type(kind)


transfers = st.builds(Transfer, numbers, numbers, numbers, numbers, numbers)

entries = st.builds(
    Entry, numbers, numbers, st.binary(min_size=16, max_size=16), commands(),
    st.lists(transfers, max_size=3).map(tuple), st.lists(effects(), max_size=3).map(tuple),
)  # fmt: skip
