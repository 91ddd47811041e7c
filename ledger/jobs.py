"""What time does: holds run out, months of demurrage end, heads are signed, old refusals are forgotten.

Every job may run at any time, twice, or in several processes at once: its commands have fixed ids.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid5

from ledger.core.accounts import MEMBER_KINDS, Account, Freeze, PolicyVersion
from ledger.core.commands import ChargeDemurrage, Command, ExpireHold
from ledger.core.errors import LedgerError, Rejected, Unavailable
from ledger.core.journal import Receipt
from ledger.core.policy import Policy
from ledger.service import OPERATOR, Ledger
from ledger.store.upkeep import MOST, purge_refusals

SECOND = 10**9
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
KEEP_REFUSALS = 30 * DAY
CHECKPOINT_EVERY = HOUR
PAGE = 1_000

log = logging.getLogger("ricochet.jobs")


@dataclass(slots=True)
class Done:
    """What a run did, by job, and the sentences of what went wrong."""

    counts: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def expire_holds(ledger: Ledger, now: int) -> int:
    """Give back every hold whose time is over at `now` (ns); returns how many."""
    expired = 0
    while due := ledger.reader.holds_due(now, PAGE):
        given_back = _submit(ledger, [
            ExpireHold(id=uuid5(hold, "expire"), community=community, actor=OPERATOR, hold=hold)
            for community, hold in due
        ])  # fmt: skip
        expired += given_back
        if not given_back:
            break
    return expired


def sign_checkpoints(ledger: Ledger, now: int, every: int = CHECKPOINT_EVERY) -> int:
    """Sign each head whose newest checkpoint ends more than `every` (ns) ago; returns how many.

    A community that cannot sign does not stop the others; Unavailable names it at the end.
    """
    signed, failed = 0, []
    for community in ledger.reader.communities():
        newest = ledger.reader.latest_checkpoint(community.uid)
        behind = newest is None or newest.size < ledger.reader.head(community.uid).seq
        if behind and (newest is None or _passed(newest.ts, now, every)):
            try:
                ledger.checkpoint(community.uid)
                signed += 1
            except Unavailable as error:
                failed.append(f"{community.code}: {error}")
    if failed:
        raise Unavailable("; ".join(failed))
    return signed


def _passed(since: int, now: int, pause: int) -> bool:
    """Whether a pause is over. A moment in the future was a wrong clock's: nothing waits for it to come again."""
    return not since <= now < since + pause


def forget_refusals(ledger: Ledger, now: int) -> int:
    """Remove refusals older than 30 days; returns how many."""
    forgotten = 0
    while True:
        gone = int(ledger.work(lambda connection: purge_refusals(connection, now - KEEP_REFUSALS)))
        forgotten += gone
        if gone < MOST:
            return forgotten


def charge_demurrage(ledger: Ledger, now: int) -> int:
    """Charge members' idle units for the last whole month (UTC) before `now`; returns how many accounts."""
    month, through = _last_month(now)
    charged = 0
    for community in ledger.reader.communities():
        for unit in ledger.reader.currencies(community.uid):
            policy = _in_force(ledger.reader.policies(community.uid, unit.code), through)
            if policy.demurrage_bp_year:
                for accounts in _pages(ledger, community.uid, unit.code):
                    charged += _submit(ledger, [
                        ChargeDemurrage(
                            id=uuid5(account.uid, f"demurrage {month}"), community=community.uid, actor=OPERATOR,
                            account=account.uid, through=through,
                        )
                        for account in accounts if _owes(account, policy, through)
                    ])  # fmt: skip
    return charged


def _owes(account: Account, policy: Policy, through: int) -> bool:
    """Whether there may be something to charge. A frozen account is charged once it is thawed."""
    return (
        account.kind in MEMBER_KINDS
        and account.kind.value not in policy.demurrage_exempt
        and account.balance > 0
        and account.charged_through < through
        and not account.frozen & Freeze.DEBITS
    )


