"""Reports over HTTP: who sees what, in which form, and what few members are behind stays hidden."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from api import reporting
from api.identity.principal import Role
from api.nightly import Nightly
from api.reporting import Reports, Wanted
from ledger.analytics.report.region import closed_months
from ledger.analytics.source.window import Window
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core.errors import Rejected, Unavailable
from ledger.jobs import Reports as ReportsJob
from ledger.jobs import prepare_here, run_jobs, with_reports
from ledger.service import new_id
from tests.integration.served import Clock, Place, Served, served

STAFF = (Role.OPERATOR, Role.TREASURER, Role.AUDITOR)

BEGINNING = "from=2020-01-01"


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Served]:
    path: Path = tmp_path_factory.mktemp("reports") / "ricochet.db"
    with served(f"sqlite:///{path}", clock=clock) as town:
        for amount in (100, 250, 300):
            town.pay(amount)
        yield town


def report(town: Served, token: str, name: str, query: str = "", expect: int = 200) -> Any:
    return town.get(token, f"/v1/reports/{name}?currency=RIV{query}", expect)


def figures(said: Any, name: str) -> dict[str, Any]:
    return next(dict(each["figures"]) for each in said["indicators"] if each["name"] == name)


def month_begun(town: Served) -> datetime:
    """When the month under way began, by the server's clock."""
    now = datetime.fromtimestamp(town.use.clock() // 10**9, UTC)
    return now.replace(day=1, hour=0, minute=0, second=0)


def closed(town: Served) -> str:
    """All months that have ended."""
    return f"{BEGINNING}&to={month_begun(town):%Y-%m-%d}"


def trade(town: Served) -> None:
    """Payments of 40 among so many that their sum may be read."""
    for _ in range(14):
        somebody = town.riv.join("Somebody", MemberKind.PERSON)
        firm = town.riv.join("Some firm", MemberKind.BUSINESS)
        for payer, payee in ((somebody, firm), (firm, somebody), (firm, town.riv.ben)):
            town.use.ledger.submit(
                c.Pay(
                    id=new_id(), community=town.riv.community, actor=payer.id, payer=payer.account, payee=payee.account,
                    amount=40, currency="RIV",
                )
            )  # fmt: skip


def test_an_association_reads_its_own(town: Served) -> None:
    head = town.use.ledger.reader.head(town.riv.community)
    for role in STAFF:
        said = report(town, town.riv.keys[role], "velocity")
        assert (said["head"]["entry"], said["head"]["root"]) == (head.seq, head.root.hex())
        assert figures(said, "velocity")["volume"]["value"] == 650
    whole = report(town, town.riv.keys[Role.AUDITOR], "all")
    assert len(whole["indicators"]) > 20


def test_a_member_reads_none(town: Served) -> None:
    for token in (town.riv.ada.token, town.riv.ben.token, ""):
        for address in ("/v1/reports", "/v1/reports/velocity?currency=RIV"):
            assert town.call(token, "GET", address).status_code == (403 if token else 401)


def test_the_list_says_what_there_is(town: Served) -> None:
    token = town.riv.keys[Role.AUDITOR]
    said = {each["name"]: each for each in town.get(token, "/v1/reports")["items"]}
    french = {each["name"]: each for each in town.get(token, "/v1/reports?lang=fr")["items"]}
    assert said["velocity"]["title"] != french["velocity"]["title"]
    assert said["input_output"]["needs"] == ["io_table"] and said["hours"]["models"] == ["time"]


def test_every_form(town: Served) -> None:
    token, address = town.riv.keys[Role.AUDITOR], "/v1/reports/{}?currency=RIV&format={}"

    def ask(name: str, form: str, expect: int = 200) -> Any:
        return town.call(token, "GET", address.format(name, form), expect)

    said = ask("velocity", "csv")
    assert said.headers["content-type"].startswith("text/csv") and ",volume,,,650," in said.text
    table = pq.read_table(io.BytesIO(ask("velocity", "parquet").content)).to_pylist()
    assert [row["whole"] for row in table if row["item"] == "volume"] == [650]
    assert ask("velocity", "pdf").content.startswith(b"%PDF")
    assert ask("velocity", "svg", 404).json()["code"] == "chart_not_found"


def test_the_region_reads_aggregates_of_whole_months_only(town: Served, clock: Clock) -> None:
    region = town.riv.keys[Role.REGION_READER]
    clock.days += 31
    query = f"&community=RIV&{closed(town)}"
    said = report(town, region, "pairs", query)
    hidden = figures(said, "pairs")
    assert {each["value"] for each in hidden.values()} == {None}, "one payer and one payee are behind it"
    assert {each["why"] for each in hidden.values()} == {"hidden"}
    assert (
        report(town, region, "pairs", "&community=RIV&from=2020-01-02&to=2025-01-01", 422)["field"] == "from"
    )
    assert report(town, region, "pairs", f"{query}&entry=5", 422)["field"] == "entry"
    trade(town)
    clock.days += 31
    query = f"&community=RIV&{closed(town)}"
    said = report(town, region, "pairs", query)
    assert figures(said, "pairs")["volume"]["value"] == 650 + 14 * 3 * 40
    own = report(town, town.riv.keys[Role.AUDITOR], "recirculation")
    top = next(each for each in own["indicators"])["tables"]["businesses"]["rows"]
    assert top and str(town.riv.ben.account) in {row[0] for row in top}
    seen = report(town, region, "recirculation", query)
    assert next(each for each in seen["indicators"])["tables"]["businesses"]["rows"] == []
    assert str(town.riv.ben.account) not in str(report(town, region, "all", query))


def test_two_looks_of_the_region_in_a_month_do_not_differ_by_a_payment(town: Served, clock: Clock) -> None:
    trade(town)
    clock.days += 31
    region, begun = town.riv.keys[Role.REGION_READER], month_begun(town)
    after = (begun + timedelta(days=31)).replace(day=1)
    query = f"&community=RIV&{closed(town)}"
    before = report(town, region, "all", query)
    assert figures(before, "velocity")["volume"]["value"] is not None
    for to in (after, after.replace(year=2199)):
        said = report(town, region, "velocity", f"&community=RIV&{BEGINNING}&to={to:%Y-%m-%d}", 422)
        last = begun - timedelta(days=1)
        assert (said["code"], said["field"]) == ("invalid_field", "to")
        assert f"{last:%Y-%m}; give {begun:%Y-%m-%d} or earlier" in said["detail"]
        said = report(town, region, "comparison", f"&community=RIV&{BEGINNING}&to={to:%Y-%m-%d}&pilots=BIG", 422)
        assert said["field"] == "to", "nor side by side"
    town.pay(170)
    after_it = report(town, region, "all", query)
    assert after_it["indicators"] == before["indicators"] and after_it["head"]["entry"] > before["head"]["entry"]
    unsaid = report(town, region, "all", f"&community=RIV&{BEGINNING}")
    assert unsaid["head"]["window"] == after_it["head"]["window"], "without `to`: up to the last month that has ended"
    own = report(town, town.riv.keys[Role.AUDITOR], "velocity", f"&from={begun:%Y-%m-%d}&to={after:%Y-%m-%d}")
    assert figures(own, "velocity")["volume"]["value"] == 170, "the association sees the month under way"


def test_the_month_has_ended_at_its_last_instant(town: Served) -> None:
    begun = int(month_begun(town).timestamp())
    closed_months(Window.between(0, begun), begun)
    with pytest.raises(Rejected) as refused:
        closed_months(Window.between(0, begun), begun - 1)
    assert refused.value.field == "to"


def test_the_region_sets_pilots_side_by_side(town: Served) -> None:
    region = town.riv.keys[Role.REGION_READER]
    other = Place(town.use, "MES", "Mona", "Noah's Nursery")
    query = f"&community=RIV&{closed(town)}&pilots=MES:MES"
    said = report(town, region, "comparison", query)
    assert str(other.community) not in str(said)
    assert list(said["head"]["beside"].values()) == [town.use.ledger.reader.head(other.community).root.hex()]
    rows = {row[0]: row[2] for row in said["indicators"][0]["tables"]["velocity"]["rows"]}
    assert rows["MES · MES"] is None, "too few are behind it"
    assert report(town, region, "velocity", query, 422)["field"] == "pilots"
    staff = town.riv.keys[Role.AUDITOR]
    assert report(town, staff, "comparison", f"&{closed(town)}&pilots=MES:MES", 403)["code"] == "not_allowed"
    assert report(town, region, "comparison", f"{query}&pilots=NONE", 404)["code"] == "community_not_found"


@pytest.mark.parametrize(
    ("name", "query", "status", "code"),
    [
        ("nonsense", "", 404, "report_not_found"),
        ("velocity", "&from=yesterday", 422, "invalid_field"),
        ("velocity", "&from=2026-01-01&to=2025-01-01", 422, "invalid_field"),
        ("velocity", "&entry=99999", 404, "entry_not_found"),
        ("velocity", "&format=doc", 422, "invalid_field"),
        ("Velocity", "", 404, "not_found"),
    ],
)
def test_what_cannot_be_asked_is_said(town: Served, name: str, query: str, status: int, code: str) -> None:
    assert report(town, town.riv.keys[Role.AUDITOR], name, query, status)["code"] == code


def test_a_currency_must_be_named_where_there_are_several(town: Served) -> None:
    said = town.get(town.riv.keys[Role.AUDITOR], "/v1/reports/velocity", 422)
    assert said["field"] == "currency" and "RIV-B" in said["detail"]


def wanted(town: Served, name: str) -> Wanted:
    return Wanted(
        community=town.riv.community, name=name, currency="RIV", start=None, end=None, entry=None, aggregates=False,
        form="json", lang="en",
    )  # fmt: skip


def test_equal_questions_are_computed_once_and_too_many_are_sent_away(
    town: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports, go_on, computed = Reports(town.use.ledger.reader, tmp_path, town.use.clock), threading.Event(), list[str]()

    def slow(self: Reports, asked: Wanted) -> tuple[str, str]:
        computed.append(asked.name)
        go_on.wait(10)
        return asked.name, "text/plain"

    monkeypatch.setattr(Reports, "_compute", slow)

    async def ask() -> list[Any]:
        same = [asyncio.create_task(reports.make(wanted(town, "same"))) for _ in range(5)]
        others = [
            asyncio.create_task(reports.make(wanted(town, f"n{at}")))
            for at in range(reporting.AT_ONCE + reporting.WAITING)
        ]
        await asyncio.sleep(0.05)
        same[0].cancel()
        go_on.set()
        found = await asyncio.gather(*same[1:], *others, return_exceptions=True)
        await asyncio.sleep(0.05)
        assert reports._asked == {}
        return found

    found = asyncio.run(ask())
    reports.close()
    assert found[:4] == [("same", "text/plain")] * 4 and computed.count("same") == 1
    assert isinstance(found[-1], Unavailable) and sum(isinstance(each, Unavailable) for each in found) == 1


def test_main_figures_stand_at_metrics_only_if_the_settings_ask(tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path}/quiet.db") as town:
        town.pay(300)
        assert "ricochet_circulation" not in town.call("", "GET", "/metrics").text
        nightly = Nightly(f"sqlite:///{tmp_path}/quiet.db", tmp_path / "reports", figures_too=True)
        job = ReportsJob(nightly, town.use.metrics.show, at_once=True)
        done = run_jobs(town.use.ledger, 12 * 3_600 * 10**9, jobs=with_reports(job))
        assert not done.errors and done.counts["communities' reports"] == 1
        text = town.call("", "GET", "/metrics").text
    assert 'ricochet_circulation{community="RIV",currency="RIV"} 300.0' in text
    assert 'ricochet_members_active{community="RIV",currency="RIV"} 2.0' in text
    assert "ricochet_velocity_year" in text


def test_the_night_comes_once(tmp_path: Path) -> None:
    hour, night = 3_600 * 10**9, 2 * 3_600 * 10**9
    with served(f"sqlite:///{tmp_path}/night.db") as town:
        job = ReportsJob(prepare_here(tmp_path / "reports"))
        assert [
            job(town.use.ledger, at) for at in (0, night, night + hour, 12 * hour, 24 * hour + night)
        ] == [0, 1, 0, 0, 1]
