"""The desk's figures: what is reported first, months, files that hold numbers, aims in the figure's own words."""

from __future__ import annotations

import csv
import io
import time
from codecs import BOM_UTF8
from collections.abc import Iterator
from zipfile import ZipFile

import pytest

from api.identity.principal import Role
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from tests.integration.served import STAFF, Place
from tests.pages.visiting import Site, Visitor, visited


@pytest.fixture
def site(tmp_path: object) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path}/ledger.db") as found:
        yield found


def trade(place: Place) -> None:
    """Two persons pay a firm 3.00 and 2.00; it pays 1.00 back to the first."""
    one, two = (place.join(name, MemberKind.PERSON) for name in ("One", "Two"))
    for payer, payee, amount in ((one, place.ben, 300), (two, place.ben, 200), (place.ben, one, 100)):
        place.do(c.Pay, payer=payer.account, payee=payee.account, amount=amount, currency="RIV")


def figures(desk: Visitor, query: str = "currency=RIV") -> str:
    """The page when the figures are there."""
    for _ in range(100):
        text = desk.get(f"/desk/figures?{query}")
        if "being computed" not in text:
            return text
        time.sleep(0.2)
    pytest.fail("the figures never came")


def test_what_is_reported_comes_first_the_rest_under_its_heading(site: Site) -> None:
    trade(site.riv)
    site.use.association.region.set_target(site.riv.community, "recirculation.recirculation", 0.35, "", STAFF)
    text = figures(site.enter(site.riv, Role.TREASURER))
    first, _, rest = text.partition("All figures")
    for label in ("Registered members", "Dues paid", "Active in 90 days", "Payments between professionals", "Payments, added up"):
        assert f">{label} " in first, label
    assert "dues are not known" in first, "three counts always"
    assert "6.00 RIV" in first and "20% aim: 35%" in " ".join(first.replace("<small>", "").split())
    assert "Month by month" in first and rest.count('class="card heading"') > 3 and "How it is counted" in rest


def test_files_hold_numbers_in_units(site: Site) -> None:
    trade(site.riv)
    desk = site.enter(site.riv, Role.TREASURER, lang="fr")
    figures(desk)
    answer = desk.ask("GET", "/desk/figures/report.csv?currency=RIV")
    assert answer.content.startswith(BOM_UTF8), "a spreadsheet knows the accents by it"
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    paid = next(line for line in lines if line[:1] == ["Montant des paiements"])
    assert paid[1:4] == ["6,00", "RIV", "6,00 RIV"]
    assert [line[0] for line in lines if line and line[0].startswith("Racine")] == ["Racine de Merkle"]
    with ZipFile(io.BytesIO(desk.ask("GET", "/desk/figures/report.xlsx?currency=RIV").content)) as book:
        names = book.read("xl/workbook.xml").decode()
        assert 'name="Chiffres"' in names and 'name="Mois par mois"' in names
        assert "<v>6</v>" in book.read("xl/worksheets/sheet1.xml").decode()
    data = desk.ask("GET", "/desk/figures/report.data?currency=RIV")
    for _ in range(50):
        if data.status_code != 503:
            break
        time.sleep(0.2)
        data = desk.ask("GET", "/desk/figures/report.data?currency=RIV")
    assert data.content.decode("utf-8-sig").startswith("section,indicator,item")
    assert data.headers["content-disposition"].endswith('.data.csv"')


def test_months_without_payments_say_so(site: Site) -> None:
    text = figures(site.enter(site.riv, Role.AUDITOR), "currency=RIV&from=2001-01&to=2001-03")
    assert "Registered members" in text and ">nan" not in text.lower()
