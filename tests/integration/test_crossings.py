"""A payment from one community to another: both legs or none, wherever it is stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from api.association.crossings import PATIENCE, Crossings
from api.association.links import Link, Links, Standing
from api.association.service import Association
from api.identity.errors import Refused
from api.identity.records import Records
from api.identity.service import Identity
from ledger.core import commands as c
from ledger.core.accounts import AccountKind, Model
from ledger.core.errors import Rejected, Unavailable
from ledger.core.policy import Policy
from ledger.service import Ledger, new_id, open_ledger
from tests.integration.town import DAY, MASTER, SECOND, Clock

K = AccountKind


@dataclass
class Two:
    """RIV and MES, each with a resident, a maker and the account that mirrors the other; RIV's resident has 100.00."""

    ledger: Ledger
    clock: Clock
    records: Records
    life: Association
    riv: UUID
    mes: UUID
    payer: UUID
    maker: UUID
    riv_link: Link
    mes_link: Link

    def balance(self, community: UUID, account: UUID) -> int:
        return self.ledger.reader.account(community, account).balance

    def available(self) -> int | None:
        return self.ledger.reader.account(self.riv, self.payer).available

    def hold(self, amount: int, **more: Any) -> c.PlaceHold:
        fields: dict[str, Any] = {"id": new_id(), "actor": self.payer, "community": self.riv, "payer": self.payer, **more}
        return c.PlaceHold(payee=fields.pop("payee", self.riv_link.account), amount=amount, currency="RIV", **fields)

    def state(self) -> tuple[int, int | None, int, int, int]:
        """What the payer has and can spend, what RIV's mirror holds, MES's float, what the maker has."""
        return (
            self.balance(self.riv, self.payer), self.available(), self.balance(self.riv, self.riv_link.account),
            self.balance(self.mes, self.mes_link.account), self.balance(self.mes, self.maker),
        )  # fmt: skip


@pytest.fixture
def two(engine_url: str) -> Iterator[Two]:
    clock = Clock()
    with open_ledger(engine_url, clock=clock, master_key=MASTER) as ledger:
        identity = Identity(ledger, master_key=MASTER, clock=clock, recheck=0)
        records = Records(ledger.database, clock)
        life = Association(ledger, identity, records)
        homes, people, mirrors = [], [], []
        for code in ("RIV", "MES"):
            home = ledger.found_community(code)
            made = [new_id(), new_id()]

            def do(what: type[c.Command], home: UUID = home, **fields: Any) -> None:
                ledger.submit(what(id=new_id(), community=home, actor=UUID(int=7), **fields))

            do(c.DefineCurrency, code=code, scale=2, model=Model.BACKED, policy=Policy())
            do(c.OpenAccount, account=made[0], currency=code, kind=K.PERSON if code == "RIV" else K.BUSINESS)
            do(c.OpenAccount, account=made[1], currency=code, kind=K.ASSOCIATION)
            do(c.Issue, account=made[code == "MES"], amount=10_000, currency=code, euros=10_000)
            homes.append(home)
            people.append(made[0])
            mirrors.append(made[1])
        day = datetime.fromtimestamp(clock.now / SECOND, UTC).date()
        ours, theirs = life.links.agree((homes[0], mirrors[0], 5_000), (homes[1], mirrors[1], 0), UUID(int=7), day)
        yield Two(ledger, clock, records, life, homes[0], homes[1], people[0], people[1], ours, theirs)


def test_both_legs(two: Two) -> None:
    hold = two.hold(2_600)
    done = two.life.crossings.pay(two.riv_link, hold, two.maker)
    assert done.state == "done" and two.state() == (7_400, 7_400, 2_600, 7_400, 2_600)
    assert two.life.crossings.pay(two.riv_link, hold, two.maker) == done, "the same again pays nothing"
    assert two.state() == (7_400, 7_400, 2_600, 7_400, 2_600)
    assert two.life.links.use(two.riv_link).standing is Standing.ALERT, "52 % of the trust is used"
    with pytest.raises(Refused, match="id was used"):
        two.life.crossings.pay(two.riv_link, replace(hold, amount=1), two.maker)


