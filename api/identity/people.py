"""Members: who they are, and which accounts are theirs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, insert, select, update

from api.identity.errors import conflict, not_found, wrong_state
from api.identity.names import search_key
from api.identity.records import Records
from api.identity.schema import member, member_account, member_state
from ledger.community.membership import MemberKind, MemberState, may_become


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of a member."""

    name: str
    kind: MemberKind
    state: MemberState = MemberState.ACTIVE
    contact: str = ""
    """E-mail or telephone; seen by the member and the association only."""
    locale: str = "fr"
    place: str = ""
    sectors: tuple[str, ...] = ()
    listed: bool = False
    """Whether the directory shows the member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Profile):
    """A member as kept. `version` grows with every change; it is the ETag."""

    id: UUID
    created_at: int
    version: int
    enforced: int
    accounts: tuple[UUID, ...] = ()

    @property
    def profile(self) -> Profile:
        """Without what we added."""
        return Profile(**{field.name: getattr(self, field.name) for field in fields(Profile)})


@dataclass(frozen=True, slots=True)
class Became:
    """A change of a member's state, at a moment (ns). `by`: who changed it, an actor; None when that was not said."""

    before: MemberState
    after: MemberState
    by: UUID | None
    at: int


class People:
    """The members of every community."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def create(self, community: UUID, uid: UUID, profile: Profile) -> tuple[Member, bool]:
        """A new member, and False; or, when the id is there with the same content, that member and True."""
        with self._records.write() as connection:
            row = connection.execute(select(member).where(_is(community, uid))).first()
            if row is not None:
                found = _member(row, accounts_of(connection, community, [uid]).get(uid, ()))
                if found.profile != profile:
                    raise conflict("id_reused", "this id is another member's; make a new one", "id")
                return found, True
            now = self._records.clock()
            connection.execute(insert(member).values(_row(community, uid, profile, now)))
        return _fresh(uid, profile, now), False

    def record(self, community: UUID, people: Iterable[tuple[UUID, Profile, Sequence[UUID]]]) -> None:
        """Many members with the accounts that they have already, at once; for a community that moves in."""
        now = self._records.clock()
        rows, held = [], []
        for uid, profile, accounts in people:
            rows.append(_row(community, uid, profile, now))
            held += [{"community": community, "account": account, "member": uid} for account in accounts]
        with self._records.write_access() as connection:
            if rows:
                connection.execute(insert(member), rows)
            if held:
                connection.execute(insert(member_account), held)

    def get(self, community: UUID, uid: UUID) -> Member:
        """A member with the accounts. Raises Refused (404)."""
        with self._records.read() as connection:
            row = connection.execute(select(member).where(_is(community, uid))).first()
            if row is None:
                raise not_found("member")
            return _member(row, accounts_of(connection, community, [uid]).get(uid, ()))

    def page(
        self, community: UUID, after: UUID | None = None, state: MemberState | None = None, limit: int = 100
    ) -> list[Member]:
        """Members by id, after an id, in a state if one is given."""
        query = select(member).where(member.c.community == community).order_by(member.c.id).limit(limit)
        if after is not None:
            query = query.where(member.c.id > after)
        if state is not None:
            query = query.where(member.c.state == state.value)
        return self.find(query)

    def find(self, query: Any) -> list[Member]:
        """Members by a query on the table `member`, of one community."""
        with self._records.read() as connection:
            rows = connection.execute(query).all()
            if not rows:
                return []
            held = accounts_of(connection, rows[0].community, [row.id for row in rows])
            return [_member(row, held.get(row.id, ())) for row in rows]

    def change(
        self, community: UUID, uid: UUID, version: int, changes: dict[str, Any], by: UUID | None = None
    ) -> Member:
        """Change some of a profile, if `version` is still the newest. Raises Refused (404, 409).

        A change of state is noted with who made it (`by`). After it the accounts are not yet frozen or thawed:
        call `states.enforce`.
        """
        with self._records.write() as connection:
            row = connection.execute(select(member).where(_is(community, uid)).with_for_update()).first()
            if row is None:
                raise not_found("member")
            old = _member(row, accounts_of(connection, community, [uid]).get(uid, ()))
            if old.version != version:
                raise wrong_state("version_differs", "the member was changed meanwhile; read it again")
            new = replace(old, **changes)
            if new == old:
                return old
            if not may_become(old.state, new.state):
                raise wrong_state(
                    "not_a_transition", f"a member who is {old.state} cannot become {new.state}"
                )
            new = replace(new, version=old.version + 1)
            if new.state is old.state and old.enforced == old.version:
                new = replace(new, enforced=new.version)
            values = _row(community, uid, new, old.created_at)
            values |= {"version": new.version, "enforced": new.enforced}
            connection.execute(update(member).where(_is(community, uid)).values(values))
            if new.state is not old.state:
                connection.execute(
                    insert(member_state).values(
                        community=community, member=uid, version=new.version, before=old.state.value,
                        after=new.state.value, changed_by=by, changed_at=self._records.clock(),
                    )
                )  # fmt: skip
            return new

    def states(self, community: UUID, uid: UUID) -> list[Became]:
        """What became of a membership, newest first; changes before they were noted are not in it."""
        query = select(member_state).where(member_state.c.community == community, member_state.c.member == uid)
        with self._records.read() as connection:
            return [
                Became(MemberState(row.before), MemberState(row.after), row.changed_by, row.changed_at)
                for row in connection.execute(query.order_by(member_state.c.version.desc()))
            ]

    def owners(self, community: UUID, accounts: Iterable[UUID]) -> dict[UUID, tuple[UUID, str]]:
        """(member, name) by account, of those that belong to a member."""
        query = (
            select(member_account.c.account, member.c.id, member.c.name)
            .join(
                member,
                and_(
                    member.c.community == member_account.c.community, member.c.id == member_account.c.member
                ),
            )
            .where(member_account.c.community == community, member_account.c.account.in_(list(accounts)))
        )
        with self._records.read() as connection:
            return {account: (uid, name) for account, uid, name in connection.execute(query)}

    def everybodys_accounts(self, community: UUID) -> dict[UUID, tuple[UUID, ...]]:
        """The accounts of every member who has one."""
        with self._records.read() as connection:
            return accounts_of(connection, community)

    def add_account(self, community: UUID, uid: UUID, account: UUID) -> None:
        """Note that an account is the member's. Doing it again changes nothing. Raises Refused (409)."""
        with self._records.write_access() as connection:
            if connection.execute(select(member.c.id).where(_is(community, uid))).first() is None:
                raise not_found("member")
            query = select(member_account.c.member).where(
                member_account.c.community == community, member_account.c.account == account
            )
            owner = connection.execute(query).scalar_one_or_none()
            if owner is None:
                row = {"community": community, "account": account, "member": uid}
                connection.execute(insert(member_account).values(row))
            elif owner != uid:
                raise conflict("account_taken", "this account belongs to another member", "account")


