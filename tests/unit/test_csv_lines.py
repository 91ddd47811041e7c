"""A foreign history is read as its map says, line by line; nothing is guessed, and a bad line says why."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from ledger.core.accounts import AccountKind
from ledger.core.errors import Code
from ledger.interchange.csv_lines import Line, RefusedLine, SkippedLine, read_lines
from ledger.interchange.csv_map import MapError, parse_map, read_map
from ledger.interchange.names import NamesError, read_names, with_new_names, write_names

MAP = """
[columns]
date = "when"
from = "payer"
to = "payee"
amount = "cents"
[format]
date = "%Y-%m-%d"
unit = "minor"
"""
HEADING = "when,payer,payee,cents\n"


def read(
    tmp_path: Path, text: str, map_text: str = MAP, scale: int = 2
) -> list[Line | RefusedLine | SkippedLine]:
    file = tmp_path / "history.csv"
    file.write_text(text, encoding="utf-8")
    return list(read_lines(file, parse_map(map_text), scale))


def test_a_line_is_read(tmp_path: Path) -> None:
    (line,) = read(tmp_path, HEADING + "2014-02-01, mill ,bakery,1250\n")
    moment = int(datetime(2014, 2, 1, tzinfo=UTC).timestamp()) * 10**9
    assert line == Line(2, "", moment, "mill", "bakery", 1250, "")


def test_major_units_need_no_more_decimals_than_the_currency(tmp_path: Path) -> None:
    text = HEADING + '2014-02-01,a,b,12.50\n2014-02-01,a,b,"12,5"\n2014-02-01,a,b,12.505\n'
    first, second, third = read(tmp_path, text, MAP.replace('"minor"', '"major"'))
    assert isinstance(first, Line) and isinstance(second, Line) and isinstance(third, RefusedLine)
    assert first.amount == second.amount == 1250
    assert third.why.field == "amount" and "3 decimals" in third.why.detail


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        ("2014-02-30,a,b,1", Code.INVALID_FIELD, "date"),
        ("01/02/2014,a,b,1", Code.INVALID_FIELD, "date"),
        ("2014-02-01,,b,1", Code.INVALID_FIELD, "from"),
        ("2014-02-01,a, ,1", Code.INVALID_FIELD, "to"),
        ("2014-02-01,a,b,1.5", Code.INVALID_FIELD, "amount"),
        ("2014-02-01,a,b,1e3", Code.INVALID_FIELD, "amount"),
        ("2014-02-01,a,b,", Code.INVALID_FIELD, "amount"),
        ("2014-02-01,a,b,0", Code.AMOUNT_NOT_POSITIVE, "amount"),
        ("2014-02-01,a,b,-5", Code.AMOUNT_NOT_POSITIVE, "amount"),
        ("2014-02-01,a,b", Code.INVALID_FIELD, ""),
        ("2014-02-01,a,b,1,2", Code.INVALID_FIELD, ""),
    ],
)
def test_a_bad_line_is_refused_alone(tmp_path: Path, line: str, code: Code, field: str) -> None:
    bad, good = read(tmp_path, f"{HEADING}{line}\n2014-02-01,a,b,1\n")
    assert isinstance(bad, RefusedLine) and isinstance(good, Line)
    assert (bad.number, bad.why.code, bad.why.field) == (2, code, field)
    assert good.number == 3


def test_a_line_is_numbered_by_where_it_starts(tmp_path: Path) -> None:
    lines = read(tmp_path, HEADING + '2014-02-01,"a\nmill",b,1\n\n2014-02-01,a,b,1\n')
    assert [line.number for line in lines] == [2, 5]


def test_kinds_and_ids(tmp_path: Path) -> None:
    map_text = (
        MAP.replace("[format]", 'kind = "type"\nid = "ref"\n[format]')
        + '[kinds]\npayment = ["sale"]\nskip = ["quote"]\n'
    )
    heading = "ref,type," + HEADING
    rows = "r1,sale,2014-02-01,a,b,1\nr2,quote,2014-02-01,a,b,1\nr3,gift,2014-02-01,a,b,1\n"
    sale, quote, gift = read(tmp_path, heading + rows, map_text)
    assert isinstance(sale, Line) and sale.id == "r1"
    assert quote == SkippedLine(3)
    assert isinstance(gift, RefusedLine) and gift.id == "r3" and "gift" in gift.why.detail


def test_the_zone_and_the_delimiter_of_the_map_hold(tmp_path: Path) -> None:
    map_text = MAP.replace('"%Y-%m-%d"', '"%d/%m/%Y %H:%M"\ntimezone = "Europe/Paris"\ndelimiter = ";"')
    (line,) = read(tmp_path, HEADING.replace(",", ";") + "01/07/2014 12:00;a;b;1\n", map_text)
    assert isinstance(line, Line)
    assert line.occurred_at == int(datetime(2014, 7, 1, 10, tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('date = "when"\n', "", "columns.date: missing"),
        ('"when"', '""', "columns.date: must be a text"),
        ('"when"', "7", "columns.date: must be a text"),
        ("payer", 'payer"\nbank = "x', "columns.bank: unknown"),
        ('"minor"', '"cents"', "format.unit"),
        ('date = "%Y-%m-%d"\n', "", "format.date: missing"),
        ('"minor"', '"minor"\ntimezone = "Mars"', "format.timezone"),
        ('"minor"', '"minor"\ndelimiter = "||"', "format.delimiter"),
        ('"minor"', '"minor"\nencoding = "utf-99"', "format.encoding"),
        ('"minor"', '"minor"\n[kinds]\npayment = ["a"]', "kinds: "),
        ('"minor"', '"minor"\n[accounts]\nkind = "purse"', "accounts.kind"),
        ('"minor"', '"minor"\n[extra]\n', "extra: unknown"),
        ("[columns]", "[columns", "not TOML"),
    ],
)
def test_a_bad_map_names_its_key(old: str, new: str, said: str) -> None:
    with pytest.raises(MapError, match=said.replace("|", r"\|").replace("[", r"\[")):
        parse_map(MAP.replace(old, new))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("when,payer,payee\n", "columns.amount: the file has no column 'cents'"),
        ("when,payer,payee,cents,cents\n", "more than one column 'cents'"),
        (HEADING + '2014-02-01,"a"b,c,1\n', "line 2"),
        ("", "columns.date"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_whole(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(MapError, match=said):
        read(tmp_path, text)


def test_another_encoding_is_said(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_bytes((HEADING + "2014-02-01,épicerie,b,1\n").encode("cp1252"))
    with pytest.raises(MapError, match=r"format\.encoding"):
        list(read_lines(tmp_path / "history.csv", parse_map(MAP), 2))


def test_the_defaults_and_a_missing_map(tmp_path: Path) -> None:
    assert parse_map(MAP).account_kind is AccountKind.BUSINESS
    with pytest.raises(MapError, match="--map"):
        read_map(tmp_path / "none.toml")


def test_the_map_of_the_guide_is_a_map() -> None:
    guide = (Path(__file__).parents[2] / "docs/how-to/import-a-history.md").read_text(encoding="utf-8")
    csv_map = parse_map(guide.split("```toml\n")[1].split("```")[0])
    assert csv_map.columns["from"] == "payer" and csv_map.kinds["devis"] == "skip"


def test_the_table_of_names_is_private_and_reads_back(tmp_path: Path) -> None:
    names = with_new_names({}, ["mill", 'the "old", bakery', "mill"])
    place = tmp_path / "names.csv"
    write_names(place, names)
    assert len(names) == 2 and read_names(place) == names
    assert stat.S_IMODE(os.stat(place).st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["names.csv"]


def test_known_names_keep_their_account() -> None:
    mill = UUID(int=7)
    names = with_new_names({"mill": mill}, ["bakery", "mill"])
    assert names["mill"] == mill and names["bakery"] != mill


@pytest.mark.parametrize(
    "text",
    ["who,what\n", "name,account\nmill,not-an-id\n", "name,account\nmill\n",
     f"name,account\nmill,{UUID(int=1)}\nmill,{UUID(int=2)}\n", f"name,account\na,{UUID(int=1)}\nb,{UUID(int=1)}\n"],
)  # fmt: skip
def test_another_file_is_no_table_of_names(tmp_path: Path, text: str) -> None:
    place = tmp_path / "names.csv"
    place.write_text(text)
    with pytest.raises(NamesError, match="first run"):
        read_names(place)
