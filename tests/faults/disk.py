"""What processes do to a disk, for tests/faults/test_disk.py: each function runs in a process of its own."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from ledger.core.errors import LedgerError, Unavailable
from ledger.core.journal import Receipt
from ledger.service import Ledger, open_ledger
from tests.faults.heard import Notebook
from tests.faults.orders import running_clock, say
from tests.faults.worker import Job, finish, send

NOBODY = 65_534


def in_a_process(function: Callable[..., None], *arguments: Any) -> int:
    """Run it; returns the exit code."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.worker"])
    process = context.Process(target=function, args=arguments, daemon=True)
    process.start()
    return finish(process)


def reach_the_limit(job: Job, room: int) -> None:
    """Work until files may not grow any more, be refused, get room, and do it all."""
    with open_ledger(job.url, clock=running_clock(job.began), migrate=False) as ledger:
        largest = max(path.stat().st_size for path in job.notes.parent.iterdir())
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room, hard))
        work_until_full(ledger, job)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        send(ledger, Notebook(job.notes), job.orders[0])


def work_until_full(ledger: Ledger, job: Job) -> None:
    """Send what there is until it cannot be written; reading still works then, and asking again fails again."""
    notebook = Notebook(job.notes)
    for at in range(0, len(job.orders[0]), 5):
        some = job.orders[0][at : at + 5]
        answers = say(ledger, some)
        if any(isinstance(answer, Unavailable) for answer in answers):
            break
        notebook.write([[answer for answer in answers if isinstance(answer, Receipt)]])
    else:
        raise AssertionError("the disk did not fill up")
    assert all(isinstance(answer, Unavailable) for answer in answers), answers
    assert ledger.reader.head(some[0].community).seq > 0
    assert all(isinstance(answer, Unavailable) for answer in say(ledger, some))


def open_as_nobody(url: str, notes: Path) -> None:
    """Try to open a ledger for writing, then for reading, without rights; note what was said."""
    notebook = Notebook(notes)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    for read_only in (False, True):
        try:
            with open_ledger(url, read_only=read_only) as ledger:
                notebook.write([f"opened, {len(ledger.reader.communities())} communities"])
        except LedgerError as error:
            notebook.write([f"{type(error).__name__}: {error}"])
