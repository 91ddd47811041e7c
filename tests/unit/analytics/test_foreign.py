"""Reading a ledger from elsewhere: any reasonable file, and every bad row by its place."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ledger.analytics.foreign.cells import read_moment
from ledger.analytics.foreign.record import ForeignFacts, foreign_scene
from ledger.analytics.foreign.source import ForeignError

HEAD = "id,time,kind,from,to,amount\n"
DAY = 86_400


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.csv"


def read(
    file: Path, content: str | bytes, accounts: str | None = None, **options: Any
) -> list[tuple[object, ...]]:
    """The movements: time, kind, from, to, amount."""
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    listed = None
    if accounts is not None:
        listed = file.with_name("accounts.csv")
        listed.write_text(accounts)
    with foreign_scene(file, listed, **options) as scene:
        return scene.rows(
            "SELECT time, m.kind, a.label, b.label, amount FROM movement m LEFT JOIN account a ON src = a.account"
            " LEFT JOIN account b ON dst = b.account ORDER BY seq"
        )


def refusal(file: Path, content: str | bytes, accounts: str | None = None, **options: Any) -> tuple[str, ...]:
    with pytest.raises(ForeignError) as refused:
        read(file, content, accounts, **options)
    return refused.value.faults


def test_what_an_empty_side_means(file: Path) -> None:
    rows = read(file, HEAD + "1,10,,,ann,500\n2,20,,ann,bob,300\n3,30,,bob,,200\n4,40,demurrage,ann,,1\n")
    assert rows == [
        (10, "issue", None, "ann", 500), (20, "transfer", "ann", "bob", 300), (30, "redeem", "bob", None, 200),
        (40, "demurrage", "ann", None, 1),
    ]  # fmt: skip


def test_kind_and_id_may_be_missing(file: Path) -> None:
    assert read(file, "time,from,to,amount\n5,a,b,1\n") == [(5, "transfer", "a", "b", 1)]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-02", DAY),
        ("1970-01-02 00:00", DAY),
        ("1970-01-02T00:00:00Z", DAY),
        ("1970-01-02t02:00:00+02:00", DAY),
        ("1970-01-01 18:30:00-0530", DAY),
        ("1970-01-02T00:00:00.999999", DAY),
        ("2024-02-29", 1_709_164_800),
        ("1969-12-31T23:59:59.5Z", -1),
        ("2024-02-29 00:00:00 UTC", 1_709_164_800),
        ("12345", 12_345),
        ("-7", -7),
        ("1900-01-01", -2_208_988_800),
        ("2199-12-31T23:59:59", 7_258_118_399),
    ],
)
def test_times(file: Path, text: str, seconds: int) -> None:
    assert read(file, HEAD + f"1,{text},,a,b,1\n")[0][0] == seconds
    assert read_moment(text) == seconds


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no time"),
        ("2023-02-29", "is not a time"),
        ("01/02/2023", "day or month first"),
        ("31/12/2023 10:05", "YYYY-MM-DD"),
        ("12.5", "is not a time"),
        ("1700000000000", "divide them by 1000"),
        (str(-(2**63)), "is not a time"),
        (str(-(2**59)), "is not a time"),
        ("2023-01-01T10:00:00 Paris", "is not a time"),
        ("2023-01-01T10:00:00+25:00", "is not a time"),
        ("0202-01-01", "outside the years 1900 to 2199"),
        ("2200-01-01T00:00:00", "outside the years 1900 to 2199"),
        ("7258118400", "outside the years 1900 to 2199"),
    ],
)
def test_times_that_are_none(file: Path, text: str, says: str) -> None:
    (fault,) = refusal(file, HEAD + f"1,{text},,a,b,1\n")
    assert fault.startswith("line 2, column time: ") and says in fault
    with pytest.raises(ValueError, match=says):
        read_moment(text)


def test_dates_without_dashes_are_not_taken_for_seconds(file: Path) -> None:
    faults = refusal(file, HEAD + "1,20250131,,a,b,1\n2,20251231,,b,a,1\n")
    assert faults[1].endswith("20251231 would be seconds since 1970; a date has dashes: 2025-12-31")
    assert len(read(file, HEAD + "1,20250131,,a,b,1\n2,20259999,,b,a,1\n")) == 2, "these are seconds"


def test_dates_and_seconds_do_not_mix(file: Path) -> None:
    (fault,) = refusal(file, HEAD + "1,2023-01-01,,a,b,1\n2,2023-01-02,,a,b,1\n3,99,,a,b,1\n")
    assert fault.startswith("line 4, column time: some times are whole seconds")


def test_a_line_of_sums_is_one_fault_of_its_time_and_blames_no_other(file: Path) -> None:
    faults = refusal(file, HEAD + "1,5,,,a,1\n2,6,,a,b,1\n3,Total,,a,b,2\n")
    assert len(faults) == 1 and faults[0].startswith("line 4, column time: 'Total' is not a time")


@pytest.mark.parametrize(
    ("text", "scale", "minor"),
    [("7", None, 7), (str(2**53 - 1), None, 2**53 - 1), ("+7", None, 7), ("007", None, 7), (" 7 ", None, 7),
     ("7", 2, 700), ("7.5", 2, 750), ("7,05", 2, 705), ("0.01", 2, 1), ("7.5000", 2, 750), ("3", 0, 3),
     ("3.0", 0, 3), ("3,00", 0, 3)],
)  # fmt: skip
def test_amounts(file: Path, text: str, scale: int | None, minor: int) -> None:
    assert read(file, HEAD + f'1,5,,a,b,"{text}"\n', scale=scale)[0][4] == minor


@pytest.mark.parametrize(
    ("text", "scale", "says"),
    [
        ("0", None, "not above 0"),
        ("-5", None, "not above 0"),
        ("12.50", None, "--scale 2"),
        ("12.505", 2, "more decimals than --scale 2"),
        (str(2**53), None, "largest amount"),
        (str(10**30), None, "largest amount"),
        ("1e3", None, "is not an amount"),
        ("1 000", None, "is not an amount"),
        ("", None, "no amount"),
        ("12.00", None, "or --scale 0 for none"),
        ("12.50", 0, "more decimals than --scale 0"),
        ("12.", 0, "is not an amount"),
        ("0.00", 2, "not above 0"),
        ("90071992547410.00", 2, "largest amount"),
    ],
)
def test_amounts_that_are_none(file: Path, text: str, scale: int | None, says: str) -> None:
    (fault,) = refusal(file, HEAD + f'1,5,,a,b,"{text}"\n', scale=scale)
    assert fault.startswith("line 2, column amount: ") and says in fault


def test_order_is_time_then_number_then_file(file: Path) -> None:
    numbered = read(file, HEAD + "10,5,,a,b,1\n9,5,,a,b,2\n2,4,,a,b,3\n")
    assert [row[4] for row in numbered] == [3, 2, 1]
    named = read(file, HEAD + "x10,5,,a,b,1\nx9,5,,a,b,2\nx2,4,,a,b,3\n")
    assert [row[4] for row in named] == [3, 1, 2]
    within = read(file, HEAD + "2,1970-01-01T00:00:00.2Z,,a,b,1\n1,1970-01-01T00:00:00.9Z,,a,b,2\n")
    assert [row[4] for row in within] == [1, 2]


def test_quotes_blanks_letters_and_line_ends(file: Path) -> None:
    content = '\ufeffid,time,kind,from,to,amount\r\n1,5, Transfer ,"Café, ""Le Rond""", Żółw\t\u00a0,1\r\n\r\n2,6,,𝔸,b c,2\r\n'
    assert read(file, content) == [
        (5, "transfer", 'Café, "Le Rond"', "Żółw", 1),
        (6, "transfer", "𝔸", "b c", 2),
    ]


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_marks_between_cells(file: Path, mark: str) -> None:
    assert read(file, (HEAD + "1,5,,a,b,1\n").replace(",", mark)) == [(5, "transfer", "a", "b", 1)]


