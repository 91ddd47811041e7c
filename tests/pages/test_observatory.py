"""The observatory without a browser: flows between currencies under the rule of secrecy, aims as they are typed, files."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID
from zipfile import ZipFile

import pytest

from api import reporting
from api.association.flows import Crossed, Party
from api.identity.principal import Role
from api.pages.frame import looking
from api.pages.frame.looking import Period, Pilot
from api.pages.frame.sheets import Number, Sheet, as_csv, as_xlsx
from api.pages.observatory import shown
from api.pages.observatory.between import Cell, between, grid
from ledger.analytics.answers.figures import WHOLE, Result, Table, Unit
from ledger.analytics.indicators import REGISTRY
from ledger.analytics.report.charts import svg
from ledger.analytics.source.scene import CurrencyFacts
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Model
from ledger.service import new_id
from tests.integration.served import STAFF, Clock, Place
from tests.pages.visiting import Site, Visitor, visited

RIV, MES = UUID(int=1), UUID(int=2)
PILOTS = [
    Pilot(RIV, "RIV", "Les Rives", "RIV", 2, Model.BACKED), Pilot(MES, "MES", "La Mesure", "MESURE", 2, Model.BACKED),
]  # fmt: skip
SPRING = Period(date(2026, 3, 1), date(2026, 6, 1))


def paid(month: str, people: int, *, back: bool = False, each: int = 500, shops: int = 3) -> list[Crossed]:
    """Payments of so many people to some shops, from RIV to MES or `back`."""
    source, currency, target = (MES, "MESURE", RIV) if back else (RIV, "RIV", MES)
    return [
        Crossed(
            month, source, target, currency, Party(UUID(int=100 + n), False), Party(UUID(int=900 + n % shops), True), each
        )
        for n in range(people)
    ]  # fmt: skip


def test_a_month_behind_which_few_stand_is_hidden_and_so_is_what_would_give_it_away() -> None:
    many = [each for month in ("2026-02", "2026-03", "2026-04") for back in (False, True) for each in paid(month, 12, back=back)]
    seen = grid([*many, *paid("2026-05", 4), *paid("2026-05", 12, back=True)])
    ways = {(RIV, "RIV", MES), (MES, "MESURE", RIV)}
    assert seen["2026-05", (RIV, "RIV", MES)].hidden, "four people, although three shops"
    hidden = {at for at, cell in seen.items() if cell.hidden}
    assert {way for _, way in hidden} == ways and len({month for month, _ in hidden}) == 2, "no sum gives it away"
    assert seen["2026-02", (RIV, "RIV", MES)] in (Cell(6_000, 12), Cell(None, None))


def test_one_who_is_almost_all_of_it_is_hidden() -> None:
    rich = Crossed("2026-03", RIV, MES, "RIV", Party(UUID(int=1), False), Party(UUID(int=900), True), 90_000)
    assert grid([*paid("2026-03", 14), rich])["2026-03", (RIV, "RIV", MES)].hidden


def test_months_and_pilots_are_chosen_after_the_protection() -> None:
    seen = grid([each for month in ("2026-02", "2026-03", "2026-04") for each in paid(month, 12)])
    found = between(seen, PILOTS, SPRING)
    assert [name for name, _ in found.ways] == ["Les Rives → La Mesure"]
    assert found.rows == (("2026-03", (Cell(6_000, 12),)), ("2026-04", (Cell(6_000, 12),)))
    assert found.said("fr")[0] == ("mars 2026", [("60,00 RIV", False)])
    picture = found.picture("en")
    assert picture is not None and "Les Rives → La Mesure" in picture and "<title" in picture
    assert between(seen, PILOTS[:1], SPRING).rows == (), "one pilot alone has no ways"
    assert between(grid([]), PILOTS, SPRING).picture("en") is None


@pytest.mark.parametrize(
    ("typed", "key", "kept"),
    [
        ("35", "recirculation.recirculation", 0.35), ("35,5 %", "recirculation.recirculation", 0.355),
        ("1.5", "velocity.per_year", 1.5), ("12 500,50", "circulation.average", 1_250_050.0),
        ("300", "participation.active_90", 300.0), ("many", "velocity.per_year", None), ("-1", "velocity.per_year", None),
    ],
)  # fmt: skip
def test_an_aim_is_typed_as_the_figure_is_read(typed: str, key: str, kept: float | None) -> None:
    assert shown.aim_of(typed, key, PILOTS[0]) == kept


def test_a_currency_at_rest_has_a_chart_of_some_size() -> None:
    columns = ("month", "issued", "other_in", "redeemed", "demurrage", "fees", "other_out", "balance")
    units = dict.fromkeys(columns[1:], Unit.CURRENCY)
    rest = Table(columns, tuple((f"2026-0{month}", 0, 0, 0, 0, 0, 0, 33_000) for month in (1, 2, 3)), units, WHOLE)
    drawn = svg(REGISTRY["in_and_out"], Result({}, {"by_month": rest}), CurrencyFacts("EBX", 2, Model.MUTUAL), "fr")
    assert drawn is not None and "Infinity" not in drawn


def test_sheets_hold_numbers_and_no_formulas() -> None:
    page = Sheet("Figures", [["Figure", "Value"], ["=cmd()", Number(0.25, "0.0%")], ["", None]])
    assert list(csv.reader(io.StringIO(as_csv([page, page]).decode("utf-8-sig"))))[:4] == [["Figure", "Value"], ["'=cmd()", "0.25"], ["", ""], []]
    with ZipFile(io.BytesIO(as_xlsx([page]))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<v>0.25</v>" in sheet and "<f>" not in sheet
        assert 'formatCode="0.0%"' in book.read("xl/styles.xml").decode()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(tmp_path: object, clock: Clock) -> Iterator[Site]:
    with visited(f"sqlite:///{tmp_path}/ledger.db", clock=clock) as found:
        yield found


def this_month(site: Site) -> str:
    return datetime.fromtimestamp(site.use.clock() / 10**9, UTC).strftime("%Y-%m")


def computed(office: Visitor, path: str) -> str:
    """A page, or a file of the observatory, when its figures have been computed."""
    for _ in range(300):
        answer = office.ask("GET", path)
        if answer.status_code != 503 and "refresh" not in answer.headers:
            return office.get(path)
        time.sleep(0.2)
    raise AssertionError(f"{path} is still being computed")


def trade(place: Place, people: int, firms: int) -> None:
    """People who pay firms, so that figures have enough behind them."""
    shops = [place.join(f"Firm {n}", MemberKind.BUSINESS) for n in range(firms)]
    for n in range(people):
        buyer = place.join(f"Person {n}", MemberKind.PERSON)
        place.do(c.Pay, payer=buyer.account, payee=shops[n % firms].account, amount=200 + n, currency=place.code)


def crossings(site: Site, other: Place, people: int) -> None:
    """As many people of the town as said pay 5.00 each to three shops of another."""
    life, here = site.use.association, site.riv
    mirrors = []
    for place in (here, other):
        account = new_id()
        place.do(c.OpenAccount, account=account, currency=f"{place.code}-B", kind=AccountKind.ASSOCIATION)
        place.do(c.Issue, account=account, amount=9_000, currency=f"{place.code}-B", euros=9_000)
        mirrors.append((place.community, account, 20_000))
    day = datetime.fromtimestamp(site.use.clock() / 10**9, UTC).date()
    link, _ = life.links.agree(mirrors[0], mirrors[1], STAFF, day)
    shops = [
        other.open(other.join(f"Shop {n}", MemberKind.BUSINESS).id, f"{other.code}-B", MemberKind.BUSINESS) for n in range(3)
    ]
    for n in range(people):
        payer = here.open(here.join(f"Traveller {n}", MemberKind.PERSON).id, "RIV-B", MemberKind.PERSON)
        here.do(c.Issue, account=payer, amount=600, currency="RIV-B", euros=600)
        hold = c.PlaceHold(
            id=new_id(), community=here.community, actor=payer, payer=payer, payee=link.account, amount=500,
            currency="RIV-B",
        )  # fmt: skip
        assert life.crossings.pay(link, hold, shops[n % 3]).state == "done"


def test_a_payment_through_a_convention_is_read_once_in_the_wallet(site: Site) -> None:
    """What was set aside for it has no sign, for nothing left by it; both lines name the other community."""
    crossings(site, Place(site.use, "MES", "Una", "Ulm"), 1)
    everybody = site.use.identity.people.page(site.riv.community, None, limit=50)
    (traveller,) = (each for each in everybody if each.name == "Traveller 0")
    wallet = site.enter(site.riv, Role.MEMBER, owner=traveller.id)
    owned = re.findall(r"/wallet/history\?account=([0-9a-f-]{36})", wallet.get("/wallet/history"))
    text = next(found for found in map(wallet.get, (f"/wallet/history?account={uid}" for uid in owned)) if "Set aside" in found)
    assert text.count("−5.00") == 1 and ">5.00 RIV-B<" in text
    assert text.count(">MES<") == 2


def test_the_region_reads_what_went_between_two_pilots(site: Site, clock: Clock) -> None:
    other = Place(site.use, "MES", "Una", "Ulm")
    crossings(site, other, 11)
    flows = site.use.association.flows
    (month,) = {each.month for each in flows.every()}
    assert len({each.payer for each in flows.every()}) == 11 and {each.payee.professional for each in flows.every()} == {True}
    chosen = f"pilot=RIV:RIV-B&pilot=MES:MES-B&from={month}&to={month}"
    office = site.enter(site.riv, Role.REGION_READER)
    assert "55.00 RIV-B" not in computed(office, f"/observatory/pilots?{chosen}"), "the month is under way"
    clock.days = 31
    office = site.enter(site.riv, Role.REGION_READER)
    assert "55.00 RIV-B" in office.get(f"/observatory/pilots?{chosen}")
    assert "Traveller" not in office.get(f"/observatory/pilots?{chosen}"), "sums, no names"
    answer = office.ask("GET", f"/observatory/charts/between?{chosen}")
    assert answer.status_code == 404, "one month is no curve"
    for path in (f"/observatory/pilots?{chosen}", f"/observatory/charts/between?{chosen}"):
        assert site.enter(site.riv, Role.OPERATOR).ask("GET", path).status_code == 403


def test_an_aim_that_is_no_number_is_named_at_its_field(site: Site) -> None:
    office = site.enter(site.riv, Role.REGION_READER)
    trade(site.riv, 12, 4)
    compared = "/observatory/pilots?pilot=RIV:RIV"
    while "being computed" in office.get(compared):
        time.sleep(0.2)
    form = {"back": compared, "goal_pilot": "RIV:RIV", "goal_figure": "recirculation.recirculation", "goal_value": "a third"}
    assert "Type a number" in office.post("/observatory/targets", form, 422).text
    assert office.post("/observatory/targets", form | {"goal_value": "33,5"}).headers["location"] == compared
    assert site.use.association.region.targets(site.riv.community)["recirculation.recirculation"].value == 0.335


def test_more_pilots_than_are_computed_at_once_wait_for_their_turn(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "WAITING", 1 - reporting.AT_ONCE)  # one at a time, none may wait
    monkeypatch.setattr(looking, "PATIENCE", 30.0)
    for code in ("MES", "TAR", "VAL"):
        Place(site.use, code, f"Una {code}", f"Ulm {code}")
    office = site.enter(site.riv, Role.REGION_READER)
    text = office.get("/observatory")
    assert [code for code in ("RIV", "MES", "TAR", "VAL") if f'aria-label="{code} · {code}"' not in text] == []


def test_two_looks_in_a_month_do_not_differ_by_a_payment(site: Site, clock: Clock) -> None:
    trade(site.riv, 14, 4)
    first, clock.days = this_month(site), 31
    office, everybody = site.enter(site.riv, Role.REGION_READER), site.stranger()
    months = ("", f"&from={first}&to={first}", f"&from={first}&to={this_month(site)}", f"&from={this_month(site)}&to=2199-01")

    def look() -> list[list[str]]:
        """The figures of each of those months, and of the page for everybody, without what is of the whole journal."""
        files = [computed(office, f"/observatory/files/pilots.csv?pilot=RIV:RIV{each}").splitlines() for each in months]
        public = re.sub(r"entry [0-9,]+", "", computed(everybody, "/observatory"))
        return [*([line for line in file if not line.startswith(("As of entry", "Merkle root"))] for file in files),
                re.findall(r"<main.*</main>", public, re.DOTALL)]  # fmt: skip

    before = look()
    assert f"Months,{first} – {first}" in ",".join(before[2]), "asked for up to now: up to the month that has ended"
    assert before[0] == before[3], "asked for what is under way: the last year"
    assert any(line.startswith('"Payments, added up",28.91,') for line in before[1])
    site.riv.do(c.Pay, payer=site.riv.ada.account, payee=site.riv.ben.account, amount=170, currency="RIV")
    assert look() == before
    french = site.enter(site.riv, Role.REGION_READER, lang="fr").get("/observatory/pilots")
    assert f'max="{first}"' in french and "Le mois en cours paraît lorsqu’il est terminé." in french
    assert "shown when it has ended" in everybody.get("/observatory")


def test_tables_of_a_chart_come_when_they_are_asked_for(site: Site, clock: Clock) -> None:
    trade(site.riv, 30, 6)
    month, clock.days = this_month(site), 31
    office, address = site.enter(site.riv, Role.REGION_READER), f"/observatory/pilots?pilot=RIV:RIV&from={month}&to={month}"
    asked = re.search(r'href="([^"#]+)#(t-RIV-RIV-[a-z_]+)" data-swap="#\2"', office.get(address))
    assert asked, "a chart offers its tables"
    text = office.get(asked[1])
    _, _, shown_there = text.partition(f'id="{asked[2]}"')
    assert "<table" in shown_there.partition("</figure>")[0] and text.count("<details") > 1
