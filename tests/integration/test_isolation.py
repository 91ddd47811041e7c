"""No key sees or touches another community: every address × every role × own and other community (CORE-10)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from httpx2 import Response
from sqlalchemy import func, select

from api.app import create_app
from api.deps import Public, Require
from api.edge.openapi import action_of, routes
from api.identity.permissions import ACTIONS, PUBLIC
from api.identity.principal import PLATFORM_ROLES, Role
from api.identity.schema import metadata
from api.settings import Settings
from tests.integration.isolation_samples import (
    ASKED_ELSEWHERE,
    REFUSED_BY_THE_RULES,
    SAMPLES,
    filled,
    texts,
    things,
)
from tests.integration.served import Place, Served, served
from tests.pages.listing import pages

WITHOUT_KEY = {
    "GET /healthz", "GET /readyz", "GET /metrics", "GET /v1/communities", "GET /v1/communities/{}",
    "GET /v1/checkpoints", "GET /v1/checkpoints/latest", "POST /v1/devices",
}  # fmt: skip
"""Addresses for everybody; enrolling a device is proven by its code."""

BOUND = [role for role in Role if role not in PLATFORM_ROLES]


class Two:
    """Two communities, one of everything in each."""

    def __init__(self, town: Served) -> None:
        self.town = town
        self.riv = town.riv
        self.mes = Place(town.use, "MES", "Mona", "Noah's Nursery")
        self.known = {place.code: things(place) for place in (self.riv, self.mes)}

    def ask(self, token: str, address: str, place: Place, query: str = "") -> Response:
        """Ask the sample of an address about the things of a place."""
        method, path = address.split(" ")
        sample, known = SAMPLES[address], self.known[place.code]
        asked = {**known, "ben_name": quote(known["ben_name"])}
        parts = [part for part in (sample.query.format(**asked), query) if part]
        where = path.format(**known) + ("?" + "&".join(parts) if parts else "")
        headers = {"if-match": self._version(address, place)} if sample.match else {}
        body = {} if sample.body is None else {"json": filled(sample.body, known)}
        return self.town.call(token, method, where, headers=headers, **body)

    def _version(self, address: str, place: Place) -> str:
        if "members" in address:
            return f'"{self.town.use.identity.people.get(place.community, place.ada.id).version}"'
        return "*"

    def token(self, role: Role, place: Place) -> str:
        own = {Role.MEMBER: place.ada.token, Role.MERCHANT: place.ben.token}
        return own.get(role) or place.keys[role]

    def marks(self, place: Place) -> set[str]:
        """What must never be seen outside: every id and name of a community."""
        named = {value for name, value in self.known[place.code].items() if len(value) == 36}
        return named | {place.ada.name, place.ben.name, str(place.ben.id), str(place.community)}

    def state(self, place: Place) -> tuple[int, ...]:
        """Changes when anything of a community does: its journal, and the rows of its people and agreements."""
        head = self.town.use.ledger.reader.head(place.community).seq
        with self.town.use.ledger.database.read.connect() as connection:
            counted = [
                connection.execute(
                    select(func.count()).select_from(table).where(table.c.community == place.community)
                ).scalar_one()
                for table in metadata.sorted_tables
                if "community" in table.c
            ]
        return head, *counted


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    path: Path = tmp_path_factory.mktemp("isolation") / "ricochet.db"
    with served(f"sqlite:///{path}") as town:
        yield Two(town)


def bare(address: str) -> str:
    return re.sub(r"\{\w+\}", "{}", address)


def listed() -> dict[str, str | None]:
    """Every address of the API and the action that it names; tests/pages has the pages."""
    found = {}
    for route in routes(create_app(Settings())):
        if not route.include_in_schema:
            continue
        guard = action_of(route)
        for method in (route.methods or set()) - {"HEAD"}:
            found[bare(f"{method} {route.path_format}")] = guard.action if guard else None
    return found


def test_every_address_names_its_action() -> None:
    assert [address for address, action in listed().items() if action is None] == []
    of_pages = {page.guard.action for page in pages() if page.guard and page.guard.action}
    assert set(listed().values()) | of_pages == set(ACTIONS) | PUBLIC, (
        "an action without an address, or the reverse"
    )
    guards = [
        action_of(route)
        for route in routes(create_app(Settings()))
        if str(route.path_format).startswith("/v1/")
    ]
    assert all(isinstance(guard, Require | Public) for guard in guards)


def test_every_address_that_needs_a_key_is_tried() -> None:
    tried = {bare(address) for address in (*SAMPLES, *ASKED_ELSEWHERE)}
    assert tried == set(listed()) - WITHOUT_KEY
    public = {address for address, action in listed().items() if action in PUBLIC}
    assert public == WITHOUT_KEY


@pytest.mark.parametrize("address", SAMPLES)
def test_in_the_own_community_the_role_decides(two: Two, address: str) -> None:
    sample, action = SAMPLES[address], listed()[bare(address)]
    assert action is not None
    roles = [sample.by, *(role for role in Role if role is not sample.by)]
    for role in roles:
        query = "community=RIV" if role in PLATFORM_ROLES and "communities" not in address else ""
        response = two.ask(two.token(role, two.riv), address, two.riv, query)
        if role is sample.by:
            expected = range(400, 500) if address in REFUSED_BY_THE_RULES else range(200, 300)
            assert response.status_code in expected, f"{role}: {response.text}"
            assert response.status_code not in (401, 403, 404), f"{role}: {response.text}"
        elif role in ACTIONS[action]:
            assert response.status_code < 500 and response.status_code != 401, f"{role}: {response.text}"
        else:
            assert response.status_code == 403, f"{role} did {address}: {response.text}"
    assert two.ask("", address, two.riv).status_code == 401


@pytest.mark.parametrize("address", SAMPLES)
def test_no_key_reaches_another_community(two: Two, address: str) -> None:
    marks = two.marks(two.mes)
    names_theirs = any(mark in _sent(two, address) for mark in marks)
    before = two.state(two.mes)
    for role in BOUND:
        response = two.ask(two.token(role, two.riv), address, two.mes)
        assert not (names_theirs and response.status_code < 300), f"{role} did {address}: {response.text}"
        assert response.status_code < 500
        seen = [mark for mark in marks if mark in response.text]
        assert not seen, f"{role} saw {seen} at {address}"
        named = two.ask(two.token(role, two.riv), address, two.mes, "community=MES")
        assert named.status_code == 403, f"{role} named the other community at {address}: {named.text}"
    assert two.ask("", address, two.mes).status_code == 401
    assert two.state(two.mes) == before, f"{address} changed the other community"


def _sent(two: Two, address: str) -> str:
    known = two.known["MES"]
    sample = SAMPLES[address]
    whole = [address.format(**known), sample.query.format(**known), *texts(filled(sample.body, known))]
    return " ".join(whole)


PUBLIC_THINGS = frozenset({"currency", "indicator"})
"""Things that members know of without being told: the codes of currencies, the names of indicators."""
MISSING = "0198f2f0-0000-7000-8000-000000000000"


def thing_of(address: str) -> str:
    """What an address is asked about; "" when it names nothing, or nothing that is secret."""
    found = re.findall(r"\{(\w+)\}", address.split(" ")[1])
    return found[-1] if found and found[-1] not in PUBLIC_THINGS else ""


def both(two: Two, token: str, address: str, place: Place) -> tuple[Response, Response]:
    """The answers about a thing of a place, and about one that does not exist."""
    known, thing = two.known[place.code], thing_of(address)
    exists = two.ask(token, address, place)
    two.known[place.code] = {**known, thing: MISSING}
    missing = two.ask(token, address, place)
    two.known[place.code] = known
    return exists, missing


@pytest.mark.parametrize("address", [each for each in SAMPLES if thing_of(each)])
def test_foreign_and_missing_look_alike(two: Two, address: str) -> None:
    """Nobody learns that an id exists elsewhere."""
    foreign, missing = both(two, two.token(SAMPLES[address].by, two.riv), address, two.mes)
    assert (foreign.status_code, foreign.json()) == (missing.status_code, missing.json())
    assert foreign.status_code == 404


def for_members(address: str) -> bool:
    """Whether a member may ask, and not everybody who has the id (as of a payment request to nobody in particular)."""
    action = listed()[bare(address)]
    return bool(
        action and Role.MEMBER in ACTIONS[action] and thing_of(address) not in ("", "request", "declined")
    )


@pytest.mark.parametrize("address", [each for each in SAMPLES if for_members(each)])
def test_a_stranger_in_the_same_community_learns_nothing_either(two: Two, address: str) -> None:
    kind = two.town.use.identity.people.get(two.riv.community, two.riv.ada.id).kind
    stranger = two.riv.join("Stranger", kind)
    theirs, missing = both(two, stranger.token, address, two.riv)
    assert (theirs.status_code, theirs.json()) == (missing.status_code, missing.json())
    assert theirs.status_code == 404


def test_the_live_journal_is_closed_to_others(two: Two) -> None:
    for role in BOUND:
        said = two.town.call(two.token(role, two.riv), "GET", "/v1/journal/stream?community=MES")
        assert said.status_code == 403
    assert two.town.call("", "GET", "/v1/journal/stream").status_code == 401