def test_columns_under_other_titles(file: Path) -> None:
    columns = {"time": "When, UTC", "from": "payer", "to": "payee", "amount": "amount_cents"}
    file.write_text('"When, UTC",payer,payee,amount_cents,note\n5,a,b,1,hello\n')
    with foreign_scene(file, None, columns) as scene:
        facts = scene.loaded["foreign"]
        assert isinstance(facts, ForeignFacts)
        assert (facts.rows, facts.unit, scene.number("SELECT sum(amount) FROM movement")) == (1, "cents", 1)


def test_columns_that_are_not_there(file: Path) -> None:
    faults = refusal(file, "id,when,src,to,amount,amount\n1,5,a,b,1,1\n")
    assert len(faults) == 3
    assert "no column 'time' for `time`; the file has id, when, src, to, amount, amount" in faults[0]
    assert "no column 'from'" in faults[1] and "more than one column is called 'amount'" in faults[2]
    assert "is none of id, time" in refusal(file, HEAD, columns={"payer": "from"})[0]
    assert "no column 'nr' for `id`" in refusal(file, HEAD, columns={"id": "nr"})[0]


def test_nothing_in_it(file: Path) -> None:
    assert "the file is empty" in refusal(file, b"")[0]
    assert "no heading" in refusal(file, b"\n\n")[0]
    assert read(file, HEAD) == []
    assert read(file, HEAD.strip()) == []


