"""Votes: announced, open, counted; a change of policy may follow what was adopted (GOV-2, GOV-3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, select, update

from api.association.schema import ballot, resolution
from api.identity.errors import forbidden, invalid, not_found, wrong_state
from api.identity.people import Member, People
from api.identity.records import Records
from ledger.community.membership import MemberState
from ledger.community.voting import Ballot, Choice, Count, Mode, VotingRules, count
from ledger.core import codec
from ledger.core.policy import Policy
from ledger.service import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A proposal as it stands. `entitled`: how many could vote in each college when it was announced."""

    id: UUID
    title: str
    text: str
    rules: VotingRules
    entitled: dict[str, int]
    currency: str | None
    policy: Policy | None
    since: int | None
    opens_at: int
    closes_at: int
    state: str
    outcome: dict[str, Any]
    minutes: str
    made_by: UUID

    def open(self, now: int) -> bool:
        """Whether members may vote now."""
        return self.state == "announced" and self.opens_at <= now < self.closes_at


class Resolutions:
    """The votes of every community."""

    def __init__(self, records: Records, people: People) -> None:
        self._records = records
        self._people = people

    def announce(
        self, community: UUID, by: UUID, *, title: str, text: str, rules: VotingRules, opens_at: int, closes_at: int,
        currency: str | None = None, policy: Policy | None = None, since: int | None = None,
    ) -> Resolution:  # fmt: skip
        """Announce a vote; who is an active member now may vote. `since` must lie after the vote's end."""
        rules.check()
        if not title.strip():
            raise invalid("title", "must not be empty")
        if closes_at <= max(opens_at, self._records.clock()):
            raise invalid("closes_at", "must be after the vote opens, and in the future")
        if (policy is None) != (currency is None) or (policy is None) != (since is None):
            raise invalid("policy", "needs its currency and the day from which it applies")
        if since is not None and since < closes_at:
            raise invalid("since", "must not be before the vote closes")
        entitled: dict[str, int] = {}
        for member in self._voters(community):
            college = college_of(member)
            entitled[college] = entitled.get(college, 0) + 1
        if rules.mode is Mode.COLLEGES and set(entitled) - set(rules.weights or {}):
            missing = ", ".join(sorted(set(entitled) - set(rules.weights or {})))
            raise invalid("weights", f"must name every college that has members: {missing}")
        uid = new_id()
        with self._records.write() as connection:
            connection.execute(
                insert(resolution).values(
                    community=community, id=uid, title=title, text=text, rules=_rules_text(rules),
                    entitled=json.dumps(entitled), currency=currency,
                    policy=None if policy is None else codec.dumps(codec.to_plain(policy)), since=since,
                    opens_at=opens_at, closes_at=closes_at, state="announced", outcome="{}", minutes="", made_by=by,
                    made_at=self._records.clock(),
                )
            )  # fmt: skip
        return self.get(community, uid)

    def get(self, community: UUID, uid: UUID) -> Resolution:
        """One vote. Raises Refused (404)."""
        with self._records.read() as connection:
            row = connection.execute(select(resolution).where(_is(community, uid))).first()
        if row is None:
            raise not_found("resolution")
        return _resolution(row)

    def all(self, community: UUID) -> list[Resolution]:
        """Every vote, newest first."""
        query = select(resolution).where(resolution.c.community == community)
        with self._records.read() as connection:
            return [_resolution(row) for row in connection.execute(query.order_by(resolution.c.made_at.desc()))]

    def vote(self, community: UUID, uid: UUID, member: UUID, choice: Choice) -> None:
        """A member's ballot; until the vote closes it may be changed. Raises Refused (403, 409)."""
        found, now = self.get(community, uid), self._records.clock()
        if not found.open(now):
            raise wrong_state("vote_closed", "this vote is not open now")
        voter = self._people.get(community, member)
        if voter.state is not MemberState.ACTIVE or college_of(voter) not in found.entitled:
            raise forbidden("may_not_vote", "only members who are paid up vote; pay your dues first")
        ours = and_(
            ballot.c.community == community, ballot.c.resolution == uid, ballot.c.member == member
        )
        with self._records.write() as connection:
            changed = connection.execute(update(ballot).where(ours).values(choice=choice.value, cast_at=now))
            if not changed.rowcount:
                connection.execute(
                    insert(ballot).values(
                        community=community, resolution=uid, member=member, college=college_of(voter),
                        choice=choice.value, cast_at=now,
                    )
                )  # fmt: skip

    def choice(self, community: UUID, uid: UUID, member: UUID) -> Choice | None:
        """What a member has voted so far."""
        query = select(ballot.c.choice).where(
            ballot.c.community == community, ballot.c.resolution == uid, ballot.c.member == member
        )
        with self._records.read() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return None if found is None else Choice(found)

    def turnout(self, community: UUID, uid: UUID) -> int:
        """How many have voted; what they voted is told after the end only."""
        query = select(ballot.c.member).where(ballot.c.community == community, ballot.c.resolution == uid)
        with self._records.read() as connection:
            return len(connection.execute(query).all())

    def close(self, community: UUID, uid: UUID, minutes: str) -> tuple[Resolution, Count]:
        """Count after the end. Counting again gives the same. Raises Refused (409) while it is open."""
        found = self.get(community, uid)
        if self._records.clock() < found.closes_at:
            raise wrong_state("vote_open", "this vote is still open; count it when it has closed")
        if found.state == "withdrawn":
            raise wrong_state("vote_withdrawn", "this vote was withdrawn")
        query = select(ballot.c.college, ballot.c.choice).where(
            ballot.c.community == community, ballot.c.resolution == uid
        )
        with self._records.read() as connection:
            ballots = [Ballot(college, Choice(said)) for college, said in connection.execute(query)]
        entitled = dict(found.entitled)
        for each in {cast.college for cast in ballots}:  # who joined since may have voted
            entitled[each] = max(entitled.get(each, 0), sum(cast.college == each for cast in ballots))
        counted = count(ballots, entitled, found.rules)
        outcome = {
            "entitled": counted.entitled, "cast": counted.cast, "quorate": counted.quorate,
            "yes": [counted.yes.numerator, counted.yes.denominator],
            "by_college": {college: list(said) for college, said in counted.by_college.items()},
        }  # fmt: skip
        with self._records.write() as connection:
            connection.execute(
                update(resolution)
                .where(_is(community, uid), resolution.c.state == "announced")
                .values(
                    state="adopted" if counted.adopted else "rejected", outcome=json.dumps(outcome), minutes=minutes
                )
            )
        return self.get(community, uid), counted

    def withdraw(self, community: UUID, uid: UUID) -> Resolution:
        """Take an announced vote back. Raises Refused (409) once it is counted."""
        with self._records.write() as connection:
            still = and_(_is(community, uid), resolution.c.state.in_(["announced", "withdrawn"]))
            if not connection.execute(update(resolution).where(still).values(state="withdrawn")).rowcount:
                raise wrong_state("vote_counted", "this vote is counted already, or does not exist")
        return self.get(community, uid)

    def _voters(self, community: UUID) -> list[Member]:
        voters, after = [], None
        while page := self._people.page(community, after, MemberState.ACTIVE, 1_000):
            voters += page
            after = page[-1].id
        return voters


