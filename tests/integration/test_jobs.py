"""What time does: once, whoever runs it and however often."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from ledger import jobs
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Model
from ledger.core.errors import Code, Rejected
from ledger.core.policy import Policy
from ledger.service import OPERATOR
from ledger.store.verify import verify
from tests.integration.scene import DAY, SECOND, Clock, Scene, fixed_id, opened


def ns(year: int, month: int, day: int = 1) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * SECOND


@pytest.fixture
def scene(engine_url: str) -> Iterator[Scene]:
    clock = Clock(ns(2026, 1, 1))
    with opened(engine_url, clock) as ledger:
        scene = Scene(ledger, clock)
        policy = Policy(default_line=200_000, demurrage_bp_year=600, demurrage_exempt=("public",))
        scene.do(c.DefineCurrency, code="EBX", scale=2, model=Model.MUTUAL, policy=policy)
        for name in ("mill", "bakery", "frozen"):
            scene.do(c.OpenAccount, account=name, currency="EBX", kind=AccountKind.BUSINESS)
        scene.do(c.OpenAccount, account="town", currency="EBX", kind=AccountKind.PUBLIC)
        yield scene
    assert verify(engine_url).ok


def place(scene: Scene, seconds: int) -> UUID:
    return scene.do(
        c.PlaceHold, payer="mill", payee="bakery", amount=100, currency="EBX", seconds=seconds
    ).command_id


def test_due_holds_expire_once(scene: Scene) -> None:
    due = [place(scene, 60) for _ in range(3)]
    later, never = place(scene, 10_000), place(scene, 0)
    scene.clock.now += 100 * SECOND
    assert jobs.expire_holds(scene.ledger, scene.clock.now) == 3
    assert jobs.expire_holds(scene.ledger, scene.clock.now) == 0
    states = [scene.ledger.reader.hold(scene.community, hold).resolved for hold in (*due, later, never)]
    assert states == ["expired"] * 3 + ["", ""]
    entry = scene.ledger.reader.entry_at(scene.community, scene.ledger.reader.head(scene.community).seq)
    assert (entry.command, entry.actor) == ("expire_hold", OPERATOR)


def test_more_due_holds_than_a_page(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PAGE", 2)
    for _ in range(5):
        place(scene, 60)
    scene.clock.now += 100 * SECOND
    assert jobs.expire_holds(scene.ledger, scene.clock.now) == 5


def test_heads_are_signed_when_they_moved_and_the_last_signature_is_old(scene: Scene) -> None:
    def sign() -> int:
        return jobs.sign_checkpoints(scene.ledger, scene.clock(), every=3_600 * SECOND)

    assert (sign(), sign()) == (1, 0)
    scene.clock.now += 2 * DAY
    assert sign() == 0
    place(scene, 0)
    assert (sign(), sign()) == (1, 0)
    place(scene, 0)
    assert sign() == 0
    newest = scene.ledger.reader.latest_checkpoint(scene.community)
    assert newest is not None and newest.size == scene.ledger.reader.head(scene.community).seq - 1


def test_refusals_are_forgotten_after_thirty_days(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.upkeep.MOST", 2)
    monkeypatch.setattr(jobs, "MOST", 2)
    refused = [
        scene.command(c.Pay, payer="mill", payee="bakery", amount=10**9, currency="EBX") for _ in range(5)
    ]
    scene.ledger.submit_many(refused)
    other = replace(
        scene.command(c.Pay, payer="mill", payee="bakery", amount=1, currency="EBX"), id=refused[0].id
    )
    assert jobs.forget_refusals(scene.ledger, scene.clock.now + 30 * DAY - 60 * SECOND) == 0
    with pytest.raises(Rejected) as reused:
        scene.ledger.submit(other)
    assert reused.value.code is Code.ID_REUSED
    assert jobs.forget_refusals(scene.ledger, scene.clock.now + 31 * DAY) == 5
    assert not scene.ledger.submit(other).replayed


def test_a_month_of_demurrage_is_charged_once(scene: Scene) -> None:
    for payer, payee in (("mill", "bakery"), ("mill", "frozen"), ("bakery", "town")):
        scene.do(c.Pay, payer=payer, payee=payee, amount=36_500, currency="EBX")
    scene.do(c.Pay, payer="mill", payee="bakery", amount=36_500, currency="EBX")
    scene.do(c.FreezeAccount, account="frozen", debits=True, credits=False)
    scene.clock.now = ns(2026, 5, 10)
    assert jobs.charge_demurrage(scene.ledger, scene.clock()) == 1
    assert jobs.charge_demurrage(scene.ledger, scene.clock()) == 0
    # 365.00 for the whole days from the 90th to the end of April, at 6 % a year
    bakery = scene.ledger.reader.account(scene.community, fixed_id("bakery"))
    assert bakery.charged_through == ns(2026, 5, 1)
    assert bakery.balance == 36_500 - 6 * 29
    scene.do(c.FreezeAccount, account="frozen", debits=False, credits=False)
    assert jobs.charge_demurrage(scene.ledger, scene.clock()) == 1
    town = scene.ledger.reader.account(scene.community, fixed_id("town"))
    assert (town.balance, town.charged_through) == (36_500, 0)
    scene.clock.now = ns(2026, 6, 1)
    assert jobs.charge_demurrage(scene.ledger, scene.clock()) == 2


@pytest.mark.parametrize(
    ("now", "month", "through"),
    [
        (ns(2026, 5, 10), "2026-04", ns(2026, 5)),
        (ns(2026, 5, 1), "2026-04", ns(2026, 5)),
        (ns(2026, 5, 1) - 1, "2026-03", ns(2026, 4)),
        (ns(2026, 1, 31), "2025-12", ns(2026, 1)),
    ],
)
def test_the_last_whole_month(now: int, month: str, through: int) -> None:
    assert jobs._last_month(now) == (month, through)


def test_a_job_that_fails_does_not_stop_the_others(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(ledger: object, now: int) -> int:
        raise RuntimeError("no luck")

    monkeypatch.setitem(jobs.JOBS, "holds expired", (broken, 0))
    done = jobs.run_jobs(scene.ledger, scene.clock())
    assert done.errors == ["holds expired: no luck"]
    assert done.counts == {
        "checkpoints signed": 1, "accounts charged demurrage": 0, "refusals forgotten": 0,
    }  # fmt: skip


def test_a_pause_between_two_runs_is_kept(scene: Scene) -> None:
    last: dict[str, int] = {}
    assert "refusals forgotten" in jobs.run_jobs(scene.ledger, ns(2026, 2), last).counts
    assert "refusals forgotten" not in jobs.run_jobs(scene.ledger, ns(2026, 2) + jobs.HOUR - 1, last).counts
    assert "refusals forgotten" in jobs.run_jobs(scene.ledger, ns(2026, 2) + jobs.HOUR, last).counts


def test_the_scheduler_runs_until_it_is_stopped(scene: Scene) -> None:
    hold = place(scene, 60)
    scene.clock.now += 100 * SECOND
    scheduler = jobs.Scheduler(scene.ledger, every=0.01, clock=scene.clock)
    scheduler.start()
    deadline = time.monotonic() + 20
    while not scene.ledger.reader.hold(scene.community, hold).resolved and time.monotonic() < deadline:
        time.sleep(0.01)
    scheduler.stop()
    assert scene.ledger.reader.hold(scene.community, hold).resolved == "expired"
    assert not scheduler._thread.is_alive()
