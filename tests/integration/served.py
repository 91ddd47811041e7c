"""A served town for the tests of the API: two communities, a key of every role, members with accounts."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from httpx2 import Response
from starlette.testclient import TestClient

from api.app import create_app
from api.deps import Services
from api.identity.people import Profile
from api.identity.principal import Principal, Role
from api.settings import Settings
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core import signing
from ledger.core.accounts import AccountKind, Model
from ledger.core.journal import Receipt
from ledger.core.policy import Policy
from ledger.service import new_id
from tests.integration.described import check_described

MASTER = bytes(range(32))
STAFF = UUID(int=9)
Json = dict[str, Any]


@dataclass
class Somebody:
    """A member with one account in each currency of the town, and a key."""

    id: UUID
    account: UUID
    token: str
    name: str = ""
    device: Ed25519PrivateKey | None = None

    def sign(self, community: UUID, **payment: Any) -> str:
        """A signed payment from the account, as a device sends it."""
        assert self.device is not None
        fields = {"id": new_id(), "community": community, "actor": self.id, "payer": self.account, **payment}
        command = c.Pay(**fields)
        public = self.device.public_key().public_bytes_raw()
        value = self.device.sign(signing.signing_input(command, public))
        text = signing.signing_input(command, public).decode()
        return f"{text}.{signing.b64(value)}"


class Place:
    """One community: RIV is mutual credit with a line of 10.00, BAK its backed unit (four eyes above 100.00)."""

    def __init__(
        self, services: Services, code: str, person: str = "Ada", firm: str = "Ben's Bakery"
    ) -> None:
        self.use = services
        self.code = code
        self.community = services.ledger.found_community(code)
        self.do(c.DefineCurrency, code=code, scale=2, model=Model.MUTUAL, policy=Policy(default_line=1_000))
        policy = Policy(four_eyes_over=10_000, commission_bp=500)
        self.do(c.DefineCurrency, code=f"{code}-B", scale=2, model=Model.BACKED, policy=policy)
        self.keys: dict[Role, str] = {
            role: self.key(role) for role in Role if role not in (Role.MEMBER, Role.MERCHANT)
        }
        self.ada = self.join(person, MemberKind.PERSON)
        self.ben = self.join(firm, MemberKind.BUSINESS)

    def do(self, kind: type[c.Command], /, **fields: Any) -> Receipt:
        """Submit a command that must succeed."""
        return self.use.ledger.submit(kind(id=new_id(), community=self.community, actor=STAFF, **fields))

    def key(self, role: Role, owner: UUID | None = None) -> str:
        """A token of a role."""
        maker = Role.OPERATOR if role in (Role.MEMBER, Role.MERCHANT) else Role.PLATFORM_ADMIN
        by = Principal(STAFF, None, frozenset({maker}), frozenset())
        platform = role in (Role.REGION_READER, Role.PLATFORM_ADMIN)
        where = UUID(int=0) if platform else self.community
        return self.use.identity.keys.create(by, where, frozenset({role}), owner=owner).token

    def join(self, name: str, kind: MemberKind) -> Somebody:
        """A member with an account in the mutual currency and a key."""
        uid = new_id()
        self.use.identity.people.create(self.community, uid, Profile(name=name, kind=kind, listed=True))
        role = Role.MERCHANT if kind is MemberKind.BUSINESS else Role.MEMBER
        somebody = Somebody(uid, self.open(uid, self.code, kind), "", name)
        somebody.token = self.key(role, uid)
        return somebody

    def open(self, member: UUID, currency: str, kind: MemberKind) -> UUID:
        """A further account of a member."""
        account = new_id()
        self.do(c.OpenAccount, account=account, currency=currency, kind=AccountKind(kind.value))
        self.use.identity.account_opened(self.community, member, account)
        return account


class Served:
    """An application that answers, and `call` to ask it as somebody."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        services: Services = client.app.state.services  # type: ignore[attr-defined]
        self.use = services
        self.riv = Place(services, "RIV")

    def call(self, token: str, method: str, path: str, expect: int | None = None, **options: Any) -> Response:
        """Ask; whatever is answered must be described. `expect` is the status that it must have."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        headers |= options.pop("headers", {})
        response = self.client.request(method, path, headers=headers, **options)
        check_described(response)
        if expect is not None:
            assert response.status_code == expect, response.text
        return response

    def get(self, token: str, path: str, expect: int = 200, **options: Any) -> Json:
        """GET, as JSON."""
        found: Json = self.call(token, "GET", path, expect, **options).json()
        return found

    def post(self, token: str, path: str, body: Any, expect: int = 201, **options: Any) -> Json:
        """POST, as JSON."""
        headers = {"content-type": "application/json", **options.pop("headers", {})}
        content = json.dumps(body).encode()  # ASCII, so that a test may send half a surrogate
        found: Json = self.call(
            token, "POST", path, expect, content=content, headers=headers, **options
        ).json()
        return found

    def pay(self, amount: Any = 100, expect: int = 201, **changes: Any) -> Json:
        """Ada pays Ben."""
        body = {
            "id": str(new_id()), "payer": str(self.riv.ada.account), "payee": str(self.riv.ben.account),
            "amount": amount, "currency": "RIV", **changes,
        }  # fmt: skip
        return self.post(self.riv.ada.token, "/v1/payments", body, expect)


class Clock:
    """The computer's time, and so many days more."""

    days = 0

    def __call__(self) -> int:
        return time.time_ns() + self.days * 86_400 * 10**9


def settings_for(url: str, **changes: Any) -> Settings:
    """Settings for a test: no jobs, limits that nobody reaches."""
    values = {
        "database": url, "master_key": b64encode(MASTER).decode(), "jobs": False, "rate": "1000000/minute",
        "rate_anonymous": "1000000/minute", "log_level": "error", "public_url": "https://riv.example", "writer": "thread", **changes,
    }  # fmt: skip
    return Settings(**values)


@contextmanager
def served(url: str, *, clock: Callable[[], int] = time.time_ns, **changes: Any) -> Iterator[Served]:
    """The application on a database, started and in the end stopped; `clock` as the application takes it (ns)."""
    with TestClient(create_app(settings_for(url, **changes), clock=clock), base_url="http://riv.example") as client:
        yield Served(client)
