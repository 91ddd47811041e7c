from __future__ import annotations

import re
import socket
from xml.etree import ElementTree

import pytest

from ledger.analytics.answers.figures import Result, Table, Unit
from ledger.analytics.answers.value_words import text_word
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.report.chart_catalogue import DRAWN, _trimmed, every_month
from ledger.analytics.report.chart_kinds import front, lines, stock_flow
from ledger.analytics.report.chart_style import FONT, PAGE_FONT, Canvas, number_locale, time_locale
from ledger.analytics.report.charts import charts, describe, svg, to_svg
from ledger.analytics.report.whole import answer
from ledger.analytics.source.scene import CurrencyFacts, Scene
from ledger.core.accounts import Model
from tests.analytics_valley import valley

RIV = CurrencyFacts("RIV", 2, Model.BACKED)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def backed() -> Scene:
    return valley()


def words(text: str) -> str:
    return " ".join(ElementTree.fromstring(text).itertext())


def drawable(scene: Scene) -> list[str]:
    return [
        each.name
        for each in REGISTRY
        if any(name == each.name for name, _ in DRAWN)
        and (scene.currency.model in each.models)
        and not each.needs
    ]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_chart_is_well_formed_and_says_what_it_shows(backed: Scene, lang: str) -> None:
    seen = set()
    for name in drawable(backed):
        found = answer(backed, REGISTRY[name])
        for chart in charts(found.indicator, found.result, backed.currency, lang):
            root = ElementTree.fromstring(chart.svg)
            assert root.get("role") == "img"
            assert root.findtext(f"{SVG}title") == chart.title
            description = root.findtext(f"{SVG}desc")
            assert description is not None and chart.title in description
            assert "NaN" not in chart.svg and "undefined" not in words(chart.svg), (name, chart.table)
            assert chart.width > 100
            seen.add((name, chart.table))
    assert {
        ("in_and_out", "by_month"),
        ("velocity", "by_month"),
        ("area_flows", "matrix"),
        ("paths", "into"),
    } <= seen
    assert {
        ("holding", "durations"),
        ("age", "pyramid"),
        ("rounds", "rounds"),
        ("retention", "curves"),
    } <= seen


def test_mutual_credit_and_hours_have_theirs() -> None:
    for model, name in ((Model.MUTUAL, "credit_risk"), (Model.TIME, "hour_balances")):
        scene = valley(model)
        found = answer(scene, REGISTRY[name])
        assert charts(found.indicator, found.result, scene.currency, "fr") != []


def test_every_chart_names_a_table_of_an_indicator() -> None:
    for name, table in DRAWN:
        assert name in REGISTRY, name
        assert table in REGISTRY[name].tables, (name, table)


