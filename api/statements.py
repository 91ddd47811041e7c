"""A page of an account's statement, as JSON values or as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api import presenting
from api.deps import Caller
from api.params import page, since, until
from api.schemas.common import moment
from ledger.core.money import format_minor
from ledger.interchange.spreadsheet import harmless
from ledger.store.views import Line

COLUMNS = ("number", "recorded", "date", "id", "kind", "account", "name", "amount", "held", "balance", "memo")


def statement_page(
    caller: Caller, account: UUID, limit: int, cursor: str | None, start: str | None, end: str | None
) -> dict[str, Any]:
    """Lines newest first, recorded from `start` up to the end of `end`."""
    at = caller.use.cursors.page(cursor, "statement", account, {"from": start, "to": end})
    first, beyond = since(at.filters.get("from")), until(at.filters.get("to"))
    c = caller.community
    with caller.use.ledger.reader.snapshot() as seen:
        held = seen.account(c, account)
        before = held.version + 1
        if at.position is not None:
            before = int(at.position)
        elif beyond is not None:
            before = seen.version_before(c, account, seen.first_since(c, beyond)) + 1
        lines = [
            line
            for line in seen.statement(c, account, before_version=before, limit=limit)
            if line.ts >= first
        ]
        memos = seen.memos(c, [line.seq for line in lines]) if caller.own else {}
    names = caller.use.identity.names(c, {line.counterparty for line in lines})
    unit = caller.use.facts.unit(c, held.currency)
    items = [_line(line, names.get(line.counterparty), memos.get(line.seq)) for line in lines]
    listed = page(
        caller, "statement", at.filters, items, limit, lines[-1].version if lines else None, account
    )
    return {"account": str(account), "currency": unit.code, "scale": unit.scale, **listed}


def _line(line: Line, name: str | None, memo: str | None) -> dict[str, Any]:
    return {
        "version": line.version, "seq": line.seq, "at": moment(line.ts), "effective_on": moment(line.effective_at),
        "id": str(line.command_id), "command": line.command, "reason": presenting.reason(line.reason),
        "counterparty": {"account": str(line.counterparty), "name": name}, "amount": line.posted,
        "held": line.held, "balance": line.balance_after, "memo": memo,
    }  # fmt: skip


def wants_csv(accept: str | None) -> bool:
    """Whether CSV was asked for."""
    return (accept or "").partition(";")[0].strip().lower() == "text/csv"


def as_csv(statement: dict[str, Any]) -> Response:
    """The page as CSV, amounts as decimals; the next page is in the Link header."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow((*COLUMNS, "currency"))
    for line in statement["items"]:
        amounts = [format_minor(line[name], statement["scale"]) for name in ("amount", "held", "balance")]
        rows.writerow([
            line["seq"], line["at"], line["effective_on"][:10], line["id"], line["reason"],
            line["counterparty"]["account"], harmless(line["counterparty"]["name"] or ""), *amounts,
            harmless(line["memo"] or ""), statement["currency"],
        ])  # fmt: skip
    headers = {"content-disposition": f'attachment; filename="statement-{statement["account"]}.csv"'}
    if statement["next"]:
        headers["link"] = f'<?cursor={statement["next"]}>; rel="next"'
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