@pytest.mark.parametrize(
    ("amount", "code"), [(5_001, "link_limit"), (2_500, "")], ids=["above the trust", "half of it"]
)
def test_the_trust_is_a_limit(two: Two, amount: int, code: str) -> None:
    if code:
        with pytest.raises(Refused) as refused:
            two.life.crossings.pay(two.riv_link, two.hold(amount), two.maker)
        assert refused.value.code == code and two.state() == (10_000, 10_000, 0, 10_000, 0)
    else:
        two.life.crossings.pay(two.riv_link, two.hold(amount), two.maker)
        assert two.life.links.use(two.riv_link).standing is Standing.OK


def test_the_float_is_a_limit(two: Two) -> None:
    spend = c.Pay(id=new_id(), community=two.mes, actor=UUID(int=7), payer=two.mes_link.account, payee=two.maker, amount=9_000, currency="MES")
    two.ledger.submit(spend)
    with pytest.raises(Refused) as refused:
        two.life.crossings.pay(two.riv_link, two.hold(1_001), two.maker)
    assert refused.value.code == "link_float" and two.available() == 10_000


def test_what_the_other_side_refuses_is_given_back(two: Two) -> None:
    stop = c.FreezeAccount(id=new_id(), community=two.mes, actor=UUID(int=7), account=two.maker, debits=True, credits=True)
    two.ledger.submit(stop)
    failed = two.life.crossings.pay(two.riv_link, two.hold(500), two.maker)
    assert failed.state == "failed" and "receive" in failed.reason
    assert two.state() == (10_000, 10_000, 0, 10_000, 0)
    thaw = replace(stop, id=new_id(), debits=False, credits=False)
    two.ledger.submit(thaw)
    assert two.life.crossings.settle(replace(failed, state="held")).state == "failed", "a hold that was voided is never paid on"
    assert two.state() == (10_000, 10_000, 0, 10_000, 0)


def test_a_closed_convention(two: Two) -> None:
    two.life.crossings.pay(two.riv_link, two.hold(5_000), two.maker)
    two.life.links.close(two.riv, two.riv_link.id)
    with pytest.raises(Refused, match="stopped"):
        two.life.crossings.pay(two.riv_link, two.hold(1), two.maker)


def test_a_hold_that_the_ledger_refuses_leaves_nothing(two: Two) -> None:
    hold = two.hold(100, payer=two.riv_link.account)
    with pytest.raises(Rejected):
        two.life.crossings.pay(two.riv_link, hold, two.maker)
    assert two.life.crossings.get(two.riv, hold.id).state == "failed"


