"""A foreign history becomes a community: without names, line by line, safe to run again, movable."""

from __future__ import annotations

import csv
import stat
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from ledger.__main__ import app
from ledger.core.accounts import AccountKind, Model
from ledger.core.commands import Command, DefineCurrency
from ledger.core.errors import LedgerError, Unavailable
from ledger.core.journal import Receipt
from ledger.core.policy import Policy
from ledger.interchange.csv_history import Target, collect_names, import_history
from ledger.interchange.csv_map import MapError, parse_map
from ledger.interchange.names import read_names
from ledger.service import OPERATOR, open_ledger
from ledger.store import schema
from ledger.store.moving import export_community, import_community
from ledger.store.verify import verify
from tests.integration.scene import MASTER

MAP = """
[columns]
date = "when"
from = "payer"
to = "payee"
amount = "euros"
id = "ref"
kind = "type"
activity = "naf"
[format]
date = "%d/%m/%Y"
unit = "major"
delimiter = ";"
[kinds]
payment = ["facture", "avoir"]
skip = ["devis"]
[accounts]
kind = "association"
"""
LINES = """\
ref;type;when;payer;payee;euros;naf
r1;facture;01/02/2015;Moulin Durand;Boulangerie;1250,50;10.71C
r2;facture;03/02/2015;Boulangerie;Épicerie & Fils;"40";
r3;devis;04/02/2015;Moulin Durand;Boulangerie;5;
r4;facture;05/02/2015;Moulin Durand;Moulin Durand;5;
r5;avoir;01/02/2015;Épicerie & Fils;Moulin Durand;12.00;
r6;facture;01/02/2199;Moulin Durand;Boulangerie;5;
r7;facture;01/02/2015;Moulin Durand;Boulangerie;5,005;
r8;facture;01/02/2015;Moulin Durand;Boulangerie;0;
r9;don;01/02/2015;Moulin Durand;Boulangerie;5;
r10;facture;01/02/2015;Moulin Durand;Boulangerie
r11;facture;01/02/2015;Nouveau venu;Boulangerie;90071992547409.91;
r12;facture;2015-02-01;Moulin Durand;Boulangerie;5;
"""
REFUSED = {
    "5": ("r4", "same_account", "payee"), "7": ("r6", "time_in_future", "occurred_at"),
    "8": ("r7", "invalid_field", "amount"), "9": ("r8", "amount_not_positive", "amount"),
    "10": ("r9", "invalid_field", "kind"), "11": ("", "invalid_field", ""), "13": ("r12", "invalid_field", "date"),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "history.csv").write_text(LINES, encoding="utf-8")
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RICOCHET_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    return tmp_path


