"""The service: what is checked before the queue, dry runs, founding, memos and proofs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, func, select

from ledger.core import commands as c
from ledger.core import receipts, signing
from ledger.core.checkpoint import parse_and_verify, vkey
from ledger.core.errors import Code, Rejected, Unavailable
from ledger.core.journal import Decision, Receipt
from ledger.core.merkle import verify_consistency
from ledger.service import Ledger, Memo, memo_hash, new_id, open_ledger
from ledger.store import schema
from ledger.store.committer import Limits
from ledger.store.verify import origin_of
from tests.integration.store_work import Work, begin, open_store
from tests.integration.test_committer import entries, pay, submit

PHONE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PHONE_KEY = PHONE.public_key().public_bytes_raw()


def signed(command: c.Command, key: Ed25519PrivateKey = PHONE) -> c.Command:
    """The command with a device's signature."""
    value = key.sign(signing.signing_input(command, key.public_key().public_bytes_raw()))
    return replace(command, signature=c.Signature(key.public_key().public_bytes_raw(), value))  # type: ignore[call-arg]


def test_signatures_are_checked_before_the_queue(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        payer = work.people["RIV"][0]
        ledger.submit(work.make(c.AddKey, account=payer, key=PHONE_KEY))
        unsigned = pay(work)
        assert submit(ledger, unsigned) == Rejected(Code.SIGNATURE_REQUIRED, "", "signature")
        good = signed(pay(work))
        forged = replace(good, amount=2)  # type: ignore[call-arg]
        batches = ledger.committer.stats.batches
        assert submit(ledger, forged) == Rejected(Code.SIGNATURE_INVALID, "", "signature")
        assert ledger.submit_many([forged]) == [Rejected(Code.SIGNATURE_INVALID, "", "signature")]
        assert asyncio.run(ledger.submit_many_async([forged]))[0] == Rejected(
            Code.SIGNATURE_INVALID, "", "signature"
        )
        with pytest.raises(Rejected):
            ledger.dry_run(forged)
        assert ledger.committer.stats.batches == batches
        assert isinstance(submit(ledger, good), Receipt)
        stranger = signed(pay(work), Ed25519PrivateKey.generate())
        assert submit(ledger, stranger) == Rejected(Code.SIGNATURE_INVALID, "", "signature")


def test_a_memo_lies_beside_its_entry_and_can_be_erased(engine_url: str) -> None:
    memo = Memo(bytes(16), "deux baguettes — merci 🥖")
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        command = replace(pay(work), memo_hash=memo_hash(memo))  # type: ignore[call-arg]
        receipt = ledger.submit(command, memo)
        assert ledger.reader.memo(work.community, receipt.seq) == memo
        assert ledger.submit(command, memo).replayed
        later = asyncio.run(ledger.submit_async(replace(command, id=work.uid()), memo))
        assert ledger.reader.memo(work.community, later.seq) == memo
        ledger.work(lambda connection: connection.execute(delete(schema.memo)))
        assert ledger.reader.memo(work.community, receipt.seq) is None
        body = ledger.reader.entry_at(work.community, receipt.seq).body
        assert memo_hash(memo) in body and b"baguettes" not in body


@pytest.mark.parametrize(
    ("memo", "field"),
    [
        (Memo(bytes(16), "another text"), "memo_hash"), (Memo(bytes(15), "text"), "memo"), (Memo(bytes(16), ""), "memo"),
        (Memo(bytes(16), "x" * 1_001), "memo"), (Memo(bytes(16), "a\0b"), "memo"), (Memo(bytes(16), "\ud800"), "memo"),
    ],
)  # fmt: skip
def test_a_memo_that_does_not_fit_is_refused(tmp_path: Path, memo: Memo, field: str) -> None:
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as ledger:
        work = begin(ledger)
        with pytest.raises(Rejected) as refused:
            ledger.submit(replace(pay(work), memo_hash=bytes(32)), memo)  # type: ignore[call-arg]
        assert refused.value == Rejected(Code.INVALID_FIELD, "", field)


def test_a_dry_run_says_what_submit_will_and_writes_nothing(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        for _ in range(150):
            command = work.next()
            before = counts(ledger)
            try:
                said: Decision | Rejected = ledger.dry_run(command)
            except Rejected as refused:
                said = refused
            assert counts(ledger) == before
            answer = submit(ledger, command)
            work.heard([command], [answer])
            if isinstance(answer, Receipt):
                assert isinstance(said, Decision) and said.transfers == answer.transfers
            else:
                assert repr(said) == repr(answer)


def counts(ledger: Ledger) -> list[int]:
    """Rows of every table."""
    with ledger.database.read.connect() as connection:
        tables = schema.metadata.sorted_tables
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def test_a_dry_run_of_a_founding(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        begin(ledger)
        fresh = Work(5, uuid4())
        assert ledger.dry_run(fresh.make(c.Found, code="NEW", public_key=bytes(32))).effects
        with pytest.raises(Rejected) as refused:
            ledger.dry_run(fresh.make(c.Found, code="ABC", public_key=bytes(32)))
        assert refused.value == Rejected(Code.ALREADY_EXISTS, "", "code")
        with pytest.raises(Rejected) as refused:
            ledger.dry_run(fresh.make(c.SetLine, account=uuid4(), line=1))
        assert refused.value.code is Code.COMMUNITY_NOT_FOUND


def test_a_founded_community_signs_its_journal(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        community = ledger.found_community("ABC")
        with pytest.raises(Rejected) as refused:
            ledger.found_community("ABC")
        assert refused.value == Rejected(Code.ALREADY_EXISTS, "", "code")
        origin, public = origin_of(community), ledger.reader.public_key(community)
        notes = []
        for command in Work(1, community).beginning():
            ledger.submit(command)
            note = ledger.checkpoint(community)
            assert ledger.checkpoint(community) == note
            notes.append(parse_and_verify(note, public, origin))
        head = ledger.reader.head(community)
        assert (notes[-1].size, notes[-1].root) == (head.seq, head.root)
        for older, newer in pairwise(notes):
            proof = ledger.reader.consistency(community, older.size, newer.size)
            assert verify_consistency(older.size, newer.size, proof, older.root, newer.root)
        with pytest.raises(Rejected) as refused:
            ledger.checkpoint(uuid4())
        assert refused.value.code is Code.COMMUNITY_NOT_FOUND


def test_a_receipt_file_convinces_without_the_server(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = Work(1, ledger.found_community("ABC"))
        commands = work.beginning()
        ledger.submit_many(commands)
        key = vkey(origin_of(work.community), ledger.reader.public_key(work.community))
        for command in commands:
            file = receipts.ReceiptFile.from_json(ledger.receipt_file(work.community, command.id).to_json())
            body = receipts.verify(file, key)
            assert body == ledger.reader.entry(work.community, command.id).body
        sizes = {ledger.receipt_file(work.community, command.id).size for command in commands}
        assert sizes == {len(commands) + 1}
        with pytest.raises(Rejected) as refused:
            ledger.receipt_file(work.community, uuid4())
        assert refused.value.code is Code.ENTRY_NOT_FOUND


def test_without_the_right_master_key_nothing_is_signed(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        community = ledger.found_community("ABC")
    with (
        open_ledger(engine_url, master_key=bytes(32)) as ledger,
        pytest.raises(Unavailable, match="does not open"),
    ):
        ledger.checkpoint(community)
    with open_ledger(engine_url, master_key=b"short") as ledger:
        with pytest.raises(Unavailable, match="32 bytes"):
            ledger.found_community("OTHER")
        assert isinstance(submit(ledger, Work(1, community).beginning()[0]), Receipt)
    with open_store(engine_url) as ledger:
        assert ledger.checkpoint(community)
        work = begin(ledger, 2, "NOKEY")
        with pytest.raises(Unavailable, match="without its signing key"):
            ledger.checkpoint(work.community)


def test_postgresql_has_no_key_of_its_own(fresh_database: str) -> None:
    with open_ledger(fresh_database) as ledger, pytest.raises(Unavailable, match="RICOCHET_MASTER_KEY"):
        ledger.found_community("ABC")


def test_sqlite_keeps_a_private_key_beside_the_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with open_ledger(url) as ledger:
        community = ledger.found_community("ABC")
    file = tmp_path / "a.db-key"
    assert file.stat().st_mode & 0o777 == 0o600 and len(file.read_bytes()) == 32
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.db", "a.db-key", "a.db-writer"]
    with open_ledger(url) as ledger:
        assert ledger.checkpoint(community)


def test_many_are_sent_in_runs_that_fit_a_transaction(engine_url: str) -> None:
    with open_store(engine_url, limits=Limits(max_batch=10)) as ledger:
        work = begin(ledger)
        before, batches = entries(ledger), ledger.committer.stats.batches
        answers = ledger.submit_many([pay(work) for _ in range(35)])
        seqs = [answer.seq for answer in answers if isinstance(answer, Receipt)]
        assert seqs == list(range(before + 1, before + 36))
        assert ledger.committer.stats.batches - batches == 4
        assert ledger.submit_many([]) == []
        some = [pay(work) for _ in range(5)]
        assert [type(answer) for answer in asyncio.run(ledger.submit_many_async(some))] == [Receipt] * 5


def test_ids_made_here_are_plain_and_in_order() -> None:
    ids = [new_id() for _ in range(100)]
    assert all(type(uid) is UUID and uid.version == 7 for uid in ids) and ids == sorted(ids)


def test_each_payment_of_a_batch_says_what_the_payer_had_just_after_it(engine_url: str) -> None:
    """The till shows it without asking again; a payment done before leaves it open, since more may have happened."""
    with open_store(engine_url) as ledger:
        work = begin(ledger)
        three = [pay(work), pay(work), pay(work)]
        before = ledger.reader.account(three[0].community, three[0].payer)  # type: ignore[attr-defined]
        said = [one.left for one in ledger.submit_many(three) if isinstance(one, Receipt)]
        spent = [three[0].amount * count for count in (1, 2, 3)]  # type: ignore[attr-defined]
        assert [left.posted for left in said if left] == [before.balance - each for each in spent]
        assert before.available is not None
        assert [left.available for left in said if left] == [before.available - each for each in spent]
        again = submit(ledger, three[0])
        assert isinstance(again, Receipt)
        assert (again.replayed, again.left) == (True, None)
