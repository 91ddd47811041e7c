"""What a Region keeps beside the figures: targets set at the award, questions to a pilot, and what a pilot shows in public."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, insert, select, update

from api.association.schema import openness, question, target
from api.identity.errors import invalid, not_found
from api.identity.records import Records
from ledger.service import new_id

PUBLIC = ("circulation", "velocity", "participation")
"""Indicators that everybody may see unless an association says otherwise."""


@dataclass(frozen=True, slots=True)
class Target:
    """A declared aim for one figure, "indicator.figure", in the figure's own unit."""

    id: UUID
    community: UUID
    figure: str
    value: float
    note: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the Region asks a pilot about a figure; `answer` "" while it waits."""

    id: UUID
    community: UUID
    figure: str
    text: str
    asked_at: int
    answer: str
    answered_at: int | None


class Region:
    """Targets, questions and openness of every community."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def set_target(self, community: UUID, figure: str, value: float, note: str, by: UUID) -> None:
        """A target for a figure; a new one takes the place of the old."""
        if not -1e15 < value < 1e15:
            raise invalid("value", "must be a number")
        with self._records.write() as connection:
            connection.execute(
                delete(target).where(target.c.community == community, target.c.figure == figure)
            )
            connection.execute(
                insert(target).values(
                    community=community, id=new_id(), figure=figure, value=json.dumps(value), note=note, set_by=by,
                    set_at=self._records.clock(),
                )
            )  # fmt: skip

    def targets(self, community: UUID) -> dict[str, Target]:
        """By figure."""
        with self._records.read() as connection:
            rows = connection.execute(select(target).where(target.c.community == community))
            return {row.figure: Target(row.id, row.community, row.figure, float(json.loads(row.value)), row.note) for row in rows}

    def ask(self, community: UUID, uid: UUID, figure: str, text: str, by: UUID) -> Question:
        """Ask a pilot to explain a figure. The same id again asks nothing new."""
        if not 0 < len(text.strip()) <= 1_000:
            raise invalid("text", "must have 1 to 1000 characters")
        with self._records.write() as connection:
            if connection.execute(select(question.c.id).where(_is(community, uid))).first() is None:
                connection.execute(
                    insert(question).values(
                        community=community, id=uid, figure=figure, text=text.strip(), asked_by=by,
                        asked_at=self._records.clock(), answer="", answered_by=None, answered_at=None,
                    )
                )  # fmt: skip
        return self.question(community, uid)

    def question(self, community: UUID, uid: UUID) -> Question:
        """One question. Raises Refused (404)."""
        with self._records.read() as connection:
            row = connection.execute(select(question).where(_is(community, uid))).first()
        if row is None:
            raise not_found("question")
        return _question(row)

    def questions(self, community: UUID, *, open_only: bool = False) -> list[Question]:
        """The questions to a pilot, newest first."""
        query = select(question).where(question.c.community == community).order_by(question.c.asked_at.desc())
        if open_only:
            query = query.where(question.c.answer == "")
        with self._records.read() as connection:
            return [_question(row) for row in connection.execute(query)]

    def answer(self, community: UUID, uid: UUID, text: str, by: UUID) -> Question:
        """What the pilot says; it may say it better later."""
        self.question(community, uid)
        if not 0 < len(text.strip()) <= 2_000:
            raise invalid("answer", "must have 1 to 2000 characters")
        with self._records.write() as connection:
            connection.execute(
                update(question)
                .where(_is(community, uid))
                .values(answer=text.strip(), answered_by=by, answered_at=self._records.clock())
            )
        return self.question(community, uid)

    def shown(self, community: UUID) -> tuple[str, ...]:
        """The indicators that a community shows in public."""
        with self._records.read() as connection:
            row = connection.execute(select(openness.c.indicators).where(openness.c.community == community)).first()
        return PUBLIC if row is None else tuple(json.loads(row.indicators))

    def show(self, community: UUID, indicators: tuple[str, ...], by: UUID) -> None:
        """Say what is public from now on."""
        if set(indicators) - set(PUBLIC):
            raise invalid("indicators", f"must be some of {', '.join(PUBLIC)}")
        values: dict[str, Any] = {"indicators": json.dumps(sorted(indicators)), "set_by": by, "set_at": self._records.clock()}
        with self._records.write() as connection:
            changed = connection.execute(update(openness).where(openness.c.community == community).values(values))
            if not changed.rowcount:
                connection.execute(insert(openness).values(community=community, **values))


def _is(community: UUID, uid: UUID) -> Any:
    return and_(question.c.community == community, question.c.id == uid)


def _question(row: Any) -> Question:
    return Question(row.id, row.community, row.figure, row.text, row.asked_at, row.answer, row.answered_at)