def accounts_of(
    connection: Connection, community: UUID, members: Sequence[UUID] | None = None
) -> dict[UUID, tuple[UUID, ...]]:
    """The accounts of members or, with None, of everybody, in the order of their ids."""
    query = select(member_account.c.member, member_account.c.account).where(
        member_account.c.community == community
    )
    if members is not None:
        query = query.where(member_account.c.member.in_(members))
    held: dict[UUID, tuple[UUID, ...]] = {}
    for owner, account in connection.execute(query.order_by(member_account.c.account)):
        held[owner] = (*held.get(owner, ()), account)
    return held


def _is(community: UUID, uid: UUID) -> Any:
    return and_(member.c.community == community, member.c.id == uid)


def _fresh(uid: UUID, profile: Profile, now: int) -> Member:
    known = {field.name: getattr(profile, field.name) for field in fields(Profile)}
    return Member(id=uid, created_at=now, version=1, enforced=1, **known)


def _row(community: UUID, uid: UUID, profile: Profile, now: int) -> dict[str, Any]:
    return {
        "community": community, "id": uid, "kind": profile.kind.value, "state": profile.state.value,
        "name": profile.name, "name_key": search_key(profile.name), "contact": profile.contact,
        "locale": profile.locale, "place": profile.place, "place_key": search_key(profile.place),
        "sectors": json.dumps(profile.sectors), "listed": int(profile.listed), "created_at": now, "version": 1,
        "enforced": 1,
    }  # fmt: skip


def _member(row: Any, accounts: tuple[UUID, ...]) -> Member:
    return Member(
        id=row.id, name=row.name, kind=MemberKind(row.kind), state=MemberState(row.state), contact=row.contact,
        locale=row.locale, place=row.place, sectors=tuple(json.loads(row.sectors)), listed=bool(row.listed),
        created_at=row.created_at, version=row.version, enforced=row.enforced, accounts=accounts,
    )  # fmt: skip
