"""The audit is quiet on what is right and names the entry of what is not, however careful the forger was."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger.core import commands as c
from ledger.core.accounts import Books
from ledger.core.decide import decide
from ledger.core.errors import Rejected
from ledger.core.journal import AccountOpened, Decision, Entry, KeyAdded, decode, encode
from ledger.core.merkle import ProofError, leaf_hash
from ledger.store.engine import CannotOpen
from ledger.store.findings import Report
from ledger.store.moving import export_community, import_community
from ledger.store.verify import verify
from tests.integration import forging, tampering
from tests.integration.scene import MASTER, Clock, fixed_id, opened, play


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """A database, its export, and the checkpoint over all of it."""
    folder = tmp_path_factory.mktemp("honest")
    clock = Clock()
    with opened(f"sqlite:///{folder / 'ricochet.db'}", clock) as ledger:
        note = ledger.checkpoint(play(ledger, clock).community)
    export_community(f"sqlite:///{folder / 'ricochet.db'}", "RIV", folder / "RIV.zip")
    return folder / "ricochet.db", folder / "RIV.zip", note


def checks(report: Report, seq: int) -> set[str]:
    """What was found at the first bad entry, which must be this one."""
    assert report.first_bad is not None and report.first_bad.seq == seq, report.findings
    return {finding.check for finding in report.findings if finding.seq == seq}


def test_a_played_community_is_good_on_both_engines(engine_url: str) -> None:
    clock = Clock()
    with opened(engine_url, clock) as ledger:
        scene = play(ledger, clock)
        notes = [ledger.checkpoint(scene.community)]
        open_report = verify(ledger.database.read, against=notes)
        scene.do(c.Pay, payer="firm0", payee="firm1", amount=1, currency="EBX")
        head = ledger.reader.head(scene.community)
    report = verify(engine_url, "RIV", notes)
    assert open_report.ok and report.ok
    (seen,) = report.communities
    assert (seen.uid, seen.entries, seen.root, seen.accounts) == (
        scene.community, head.seq, head.root, head.accounts_opened,
    )  # fmt: skip


def test_each_community_is_audited_by_itself(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ricochet.db'}"
    clock = Clock()
    with opened(url, clock) as ledger:
        first, second = (play(ledger, clock, code, payments=5) for code in ("RIV", "MES"))
        note = ledger.checkpoint(second.community)
    with sqlite3.connect(tmp_path / "ricochet.db") as connection:
        connection.execute("DROP TRIGGER transfer_no_update")
        connection.execute(
            "UPDATE transfer SET debit_balance = 1 + debit_balance WHERE community_id = 2 AND seq = 9"
        )
    assert verify(url, "RIV").ok and verify(url, first.community).ok
    report = verify(url)
    assert [each.code for each in report.communities] == ["RIV", "MES"]
    assert {finding.community for finding in report.findings} == {"MES"}
    assert checks(report, 9) == {"posting"}
    assert not verify(url, "RIV", [note]).ok, (
        "the checkpoint of a community that was not asked for is not passed over"
    )


@pytest.mark.parametrize("cut", [1, 30])
def test_a_journal_cut_with_care_is_seen_by_who_kept_a_checkpoint(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "ricochet.db"
    url = f"sqlite:///{path}"
    clock = Clock()
    with opened(url, clock) as ledger:
        scene = play(ledger, clock, payments=10)
    shutil.copy(path, tmp_path / "earlier.db")
    with opened(url, clock) as ledger:
        before = ledger.reader.head(scene.community).seq
        for _ in range(cut):
            scene.ledger = ledger
            scene.do(c.Pay, payer="firm1", payee="firm2", amount=5, currency="EBX")
        note = ledger.checkpoint(scene.community)
    assert verify(url, against=[note]).ok
    shutil.copy(tmp_path / "earlier.db", path)
    assert verify(url).ok
    assert checks(verify(url, against=[note]), before + 1) == {"external"}


def imported(archive: Path, tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'forged.db'}"
    import_community(url, archive, master_key=MASTER)
    return url


def one_more(entry: Entry) -> Entry:
    """A payment of one unit more, with everything that follows from it."""
    command: Any = entry.command
    first, *rest = entry.transfers
    return replace(
        entry, command=replace(command, amount=command.amount + 1),
        transfers=(first._replace(posted=first.posted + 1), *rest),
    )  # fmt: skip


def test_a_journal_rewritten_with_care_is_seen_by_who_kept_a_checkpoint(
    honest: tuple[Path, Path, str], tmp_path: Path
) -> None:
    _, archive, note = honest
    seq = len(forging.bodies(archive)) - 40
    forging.rewrite(archive, tmp_path / "forged.zip", seq, one_more)
    url = imported(tmp_path / "forged.zip", tmp_path)
    assert verify(url).ok, "everything in the database agrees with itself"
    report = verify(url, against=[note])
    assert checks(report, seq + 40) == {"external"}
    assert "not those that were signed" in report.findings[0].detail


def is_pay(entry: Entry, payer: str) -> bool:
    return isinstance(entry.command, c.Pay) and entry.command.payer == fixed_id(payer)


def huge(entry: Entry) -> Entry:
    command: Any = entry.command
    (first,) = entry.transfers
    return replace(entry, command=replace(command, amount=10**9), transfers=(first._replace(posted=10**9),))


def other_amount(entry: Entry) -> Entry:
    first, *rest = entry.transfers
    return replace(entry, transfers=(first._replace(posted=first.posted + 1), *rest))


def unsigned(entry: Entry) -> Entry:
    return replace(entry, command=replace(entry.command, signature=None))  # type: ignore[call-arg]


def without_reserve(entry: Entry) -> Entry:
    return replace(entry, transfers=entry.transfers[1:])


def deeper(entry: Entry) -> Entry:
    (opened_account,) = entry.effects
    assert isinstance(opened_account, AccountOpened)
    return replace(entry, effects=(replace(opened_account, floor=-(10**9)),))


def further_key(entry: Entry) -> bool:
    return isinstance(entry.command, c.AddKey) and entry.command.signature is not None


def other_key(entry: Entry) -> Entry:
    (added,), command = entry.effects, entry.command
    assert isinstance(added, KeyAdded) and isinstance(command, c.AddKey)
    key = b"o" * 32
    return replace(entry, command=replace(command, key=key), effects=(replace(added, key=key),))


def by_firm3(entry: Entry) -> bool:
    return is_pay(entry, "firm3")


def small(entry: Entry) -> bool:
    return is_pay(entry, "firm0") and len(entry.transfers) == 1


FORGERIES: list[tuple[Callable[[Entry], bool], Callable[[Entry], Entry], set[str]]] = [
    (small, huge, {"decision", "limit"}),
    (small, other_amount, {"decision"}),
    (by_firm3, one_more, {"signature"}),
    (by_firm3, unsigned, {"decision", "signature"}),
    (further_key, unsigned, {"decision", "signature"}),
    (further_key, other_key, {"signature"}),
    (lambda entry: isinstance(entry.command, c.Issue), without_reserve, {"decision", "guarantee"}),
    (lambda entry: isinstance(entry.command, c.OpenAccount), deeper, {"decision"}),
]


@pytest.mark.parametrize(
    ("wanted", "edit", "found"), FORGERIES, ids=lambda value: getattr(value, "__name__", "")
)
def test_what_the_rules_or_a_member_would_not_have_done_is_found(
    honest: tuple[Path, Path, str], tmp_path: Path,
    wanted: Callable[[Entry], bool], edit: Callable[[Entry], Entry], found: set[str],
) -> None:  # fmt: skip
    _, archive, _ = honest
    seq = forging.find(archive, wanted)
    forging.rewrite(archive, tmp_path / "forged.zip", seq, edit)
    assert checks(verify(imported(tmp_path / "forged.zip", tmp_path)), seq) == found


def test_a_hold_given_back_in_part_is_found_on_its_accounts(
    honest: tuple[Path, Path, str], tmp_path: Path
) -> None:
    def less(entry: Entry) -> Entry:
        (given_back,) = entry.transfers
        return replace(entry, transfers=(given_back._replace(held=given_back.held + 1),))

    seq = forging.find(honest[1], lambda entry: isinstance(entry.command, c.VoidHold))
    forging.rewrite(honest[1], tmp_path / "forged.zip", seq, less)
    report = verify(imported(tmp_path / "forged.zip", tmp_path))
    assert checks(report, seq) == {"decision"}
    assert [finding.check for finding in report.findings].count("hold") == 2


def test_an_id_used_twice_is_found_without_asking_an_index(
    honest: tuple[Path, Path, str], tmp_path: Path
) -> None:
    database, archive, _ = honest
    connection = tampering.forged_copy(database, tmp_path / "forged.db")
    rows = connection.execute("SELECT * FROM entry ORDER BY seq").fetchall()
    connection.execute("DROP TABLE entry")
    columns = "community_id, seq, command_id, ts, effective_at, command, actor, body, leaf_hash"
    connection.execute(f"CREATE TABLE entry ({columns})")
    seq = len(forging.bodies(archive)) - 3
    victim = decode(rows[seq - 1][7])
    twin = replace(victim, command=replace(victim.command, id=decode(rows[seq - 2][7]).command.id))
    body = encode(twin)
    rows[seq - 1] = (*rows[seq - 1][:2], twin.command.id.bytes, *rows[seq - 1][3:7], body, leaf_hash(body))
    connection.executemany(f"INSERT INTO entry VALUES ({', '.join('?' * 9)})", rows)
    connection.close()
    assert checks(verify(f"sqlite:///{tmp_path / 'forged.db'}"), seq) == {"unique"}


def test_a_checkpoint_up_to_which_all_was_good_saves_the_rules(
    honest: tuple[Path, Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _, note = honest
    asked: list[int] = []

    def counted(command: c.Command, books: Books, now: int) -> Decision:
        asked.append(now)
        return decide(command, books, now)

    monkeypatch.setattr("ledger.store.audit.decide", counted)
    assert verify(f"sqlite:///{database}", from_checkpoint=note).ok and not asked
    assert verify(f"sqlite:///{database}").ok and asked
    forging.rewrite(honest[1], tmp_path / "forged.zip", 200, one_more)
    report = verify(imported(tmp_path / "forged.zip", tmp_path), from_checkpoint=note)
    assert {finding.check for finding in report.findings} == {"external"}


def test_an_erased_memo_is_no_finding(honest: tuple[Path, Path, str], tmp_path: Path) -> None:
    shutil.copy(honest[0], tmp_path / "ricochet.db")
    with sqlite3.connect(tmp_path / "ricochet.db") as connection:
        assert connection.execute("DELETE FROM memo").rowcount == 1
    assert verify(f"sqlite:///{tmp_path / 'ricochet.db'}").ok


def test_what_cannot_run_says_so(tmp_path: Path, honest: tuple[Path, Path, str]) -> None:
    url = f"sqlite:///{honest[0]}"
    with pytest.raises(CannotOpen, match="ricochet init"):
        verify(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(Rejected, match="no community LYS"):
        verify(url, "LYS")
    for text in ("", "not a note", "a\nb\nc\n\n"):
        with pytest.raises(ProofError, match="not a checkpoint"):
            verify(url, against=[text])


def test_a_checkpoint_of_nobody_here_is_a_finding(honest: tuple[Path, Path, str]) -> None:
    _, _, note = honest
    stranger = note.replace(note.split("\n", 1)[0], f"ricochet/{UUID(int=1)}")
    report = verify(f"sqlite:///{honest[0]}", against=[stranger])
    assert [finding.check for finding in report.findings] == ["external"]


def test_a_checkpoint_that_was_altered_is_a_finding(honest: tuple[Path, Path, str]) -> None:
    _, _, note = honest
    report = verify(
        f"sqlite:///{honest[0]}", against=[note.replace("\n3", "\n2", 1).replace("\n2", "\n1", 1)]
    )
    assert {finding.check for finding in report.findings} == {"external"}
