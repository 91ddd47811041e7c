"""The operator's command line: what it prints, its exit codes, and one sentence for whatever goes wrong."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from typer.testing import CliRunner

from ledger import jobs
from ledger.__main__ import app
from ledger.service import open_ledger

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


class Done(NamedTuple):
    code: int
    out: str
    err: str


def ricochet(*arguments: str, given: str | None = None) -> Done:
    """Run a command; nothing may escape as an exception."""
    done = CliRunner().invoke(app, list(arguments), input=given)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


def expect_done(*arguments: str, given: str | None = None) -> str:
    done = ricochet(*arguments, given=given)
    assert (done.code, done.err) == (0, ""), done
    return done.out


def expect_sentence(code: int, said: str, *arguments: str, given: str | None = None) -> None:
    """It fails with this exit code and one line that says why."""
    done = ricochet(*arguments, given=given)
    assert done.code == code, done
    assert done.err.startswith("ricochet: ") and said in done.err and len(done.err.splitlines()) == 1


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("RICOCHET_DATABASE", "RICOCHET_DATABASE_FILE", "RICOCHET_MASTER_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RICOCHET_MASTER_KEY", KEY)
    return tmp_path


@pytest.fixture
def community(folder: Path) -> UUID:
    return UUID(expect_done("community", "create", "RIV").strip())


def test_from_nothing_to_an_audited_community(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RICOCHET_DATABASE", engine_url)
    assert expect_done("init") == "ready: 0 communities\n"
    uid = UUID(expect_done("community", "create", "RIV").strip())
    assert expect_done("currency", "define", "RIV", "EBX", "--model", "mutual") == "entry 2\n"
    account = UUID(
        expect_done("account", "open", "RIV", "EBX", "--kind", "business", "--line", "500.00").strip()
    )
    assert expect_done("community", "list") == f"RIV\t{uid}\t3\n"
    listed = expect_done("account", "list", "RIV", "--kind", "business")
    assert listed == f"7\t{account}\tbusiness\t0.00\tEBX\n"
    assert len(expect_done("account", "list", "RIV", "--currency", "EBX").splitlines()) == 7
    out = expect_done("verify").splitlines()
    assert out[0].startswith("RIV: 3 entries, 7 accounts, root ") and out[1].startswith(
        "good: 3 entries, 7 accounts in "
    )
    with open_ledger(engine_url, read_only=True) as ledger:
        assert ledger.reader.account(uid, account).floor == -50_000


@pytest.mark.parametrize(("model", "scale"), [("mutual", 2), ("backed", 2), ("time", 0), ("earmarked", 2)])
def test_each_model_has_a_preset_that_works(community: UUID, model: str, scale: int) -> None:
    assert expect_done("currency", "define", "RIV", "UNIT", "--model", model) == "entry 2\n"
    with open_ledger("sqlite:///ricochet.db", read_only=True) as ledger:
        assert ledger.reader.currencies(community)[0].scale == scale


def test_a_policy_file_changes_the_preset(community: UUID, folder: Path) -> None:
    (folder / "rules.toml").write_text('default_line = "none"\npayment_fee_bp = 100\n')
    expect_done(
        "currency", "define", "RIV", "EBX", "--model", "mutual", "--policy", "rules.toml", "--scale", "3"
    )
    with open_ledger("sqlite:///ricochet.db", read_only=True) as ledger:
        (version,) = ledger.reader.policies(community, "EBX")
    assert (version.policy.default_line, version.policy.payment_fee_bp) == (None, 100)
    (folder / "rules.toml").write_text("fee = 1\n")
    expect_sentence(
        2, "fee: unknown", "currency", "define", "RIV", "EBY", "--model", "mutual", "--policy", "rules.toml"
    )
    expect_sentence(
        2, "none.toml", "currency", "define", "RIV", "EBY", "--model", "mutual", "--policy", "none.toml"
    )


def test_what_the_rules_refuse_is_code_1(community: UUID) -> None:
    expect_sentence(1, "choose another code", "community", "create", "RIV")
    expect_sentence(1, "code must be", "community", "create", "riv")
    expect_sentence(1, "no community LYS", "account", "list", "LYS")
    expect_sentence(1, "define it first", "account", "open", "RIV", "EBX")
    expect_sentence(1, "no currency EBX", "account", "list", "RIV", "--currency", "EBX")


def test_what_cannot_run_is_code_2(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expect_sentence(2, "ricochet init", "community", "list")
    expect_sentence(2, "ricochet init", "currency", "define", "RIV", "EBX", "--model", "mutual")
    expect_sentence(2, "is not a database URL", "--database", "ricochet.db", "init")
    expect_sentence(2, "none", "--database", "sqlite:////none/of/this/ricochet.db", "init")
    monkeypatch.setenv("RICOCHET_MASTER_KEY", "too short")
    expect_sentence(2, "32 bytes in base 64", "init")
    monkeypatch.setenv("RICOCHET_DATABASE_FILE", str(folder / "nowhere"))
    expect_sentence(2, "nowhere", "init")


def test_a_file_that_is_not_there_is_named() -> None:
    expect_sentence(2, "cannot open away.csv: No such file or directory; check the name", "analyse", "away.csv")


def test_amounts_and_choices_are_checked_by_the_shell(community: UUID) -> None:
    expect_done("currency", "define", "RIV", "EBX", "--model", "mutual")
    for wrong in (["--line", "5.001"], ["--line", "x"], ["--kind", "bank"], ["--id", "7"]):
        done = ricochet("account", "open", "RIV", "EBX", *wrong)
        assert done.code == 2 and any(word in done.err for word in wrong)


def test_a_second_writer_is_told_who_the_first_is(community: UUID) -> None:
    with open_ledger("sqlite:///ricochet.db"):
        expect_sentence(2, "already open for writing", "checkpoint", "RIV")
        assert expect_done("verify").startswith("RIV: 1 entries")


def test_verify_names_the_first_bad_entry(community: UUID, folder: Path) -> None:
    expect_done("currency", "define", "RIV", "EBX", "--model", "mutual")
    expect_done("checkpoint", "RIV", "--out", "note.txt")
    expect_done("account", "open", "RIV", "EBX")
    assert "good: 3 entries" in expect_done("verify", "--against", "note.txt", "--from", "note.txt")
    with sqlite3.connect(folder / "ricochet.db") as connection:
        connection.execute("DROP TRIGGER account_guard")
        connection.execute("UPDATE account SET floor = -7 WHERE no = 7")
    done = ricochet("verify", "--community", "RIV")
    assert done.code == 1
    findings, last = done.err.splitlines()
    assert findings == "RIV entry 3: account: account 7: floor differ from the journal"
    assert last.startswith("ricochet: BAD, first at entry 3 of RIV")


def test_verify_that_could_not_run_is_code_2(community: UUID, folder: Path) -> None:
    (folder / "note.txt").write_text("hello")
    expect_sentence(2, "not a checkpoint", "verify", "--against", "note.txt")
    expect_sentence(2, "nothing.txt", "verify", "--against", "nothing.txt")
    expect_sentence(2, "no community LYS", "verify", "--community", "LYS")
    (folder / "text.db").write_text("not a database, " * 100)
    assert ricochet("--database", "sqlite:///text.db", "verify").code == 2


def test_a_checkpoint_is_printed_whole(community: UUID) -> None:
    first, again = expect_done("checkpoint", "RIV"), expect_done("checkpoint", "RIV")
    assert first == again and first.startswith(f"ricochet/{community}\n1\n") and first.endswith("\n")


def test_jobs_say_what_they_did(community: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "checkpoints signed: 1" in expect_done("jobs")

    def broken(ledger: object, now: int) -> int:
        raise OSError("no luck")

    monkeypatch.setitem(jobs.JOBS, "holds expired", (broken, 0))
    done = ricochet("jobs")
    assert done.code == 2 and "ricochet: holds expired: no luck" in done.err


def test_a_community_moves_with_its_key(community: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RICOCHET_MASTER_KEY")
    expect_done("--database", "sqlite:///home.db", "community", "create", "MES")
    said = ricochet(
        "--database", "sqlite:///home.db", "export", "MES", "MES.zip", "--with-key", given="sesame\nsesame\n"
    )
    assert said.code == 0 and "MES: 1 entries, root " in said.out
    moved = ricochet("--database", "sqlite:///there.db", "import", "MES.zip", "--with-key", given="sesame\n")
    assert moved.code == 0 and "MES: 1 entries, root " in moved.out
    note = expect_done("--database", "sqlite:///there.db", "checkpoint", "MES")
    assert note.splitlines()[1] == "1"
    expect_sentence(1, "is in this database", "--database", "sqlite:///there.db", "import", "MES.zip")
    wrong = ricochet("--database", "sqlite:///else.db", "import", "MES.zip", "--with-key", given="barley\n")
    assert wrong.code == 1 and "passphrase does not open it" in wrong.err


def test_import_says_what_it_needs(folder: Path) -> None:
    for arguments in ([], ["--csv", "x.csv"], ["x.zip", "--csv", "x.csv", "--map", "x", "--community", "A"]):
        done = ricochet("import", *arguments)
        assert done.code == 2 and "--csv with --map" in " ".join(done.err.split())
    expect_sentence(2, "none.zip", "import", "none.zip")
    (folder / "text.zip").write_text("hello")
    expect_sentence(1, "not a community's file", "import", "text.zip")
    expect_sentence(1, "no community LYS", "export", "LYS", "LYS.zip")
