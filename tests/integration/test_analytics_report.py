"""`ricochet report` end to end: people, a journal, a report in every form, and the check of it."""

from __future__ import annotations

import csv
import io
import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from api.__main__ import app
from api.reporting import facts_of
from ledger.analytics.report.checking import BadReport, read_report
from ledger.analytics.source.facts import FactsError, facts_hash, read_facts, write_facts
from ledger.community.membership import MemberKind, MemberState
from ledger.core import commands as c
from tests.integration.town import DAY, MASTER, Town, open_town

RUN = CliRunner()


class Place:
    """A town of twenty members with a year of payments, closed again; its database and the command line on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder}/town.db"
        with open_town(self.url) as town:
            self.names = fill(town)
            self.root = town.ledger.reader.head(town.community).root.hex()
            self.size = town.ledger.reader.head(town.community).seq

    def run(self, *words: str, exits: int = 0) -> Result:
        done = RUN.invoke(app, ["--database", self.url, *words])
        assert done.exit_code == exits, done.output + done.stderr
        return done

    def report(self, *words: str, exits: int = 0) -> str:
        done = self.run("report", *words, "--community", "RIV", exits=exits)
        return done.stdout if exits == 0 else done.stderr

    def json(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.report(*words, "--json"))
        return found


def fill(town: Town) -> list[str]:
    """People in two places who pay each other; one has two accounts, one has left. Gives their names."""
    people = []
    for at in range(20):
        kind = MemberKind.BUSINESS if at % 3 == 0 else MemberKind.PERSON
        place = ["Bayonne", "Hendaye"][at % 2]
        sectors = ("47.11Z",) if kind is MemberKind.BUSINESS else ()
        people.append(
            town.member(f"Somebody {at}", kind, place=place, sectors=sectors, contact=f"s{at}@example.org")
        )
    second = town.open(people[0].id)
    for step in range(150):
        town.clock.now += 2 * DAY
        payer, payee = people[step * 7 % 20], people[(step * 3 + 1) % 20]
        if payer is not payee:
            town.ledger.submit(town.pay(payer, payee, 5 + step % 9))
    town.do(c.Pay, payer=people[0].accounts[0], payee=second, amount=3, currency="RIV")
    left = people[19]
    town.identity.people.change(town.community, left.id, left.version, {"state": MemberState.LEFT})
    town.identity.states.enforce(town.community, left.id)
    return [each.name for each in people]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("RICOCHET_REPORTS", "RICOCHET_DATABASE"):
            patch.delenv(name, raising=False)
        yield Place(tmp_path_factory.mktemp("report"))


def figure(said: dict[str, Any], indicator: str, key: str) -> Any:
    return next(each for each in said["indicators"] if each["name"] == indicator)["figures"][key]["value"]


def test_a_report_says_what_it_follows_from(place: Place) -> None:
    said = place.json("all")
    head = said["head"]
    assert (head["entry"], head["root"]) == (place.size, place.root)
    assert (head["community"], head["currency"], head["internal"]) == ("RIV", "RIV", 1)
    assert figure(said, "participation", "registered") == 19
    assert figure(said, "pairs", "volume") == sum(
        row[-2]
        for row in next(e for e in said["indicators"] if e["name"] == "pairs")["tables"]["pairs"]["rows"]
    )
    whole = json.dumps(said)
    assert not [name for name in place.names if name in whole] and "example.org" not in whole
    assert "Bayonne" in whole


def test_the_extract_holds_nobodys_name(place: Place) -> None:
    place.json("circulation")
    files = [path for path in (place.folder / "town.db.reports").rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        content = path.read_bytes()
        assert b"Somebody" not in content and b"example.org" not in content, path


def test_the_window_is_cut_where_it_is_said(place: Place) -> None:
    parts = [place.json("circulation", "--from", a, "--to", b) for a, b in (("2026-01-01", "2027-01-01"),
             ("2027-01-01", "2028-01-01"))]  # fmt: skip
    whole = place.json("circulation", "--from", "2026-01-01", "--to", "2028-01-01")
    assert sum(each["head"]["movements"] for each in parts) == whole["head"]["movements"] > 100
    assert parts[0]["head"]["to"] == parts[1]["head"]["from"] == "2027-01-01T00:00:00Z"


def test_as_of_an_earlier_entry(place: Place) -> None:
    now, then = place.json("pairs"), place.json("pairs", "--entry", "90")
    assert then["head"]["entry"] == 90 and then["head"]["root"] != now["head"]["root"]
    assert then["head"]["movements"] < now["head"]["movements"]
    file = place.folder / "then.json"
    file.write_text(json.dumps(then))
    assert f"entries 1 to 90, root {then['head']['root']}" in place.run("report", "--check", str(file)).stdout


def test_every_form_has_the_same_figures(place: Place) -> None:
    said = place.json("velocity")
    value = figure(said, "velocity", "per_year")
    rows = list(csv.DictReader(io.StringIO(place.report("velocity", "--csv"))))
    assert [float(row["value"]) for row in rows if row["item"] == "per_year"] == [value]
    file = place.folder / "velocity.parquet"
    place.report("velocity", "--parquet", "--out", str(file))
    table = pq.read_table(file)
    assert [row["value"] for row in table.to_pylist() if row["item"] == "per_year"] == [value]
    assert json.loads(table.schema.metadata[b"ricochet_report"])["root"] == place.root
    text, french = place.report("velocity"), place.report("velocity", "--lang", "fr")
    assert place.root in text and "per year" in text
    assert place.root in french and "Racine de Merkle" in french and "par an" in french


def test_charts_and_document(place: Place) -> None:
    place.report("circulation", "participation", "--svg", "--out", str(place.folder / "charts"))
    drawn = list((place.folder / "charts").glob("*.svg"))
    assert drawn and all(path.read_text().startswith("<svg") for path in drawn)
    place.report("circulation", "--pdf", "--out", str(place.folder / "report.pdf"))
    assert (place.folder / "report.pdf").read_bytes().startswith(b"%PDF")
    assert "needs --out" in place.report("circulation", "--pdf", exits=2)


def test_the_check_computes_again_from_the_entries(place: Place) -> None:
    assert "equal: 2 indicators" in place.report("circulation", "pairs", "--check")
    file, members, archive = (place.folder / name for name in ("all.json", "members.jsonl", "riv.ricochet"))
    place.report("all", "--json", "--out", str(file), "--members", str(members))
    assert place.root in place.run("report", "--check", str(file)).stdout
    place.run("export", "RIV", str(archive))
    elsewhere = Place.__new__(Place)
    elsewhere.url = "sqlite:///nowhere.db"
    words = ("report", "--check", str(file), "--archive", str(archive))
    said = elsewhere.run(*words, "--members", str(members)).stdout
    assert said.startswith("equal:") and place.root in said
    assert "--members" in elsewhere.run(*words, exits=2).stderr


@pytest.mark.parametrize("what", ["figure", "cell", "count", "gone"])
def test_a_changed_figure_is_named(place: Place, what: str) -> None:
    said = place.json("pairs")
    pairs = said["indicators"][0]
    if what == "figure":
        pairs["figures"]["volume"]["value"] += 1
    elif what == "cell":
        pairs["tables"]["pairs"]["rows"][1][-2] += 1
    elif what == "count":
        said["head"]["movements"] += 1
    else:
        del pairs["figures"]["volume"]
    file = place.folder / "changed.json"
    file.write_text(json.dumps(said))
    told = place.run("report", "--check", str(file), exits=1).stderr
    named = {"figure": "pairs.volume: written", "cell": "pairs.pairs row 2 ", "count": "head movements: written",
             "gone": "pairs.volume: written is not there"}  # fmt: skip
    assert named[what] in told and "1 differences" in told


def test_a_report_of_another_journal_is_refused(place: Place) -> None:
    said = place.json("pairs")
    said["head"]["root"] = "0" * 64
    file = place.folder / "other.json"
    file.write_text(json.dumps(said))
    assert "another journal" in place.run("report", "--check", str(file), exits=1).stderr
    archive = place.folder / "other.ricochet"
    place.run("export", "RIV", str(archive))
    members = place.folder / "other.jsonl"
    place.report("pairs", "--members", str(members))
    words = ("report", "--check", str(file), "--archive", str(archive), "--members", str(members))
    assert "another journal" in place.run(*words, exits=1).stderr
    said["head"]["entry"] = 10**6
    file.write_text(json.dumps(said))
    assert "1000000" in place.run(*words, exits=1).stderr
    assert "1000000" in place.run("report", "--check", str(file), exits=1).stderr


def test_data_from_beside_stand_in_the_head_and_are_asked_for_again(place: Place) -> None:
    survey, file = place.folder / "survey.csv", place.folder / "rounds.json"
    survey.write_text("respondent,income,spent_locally,respent_locally\na,100,60,30\n")
    said = place.json("rounds", "--with", f"survey={survey}")
    assert list(said["head"]["beside"]) == ["survey"]
    file.write_text(json.dumps(said))
    again = ("report", "--check", str(file))
    assert "head beside: written" in place.run(*again, exits=1).stderr
    assert place.run(*again, "--with", f"survey={survey}").stdout.startswith("equal:")
    survey.write_text(survey.read_text().replace("60", "61"))
    assert "head beside: written" in place.run(*again, "--with", f"survey={survey}", exits=1).stderr


def test_declared_debts_are_set_off(place: Place) -> None:
    debts, file = place.folder / "debts.csv", place.folder / "debts.json"
    debts.write_text("debtor,creditor,amount\nfarm,mill,100\nmill,bakery,80\nbakery,farm,50\nbakery,farm,10\n")
    said = place.json("invoice_set_off", "--with", f"obligations={debts}")
    keys = ("gross", "cleared", "net_debt", "remaining")
    assert [figure(said, "invoice_set_off", key) for key in keys] == [240, 180, 40, 60]
    (answer,) = said["indicators"]
    rows = [["farm", "mill", 100, 40], ["mill", "bakery", 80, 20], ["bakery", "farm", 60, 0]]
    assert sorted(answer["tables"]["proposals"]["rows"]) == sorted(rows)
    file.write_text(json.dumps(said))
    checked = place.run("report", "--check", str(file), "--with", f"obligations={debts}")
    assert checked.stdout.startswith("equal:")
    page = place.folder / "debts.pdf"
    place.report("invoice_set_off", "--with", f"obligations={debts}", "--pdf", "--out", str(page))
    assert page.read_bytes().startswith(b"%PDF")
    debts.write_text("debtor,creditor,amount\nfarm,mill,1.5\n")
    words = ("invoice_set_off", "--with", f"obligations={debts}")
    assert "debts.csv, line 2, amount: must be a whole number" in place.report(*words, exits=2)


@pytest.mark.parametrize(
    ("words", "said", "exits"),
    [
        (("nonsense",), "no indicator nonsense", 2),
        (("pairs", "--from", "2026-13-01"), "--from: 2026-13-01 is no date", 1),
        (("pairs", "--from", "2027-01-01", "--to", "2026-01-01"), "has no length", 1),
        (("pairs", "--currency", "NOPE"), "no currency NOPE", 1),
        (("pairs", "--entry", "100000"), "entry 100000", 1),
        (("pairs", "--json", "--csv"), "choose one", 2),
        (("pairs", "--with", "survey"), "write NAME=FILE", 2),
        (("pairs", "--with", "survey=none.csv"), "none.csv", 2),
    ],
)
def test_what_cannot_be_asked_is_said(place: Place, words: tuple[str, ...], said: str, exits: int) -> None:
    assert said in place.report(*words, exits=exits)


def test_the_list_names_every_indicator(place: Place) -> None:
    said = place.run("report", "list").stdout
    assert "velocity" in said and "recirculation" in said
    assert "--community is missing" in place.run("report", "pairs", exits=2).stderr


@pytest.mark.parametrize(
    "text",
    ["no json", "[]", '{"ricochet_report": 1}', '{"ricochet_report": 1, "head": {}, "indicators": []}'],
)
def test_a_file_that_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(BadReport):
        read_report(text)


def test_facts_hold_no_name_and_are_the_same_bytes(place: Place) -> None:
    with open_town_again(place) as town:
        facts = facts_of(town.reader, town.reader.community("RIV").uid)
    content = write_facts(reversed(facts))
    assert read_facts(content) == sorted(facts, key=lambda fact: fact.member)
    assert content == write_facts(facts) and b"Somebody" not in content
    assert facts_hash(b"") == "" and len(facts_hash(content)) == 64
    assert {fact.area for fact in facts} == {"Bayonne", "Hendaye"}
    with pytest.raises(FactsError, match="line 2"):
        read_facts(content.splitlines(keepends=True)[0] + b"{}\n")


def open_town_again(place: Place) -> Any:
    from ledger.service import open_ledger

    return open_ledger(place.url, read_only=True)


def test_the_job_prepares_reports(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RICOCHET_REPORTS", str(place.folder / "elsewhere"))
    monkeypatch.setenv("RICOCHET_MASTER_KEY", b64encode(MASTER).decode())
    assert "communities' reports: 1" in place.run("jobs", "--reports").stdout
    community = next((place.folder / "elsewhere").iterdir())
    assert (community / "manifest.json").is_file()
    assert len(list((community / "states" / "RIV").glob("*.arrow"))) >= 5
