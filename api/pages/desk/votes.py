"""`/desk/votes`: what is voted on, the count with its minutes, and the change that an adopted vote brings (journey 13)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID, uuid5

from pydantic import Field
from starlette.responses import Response

from api.association.resolutions import Resolution
from api.identity.errors import wrong_state
from api.identity.permissions import allowed
from api.pages.desk.rules import said_of
from api.pages.frame.again import or_again
from api.pages.frame.changes import changes, in_force
from api.pages.frame.form import Filled
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.submitting import submit_or_ask
from ledger.core.commands import ChangePolicy

router = page_router()


@dataclass(frozen=True, slots=True)
class Share:
    """The outcome of one college."""

    college: str
    yes: int
    no: int
    neither: int


@router.get("/desk/votes")
def votes(visit: Visit = page("desk.read")) -> Response:
    """What waits for the count first, then open and announced ones, then what was decided."""
    now, every = visit.use.clock(), visit.use.association.resolutions.all(visit.caller.community)
    ready = [each for each in every if each.state == "announced" and each.closes_at <= now]
    running = [each for each in every if each.state == "announced" and each.closes_at > now]
    past = [each for each in every if each.state != "announced"]
    return visit.show(
        "desk/votes.html", ready=ready, running=running, past=past, now=now,
        may=allowed(visit.caller.principal, "desk.operate"),
    )  # fmt: skip


@router.get("/desk/votes/{resolution}")
def vote(resolution: UUID, visit: Visit = page("desk.read")) -> Response:
    """One vote: what is proposed, how many voted, what comes next."""
    c, now, life = visit.caller.community, visit.use.clock(), visit.use.association.resolutions
    found, who = life.get(c, resolution), visit.caller.principal
    lines: list[tuple[str, str, str]] = []
    entry = None
    if found.policy is not None and found.currency is not None:
        versions = visit.use.ledger.reader.policies(c, found.currency)
        entry = next((each for each in versions if each.policy == found.policy and _names(visit, each.seq, found)), None)
        before = [each for each in versions if entry is None or each.seq < entry.seq]
        unit = visit.use.facts.currency(c, found.currency)
        lines = changes(visit, in_force(before, found.since or now if entry else now), found.policy, unit)
    return visit.show(
        "desk/vote.html", vote=found, now=now, lines=lines, entry=entry, turnout=life.turnout(c, found.id),
        entitled=sum(found.entitled.values()), result=_result(found), at=_step(found, entry is not None, now),
        colleges=[Share(name, *said) for name, said in found.outcome.get("by_college", {}).items()],
        late=found.since is not None and found.since <= now, operate=allowed(who, "desk.operate"),
        change=allowed(who, "policies.change"),
    )  # fmt: skip


def _names(visit: Visit, seq: int, found: Resolution) -> bool:
    command = visit.use.ledger.reader.entry_at(visit.caller.community, seq).decoded().command
    return isinstance(command, ChangePolicy) and command.resolution == str(found.id)


def _step(found: Resolution, entered: bool, now: int) -> int:
    if found.state == "announced":
        return 1 if now < found.opens_at else 2 if now < found.closes_at else 3
    return 5 if entered else 4


def _result(found: Resolution) -> int | None:
    """The share of yes in basis points."""
    if "yes" not in found.outcome:
        return None
    numerator, denominator = found.outcome["yes"]
    return int(numerator * 10_000 // denominator) if denominator else 0


class Minutes(Filled):
    """What the assembly's minutes say."""

    minutes: str = Field(max_length=20_000)


@router.post("/desk/votes/{resolution}/count")
@or_again(vote)
def close(resolution: UUID, visit: Visit = page("desk.operate")) -> Response:
    """Count after the end, and keep the minutes."""
    sent = visit.read(Minutes)
    found, _ = visit.use.association.resolutions.close(visit.caller.community, resolution, sent.minutes)
    said = visit.text("Counted: adopted.") if found.state == "adopted" else visit.text("Counted: rejected.")
    return visit.go(f"/desk/votes/{resolution}", said)


@router.post("/desk/votes/{resolution}/withdrawal")
@or_again(vote)
def withdraw(resolution: UUID, visit: Visit = page("desk.operate")) -> Response:
    """Take an announced vote back."""
    visit.use.association.resolutions.withdraw(visit.caller.community, resolution)
    return visit.go(f"/desk/votes/{resolution}", visit.text("The vote is withdrawn."))


@router.post("/desk/votes/{resolution}/change")
@or_again(vote)
async def carry_out(resolution: UUID, visit: Visit = page("policies.change", step_up=True)) -> Response:
    """Lay the adopted change before a second person; the entry names the vote (GOV-3). Asking twice asks once."""
    c = visit.caller.community
    found = await asyncio.to_thread(visit.use.association.resolutions.get, c, resolution)
    if found.state != "adopted" or found.policy is None or found.currency is None or found.since is None:
        raise wrong_state("vote_not_adopted", "only a change that was adopted can be carried out")
    since = found.since if found.since > visit.use.clock() else 0
    command = ChangePolicy(
        id=uuid5(found.id, f"change from {since}"), community=c, actor=visit.caller.principal.actor,
        currency=found.currency, policy=found.policy, since=since, resolution=str(found.id),
    )  # fmt: skip
    return said_of(visit, await submit_or_ask(visit.caller, "policies.change", command), f"/desk/votes/{resolution}")
