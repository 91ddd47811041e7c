from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pypdf
import pytest

from ledger.analytics.indicators import REGISTRY
from ledger.analytics.report import document
from ledger.analytics.report.document_words import LACKING, MAIN, SILENT, WORDS, days
from ledger.analytics.report.whole import SECTIONS, Report, build
from ledger.analytics.source.window import DAY, Window
from ledger.core.accounts import Model
from tests.analytics_town import Move, town
from tests.analytics_valley import valley


@pytest.fixture(scope="module")
def report() -> Report:
    return build(valley(), REGISTRY)


@pytest.fixture(scope="module")
def french(report: Report) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(document.pdf(report, "fr")))


def text(reader: pypdf.PdfReader) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def test_the_cover_says_what_it_follows_from(french: pypdf.PdfReader, report: Report) -> None:
    cover = french.pages[0].extract_text()
    assert "town · RIV" in cover
    assert "du 1er janvier 2025 au 31 décembre 2025" in cover
    assert report.head.root in cover
    assert str(report.head.as_of) in cover
    assert "Monnaie en circulation" in cover


def test_accents_titles_and_methods_are_there(french: pypdf.PdfReader, report: Report) -> None:
    said = text(french)
    for answer in report.answers:
        assert " ".join(answer.indicator.title_fr.split())[:24] in said, answer.indicator.name
        assert f"ricochet report {answer.indicator.name}" in said
    for letter, (_, title) in SECTIONS.items():
        assert f"{letter}. {title}" in said
    assert "mesuré" in said
    assert LACKING["io_table"][1][:40] in said
    assert SILENT["I"][1][:40] in said or "Effet et coût" in said


def test_it_is_tagged_has_a_language_and_embeds_its_fonts(french: pypdf.PdfReader) -> None:
    root: Any = french.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
    fonts = set()
    for page in french.pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"].get_object()), font
            fonts.add(str(inner["/BaseFont"]).split("+")[-1].split("-")[0])
    assert "LibertinusSerif" in fonts


def test_charts_are_there_with_words_for_them(french: pypdf.PdfReader) -> None:
    figures = structure(french, "/Figure")
    assert len(figures) >= 15
    assert all(len(str(each["/Alt"])) > 20 for each in figures)
    assert len(structure(french, "/TH")) > 50, "tables have heads"


def structure(reader: pypdf.PdfReader, kind: str) -> list[pypdf.generic.DictionaryObject]:
    root: Any = reader.trailer["/Root"]
    found, left = [], [root["/StructTreeRoot"]]
    while left:
        each = left.pop().get_object()
        if isinstance(each, pypdf.generic.ArrayObject):
            left += each
        elif isinstance(each, pypdf.generic.DictionaryObject):
            if each.get("/S") == kind:
                found.append(each)
            if "/K" in each:
                left.append(each["/K"])
    return found


def test_no_page_is_empty(french: pypdf.PdfReader) -> None:
    assert [number for number, page in enumerate(french.pages, 1) if len(page.extract_text()) < 120] == []


def test_one_indicator_is_a_short_document() -> None:
    made = pypdf.PdfReader(io.BytesIO(document.pdf(build(valley(), [REGISTRY["velocity"]]), "en")))
    assert len(made.pages) <= 5
    said = text(made)
    assert "Contents" not in said
    assert "1 January 2025 to 31 December 2025" in said
    assert "H. Environment" not in said


def test_an_empty_record_makes_a_document() -> None:
    for model in Model:
        made = document.pdf(build(town([], window=Window.between(0, 10 * DAY), model=model), REGISTRY), "en")
        assert made.startswith(b"%PDF")


def test_hours_are_written_as_hours(tmp_path: Path) -> None:
    report = build(valley(Model.TIME), [REGISTRY["hours"], REGISTRY["hour_balances"]])
    said = document.content(report, "fr", tmp_path)
    titles = [table["title"] for each in said["sections"][0]["answers"] for table in each["tables"]]
    assert "Par sphère (heures)" in titles
    assert said["main"][0]["value"].endswith(" h")
    assert said["main"][0]["title"] == "Heures échangées"


def test_everything_that_is_said_can_be_read_again(report: Report, tmp_path: Path) -> None:
    for lang in ("en", "fr"):
        said = document.content(report, lang, tmp_path)
        assert json.loads(json.dumps(said, allow_nan=False)) is not None
        for section in said["sections"]:
            for answer in section["answers"]:
                for table in answer["tables"]:
                    assert len(table["rows"]) <= document.ROWS_IF_ALL
                    assert all(len(row) == len(table["headings"]) for row in table["rows"])
                    assert table["rows"] or table["more"]
                    assert table["chart"] is None or (tmp_path / table["chart"]["file"]).is_file()


def test_long_tables_show_the_largest(report: Report, tmp_path: Path) -> None:
    said = document.content(report, "en", tmp_path)
    tables = {
        table["title"]: table for each in said["sections"] for a in each["answers"] for table in a["tables"]
    }
    title = REGISTRY["sector_flows"].tables["matrix"][0]
    table = next(each for name, each in tables.items() if name.startswith(title))
    amounts = [float(row[-1].replace(",", "")) for row in table["rows"]]
    assert len(amounts) == document.ROWS
    assert amounts == sorted(amounts, reverse=True)
    assert "more rows" in table["more"]


def test_tables_along_time_show_their_end_and_what_is_unknown_is_said(tmp_path: Path) -> None:
    moves: list[Move] = [
        (month * 31 * DAY, "transfer", "ann" if month % 2 else "bob", "shop", 100) for month in range(40)
    ]
    scene = town(moves, {"bob": {"area": "north"}, "shop": {"area": "south", "sector": "56.10A"}})
    said = document.content(build(scene, [REGISTRY["velocity"], REGISTRY["circulation"]]), "fr", tmp_path)
    velocity, circulation = (
        {table["title"].split(" (")[0]: table for table in answer["tables"]}
        for section in said["sections"]
        for answer in sorted(section["answers"], key=lambda each: each["title"] != "Vitesse de circulation")
    )
    shown = circulation["Monnaie en circulation par mois"]
    assert len(shown["rows"]) == document.ROWS
    assert shown["rows"][-1][0] == "avr. 1973" and shown["more"].startswith("26 lignes antérieures")
    assert [row[0] for row in velocity["Vitesse par territoire du payeur"]["rows"]] == ["north", "south", "inconnu"]


def test_account_names_are_cut_to_what_is_their_own() -> None:
    assert document._short("01890a5d-ac96-774b-bcce-b302099a8057") == "…099a8057"
    assert document._short("Bourg-de-Péage") == "Bourg-de-Péage"


def test_the_last_day_is_one_that_the_window_has() -> None:
    assert days(Window.between(0, 10 * DAY), "en") == ("1 January 1970", "10 January 1970")
    assert days(Window.whole(0, 10 * DAY), "fr") == ("1er janvier 1970", "11 janvier 1970")


def test_every_word_has_two_languages_and_every_main_figure_exists() -> None:
    for words in (WORDS, LACKING, SILENT):
        assert all(all(pair) for pair in words.values())
    for name, key in MAIN:
        assert key in REGISTRY[name].figures, (name, key)
    needs = {need for each in REGISTRY for need in each.needs}
    assert needs <= set(LACKING), needs - set(LACKING)
