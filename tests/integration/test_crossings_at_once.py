"""Two servers let payments through to another community at one moment: the convention's limit holds for both."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_crossings import Two, two
from tests.integration.town import MASTER

__all__ = ["two"]

HERE = Path(__file__).parents[2]
ONE_OF_TWO = """
import sys
from uuid import UUID
from api.association.service import Association
from api.identity.errors import Refused
from api.identity.records import Records
from api.identity.service import Identity
from ledger.core.commands import PlaceHold
from ledger.core.errors import Unavailable
from ledger.service import new_id, open_ledger

url, key, clock = sys.argv[1], bytes.fromhex(sys.argv[2]), lambda: int(sys.argv[3])
riv, link, payer, maker = map(UUID, sys.argv[4:])
with open_ledger(url, clock=clock, master_key=key) as ledger:
    identity = Identity(ledger, master_key=key, clock=clock, recheck=0)
    life = Association(ledger, identity, Records(ledger.database, clock), migrate=False)
    convention = life.links.get(riv, link)
    print("ready", flush=True)
    sys.stdin.readline()
    done = 0
    for _ in range(20):
        hold = PlaceHold(id=new_id(), actor=payer, community=riv, payer=payer, payee=convention.account, amount=400, currency="RIV")
        try:
            done += life.crossings.pay(convention, hold, maker).state == "done"
        except (Refused, Unavailable):
            continue
    print(done, flush=True)
"""


@pytest.mark.parametrize("engine_url", ["postgresql"], indirect=True)
def test_two_servers_do_not_pass_the_limit_together(two: Two) -> None:
    """Twelve payments of 4.00 fit under 50.00; two processes try forty."""
    url = two.ledger.database.write.url.render_as_string(hide_password=False)
    given = (url, MASTER.hex(), str(two.clock.now), two.riv, two.riv_link.id, two.payer, two.maker)
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen([sys.executable, "-c", ONE_OF_TWO, *map(str, given)], cwd=HERE, **pipes) for _ in range(2)]
    for each in processes:
        assert each.stdout is not None and each.stdout.readline() == "ready\n"
    for each in processes:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    done = [int(each.communicate(timeout=60)[0]) for each in processes]
    use = two.life.links.use(two.riv_link)
    assert use.owed == 400 * sum(done) <= use.accepted == 5_000
    assert sum(done) >= 6, "and what fits is let through"
