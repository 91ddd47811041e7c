"""A change of an account that says what its caller saw is made only where that is still so, whoever else writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ledger.core import commands as c
from ledger.core.accounts import AccountKind
from ledger.core.errors import Changed, Code, Rejected
from ledger.service import Ledger, new_id, open_ledger
from tests.integration.town import MASTER, Town, open_town

HERE = Path(__file__).parents[2]
TURNS = 40
RAISES_THE_LINE = """
import sys
from uuid import UUID
from ledger.core.commands import SetLine
from ledger.core.errors import Changed
from ledger.service import new_id, open_ledger

url, key, turns = sys.argv[1], bytes.fromhex(sys.argv[2]), int(sys.argv[3])
community, account = map(UUID, sys.argv[4:])
with open_ledger(url, master_key=key, migrate=False) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    done = late = 0
    while done + late < turns:
        now = ledger.reader.account(community, account)
        more = SetLine(id=new_id(), community=community, actor=UUID(int=7), account=account, line=1 - now.floor)
        try:
            ledger.submit(more, seen=now.touched_seq)
            done += 1
        except Changed:
            late += 1
    print(done, late, flush=True)
"""


def line(account: Any, of: Town, more: int = 1) -> c.SetLine:
    """A command that raises a line."""
    return c.SetLine(
        id=new_id(), community=of.community, actor=new_id(), account=account.uid, line=more - (account.floor or 0)
    )


def opened(town: Town) -> Any:
    """An account as it is read."""
    uid = new_id()
    town.do(c.OpenAccount, account=uid, currency="RIV", kind=AccountKind.PERSON)
    return town.ledger.reader.account(town.community, uid)


def test_what_was_changed_meanwhile_is_refused_and_its_id_stays_free(engine_url: str) -> None:
    with open_town(engine_url) as town:
        seen = opened(town)
        first, second = line(seen, town), line(seen, town)
        receipt = town.ledger.submit(first, seen=seen.touched_seq)
        with pytest.raises(Changed, match="read it again"):
            town.ledger.submit(second, seen=seen.touched_seq)
        again = town.ledger.submit(first, seen=seen.touched_seq)
        assert again.replayed and again.seq == receipt.seq, "a retry is not hindered by what it changed itself"
        assert town.ledger.submit(second, seen=receipt.seq).seq == receipt.seq + 1
        unknown = c.SetLine(id=new_id(), community=town.community, actor=new_id(), account=new_id(), line=1)
        with pytest.raises(Rejected) as refused:
            town.ledger.submit(unknown, seen=1)
        assert refused.value.code is Code.ACCOUNT_NOT_FOUND


def test_so_it_is_with_a_writer_apart(engine_url: str) -> None:
    with open_town(engine_url) as town:
        seen = opened(town)
    with open_ledger(engine_url, master_key=MASTER, writer_apart=True) as ledger:
        done = ledger.submit(line(seen, town), seen=seen.touched_seq)
        with pytest.raises(Changed):
            ledger.submit(line(seen, town), seen=seen.touched_seq)
        assert account_of(ledger, town, seen).touched_seq == done.seq


def account_of(ledger: Ledger, town: Town, seen: Any) -> Any:
    """The account as it is now."""
    return ledger.reader.account(town.community, seen.uid)


@pytest.mark.parametrize("engine_url", ["postgresql"], indirect=True)
def test_of_two_servers_neither_writes_over_the_other(engine_url: str) -> None:
    """Each reads a line and raises it by one, many times: every raise that was let through counts."""
    with open_town(engine_url) as town:
        seen = opened(town)
        url = town.ledger.database.write.url.render_as_string(hide_password=False)
        given = (url, MASTER.hex(), TURNS, town.community, seen.uid)
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        processes = [
            subprocess.Popen([sys.executable, "-c", RAISES_THE_LINE, *map(str, given)], cwd=HERE, **pipes)
            for _ in range(2)
        ]
        for each in processes:
            assert each.stdout is not None and each.stdout.readline() == "ready\n"
        for each in processes:
            assert each.stdin is not None
            each.stdin.write("\n")
            each.stdin.flush()
        told = [tuple(map(int, each.communicate(timeout=60)[0].split())) for each in processes]
        raised = -(account_of(town.ledger, town, seen).floor - seen.floor)
    done, late = (sum(each[n] for each in told) for n in (0, 1))
    assert raised == done, "a lost one would be missing"
    assert late > 0, "they met"
