"""Refunds of an account with a device: signed by it, over HTTP and at the till, and never without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core import signing
from ledger.service import new_id
from tests.integration.served import Served, Somebody, served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path: Path = tmp_path_factory.mktemp("refunds") / "ricochet.db"
    with served(f"sqlite:///{path}") as found:
        yield found


@pytest.fixture(scope="module")
def shop(town: Served) -> Somebody:
    """A firm whose account a telephone signs for."""
    shop = town.riv.join("Corner Shop", MemberKind.BUSINESS)
    shop.device = Ed25519PrivateKey.generate()
    town.riv.do(c.AddKey, account=shop.account, key=shop.device.public_key().public_bytes_raw())
    return shop


def refund(town: Served, by: Somebody, **fields: Any) -> str:
    """A refund, signed by a device."""
    assert by.device is not None
    command = c.Refund(**{"id": new_id(), "community": town.riv.community, "actor": by.id, **fields})
    text = signing.signing_input(command, by.device.public_key().public_bytes_raw())
    return f"{text.decode()}.{signing.b64(by.device.sign(text))}"


def test_it_is_given_back_with_the_signature_of_who_was_paid(town: Served, shop: Somebody) -> None:
    paid = town.pay(100, payee=str(shop.account))
    path = f"/v1/payments/{paid['id']}/refunds"
    denied = town.post(shop.token, path, {"id": str(new_id()), "amount": 40}, 403)
    assert denied["code"] == "signature_required"
    text = refund(town, shop, payment=UUID(paid["id"]), amount=40)
    done = town.post(shop.token, path, {"signed": text})
    assert (done["amount"], done["payment"]) == (40, paid["id"])
    assert town.post(shop.token, path, {"signed": text}, 200)["replayed"] is True
    entry = town.use.ledger.reader.entry_at(town.riv.community, done["seq"]).decoded()
    assert isinstance(entry.command, c.Refund) and signing.compact(entry.command) == text
    rest = town.post(shop.token, path, {"signed": refund(town, shop, payment=UUID(paid["id"]))})
    assert rest["amount"] == 60


def test_a_signature_is_for_one_payment_and_one_member(town: Served, shop: Somebody) -> None:
    one, other = (town.pay(10, payee=str(shop.account)) for _ in range(2))
    path = f"/v1/payments/{one['id']}/refunds"
    moved = town.post(shop.token, path, {"signed": refund(town, shop, payment=UUID(other["id"]))}, 422)
    assert moved["field"] == "signed.payment"
    taken = refund(town, shop, payment=UUID(one["id"]), actor=town.riv.ada.id)
    assert town.post(shop.token, path, {"signed": taken}, 403)["code"] == "not_allowed"
    ada = refund(town, shop, payment=UUID(one["id"]))
    assert town.post(town.riv.ada.token, path, {"signed": ada}, 403)["code"] == "not_allowed"
