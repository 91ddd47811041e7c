"""API keys: who may give which, what they open, and that revoking one is felt at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.identity.errors import Refused
from api.identity.keys import scopes_of
from api.identity.permissions import PUBLIC, TABLE, allowed, only_own
from api.identity.principal import Role
from api.identity.schema import NOBODY, api_key
from ledger.core.errors import Kind
from ledger.service import new_id
from tests.integration.town import SECOND, Town, open_town


@pytest.fixture
def town(engine_url: str) -> Iterator[Town]:
    with open_town(engine_url) as made:
        yield made


def test_a_token_opens_what_it_was_made_for_and_is_kept_as_a_hash(town: Town) -> None:
    ana = town.member("Ana")
    made = town.key(Role.MEMBER, member=ana)
    found = town.who(made.token)
    assert found is not None
    assert (found.actor, found.member, found.community) == (ana.id, ana.id, town.community)
    assert found.accounts == frozenset(ana.accounts) and found.roles == {Role.MEMBER}
    with town.ledger.database.read.connect() as connection:
        kept = str(connection.execute(api_key.select()).all())
    assert made.token not in kept and made.key.hint in kept


@pytest.mark.parametrize("token", ["", "rico_", "rico_nothing", "x" * 10_000, "rico_é\x00"])
def test_what_is_no_token_is_nobody(town: Town, token: str) -> None:
    assert town.who(token) is None


def test_a_revoked_key_is_dead_at_once_though_it_was_remembered(town: Town) -> None:
    made = town.key(Role.AUDITOR)
    assert town.who(made.token) is not None
    town.identity.keys.revoke(town.community, made.key.id)
    assert town.who(made.token) is None
    town.identity.keys.revoke(town.community, made.key.id)
    with pytest.raises(Refused) as refused:
        town.identity.keys.revoke(town.community, new_id())
    assert refused.value.kind is Kind.NOT_FOUND


def test_a_key_of_another_community_cannot_be_revoked(town: Town) -> None:
    made = town.key(Role.AUDITOR)
    with pytest.raises(Refused, match="no such key"):
        town.identity.keys.revoke(new_id(), made.key.id)
    assert town.who(made.token) is not None


def test_a_key_ends_by_time(town: Town) -> None:
    admin = town.principal(Role.PLATFORM_ADMIN)
    ends = town.clock.now + 60 * SECOND
    made = town.identity.keys.create(admin, town.community, frozenset({Role.AUDITOR}), expires_at=ends)
    assert town.who(made.token) is not None
    town.clock.now = ends
    assert town.who(made.token) is None


def test_a_new_account_is_seen_by_a_key_that_was_remembered(town: Town) -> None:
    ana = town.member("Ana")
    token = town.key(Role.MEMBER, member=ana).token
    assert town.who(token) is not None
    account = town.open(ana.id)
    found = town.who(token)
    assert found is not None and account in found.accounts and len(found.accounts) == 2


def test_the_first_key_is_made_once(engine_url: str) -> None:
    with open_town(engine_url) as town:
        token = town.identity.first_key()
        assert token is not None and town.identity.first_key() is None
        found = town.who(token)
    assert found is not None and found.roles == {Role.PLATFORM_ADMIN} and found.community is None


@pytest.mark.parametrize(
    ("by", "roles", "why"),
    [
        (Role.OPERATOR, {Role.TREASURER}, "may not give"),
        (Role.OPERATOR, {Role.PLATFORM_ADMIN}, "may not give"),
        (Role.TREASURER, {Role.AUDITOR}, "may not give"),
        (Role.AUDITOR, {Role.MEMBER}, "may not give"),
        (Role.PLATFORM_ADMIN, {Role.MEMBER}, "may not give"),
        (Role.PLATFORM_ADMIN, {Role.OPERATOR, Role.TREASURER}, "operator and treasurer"),
        (Role.PLATFORM_ADMIN, {Role.PLATFORM_ADMIN}, "stand alone"),
        (Role.PLATFORM_ADMIN, set(), "at least one"),
        (Role.OPERATOR, {Role.MEMBER}, "belongs to a member"),
    ],
)
def test_keys_that_nobody_gets(town: Town, by: Role, roles: set[Role], why: str) -> None:
    with pytest.raises(Refused, match=why):
        town.identity.keys.create(town.principal(by), town.community, frozenset(roles))
    assert town.identity.keys.page(town.community) == []


def test_platform_keys_belong_to_no_community(town: Town) -> None:
    admin = town.principal(Role.PLATFORM_ADMIN)
    made = town.identity.keys.create(admin, NOBODY, frozenset({Role.REGION_READER}))
    found = town.who(made.token)
    assert found is not None and found.community is None
    with pytest.raises(Refused, match="of a community need one"):
        town.identity.keys.create(admin, NOBODY, frozenset({Role.AUDITOR}))


def test_the_owner_of_a_key_is_a_member_of_the_community(town: Town) -> None:
    operator = town.principal(Role.OPERATOR)
    with pytest.raises(Refused, match="is no member"):
        town.identity.keys.create(operator, town.community, frozenset({Role.MEMBER}), owner=new_id())


def test_scopes_narrow_and_never_widen(town: Town) -> None:
    ana = town.member("Ana")
    operator = town.principal(Role.OPERATOR)
    narrow = town.identity.keys.create(
        operator, town.community, frozenset({Role.MEMBER}), owner=ana.id, scopes=frozenset({"read"})
    )
    found = town.who(narrow.token)
    assert found is not None and allowed(found, "accounts.read") and not allowed(found, "payments.create")
    with pytest.raises(Refused, match="scopes of these roles"):
        town.identity.keys.create(
            operator, town.community, frozenset({Role.MEMBER}), owner=ana.id, scopes=frozenset({"issue"})
        )


def test_keys_are_listed_in_pages_without_their_tokens(town: Town) -> None:
    made = [town.key(Role.AUDITOR) for _ in range(5)]
    first = town.identity.keys.page(town.community, limit=3)
    rest = town.identity.keys.page(town.community, after=first[-1].id, limit=3)
    assert [key.id for key in [*first, *rest]] == [each.key.id for each in made]
    assert not any(each.token in str(first + rest) for each in made)


def test_another_process_hears_of_a_revocation(town: Town) -> None:
    """Two caches on one database, as in two processes."""
    from api.identity.cache import KeyCache
    from api.identity.vault import token_hash

    made = town.key(Role.AUDITOR)
    other = KeyCache(town.identity.keys.find, town.identity.keys.newest, lambda: town.clock.now, 10 * SECOND)

    async def ask() -> bool:
        return await other.get(token_hash(made.token)) is not None

    assert asyncio.run(ask())
    town.identity.keys.revoke(town.community, made.key.id)
    assert asyncio.run(ask()), "within its recheck time it may still believe"
    town.clock.now += 10 * SECOND
    assert not asyncio.run(ask())


def test_nobody_but_the_member_pays_in_a_members_name() -> None:
    for action in ("payments.create", "payments.batch", "holds.place", "payment_requests.accept"):
        assert set(TABLE[action][1]) == {Role.MEMBER, Role.MERCHANT}


def test_an_auditor_writes_nothing() -> None:
    assert {scope.value for scope, roles in TABLE.values() if Role.AUDITOR in roles} == {"read"}
    assert scopes_of([Role.REGION_READER]) == {"read"}
    writes = {
        action
        for action, (_, roles) in TABLE.items()
        if Role.AUDITOR in roles and not action.endswith((".read", ".list", ".stream"))
    }
    assert writes == set()


def test_duties_are_apart() -> None:
    """GOV-5: no action that makes or destroys value is an operator's."""
    value = {"issues.create", "redemptions.create", "grants.create", "fees.create", "entries.reverse"}
    assert all(set(TABLE[action][1]) == {Role.TREASURER} for action in value)
    assert not any(Role.TREASURER in TABLE[action][1] for action in ("members.create", "accounts.open"))


def test_a_platform_administrator_sees_no_statement(town: Town) -> None:
    admin = town.principal(Role.PLATFORM_ADMIN)
    for action in ("statements.read", "accounts.read", "members.list", "journal.read", "entries.read"):
        assert not allowed(admin, action)


def test_own_means_own(town: Town) -> None:
    ana = town.member("Ana")
    assert only_own(town.principal(Role.MEMBER, member=ana), "accounts.read")
    assert not only_own(town.principal(Role.OPERATOR), "accounts.read")
    both = replace(town.principal(Role.MEMBER, member=ana), roles=frozenset({Role.MEMBER, Role.AUDITOR}))
    assert not only_own(both, "accounts.read") and only_own(both, "payments.create")


def test_every_action_asks_for_a_scope_that_its_roles_have() -> None:
    assert not PUBLIC & TABLE.keys()
    for action, (scope, roles) in TABLE.items():
        assert roles, action
        assert all(scope.value in scopes_of([role]) for role in roles), action