def run(url: str, *extra: str) -> tuple[int, str, str]:
    arguments = ["--database", url, "import", "--csv", "history.csv", "--map", "map.toml", "--community", "OLD",
                 "--currency", "UNIT", *extra]  # fmt: skip
    done = CliRunner().invoke(app, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


def balances(url: str, names: dict[str, UUID]) -> dict[str, int]:
    with open_ledger(url, read_only=True) as ledger:
        community = ledger.reader.community("OLD").uid
        return {name: ledger.reader.account(community, account).balance for name, account in names.items()}


def test_good_lines_come_in_and_each_bad_one_is_told_why(folder: Path, engine_url: str) -> None:
    code, out, _ = run(engine_url)
    assert code == 0
    assert out.splitlines() == [
        "12 lines: 4 imported, 0 were there, 1 skipped, 7 refused (see refused-OLD.csv)",
        "4 accounts opened; who is who is in names-OLD.csv: keep it private",
    ]
    heading, *rows = csv.reader((folder / "refused-OLD.csv").open(encoding="utf-8"))
    assert heading == ["line", "id", "code", "field", "reason"]
    assert {line: (own, code, field) for line, own, code, field, _ in rows} == REFUSED
    assert all(reason for *_, reason in rows)
    names = read_names(folder / "names-OLD.csv")
    assert balances(engine_url, names) == {
        "Moulin Durand": -125_050 + 1_200, "Boulangerie": 125_050 - 4_000 + 9_007_199_254_740_991,
        "Épicerie & Fils": 4_000 - 1_200, "Nouveau venu": -9_007_199_254_740_991,
    }  # fmt: skip
    assert verify(engine_url).ok


def test_entries_have_the_dates_and_the_order_of_the_file(folder: Path, engine_url: str) -> None:
    run(engine_url)
    with open_ledger(engine_url, read_only=True) as ledger:
        community = ledger.reader.community("OLD").uid
        entries = [e for e in ledger.reader.entries(community, limit=1_000) if e.command == "import_payment"]
        accounts = ledger.reader.accounts(community, "UNIT", AccountKind.ASSOCIATION)
    amounts = [getattr(entry.decoded().command, "amount", 0) for entry in entries]
    assert amounts == [125_050, 4_000, 1_200, 9_007_199_254_740_991]
    assert entries[0].effective_at == 1_422_748_800 * 10**9
    assert getattr(entries[0].decoded().command, "activity", "") == "10.71C"
    assert all(each.floor is None and each.ceiling is None for each in accounts)


def test_no_name_is_in_the_database(folder: Path) -> None:
    run("sqlite:///ricochet.db")
    content = (folder / "ricochet.db").read_bytes().lower()
    assert b"10.71c" in content
    for name in ("moulin", "durand", "boulangerie", "picerie", "nouveau"):
        assert name.encode() not in content
    assert stat.S_IMODE((folder / "names-OLD.csv").stat().st_mode) == 0o600


def test_a_second_run_changes_nothing(folder: Path, engine_url: str) -> None:
    run(engine_url)
    with open_ledger(engine_url, read_only=True) as ledger:
        head = ledger.reader.head(ledger.reader.community("OLD").uid)
    code, out, _ = run(engine_url)
    assert (
        code == 0 and "0 imported, 4 were there, 1 skipped, 7 refused" in out and "0 accounts opened" in out
    )
    with open_ledger(engine_url, read_only=True) as ledger:
        assert ledger.reader.head(ledger.reader.community("OLD").uid) == head


def test_another_file_continues_with_the_same_people(folder: Path) -> None:
    url = "sqlite:///ricochet.db"
    run(url)
    names = read_names(folder / "names-OLD.csv")
    more = "ref;type;when;payer;payee;euros;naf\ns1;facture;01/03/2015;Boulangerie;Fromagerie;7;\n"
    (folder / "history.csv").write_text(more, encoding="utf-8")
    code, out, _ = run(url)
    assert code == 0 and "1 lines: 1 imported" in out and "1 accounts opened" in out
    later = read_names(folder / "names-OLD.csv")
    assert list(later) == [*names, "Fromagerie"] and names.items() <= later.items()
    assert verify(url).ok


def test_a_community_of_somebody_else_is_left_alone(folder: Path) -> None:
    url = "sqlite:///ricochet.db"
    with open_ledger(url, master_key=MASTER) as ledger:
        ledger.found_community("OLD")
    code, _, err = run(url)
    assert code == 1 and "--names" in err and len(err.splitlines()) == 1
    with open_ledger(url, read_only=True) as ledger:
        assert ledger.reader.head(ledger.reader.community("OLD").uid).seq == 1


def test_a_lost_table_of_names_is_noticed(folder: Path) -> None:
    run("sqlite:///ricochet.db")
    (folder / "names-OLD.csv").unlink()
    code, _, err = run("sqlite:///ricochet.db")
    assert code == 1 and "--names" in err


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda folder: (folder / "map.toml").write_text("[columns]"), "columns.date: missing"),
        (lambda folder: (folder / "map.toml").unlink(), "map.toml"),
        (lambda folder: (folder / "history.csv").unlink(), "history.csv"),
        (lambda folder: (folder / "history.csv").write_text("a;b\n1;2\n"), "the file has no column"),
        (lambda folder: (folder / "history.csv").write_text(LINES.splitlines()[0]), "no line could be read"),
        (lambda folder: (folder / "names-OLD.csv").write_text("x"), "not a table of names"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_stops_before_anything_is_written(
    folder: Path, break_it: object, said: str
) -> None:
    assert callable(break_it)
    break_it(folder)
    code, _, err = run("sqlite:///ricochet.db")
    assert code == 2 and said in err and len(err.splitlines()) == 1
    assert not (folder / "ricochet.db").exists()


def test_a_currency_that_the_rules_refuse_is_refused(folder: Path) -> None:
    code, _, err = run("sqlite:///ricochet.db", "--model", "time")
    assert code == 1 and "scale" in err


def test_it_continues_after_the_ledger_went_away(tmp_path: Path) -> None:
    csv_map = parse_map(MAP.replace("[kinds]\n", "").replace('payment = ["facture", "avoir"]\nskip = ["devis"]\n', "")
                        .replace('kind = "type"\n', ""))  # fmt: skip
    file = tmp_path / "history.csv"
    lines = "".join(f"r{n};x;01/02/2015;a{n % 7};b{n % 5};{n + 1};\n" for n in range(3_000))
    file.write_text("ref;type;when;payer;payee;euros;naf\n" + lines, encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'ricochet.db'}"
    with open_ledger(url, master_key=MASTER) as ledger:
        uid = ledger.found_community("OLD")
        ledger.submit(DefineCurrency(
            id=UUID(int=1), community=uid, actor=OPERATOR, code="UNIT", scale=2, model=Model.MUTUAL,
            policy=Policy(default_line=None),
        ))  # fmt: skip
        target = Target(uid, ledger.reader.currencies(uid)[0], OPERATOR)
        calls = 0

        def failing(commands: Sequence[Command]) -> list[Receipt | LedgerError]:
            nonlocal calls
            calls += 1
            return ledger.submit_many(commands) if calls <= 2 else [Unavailable()] * len(commands)

        names = collect_names(file, csv_map, 2, tmp_path / "names.csv")
        with pytest.raises(Unavailable):
            import_history(failing, target, file, csv_map, names, lambda line: None)
        again = collect_names(file, csv_map, 2, tmp_path / "names.csv")
        done = import_history(ledger.submit_many, target, file, csv_map, again, lambda line: None)
    assert again == names and len(names) == 12
    assert (done.lines, done.imported, done.replayed, done.accounts) == (3_000, 3_000 - 1_024, 1_024, 0)
    report = verify(url)
    assert report.ok and report.entries == 2 + 12 + 3_000


def test_a_file_that_names_nobody_makes_no_table(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text(LINES.splitlines()[0], encoding="utf-8")
    with pytest.raises(MapError, match="no line"):
        collect_names(tmp_path / "history.csv", parse_map(MAP), 2, tmp_path / "names.csv")
    assert not (tmp_path / "names.csv").exists()


def test_an_imported_history_moves_to_the_other_engine_with_its_root(
    folder: Path, engine_url: str, request: pytest.FixtureRequest
) -> None:
    run(engine_url)
    other = "sqlite:///other.db"
    if engine_url.startswith("sqlite"):
        other = request.getfixturevalue("fresh_database")
    here = export_community(engine_url, "OLD", folder / "OLD.zip")
    assert import_community(other, folder / "OLD.zip", master_key=MASTER) == here
    report = verify(other)
    assert report.ok and report.communities[0].root.hex() == here.root
    with open_ledger(other, read_only=True) as ledger, ledger.reader.connected() as connection:
        assert connection.scalar(select(schema.community.c.code)) == "OLD"
