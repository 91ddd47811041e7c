"""`/desk/books`: the journal, searched by kind, day and account; one entry with its receipt; `verify` run from the page."""

from __future__ import annotations

import json
from uuid import UUID

from starlette.responses import Response

from api.pages.desk.acting import names_of
from api.pages.desk.auditing import audit_now
from api.pages.desk.backups import is_old, last_backup
from api.pages.desk.searching import Asked
from api.pages.desk.told import KINDS, reason, told, word
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.receipts import receipt_of
from api.schemas.derived import present

router = page_router()

PAGE = 50
MOST = 200
"""Movements of one entry that are shown; a batch may have thousands."""


@router.get("/desk/books")
def books(visit: Visit = page("journal.read")) -> Response:
    """Entries that were asked for, newest first, and what the last check of the books found."""
    use, c = visit.use, visit.caller.community
    reader, asked = use.ledger.reader, Asked.of(visit)
    head, check = reader.head(c), use.association.checks.latest(c)
    found = asked.search(PAGE)
    backup = last_backup(visit)
    answer = visit.show(
        "desk/books.html", backup=backup, old_backup=is_old(visit, backup),
        asked=asked, some=told(visit, found.views), head=head, check=check, note=reader.latest_checkpoint(c),
        by="" if check is None else names_of(visit, {check.by})[check.by],
        next=visit.here(before=str(found.before)) if found.before else "", looked_to=found.before or asked.start,
        first=asked.first if asked.before else "", kinds=[(key, visit.text(name)) for key, (name, _) in KINDS.items()],
    )  # fmt: skip
    if check is not None and check.state == "running":
        answer.headers["refresh"] = "3"
    return answer


@router.post("/desk/books/verify")
def audit(visit: Visit = page("journal.read")) -> Response:
    """Replay the whole journal through the rules, beside everything else."""
    begun = audit_now(visit)
    said = visit.text("The books are being checked.") if begun else visit.text("Somebody is checking the books already.")
    return visit.go("/desk/books", said)


@router.get("/desk/books/{entry}")
def one(entry: UUID, visit: Visit = page("entries.read")) -> Response:
    """An entry: what was asked and by whom, what it moved, its proof."""
    use, c = visit.use, visit.caller.community
    view = use.ledger.reader.entry(c, entry)
    found = view.decoded()
    moving = [t for t in found.transfers if t.posted]
    named = use.facts.named(c, moving[:MOST])
    names = use.identity.names(c, [each.uid for each in named.values()])
    ours = visit.face.name
    moved = [
        (names.get(named[t.debit].uid, ours), names.get(named[t.credit].uid, ours), t.posted, named[t.debit].currency,
         reason(visit, t.reason))
        for t in moving[:MOST]
    ]  # fmt: skip
    back = visit.back() if visit.back().startswith("/desk/books?") else "/desk/books"
    asked = json.dumps(present(found.command, omit=("id", "community", "actor")), indent=2, ensure_ascii=False)
    return visit.show(
        "desk/entry.html", view=view, said=told(visit, [view])[0], what=word(visit, view.command), moved=moved,
        more=len(moving) - len(moved), by=names_of(visit, {view.actor})[view.actor], asked=asked, back=back,
    )  # fmt: skip


@router.get("/desk/books/{entry}/receipt")
def receipt(entry: UUID, visit: Visit = page("receipts.read")) -> Response:
    """The receipt file."""
    answer = Response(receipt_of(visit.caller, entry), media_type="application/json")
    visit.dress(answer)
    answer.headers["content-disposition"] = f'attachment; filename="receipt-{entry}.json"'
    return answer
