"""A community's signing key is replaced: what was signed before stays good, what the old key signs later does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from ledger.core import checkpoint, receipts, signing
from ledger.core.commands import ChangeSigningKey, Signature
from ledger.core.errors import Code, Rejected, Unavailable
from ledger.core.merkle import ProofError
from ledger.core.receipts import ReceiptFile
from ledger.jobs import sign_checkpoints
from ledger.service import OPERATOR, Ledger
from ledger.store import keys
from ledger.store.moving import export_community, import_community
from ledger.store.schema import signing_key
from ledger.store.verify import origin_of, verify
from tests.integration.store_work import MASTER, Work, open_store


def begun(ledger: Ledger) -> Work:
    work = Work(1, ledger.found_community("RIV"))
    for command in work.beginning():
        ledger.submit(command)
    return work


def secret_of(ledger: Ledger, community: UUID) -> Ed25519PrivateKey:
    """The key in force, as a thief would have it."""
    with ledger.reader.connected() as connection:
        return keys.unwrap(MASTER, community, keys.newest(connection, community).wrapped)


def test_an_old_key_is_erased_also_when_the_change_was_cut_off(
    engine_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(engine_url) as ledger:
        community = begun(ledger).community
        made = iter((ledger.checkpoint, lambda community: 1 // 0))
        with monkeypatch.context() as cut:
            cut.setattr(ledger, "checkpoint", lambda community: next(made)(community))
            with pytest.raises(ZeroDivisionError):
                ledger.change_signing_key(community)
        assert sign_checkpoints(ledger, 2**62) == 1, "what the server does within the hour"
        with ledger.database.read.connect() as connection:
            kept = connection.execute(select(signing_key.c.wrapped).order_by(signing_key.c.seq)).scalars().all()
    assert [len(each) > 0 for each in kept] == [False, True] and verify(engine_url).ok


@pytest.mark.parametrize("apart", [False, True])
def test_checkpoints_and_receipts_of_both_keys_are_good(engine_url: str, apart: bool) -> None:
    with open_store(engine_url, writer_apart=apart) as ledger:
        work = begun(ledger)
        community = work.community
        first, entry = ledger.verifier_key(community), ledger.reader.entry_at(community, 3)
        before, early = ledger.checkpoint(community), ledger.receipt_file(community, entry.command_id)
        changed = [ledger.change_signing_key(community), ledger.change_signing_key(community)]
        last, late = ledger.verifier_key(community), ledger.receipt_file(community, entry.command_id)
        after = ledger.checkpoint(community)
        sizes = [each.size for each in ledger.reader.checkpoints(community)]
        assert sizes == [changed[0].seq - 1, changed[0].seq, changed[1].seq]
        with ledger.database.read.connect() as connection:
            kept = connection.execute(select(signing_key).order_by(signing_key.c.seq)).all()
    assert [(row.seq, bool(row.wrapped)) for row in kept] == [(1, False), (changed[0].seq, False), (changed[1].seq, True)]
    report = verify(engine_url, against=[before, after])
    assert report.ok, report.findings
    assert (early.vkey, late.vkey, len(late.handed_on)) == (first, last, 2) and first != last
    for trusted, file in ((first, early), (first, late), (last, late)):
        assert receipts.verify(ReceiptFile.from_json(file.to_json()), trusted) == entry.body
    for trusted, file in ((last, early), (first, replace(late, handed_on=()))):
        with pytest.raises(ProofError) as refused:
            receipts.verify(file, trusted)
        assert refused.value.part == "vkey"


def test_what_the_old_key_signs_later_is_found(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        work = begun(ledger)
        stolen = secret_of(ledger, work.community)
        seq = ledger.change_signing_key(work.community).seq
        head = ledger.reader.head(work.community)
    forged = checkpoint.sign(checkpoint.Checkpoint(origin_of(work.community), seq, head.root), stolen)
    report = verify(engine_url, against=[forged])
    (found,) = report.findings
    assert (found.check, found.seq) == ("external", seq) and "has not signed" in found.detail


def test_only_the_key_in_force_hands_over_and_no_key_comes_back(engine_url: str) -> None:
    with open_store(engine_url) as ledger:
        community = begun(ledger).community
        first = secret_of(ledger, community)
        ledger.change_signing_key(community)
        seq = ledger.reader.head(community).seq

        def refused(public: bytes, signer: Ed25519PrivateKey | None, over: UUID | None = None) -> Code:
            fields: dict[str, Any] = {"community": community, "actor": OPERATOR, "public_key": public}
            command = ChangeSigningKey(id=uuid4(), **fields)
            signature = None
            if signer is not None:
                key = signer.public_key().public_bytes_raw()
                said = ChangeSigningKey(id=over or command.id, **fields)
                signature = Signature(key, signer.sign(signing.signing_input(said, key)))
            with pytest.raises(Rejected) as caught:
                ledger.submit(ChangeSigningKey(id=command.id, **fields, signature=signature))
            return caught.value.code

        thief, present = Ed25519PrivateKey.generate(), secret_of(ledger, community)
        own = thief.public_key().public_bytes_raw()
        assert refused(own, None) is Code.SIGNATURE_REQUIRED
        assert refused(own, thief) is refused(own, first) is Code.SIGNATURE_INVALID
        assert refused(own, present, over=uuid4()) is Code.SIGNATURE_INVALID
        assert refused(first.public_key().public_bytes_raw(), present) is Code.ALREADY_EXISTS
        assert ledger.reader.head(community).seq == seq


def test_it_moves_with_its_keys(engine_url: str, tmp_path: Path) -> None:
    with open_store(engine_url) as ledger:
        community = begun(ledger).community
        seq = ledger.change_signing_key(community).seq
    export_community(engine_url, "RIV", tmp_path / "riv.zip", "a long passphrase", MASTER)
    for passphrase in ("a long passphrase", ""):
        elsewhere = f"sqlite:///{tmp_path / f'elsewhere{len(passphrase)}.db'}"
        import_community(elsewhere, tmp_path / "riv.zip", passphrase, MASTER)
        assert verify(elsewhere).ok
        with open_store(elsewhere) as ledger:
            if passphrase:
                assert ledger.change_signing_key(community).seq == seq + 1
            else:
                with pytest.raises(Unavailable, match="without its signing key"):
                    ledger.change_signing_key(community)
        assert verify(elsewhere).ok