def test_every_bad_row_is_named_up_to_twenty(file: Path) -> None:
    content = HEAD + "".join(f"{number},5,,a,b,0\n" for number in range(30))
    with pytest.raises(ForeignError) as refused:
        read(file, content)
    assert len(refused.value.faults) == 20
    assert "30 faults, nothing was read" in str(refused.value)
    assert str(refused.value).endswith("and 10 more")
    assert refused.value.faults[19].startswith("line 21, column amount")


def test_lines_are_those_of_the_file(file: Path) -> None:
    content = HEAD + '\n1,5,,"a\n",b,1\n\n2,5,,a,b,zero\n'
    faults = refusal(file, content)
    assert faults[0].startswith("line 3, column from: a line break")
    assert faults[1].startswith("line 6, column amount: 'zero'")


def test_rows_of_another_length(file: Path) -> None:
    faults = refusal(file, HEAD + "1,5,,a,b,1\n2,5,a,b,1\n3,5,,a,b,1,extra\n")
    assert [fault.split(":")[0] for fault in faults] == ["line 3", "line 4"]


def test_quotes_that_swallow_rows(file: Path) -> None:
    head = HEAD.replace("amount", "amount,note")
    (fault,) = refusal(file, head + '1,5,,a,b,1,"well\n2,6,,a,b,1,fine\n3,7,,a,b,1,fine\n')
    assert fault == "line 2: a quote is opened and never closed"
    (fault,) = refusal(file, head + '"1,5,,a,b,1,x\n2",6,,a,b,1,fine\n')
    assert fault.startswith("line 2, column id: a line break")
    assert len(read(file, head + '1,5,,a,b,1,"two\nlines"\n')) == 1
    assert len(read(file, head + '1,5,,a,b,1,a 5" pipe\n')) == 1


def test_bytes_that_are_no_text(file: Path) -> None:
    assert refusal(file, HEAD.encode() + "1,5,,é,b,1\n".encode("latin-1")) == (
        "line 2: not UTF-8; save the file as UTF-8",
    )
    assert "not UTF-8" in refusal(file, HEAD.encode("utf-16"))[0]


@pytest.mark.parametrize("word", ["NULL", "None", "nan", "\\N"])
def test_an_empty_cell_spelled_out_is_no_account(file: Path, word: str) -> None:
    (fault,) = refusal(file, HEAD + f"1,5,,{word},b,1\n")
    assert fault.startswith("line 2, column from: ") and "leave it empty" in fault
    assert "column to: " in refusal(file, HEAD + f"1,5,,b,{word},1\n")[0]


def test_our_names_in_capitals(file: Path) -> None:
    assert read(file, "Time;FROM;To;amount\n5;a;b;1\n") == [(5, "transfer", "a", "b", 1)]
    assert "no column 'time'" in refusal(file, "Time,TIME,from,to,amount\n5,5,a,b,1\n")[0]


def test_files_that_are_packed(file: Path) -> None:
    assert "call it ledger.csv.gz" in refusal(file, gzip.compress(HEAD.encode()))[0]
    assert "save the table as CSV" in refusal(file, b"PK\x03\x04 a workbook")[0]


def test_moments_of_parquet_without_end(tmp_path: Path) -> None:
    path = tmp_path / "ledger.parquet"
    duckdb.execute(
        f"COPY (SELECT TIMESTAMP 'infinity' AS time, 'a' AS \"from\", 'b' AS \"to\", 1 AS amount) TO '{path}'"
    )
    with pytest.raises(ForeignError, match="row 1, column time: 'infinity' is not a time"):
        read(path, path.read_bytes())


def test_an_id_twice(file: Path) -> None:
    (fault,) = refusal(file, HEAD + "1,5,,a,b,1\n2,5,,a,b,1\n1,6,,a,b,1\n")
    assert fault == "line 4, column id: the id '1' is that of line 2 too; remove one of them"
    assert "no id" in refusal(file, HEAD + ",5,,a,b,1\n")[0]


def test_sides_that_make_no_sense(file: Path) -> None:
    faults = refusal(
        file, HEAD + "1,5,,,,1\n2,5,issue,a,b,1\n3,5,redeem,a,b,1\n4,5,fee,,b,1\n5,5,gift,a,b,1\n"
    )
    assert [fault.split(":")[0] for fault in faults] == ["line 2, column from", "line 6, column kind"]
    assert "both sides are empty" in faults[0]
    assert "'gift' is not a kind; it is one of transfer, issue" in faults[1]
    faults = refusal(file, HEAD + "2,5,issue,a,b,1\n3,5,redeem,a,b,1\n4,5,fee,,b,1\n")
    assert [fault.split(":")[0] for fault in faults] == [
        "line 2, column from", "line 3, column to", "line 4, column from",
    ]  # fmt: skip
    assert "with the kind `system`" in faults[0]
