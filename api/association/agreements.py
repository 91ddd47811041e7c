"""Professionals' files: from a draft to a decision, with every step kept (MLC-17)."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, select, update

from api.association.schema import agreement as table
from api.identity.errors import invalid, not_found, wrong_state
from api.identity.people import People
from api.identity.records import Records
from api.identity.states import States
from ledger.community.agreement import UNDECIDED, Step, Verdict, advance, decide, review_due
from ledger.community.membership import MemberState
from ledger.service import new_id

QUESTIONS = ("siren", "naf", "posts", "employees", "years", "address", "iban", "suppliers", "wants")
"""What a file may say; everything is text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A professional's file. `history`: step, day, person, and what was said, oldest first."""

    id: UUID
    member: UUID
    step: Step
    says: dict[str, str]
    history: list[dict[str, Any]]
    review_on: date | None
    version: int


class Agreements:
    """The files of every community."""

    def __init__(self, records: Records, people: People, states: States) -> None:
        self._records = records
        self._people = people
        self._states = states

    def open(self, community: UUID, member: UUID, says: dict[str, str], by: UUID, on: date) -> File:
        """A new file of a member. Raises Refused when a question is unknown or another file is under way."""
        self._people.get(community, member)
        _known(says)
        for old in self.of(community, member):
            if old.step not in (Step.REFUSED, Step.WITHDRAWN):
                raise wrong_state("file_open", f"this member has a file that is {old.step}; go on with that one")
        uid, first = new_id(), {"step": Step.DRAFT.value, "on": on.isoformat(), "by": str(by)}
        with self._records.write() as connection:
            connection.execute(
                insert(table).values(
                    community=community, id=uid, member=member, step=Step.DRAFT.value, file=json.dumps(says),
                    history=json.dumps([first]), review_on=None, created_at=self._records.clock(), version=1,
                )
            )  # fmt: skip
        return self.get(community, uid)

    def get(self, community: UUID, uid: UUID) -> File:
        """One file. Raises Refused (404)."""
        with self._records.read() as connection:
            row = connection.execute(select(table).where(_is(community, uid))).first()
        if row is None:
            raise not_found("file")
        return _file(row)

    def of(self, community: UUID, member: UUID) -> list[File]:
        """A member's files, newest first."""
        query = select(table).where(table.c.community == community, table.c.member == member)
        with self._records.read() as connection:
            return [_file(row) for row in connection.execute(query.order_by(table.c.created_at.desc()))]

    def waiting(self, community: UUID) -> list[File]:
        """Files that somebody has to do something about, oldest first."""
        open_steps = [Step.SUBMITTED.value, Step.VISITED.value, Step.APPEALED.value]
        query = select(table).where(table.c.community == community, table.c.step.in_(open_steps))
        with self._records.read() as connection:
            return [_file(row) for row in connection.execute(query.order_by(table.c.created_at))]

    def step(
        self, community: UUID, uid: UUID, version: int, to: Step, by: UUID, on: date,
        note: str = "", says: dict[str, str] | None = None,
    ) -> File:  # fmt: skip
        """A step that needs no committee: submitted, visited, withdrawn, appealed."""
        if to in (Step.APPROVED, Step.REFUSED, Step.SUSPENDED):
            raise invalid("step", "is for the committee: use its decision")
        found = self.get(community, uid)
        _known(says or {})
        said = {"step": advance(found.step, to).value, "on": on.isoformat(), "by": str(by), "note": note}
        return self._keep(community, found, version, said, says=says)

    def answer(self, community: UUID, uid: UUID, version: int, says: dict[str, str], by: UUID, on: date) -> File:
        """Other answers, all of them, while nothing is decided; the history names the questions. Raises Refused (409, 422)."""
        _known(says)
        found = self.get(community, uid)
        if found.step not in UNDECIDED:
            raise wrong_state("file_decided", "this file is decided or withdrawn; its answers stay")
        changed = sorted(name for name in QUESTIONS if says.get(name, "") != found.says.get(name, ""))
        if not changed:
            return found
        said = {"step": found.step.value, "on": on.isoformat(), "by": str(by), "note": "", "changed": changed}
        emptied = {name: "" for name in found.says if name not in says}
        return self._keep(community, found, version, said, says=emptied | says)

    def decide(
        self, community: UUID, uid: UUID, version: int, verdict: Verdict, colleges: Collection[str], by: UUID
    ) -> File:
        """The committee's decision. An approval lets the member receive, a refusal or suspension does not."""
        found = self.get(community, uid)
        step = decide(found.step, verdict, colleges) if verdict.step is not Step.SUSPENDED else advance(found.step, verdict.step)
        said = {
            "step": step.value, "on": verdict.on.isoformat(), "by": str(by), "note": verdict.reasons,
            "colleges": sorted(verdict.colleges), "commitments": list(verdict.commitments),
        }  # fmt: skip
        kept = self._keep(community, found, version, said, review_on=review_due(verdict.on) if step is Step.APPROVED else None)
        wanted = {Step.APPROVED: MemberState.ACTIVE, Step.SUSPENDED: MemberState.SUSPENDED}.get(step)
        member = self._people.get(community, found.member)
        if wanted is not None and member.state is not wanted:
            self._people.change(community, member.id, member.version, {"state": wanted}, by)
            self._states.enforce(community, member.id, by)
        return kept

    def _keep(
        self, community: UUID, found: File, version: int, said: dict[str, Any],
        says: dict[str, str] | None = None, review_on: date | None = None,
    ) -> File:  # fmt: skip
        values = {
            "step": said["step"], "history": json.dumps([*found.history, said]), "version": version + 1,
            "file": json.dumps(found.says | (says or {})),
            "review_on": None if review_on is None else review_on.isoformat(),
        }  # fmt: skip
        with self._records.write() as connection:
            same = and_(_is(community, found.id), table.c.version == version)
            if connection.execute(update(table).where(same).values(values)).rowcount != 1:
                raise wrong_state("version_differs", "the file was changed meanwhile; read it again")
        return self.get(community, found.id)


def _known(says: dict[str, str]) -> None:
    for name, text in says.items():
        if name not in QUESTIONS:
            raise invalid(name, f"is no question of the file; it asks {', '.join(QUESTIONS)}")
        if len(text) > 2_000:
            raise invalid(name, "must have at most 2000 characters")


def _is(community: UUID, uid: UUID) -> Any:
    return and_(table.c.community == community, table.c.id == uid)


def _file(row: Any) -> File:
    return File(
        id=row.id, member=row.member, step=Step(row.step), says=json.loads(row.file), history=json.loads(row.history),
        review_on=None if row.review_on is None else date.fromisoformat(row.review_on), version=row.version,
    )  # fmt: skip