def college_of(member: Member) -> str:
    """The college in which a member votes: that of its kind."""
    return member.kind.value


def _rules_text(rules: VotingRules) -> str:
    return json.dumps(
        {
            "mode": rules.mode.value, "weights": dict(rules.weights or {}), "quorum_percent": rules.quorum_percent,
            "majority_percent": rules.majority_percent,
        }
    )  # fmt: skip


def _resolution(row: Any) -> Resolution:
    said = json.loads(row.rules)
    rules = VotingRules(
        mode=Mode(said["mode"]), weights=said["weights"] or None, quorum_percent=said["quorum_percent"],
        majority_percent=said["majority_percent"],
    )  # fmt: skip
    policy = None if row.policy is None else codec.from_plain(Policy, codec.loads(bytes(row.policy)))
    return Resolution(
        id=row.id, title=row.title, text=row.text, rules=rules, entitled=json.loads(row.entitled), currency=row.currency,
        policy=policy, since=row.since, opens_at=row.opens_at, closes_at=row.closes_at, state=row.state,
        outcome=json.loads(row.outcome), minutes=row.minutes, made_by=row.made_by,
    )  # fmt: skip


def _is(community: UUID, uid: UUID) -> Any:
    return and_(resolution.c.community == community, resolution.c.id == uid)
