"""Four eyes (GOV-5): a command waits, as it was asked, until a second person submits or rejects it.

The ledger has refused the command under its own id, for good; so the approved one has an id made from it, which is
also the id of the proposal. Asking twice makes one proposal, approving twice one entry.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import and_, insert, select, update

from api.identity import outcomes
from api.identity.errors import conflict, forbidden, not_found, wrong_state
from api.identity.permissions import allowed
from api.identity.principal import Principal
from api.identity.records import Records
from api.identity.schema import approval as table
from ledger.core import codec
from ledger.core.commands import COMMANDS, Command
from ledger.core.journal import Receipt, command_bytes
from ledger.service import Ledger

LIFE = 7 * 86_400 * 10**9
"""Nanoseconds that a proposal waits."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A command that waits for a second person. `state`: open, approved, rejected or expired."""

    id: UUID
    action: str
    command: Command
    """As it was asked, with the id that it will have."""
    summary: str
    asked_by: UUID
    """The person who asked (`Principal.person`)."""
    asked_at: int
    expires_at: int
    state: str
    decided_by: UUID | None
    decided_at: int | None


class Approvals:
    """The proposals of every community."""

    def __init__(self, records: Records, ledger: Ledger) -> None:
        self._records = records
        self._ledger = ledger

    def propose(self, by: Principal, action: str, command: Command) -> Proposal:
        """Keep a command that the ledger answered with approval_required; `action` is what the approver must have."""
        now = self._records.clock()
        waiting = replace(command, id=proposal_id(command.id))
        body = command_bytes(waiting)
        with self._records.write() as connection:
            row = connection.execute(select(table).where(_is(command.community, waiting.id))).first()
            if row is None:
                connection.execute(
                    insert(table).values(
                        community=command.community, id=waiting.id, action=action, command=body, asked_by=by.person,
                        summary=summarize(command), asked_at=now, expires_at=now + LIFE, state="open",
                    )
                )  # fmt: skip
            elif bytes(row.command) != body:
                raise conflict("id_reused", "this id was used for another command; make a new one", "id")
        return self.get(command.community, waiting.id)

    def get(self, community: UUID, uid: UUID) -> Proposal:
        """One proposal, as it stands. Raises Refused (404)."""
        with self._records.read() as connection:
            row = connection.execute(select(table).where(_is(community, uid))).first()
            entry = None if row is None else outcomes.entry(connection, community, uid)
        if row is None:
            raise not_found("approval")
        found = self._proposal(row)
        if entry is not None and found.state != "approved":  # we were stopped before we could note it
            approver = getattr(entry.command, "approver", None)
            found = replace(found, state="approved", decided_by=approver, decided_at=entry.ts)
            self._decide(community, found)
        return found

    def page(
        self, community: UUID, state: str | None = None, after: UUID | None = None, limit: int = 50
    ) -> list[Proposal]:
        """Proposals by id, after an id."""
        query = select(table).where(table.c.community == community).order_by(table.c.id).limit(limit)
        now = self._records.clock()
        if after is not None:
            query = query.where(table.c.id > after)
        if state == "expired":
            query = query.where(table.c.state == "open", table.c.expires_at <= now)
        elif state is not None:
            query = query.where(table.c.state == state)
            query = query.where(table.c.expires_at > now) if state == "open" else query
        with self._records.read() as connection:
            return [self._proposal(row) for row in connection.execute(query)]

    def ready(self, by: Principal, community: UUID, uid: UUID) -> tuple[Proposal, Command]:
        """A proposal and the command that this second person would submit. Raises Refused when they may not.

        Of one that is approved, it is the command that was submitted: the ledger repeats its receipt.
        """
        found = self._decidable(by, community, uid)
        if found.state not in ("open", "approved"):
            raise wrong_state(f"approval_{found.state}", f"this proposal is {found.state}; ask for it again")
        approver = found.decided_by if found.state == "approved" else by.actor
        return found, replace(found.command, approver=approver)  # type: ignore[call-arg]

    def approved(self, community: UUID, found: Proposal, by: UUID, at: int) -> Proposal:
        """Note that a proposal became an entry, at a moment (ns)."""
        if found.state == "open":
            found = replace(found, state="approved", decided_by=by, decided_at=at)
            self._decide(community, found)
        return found

    def approve(self, by: Principal, community: UUID, uid: UUID) -> tuple[Receipt, Proposal]:
        """Submit the command with the second person's name in it. Raises Refused or LedgerError.

        What the ledger would refuse now (a reserve too small) is asked first, so that it may be tried again later.
        """
        found, command = self.ready(by, community, uid)
        self._ledger.dry_run(command)
        receipt = self._ledger.submit(command)
        return receipt, self.approved(community, found, by.actor, receipt.ts)

    def reject(self, by: Principal, community: UUID, uid: UUID) -> Proposal:
        """Turn a proposal down; whoever asked may take it back so. Doing it again changes nothing."""
        found = self.get(community, uid)
        if not same_person(by, found):
            found = self._decidable(by, community, uid)
        if found.state in ("approved", "expired"):
            raise wrong_state(f"approval_{found.state}", f"this proposal is {found.state} already")
        if found.state == "open":
            now = self._records.clock()
            self._decide(community, replace(found, state="rejected", decided_by=by.actor, decided_at=now))
        return self.get(community, uid)

    def _decidable(self, by: Principal, community: UUID, uid: UUID) -> Proposal:
        found = self.get(community, uid)
        if not allowed(by, found.action):
            raise forbidden(
                "not_allowed", f"this key may not do {found.action}; who approves must have its role"
            )
        if not same_person(by, found):
            return found
        if by.maker == found.asked_by:
            said = "your key was made by who asked, and nobody else has confirmed that it is yours; have it confirmed first"
            raise forbidden("same_person", said)
        raise forbidden("same_actor", "somebody else must approve what you asked for")

    def _decide(self, community: UUID, found: Proposal) -> None:
        """Keep a decision; an approval that is in the journal stands over everything else."""
        values = {"state": found.state, "decided_by": found.decided_by, "decided_at": found.decided_at}
        which = _is(community, found.id)
        if found.state != "approved":
            which = and_(which, table.c.state == "open")
        with self._records.write() as connection:
            connection.execute(update(table).where(which).values(values))

    def _proposal(self, row: Any) -> Proposal:
        name, plain = codec.loads(bytes(row.command))
        over = row.state == "open" and row.expires_at <= self._records.clock()
        return Proposal(
            row.id, row.action, codec.from_plain(COMMANDS[str(name)], plain), row.summary, row.asked_by, row.asked_at,
            row.expires_at, "expired" if over else row.state, row.decided_by, row.decided_at,
        )  # fmt: skip


def same_person(by: Principal, asked: Proposal) -> bool:
    """Whether somebody counts as who asked: the same actor, or keys that only one person vouches for."""
    return asked.asked_by in (by.person, by.actor) or asked.command.actor == by.actor


def proposal_id(command_id: UUID) -> UUID:
    """The id of the proposal, and of the entry that it will make, from that of the command as first sent."""
    return uuid5(command_id, "ricochet/approval")


def summarize(command: Command) -> str:
    """What a command asks, on one line: its name and what it says, ids of people and of itself aside."""
    return f"{command.name}: {_said(command, ('id', 'community', 'actor', 'approver'))}"[:500]


def _said(value: Any, silent: tuple[str, ...] = ()) -> str:
    """The fields of a dataclass that differ from their defaults."""
    said = []
    for field in fields(value):
        content = getattr(value, field.name)
        if field.name not in silent and content != field.default:
            said.append(f"{field.name} {f'({_said(content)})' if is_dataclass(content) else content}")
    return ", ".join(said)


def _is(community: UUID, uid: UUID) -> Any:
    return and_(table.c.community == community, table.c.id == uid)