def _last_month(now: int) -> tuple[str, int]:
    """The name of the last whole month, and the moment (ns) it ended."""
    first = datetime.fromtimestamp(now // SECOND, UTC).replace(day=1, hour=0, minute=0, second=0)
    year, month = (first.year, first.month - 1) if first.month > 1 else (first.year - 1, 12)
    return f"{year}-{month:02}", int(first.timestamp()) * SECOND


def _in_force(versions: list[PolicyVersion], at: int) -> Policy:
    past = [version for version in versions if version.since <= at]
    return past[-1].policy if past else Policy()


def _pages(ledger: Ledger, community: UUID, code: str) -> Iterator[list[Account]]:
    after = 0
    while page := ledger.reader.accounts(community, code, after_no=after, limit=PAGE):
        yield page
        after = page[-1].no


def _submit(ledger: Ledger, commands: list[Command]) -> int:
    """How many were done now. What was refused meanwhile is no error; what failed is."""
    done = 0
    for answer in ledger.submit_many(commands):
        if isinstance(answer, Receipt):
            done += not answer.replayed
        elif not isinstance(answer, Rejected):
            raise answer
    return done


JOBS: dict[str, tuple[Callable[[Ledger, int], int], int]] = {
    "holds expired": (expire_holds, 0),
    "checkpoints signed": (sign_checkpoints, 0),
    "accounts charged demurrage": (charge_demurrage, HOUR),
    "refusals forgotten": (forget_refusals, HOUR),
}
"""What each does, and how long (ns) a scheduler waits at least before it looks again."""


NIGHT = range(1, 5)
"""Hours (UTC) in which long work may be done."""


class Prepared(Protocol):
    """What was brought up to date: see `analytics.report.upkeep`, which is too large to load before it is wanted."""

    @property
    def communities(self) -> int: ...
    @property
    def figures(self) -> Iterable[Any]: ...
    @property
    def errors(self) -> Iterable[str]: ...


def prepare_here(
    folder: Path, facts: Callable[[UUID], Iterable[Any]] | None = None, *, figures_too: bool = False
) -> Callable[[Ledger], Prepared]:
    """Extracts brought up to date in this process. `facts`: of a community's members."""

    def prepare(ledger: Ledger) -> Prepared:
        upkeep = import_module("ledger.analytics.report.upkeep")
        prepared: Prepared = upkeep.bring_up(ledger.reader, folder, facts, figures_too=figures_too)
        return prepared

    return prepare


class Reports:
    """The job that brings the extracts for reports up to date, once a night."""

    def __init__(
        self,
        prepare: Callable[[Ledger], Prepared],
        heard: Callable[[Iterable[Any]], None] | None = None,
        *,
        at_once: bool = False,
    ) -> None:
        """`heard` is told the main figures; `at_once`: not only at night."""
        self._prepare, self._heard, self._at_once = prepare, heard, at_once
        self._night = -1

    def __call__(self, ledger: Ledger, now: int) -> int:
        """How many communities were looked at. Raises Unavailable, naming those that could not be."""
        night, hour = now // DAY, now % DAY // HOUR
        if night == self._night or not (self._at_once or hour in NIGHT):
            return 0
        self._night, self._at_once = night, False
        done = self._prepare(ledger)
        if self._heard is not None:
            self._heard(done.figures)
        if done.errors:
            raise Unavailable("; ".join(done.errors))
        return int(done.communities)


Job = Callable[[Ledger, int], int]


def with_reports(job: Reports) -> dict[str, tuple[Job, int]]:
    """All jobs, reports among them."""
    return {**JOBS, "communities' reports": (job, HOUR)}


def run_jobs(
    ledger: Ledger,
    now: int,
    last: dict[str, int] | None = None,
    jobs: dict[str, tuple[Job, int]] | None = None,
) -> Done:
    """Run every job (by default JOBS) that is due; one that fails does not stop the others.

    `last` remembers between runs when each was run; without it all are due.
    """
    done = Done()
    for name, (job, pause) in (JOBS if jobs is None else jobs).items():
        if last is not None and name in last and not _passed(last[name], now, pause):
            continue
        try:
            done.counts[name] = job(ledger, now)
            if last is not None:
                last[name] = now
        except LedgerError as error:
            done.errors.append(f"{name}: {error}")
        except Exception as error:
            done.errors.append(f"{name}: {error}")
            log.exception("job failed: %s", name)
    return done


class Scheduler:
    """Runs the jobs in a thread of its own, until `stop`."""

    def __init__(
        self,
        ledger: Ledger,
        every: float = 30.0,
        clock: Callable[[], int] = time.time_ns,
        jobs: dict[str, tuple[Job, int]] | None = None,
    ) -> None:
        """`every`: seconds between two looks. `jobs`: by default JOBS."""
        self._ledger, self._every, self._clock, self._jobs = ledger, every, clock, jobs
        self._last: dict[str, int] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ricochet-jobs", daemon=True)

    def start(self) -> None:
        """Begin; the first run is at once."""
        self._thread.start()

    def stop(self) -> None:
        """Let the present run end, then no more."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            for error in run_jobs(self._ledger, self._clock(), self._last, self._jobs).errors:
                log.warning("job failed: %s", error)
            self._stopped.wait(self._every)