@pytest.mark.parametrize("wrong", [{"payee": UUID(int=5)}, {"seconds": 60}, {"community": UUID(int=9)}])
def test_a_hold_that_does_not_fit(two: Two, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        two.life.crossings.pay(two.riv_link, two.hold(100, **wrong), two.maker)
    assert refused.value.field == "payee"


class Stopped(BaseException):
    """The process ends here."""


class Dying:
    """A ledger that ends the process before or after its n-th command."""

    def __init__(self, ledger: Ledger, at: int, after: bool) -> None:
        self._ledger, self._at, self._after = ledger, at, after
        self.reader = ledger.reader

    def submit(self, command: c.Command) -> object:
        self._at -= 1
        if self._at == 0 and not self._after:
            raise Stopped
        receipt = self._ledger.submit(command)
        if self._at == 0:
            raise Stopped
        return receipt


@pytest.mark.parametrize("frozen", [False, True], ids=["paid", "refused there"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_stopped_anywhere_it_ends_whole(two: Two, at: int, after: bool, frozen: bool) -> None:
    if frozen:
        two.ledger.submit(
            c.FreezeAccount(id=new_id(), community=two.mes, actor=UUID(int=7), account=two.maker, debits=True, credits=True)
        )
    dying = Dying(two.ledger, at, after)
    hold = two.hold(700)
    broken = Crossings(two.records, dying, Links(two.records, two.ledger))  # type: ignore[arg-type]
    with pytest.raises((Stopped, Rejected)) if (frozen and at == 2 and after) else pytest.raises(Stopped):
        outcome = broken.pay(two.riv_link, hold, two.maker)
        if frozen and outcome.state == "failed":
            raise Stopped
    two.clock.now += PATIENCE + SECOND
    two.life.crossings.resume(two.clock.now)
    ended = two.life.crossings.get(two.riv, hold.id)
    if (at == 1 and not after) or frozen:
        assert ended.state == "failed" and two.state() == (10_000, 10_000, 0, 10_000, 0)
    else:
        assert ended.state == "done" and two.state() == (9_300, 9_300, 700, 9_300, 700)
    assert two.life.crossings.resume(two.clock.now) == 0


def test_a_crossing_under_way_is_left_alone(two: Two) -> None:
    """A hold that has not arrived yet is not given up while its request may still live."""
    hold = two.hold(700)
    broken = Crossings(two.records, Dying(two.ledger, 1, False), Links(two.records, two.ledger))  # type: ignore[arg-type]
    with pytest.raises(Stopped):
        broken.pay(two.riv_link, hold, two.maker)
    two.life.crossings.resume(two.clock.now)
    assert two.life.crossings.get(two.riv, hold.id).state == "held"


def test_an_old_convention_stops(two: Two) -> None:
    two.clock.now += 366 * DAY
    assert two.life.links.use(two.riv_link).standing is Standing.STOPPED


def test_a_mirror_must_be_backed_and_without_credit(two: Two) -> None:
    with pytest.raises(Refused) as refused:
        two.life.links.agree((two.riv, two.payer, 1), (two.mes, two.mes_link.account, 1), UUID(int=7), date(2026, 1, 1))
    assert refused.value.field == "account"
    with pytest.raises(Refused, match="mirrors another"):
        two.life.links.agree(
            (two.riv, two.riv_link.account, 1), (two.mes, two.mes_link.account, 1), UUID(int=7), date(2026, 1, 1)
        )


def test_a_database_that_is_away_leaves_it_for_later(two: Two) -> None:
    """Unavailable is told to the caller, whose retry with the same hold goes on from there."""

    class Away(Dying):
        def submit(self, command: c.Command) -> object:
            if isinstance(command, c.Pay):
                raise Unavailable("away")
            return self._ledger.submit(command)

    hold = two.hold(700)
    broken = Crossings(two.records, Away(two.ledger, 0, False), Links(two.records, two.ledger))  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        broken.pay(two.riv_link, hold, two.maker)
    assert two.available() == 9_300
    assert two.life.crossings.pay(two.riv_link, hold, two.maker).state == "done"
    assert two.state() == (9_300, 9_300, 700, 9_300, 700)


def test_two_telephones_pay_one_request_once(two: Two) -> None:
    """The payment there has the id that the request waits for: the second hold is given back."""
    asked = new_id()
    first = two.life.crossings.pay(two.riv_link, two.hold(700), two.maker, asked)
    second = two.life.crossings.pay(two.riv_link, two.hold(700), two.maker, asked)
    assert first.state == "done" and first.payment == asked
    assert two.state()[2:] == (700, 9_300, 700), "one of them, and only one, has been paid"
    assert (second.state, two.state()[:2]) == ("failed", (9_300, 9_300))


def test_what_was_let_through_counts_before_its_hold_arrives(two: Two) -> None:
    """A process that died before its hold keeps its part of the limit until it is given up."""
    stopped = Crossings(two.records, Dying(two.ledger, 1, False), Links(two.records, two.ledger))  # type: ignore[arg-type]
    with pytest.raises(Stopped):
        stopped.pay(two.riv_link, two.hold(3_000), two.maker)
    with pytest.raises(Refused) as refused:
        two.life.crossings.pay(two.riv_link, two.hold(2_001), two.maker)
    assert refused.value.code == "link_limit"
    assert two.life.crossings.pay(two.riv_link, two.hold(2_000), two.maker).state == "done"
    two.clock.now += PATIENCE + SECOND
    two.life.crossings.resume(two.clock.now)
    assert two.life.crossings.pay(two.riv_link, two.hold(3_000), two.maker).state == "done"
