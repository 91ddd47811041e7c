"""No address of the API holds one connection to the database while it takes another."""

from __future__ import annotations

import pytest

from tests.integration.connections import watched
from tests.integration.isolation_samples import SAMPLES
from tests.integration.test_isolation import Two, two

__all__ = ["two"]


@pytest.mark.parametrize("address", sorted(SAMPLES))
def test_an_answer_takes_one_connection_at_a_time(two: Two, address: str) -> None:
    use = two.town.use
    use.facts.__init__(use.ledger.reader)  # type: ignore[misc]  # as after a start
    with watched(use.ledger.database.read) as found:
        two.ask(two.token(SAMPLES[address].by, two.town.riv), address, two.town.riv)
    assert found == []
