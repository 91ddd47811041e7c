"""After the storm: the journal is replayed through the second ledger, and everything that anybody heard compared with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select

from ledger.core.commands import Command
from ledger.core.errors import Code
from ledger.core.journal import Entry, command_bytes, decode
from ledger.core.signing import signature_holds
from ledger.store import schema
from ledger.store.answers import fingerprint
from ledger.store.engine import open_database
from ledger.store.verify import verify
from tests.faults.heard import Heard
from tests.model_book import Refusal
from tests.scenario import Pure, Scene


def problems(url: str, scene: Scene, heard: Sequence[Heard], against: Sequence[str] = ()) -> list[str]:
    """Every broken promise, as sentences; none is the only good answer.

    `against`: checkpoints kept elsewhere, for the audit.
    """
    with closing(open_database(url, read_only=True)) as database, database.read.connect() as connection:
        entries = [
            decode(bytes(row.body)) for row in connection.execute(select(schema.entry).order_by("seq"))
        ]
        refusals = connection.execute(select(schema.refusal)).all()
        found = [
            *_order(entries),
            *_once(entries, refusals),
            *_answers(entries, refusals, heard),
            *_real_time(heard),
        ]
        found += _replayed(connection, scene, entries, refusals, [each.command for each in heard])
    try:
        report = verify(url, against=against)
        found += [f"verify: {finding}" for finding in report.findings]
    except Exception as error:  # noqa: BLE001 - a journal may be broken so that it cannot even be read
        found.append(f"verify: {error!r}")
    return found


def _order(entries: Sequence[Entry]) -> Iterable[str]:
    for expected, entry in enumerate(entries, 1):
        if entry.seq != expected:
            yield f"order: entry {entry.seq} stands where {expected} should"
            return
    for one, two in pairwise(entries):
        if two.ts <= one.ts:
            yield f"order: entry {two.seq} is not later than {one.seq}"


def _once(entries: Sequence[Entry], refusals: Sequence[Any]) -> Iterable[str]:
    outcomes = [entry.command.id for entry in entries] + [row.command_id for row in refusals]
    if len(set(outcomes)) < len(outcomes):
        yield f"once: {len(outcomes) - len(set(outcomes))} ids have more than one outcome"


def _answers(entries: Sequence[Entry], refusals: Sequence[Any], heard: Sequence[Heard]) -> Iterable[str]:
    """Whatever was acknowledged is there, as it was told."""
    entered = {entry.command.id: entry for entry in entries}
    refused = {row.command_id: row for row in refusals}
    fresh: set[Any] = set()
    for command, _, _, told in heard:
        entry, row = entered.get(command.id), refused.get(command.id)
        if told[0] == "entry":
            if entry is None or command_bytes(entry.command) != command_bytes(command):
                yield f"answers: {command.name} was acknowledged as entry {told[1]} and is not in the journal"
            elif told[1:4] != (entry.seq, entry.ts, entry.transfers):
                yield f"answers: {command.name} was told {told[1:4]} but is entry {entry.seq}"
            if not told[4]:
                if command.id in fresh:
                    yield f"answers: entry {told[1]} was told as new twice"
                fresh.add(command.id)
        elif told[0] == "refused" and told[1] == Code.ID_REUSED:
            same = entry is not None and command_bytes(entry.command) == command_bytes(command)
            if same or (entry is None and (row is None or row.fingerprint == fingerprint(command))):
                yield f"answers: {command.name} heard of another use of its id, and there is none"
        elif told[0] == "refused" and told[1] == Code.SIGNATURE_INVALID and not _signed(command):
            continue  # refused before the queue: it leaves no trace, and its id is free
        elif told[0] == "refused":
            if row is None or (row.code, row.detail, row.field, row.fingerprint) != (
                *told[1:4],
                fingerprint(command),
            ):
                yield f"answers: {command.name} was refused ({told[1]}) and nobody knows of it"
        elif told[0] != "Unavailable":
            yield f"answers: {command.name} heard {told}"


def _signed(command: Command) -> bool:
    signature = getattr(command, "signature", None)
    return signature is None or signature_holds(command, signature)


def _real_time(heard: Sequence[Heard]) -> Iterable[str]:
    """What was asked after an answer came has a later number than what was answered."""
    answered = sorted((each.answered, each.told[1]) for each in heard if each.told[0] == "entry")
    newest, at = 0, 0
    for each in sorted(heard, key=lambda one: one.asked):
        if each.told[0] != "entry" or each.told[4]:
            continue
        while at < len(answered) and answered[at][0] < each.asked:
            newest = max(newest, answered[at][1])
            at += 1
        if each.told[1] <= newest:
            yield f"real time: entry {each.told[1]} was asked for after {newest} had been answered"


def _replayed(
    connection: Connection,
    scene: Scene,
    entries: Sequence[Entry],
    refusals: Sequence[Any],
    sent: Iterable[Command],
) -> Iterable[str]:
    """The second ledger, asked in the order of the journal, says the same every time and ends with the same balances.

    A refusal carries the moment at which it was decided: before the entry of that moment, after those before it.
    """
    known = {fingerprint(command): command for command in sent}
    pure = Pure(scene)
    model = scene.second(pure.books)
    setup = len(pure.entries)
    steps: list[tuple[int, int, Any]] = [(entry.ts, 1, entry) for entry in entries[setup:]]
    steps += [(row.ts, 0, row) for row in refusals]
    accounts = connection.execute(select(schema.account)).all()
    keys = {row.no: scene.key_of(row.uid) for row in accounts}
    for ts, entered, step in sorted(steps, key=lambda each: each[:2]):
        if entered:
            told: Any = tuple((keys[t.debit], keys[t.credit], t.posted, t.held) for t in step.transfers)
            said = model.submit(step.command, ts)
            what = f"entry {step.seq} ({step.command.name})"
        else:
            if step.fingerprint not in known:
                yield f"replay: a refusal ({step.code}) of what nobody sent"
                continue
            told, command = Refusal(Code(step.code), step.field), known[step.fingerprint]
            said, what = model.submit(command, ts), f"the refusal of {command.name} at {ts}"
        if said != told:
            yield f"replay: {what} is {told} but the second ledger says {said}"
    for row in accounts:
        a = model.accounts[scene.key_of(row.uid)]
        balances = (row.debits_posted, row.debits_held, row.credits_posted, row.credits_held)
        if balances != (a["out"], a["held out"], a["in"], a["held in"]):
            yield f"replay: account {row.no} ends at {balances}, not {(a['out'], a['held out'], a['in'], a['held in'])}"
