"""Webhooks against a real HTTP server: every entry told, in order, signed, and to each what is its business."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from api import webhooks
from api.identity import hooks
from api.identity.errors import Refused
from api.identity.schema import webhook
from ledger.core import commands as c
from ledger.service import new_id
from tests.integration.listening import Listener, journal, listening, now, subscribe, turn, write
from tests.integration.town import SECOND, Town, open_town


@pytest.fixture
def town(engine_url: str) -> Iterator[Town]:
    with open_town(engine_url) as made:
        yield made


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as heard:
        yield heard


def test_every_entry_is_told_once_in_order_and_only_from_now_on(town: Town, listener: Listener) -> None:
    head = town.ledger.reader.head(town.community).seq
    one, _ = subscribe(town, listener)
    assert not turn(town) and listener.heard == []
    write(town, 5)
    turn(town)
    assert listener.ids == journal(town, head) and len(listener.ids) == 5
    assert now(town, one).cursor == head + 5
    turn(town)
    assert len(listener.ids) == 5


def test_a_message_says_what_moved(town: Town, listener: Listener) -> None:
    ana, bea = town.member("Ana"), town.member("Bea")
    subscribe(town, listener)
    receipt = town.ledger.submit(town.pay(ana, bea, 250))
    turn(town)
    ((headers, body),) = listener.heard
    told = json.loads(body)
    assert told["type"] == "entry.pay" and headers["content-type"] == "application/json"
    assert told["data"]["seq"] == receipt.seq and told["data"]["community"] == str(town.community)
    assert told["data"]["transfers"] == [
        {
            "debit": str(ana.accounts[0]), "credit": str(bea.accounts[0]), "currency": "RIV", "scale": 2, "posted": 250,
            "held": 0, "reason": "payment",
        }
    ]  # fmt: skip
    assert "Ana" not in body and "Bea" not in body


def test_a_message_is_signed_as_standard_webhooks_says(town: Town, listener: Listener) -> None:
    _, secret = subscribe(town, listener)
    write(town, 1)
    turn(town)
    ((headers, body),) = listener.heard
    with time_machine.travel(datetime.fromtimestamp(town.clock.now // SECOND, UTC)):
        assert Webhook(secret).verify(body, headers)["data"]["community"] == str(town.community)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body.replace("open", "shut"), headers)
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_" + "A" * 43 + "=").verify(body, headers)


def test_two_secrets_are_good_during_a_rotation(town: Town, listener: Listener) -> None:
    one, old = subscribe(town, listener)
    new, until = town.identity.hooks.rotate(town.community, one.id)
    for secrets in ({old, new}, {new}):
        write(town, 1)
        turn(town)
        headers, body = listener.heard[-1]
        assert len(headers["webhook-signature"].split()) == len(secrets)
        with time_machine.travel(datetime.fromtimestamp(town.clock.now // SECOND, UTC)):
            assert all(Webhook(secret).verify(body, headers) for secret in secrets)
        town.clock.now = until
    assert old != new


def test_secrets_are_kept_as_ciphertext(town: Town, listener: Listener) -> None:
    one, secret = subscribe(town, listener)
    (raw,) = town.identity.hooks.secrets(one)
    with town.ledger.database.read.connect() as connection:
        (row,) = connection.execute(webhook.select())
    assert hooks.shown(raw) == secret and raw not in bytes(row.secret) and secret not in str(row)


def test_the_same_id_subscribes_once(town: Town, listener: Listener) -> None:
    uid, create = new_id(), town.identity.hooks.create
    first = create(town.community, uid, new_id(), listener.url)
    again = create(town.community, uid, new_id(), listener.url)
    assert again == (first[0], first[1], True)
    with pytest.raises(Refused, match="another webhook"):
        create(town.community, uid, new_id(), listener.url + "/other")


def test_only_the_wished_commands_are_told(town: Town, listener: Listener) -> None:
    ana, bea = town.member("Ana"), town.member("Bea")
    one, _ = subscribe(town, listener, events=("pay",))
    write(town, 2)
    town.ledger.submit(town.pay(ana, bea, 1))
    write(town, 2)
    turn(town)
    assert [each["command"] for each in listener.data] == ["pay"]
    assert now(town, one).cursor == town.ledger.reader.head(town.community).seq
    with pytest.raises(Refused, match="is no command"):
        subscribe(town, listener, events=("nothing",))


def test_a_members_webhook_hears_of_its_own_accounts_and_sees_nobody_elses(
    town: Town, listener: Listener
) -> None:
    ana, bea, cleo = (town.member(name) for name in ("Ana", "Bea", "Cleo"))
    subscribe(town, listener, member=bea.id)
    town.ledger.submit(town.pay(ana, cleo, 1))
    payees = (c.Payee(bea.accounts[0], 10), c.Payee(cleo.accounts[0], 20))
    town.do(c.PayBatch, payer=ana.accounts[0], currency="RIV", payees=payees, actor=ana.id)
    turn(town)
    (told,) = listener.data
    assert told["command"] == "pay_batch" and [each["posted"] for each in told["transfers"]] == [10]
    assert str(cleo.accounts[0]) not in json.dumps(told)


def test_a_subscription_may_begin_in_the_past(town: Town, listener: Listener) -> None:
    subscribe(town, listener, after=0)
    turn(town)
    assert listener.ids == journal(town)
    with pytest.raises(Refused, match="must be an entry number"):
        subscribe(town, listener, after=10**6)


def test_more_than_a_page_is_told_in_turns(
    town: Town, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "PAGE", 4)
    head = town.ledger.reader.head(town.community).seq
    subscribe(town, listener)
    write(town, 10)
    assert turn(town), "more may wait"
    while turn(town):
        pass
    assert listener.ids == journal(town, head)


def test_a_removed_subscription_is_not_called(town: Town, listener: Listener) -> None:
    one, _ = subscribe(town, listener)
    write(town, 1)
    with pytest.raises(Refused):
        town.identity.hooks.remove(new_id(), one.id)
    town.identity.hooks.remove(town.community, one.id)
    turn(town)
    assert listener.heard == [] and town.identity.hooks.of(town.community) == []


def test_members_see_their_own_subscriptions(town: Town, listener: Listener) -> None:
    bea = town.member("Bea")
    own, _ = subscribe(town, listener, member=bea.id)
    subscribe(town, listener)
    assert [each.id for each in town.identity.hooks.of(town.community, bea.id)] == [own.id]
    assert len(town.identity.hooks.of(town.community)) == 2
    assert now(town, own) == own