def test_no_network_is_asked(backed: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a chart asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    found = answer(backed, REGISTRY["in_and_out"])
    drawn = svg(found.indicator, found.result, RIV)
    assert drawn is not None
    assert "http" not in drawn.replace("http://www.w3.org/", "")


def test_numbers_and_months_are_the_reader_s(backed: Scene) -> None:
    found = answer(backed, REGISTRY["circulation"])
    english, french = (words(str(svg(found.indicator, found.result, RIV, lang))) for lang in ("en", "fr"))
    assert "Feb 2025" in english and "févr. 2025" in french
    assert number_locale("fr")["decimal"] == ","
    assert time_locale("fr")["days"][0] == "dimanche"
    assert time_locale("en")["months"][0] == "January"


def test_nothing_is_drawn_of_nothing() -> None:
    indicator = REGISTRY["hours"]
    columns = ("sphere", "hours", "exchanges")
    nothing = Table(columns, (("individual", 0, 0), ("collective", 0, 0)), {"hours": Unit.CURRENCY})
    one = Table(columns, (("individual", 5, 1),), {"hours": Unit.CURRENCY})
    for table in (nothing, one, Table(columns, ())):
        assert svg(indicator, Result({}, {"by_sphere": table}), RIV) is None


def test_hidden_cells_are_not_drawn(backed: Scene) -> None:
    indicator = REGISTRY["area_flows"]
    columns = ("payer_area", "payee_area", "payments", "amount")
    rows = (("Romans", "Valence", 3, 700), ("Valence", "Romans", None, None), ("Romans", "Romans", 9, 900))
    drawn = svg(indicator, Result({}, {"matrix": Table(columns, rows, {"amount": Unit.CURRENCY})}), RIV)
    assert drawn is not None
    assert drawn.count('aria-roledescription="rect mark"') == 2


def test_markup_in_a_name_stays_text(backed: Scene) -> None:
    indicator = REGISTRY["leakage"]
    rows = (("<script>alert(1)</script>", 3, 100, 0.5, 0.1, None), ("b & c", 3, 100, 0.2, 0.1, None))
    columns = ("sector", "businesses", "receipts", "redeemed_share", "outside_share", "national_share")
    table = Table(columns, rows, {"redeemed_share": Unit.SHARE, "outside_share": Unit.SHARE})
    drawn = svg(indicator, Result({}, {"by_sector": table}), RIV)
    assert drawn is not None and "<script" not in drawn
    assert "<script>alert(1)</script>" in words(drawn)


def test_a_description_gives_the_range_of_each_column() -> None:
    canvas = Canvas("en", RIV, {"area": "Area", "amount": "Amount"})
    table = Table(("area", "amount"), (("Romans", 150), ("Valence", 2500)), {"amount": Unit.CURRENCY})
    assert (
        describe(canvas, "Payments", table)
        == "Payments. 2 lines. Area: Romans … Valence; Amount: 1.50 RIV – 25.00 RIV."
    )


def test_a_line_breaks_where_a_month_has_no_figures() -> None:
    indicator = REGISTRY["recirculation"]
    units = {"recirculation": Unit.SHARE, "reconversion": Unit.SHARE}
    months = ("2025-11", "2025-12", "2026-03", "2026-04")
    rows = tuple((month, 0.3, 0.4) for month in months)
    table = Table(("month", "recirculation", "reconversion"), rows, units)
    assert every_month(table, "month").column("month") == [
        "2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04"
    ]  # fmt: skip
    drawn = svg(indicator, Result({}, {"by_month": table}), RIV)
    assert drawn is not None and "Jan 2026" in words(drawn)
    lines = [path for path in re.findall(r' d="(M[^"Z]*)"', drawn) if path.count("L") == 2 == path.count("M")]
    assert len(lines) == 2, "each of both lines in two parts"
    by_year = Table(("month", "recirculation"), (("2025", 0.3), ("2027", 0.4)))
    assert every_month(by_year, "month") is by_year


def test_activities_are_called_by_name_in_the_reader_s_language() -> None:
    columns = ("payer_sector", "payee_sector", "payments", "amount")
    rows = (("10.71C", "47.19A", 3, 700), ("47.19A", "own code", 9, 900), ("47", None, 9, 900))
    table = Table(columns, rows, {"amount": Unit.CURRENCY})
    for lang, said in (
        ("en", ("Bakery", "Shop (47.19A)", "own code", "Shop (47)")),
        ("fr", ("Boulangerie", "Commerce (47.19A)", "own code", "Commerce (47)")),
    ):
        drawn = svg(REGISTRY["sector_flows"], Result({}, {"matrix": table}), RIV, lang)
        assert drawn is not None and all(f" {each} " in f" {words(drawn)} " for each in said)
    assert [text_word("sector", each) for each in ("00.10Z", "10.7x", "x")] == ["00.10Z", "10.7x", "x"]
    assert text_word("area", "47") == "47"


def test_a_page_has_its_own_type(backed: Scene) -> None:
    found = answer(backed, REGISTRY["velocity"])
    page, document = (
        svg(found.indicator, found.result, RIV, "en", font) for font in (PAGE_FONT, FONT)
    )  # fmt: skip
    assert page is not None and "Serif" not in page and "Arial, sans-serif" in page
    assert document is not None and "Libertinus Serif" in document


def test_a_front_names_those_on_it() -> None:
    canvas = Canvas("en", RIV, {})
    rows = [
        {"x": 1, "y": 9, "name": "bread", "on_front": True},
        {"x": 1, "y": 2, "name": "soap", "on_front": False},
    ]
    said = words(
        to_svg(front(canvas, rows, "x", "y", (Unit.COUNT, Unit.COUNT), "name"), "Front", "two", "en")
    )
    assert "bread" in said and "soap" not in said


def test_months_without_a_value_keep_their_place() -> None:
    canvas = Canvas("en", RIV, {})
    months = ["Jan 2025", "Feb 2025", "Mar 2025"]
    rows = [{"month": each, "issued": 5 * (each != "Feb 2025"), "redeemed": 0, "stock": 9} for each in months]
    both = stock_flow(canvas, rows, ("issued",), ("redeemed",), "stock").to_dict()["vconcat"]
    assert [part["encoding"]["x"]["scale"]["domain"] for part in both] == [months, months]
    gap = [{"month": each, "share": None if each == "Feb 2025" else 0.5} for each in months]
    line = lines(canvas, gap, ("share",), Unit.SHARE).to_dict()
    assert [row["value"] for row in line["data"]["values"]] == [0.5, None, 0.5]
    assert line["encoding"]["y"]["title"] == "share"


def test_a_band_begins_and_ends_where_it_is_known() -> None:
    rows = [{"month": str(at), "low": low, "high": 9} for at, low in enumerate((None, 1, None, 2, None))]
    assert [row["month"] for row in _trimmed(rows, ("low", "high"))] == ["1", "2", "3"]
    assert _trimmed(rows[:1], ("low", "high")) == []
    canvas = Canvas("fr", RIV, {})
    assert canvas.value("area", None, None) == "inconnu" and canvas.value("days", None, Unit.DAYS) is None


def test_the_title_of_a_matrix_stands_above_its_longest_label() -> None:
    long = "Saint-Martin-le-Châtelain et environs"
    rows = ((long, "Épicerie", 500), ("Épicerie", long, 300))
    table = Table(("payer_sector", "payee_sector", "amount"), rows, {"amount": Unit.CURRENCY})
    drawn = svg(REGISTRY["sector_flows"], Result({}, {"matrix": table}), RIV, "fr")
    (title,) = [each for each in ElementTree.fromstring(str(drawn)).iter(f"{SVG}text") if each.text == "Secteur du payeur"]
    assert "rotate" not in title.get("transform", "") and title.get("text-anchor") == "end"
    placed = re.match(r"translate\((-?[\d.]+),(-?[\d.]+)\)", title.get("transform", ""))
    assert placed and float(placed[2]) < 0, "above the first line of tiles"
