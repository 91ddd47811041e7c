"""`/desk/books`: the journal by number, one entry with its receipt, and `verify` run from the page."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api import presenting
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.receipts import receipt_of
from ledger.store.verify import verify

router = page_router()

PAGE = 50


@dataclass(slots=True)
class Audit:
    """One run of `verify`. `said` is what it found, when it has ended."""

    entries: int
    ended: bool = False
    good: bool = False
    said: list[str] = field(default_factory=list)


_audits: dict[UUID, Audit] = {}
"""The latest run for each community, in this process."""


@router.get("/desk/books")
def books(visit: Visit = page("journal.read")) -> Response:
    """Entries, newest first."""
    use, c = visit.use, visit.caller.community
    head = use.ledger.reader.head(c)
    asked = visit.request.query_params.get("before", "")
    before = min(int(asked), head.seq + 1) if asked.isdecimal() and asked.isascii() and len(asked) < 16 else head.seq + 1
    views = list(reversed(use.ledger.reader.entries(c, max(before - PAGE - 1, 0), min(PAGE, before - 1)))) if before > 1 else []
    note = use.ledger.reader.latest_checkpoint(c)
    answer = visit.show(
        "desk/books.html", views=views, head=head, before=before, audit=_audits.get(c), checkpoint=note,
        next=views[-1].seq if views and views[-1].seq > 1 else 0,
    )  # fmt: skip
    running = _audits.get(c)
    if running is not None and not running.ended:
        answer.headers["refresh"] = "2"
    return answer


@router.post("/desk/books/verify")
def audit(visit: Visit = page("journal.read")) -> Response:
    """Replay the whole journal through the rules, beside everything else."""
    use, c = visit.use, visit.caller.community
    running = _audits.get(c)
    if running is None or running.ended:
        _audits[c] = begun = Audit(use.ledger.reader.head(c).seq)
        url, code = use.settings.database.get_secret_value(), use.facts.community(c).code
        threading.Thread(target=_run, args=(begun, url, code), name="ricochet-verify", daemon=True).start()
    return visit.go("/desk/books", visit.text("The books are being checked."))


def _run(begun: Audit, url: str, code: str) -> None:
    found: Any = None
    with _ending(begun):
        found = verify(url, code)
        begun.good = found.ok
        begun.said = [f"{each.seq}: {each.check}: {each.detail}" for each in found.findings[:20]]


class _ending:
    """Whatever happens, the run has ended."""

    def __init__(self, begun: Audit) -> None:
        self._begun = begun

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        if error is not None:
            self._begun.said = [str(error)]
        self._begun.ended = True
        return True


@router.get("/desk/books/{entry}")
def one(entry: UUID, visit: Visit = page("entries.read")) -> Response:
    """An entry: what was asked, what it moved, its proof."""
    use, c = visit.use, visit.caller.community
    view = use.ledger.reader.entry(c, entry)
    found = view.decoded()
    named = use.facts.accounts_of(c, [found])
    names = use.identity.names(c, [each.uid for each in named.values()])
    moved = [
        (names.get(named[t.debit].uid, visit.text("the community")), names.get(named[t.credit].uid, visit.text("the community")),
         t.posted, named[t.debit].currency, presenting.reason(t.reason))
        for t in found.transfers if t.posted
    ]  # fmt: skip
    return visit.show("desk/entry.html", view=view, at=found.ts, moved=moved, effects=len(found.effects))


@router.get("/desk/books/{entry}/receipt")
def receipt(entry: UUID, visit: Visit = page("receipts.read")) -> Response:
    """The receipt file."""
    answer = Response(receipt_of(visit.caller, entry), media_type="application/json")
    visit.dress(answer)
    answer.headers["content-disposition"] = f'attachment; filename="receipt-{entry}.json"'
    return answer
