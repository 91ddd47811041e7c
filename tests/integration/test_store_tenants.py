"""Two communities in one database, with accounts of the same ids and numbers: neither shows in an answer about the other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from ledger.core import commands as c
from ledger.core.errors import Code, Rejected
from ledger.service import Ledger
from ledger.store import schema
from ledger.store.memos import forget_memos
from ledger.store.reader import Reader
from tests.integration.scene import Clock, Scene, fixed_id, opened, play


def everything(reader: Reader, community: UUID) -> list[Any]:
    """What the reader can say of a community."""
    size = reader.head(community).seq
    seqs = range(1, size + 1)
    answers: list[Any] = [
        reader.head(community), reader.currencies(community), reader.supply(community), reader.public_key(community),
        reader.entries(community, 0, 1_000), reader.checkpoints(community), reader.latest_checkpoint(community),
        reader.leaves(community, 0, size), reader.nodes(community, 8, 0, size >> 8), reader.memos(community, seqs),
        reader.consistency(community, 17, size), reader.numbered(community, range(1, 100)),
        [reader.policies(community, unit.code) for unit in reader.currencies(community)],
        [reader.inclusion(community, seq, size) for seq in (1, 100, size)],
        [(reader.links(community, seq), reader.memo(community, seq)) for seq in seqs],
    ]  # fmt: skip
    accounts = reader.accounts(community, limit=1_000)
    for held in accounts:
        answers += [
            held, reader.account(community, held.uid), reader.statement(community, held.uid, limit=1_000),
            reader.version_before(community, held.uid, size // 2), reader.open_holds(community, held.uid),
        ]  # fmt: skip
    return answers


def ids(ledger: Ledger, scene: Scene, column: Any) -> list[UUID]:
    """The ids of a table's rows that belong to a scene's community."""
    own = schema.community.c.community_id == column.table.c.community_id
    query = select(column).join(schema.community, own).where(schema.community.c.uid == scene.community)
    with ledger.reader.connected() as connection:
        return list(connection.execute(query).scalars())


def test_another_community_changes_no_answer(engine_url: str) -> None:
    clock = Clock()
    with opened(engine_url, clock) as ledger:
        first = play(ledger, clock, "RIV")
        before = everything(ledger.reader, first.community)
        second = play(ledger, clock, "BAK")
        assert everything(ledger.reader, first.community) == before
        assert everything(ledger.reader, second.community) != before


def test_what_belongs_to_another_community_is_not_found(engine_url: str) -> None:
    clock = Clock()
    with opened(engine_url, clock) as ledger:
        first, second = (play(ledger, clock, code, payments=1) for code in ("RIV", "BAK"))
    with opened(engine_url, clock) as ledger:  # with no books in memory
        theirs = ids(ledger, second, schema.hold.c.id)
        assert len(theirs) == 5
        for hold in theirs:
            with pytest.raises(Rejected) as unknown:
                ledger.reader.hold(first.community, hold)
            assert unknown.value.code is Code.HOLD_NOT_FOUND
        first.ledger = ledger
        entries = ids(ledger, second, schema.entry.c.command_id)
        asked = [first.command(c.VoidHold, hold=hold) for hold in theirs]
        asked += [first.command(c.Reverse, entry=entry) for entry in entries]
        answers = ledger.submit_many(asked)
        codes = {answer.code for answer in answers if isinstance(answer, Rejected)}
        assert len(answers) == len(asked) and codes == {Code.HOLD_NOT_FOUND, Code.ENTRY_NOT_FOUND}
        for entry in entries:
            with pytest.raises(Rejected):
                ledger.reader.entry(first.community, entry)


def test_who_is_forgotten_here_is_remembered_there(engine_url: str) -> None:
    clock = Clock()
    with opened(engine_url, clock) as ledger:
        first, second = (play(ledger, clock, code, payments=1) for code in ("RIV", "BAK"))
        kept = ledger.reader.memos(second.community, range(1, 100))
        assert kept == ledger.reader.memos(first.community, range(1, 100)) != {}
        gone = ledger.work(lambda connection: forget_memos(connection, first.community, fixed_id("firm0")))
        assert gone == len(kept)
        assert ledger.reader.memos(first.community, range(1, 100)) == {}
        assert ledger.reader.memos(second.community, range(1, 100)) == kept
