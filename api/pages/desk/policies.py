"""The parameters of a policy as a form: which a kind of currency has, how they are typed, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from api.identity.errors import not_found
from api.pages.frame.changes import WORDS
from api.pages.frame.texts import later
from api.pages.frame.units import moment_of, plain_amount, read_amount
from api.pages.frame.visit import Visit
from ledger.core.accounts import Currency, Model
from ledger.core.policy import Policy

_ALWAYS = ("reversal_window_days", "four_eyes_over", "payment_fee_bp", "spend_down_days")
_HELD = ("default_line", "default_ceiling")
OF: dict[Model, tuple[str, ...]] = {
    Model.BACKED: ("commission_bp", "commission_gift_bp", "demurrage_bp_year", "demurrage_free_days", *_ALWAYS),
    Model.MUTUAL: (*_HELD, "line_cap", "fee_reserve_bp", "acceptance_min_bp", "acceptance_cap", *_ALWAYS),
    Model.TIME: (*_HELD, "step", "reversal_window_days", "four_eyes_over", "spend_down_days"),
    Model.EARMARKED: _ALWAYS,
}
"""What the form offers, the most voted on first; programmes and the rest are the API's."""
_OPTIONAL = frozenset({"default_line", "default_ceiling", "line_cap", "four_eyes_over", "acceptance_cap"})
_SHARE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*%?", re.ASCII)
LAST = date(2199, 12, 31)
"""The last day that a form takes."""
_PERCENT, _DAYS = later("In percent"), later("In days")


class Kind(StrEnum):
    """How a parameter is typed."""

    SHARE = "share"
    MONEY = "money"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of the form; `value` as it is typed, "" for no limit."""

    name: str
    label: str
    kind: Kind
    value: str
    said: str
    """As it is read."""
    optional: bool
    hint: str


def kind_of(name: str) -> Kind:
    """How a parameter is typed."""
    if name.endswith(("_bp", "_bp_year")):
        return Kind.SHARE
    return Kind.DAYS if name.endswith("_days") else Kind.MONEY


def parameters(visit: Visit, unit: Currency, policy: Policy) -> list[Parameter]:
    """The form's lines for a currency, filled with a policy."""
    hints = {Kind.SHARE: _PERCENT, Kind.DAYS: _DAYS}
    return [
        Parameter(
            name, visit.text(WORDS[name]), kind, local(_typed(kind, value, unit), visit.lang),
            _said(visit, kind, value, unit), name in _OPTIONAL, visit.text(hints[kind]) if kind in hints else "",
        )
        for name in OF.get(unit.model, ())
        for kind, value in [(kind_of(name), getattr(policy, name))]
    ]  # fmt: skip


def local(typed: str, lang: str) -> str:
    """A number that was typed, with the mark of the language."""
    return typed.replace(".", ",") if lang == "fr" else typed


def percent(visit: Visit, basis: int) -> str:
    """Basis points as one types percent: 2,5."""
    return local(f"{Decimal(basis).scaleb(-2).normalize():f}", visit.lang)


def _said(visit: Visit, kind: Kind, value: int | None, unit: Currency) -> str:
    if value is None:
        return visit.text("no limit")
    if kind is Kind.MONEY:
        return visit.amount(value, unit)
    if kind is Kind.DAYS:
        return visit.text("%(days)s days", days=value)
    return local(_typed(kind, value, unit), visit.lang) + " %"


def _typed(kind: Kind, value: int | None, unit: Currency) -> str:
    if value is None:
        return ""
    if kind is Kind.SHARE:
        return f"{Decimal(value).scaleb(-2).normalize():f}"
    return plain_amount(value, unit) if kind is Kind.MONEY else str(value)


def typed(visit: Visit, unit: Currency, before: Policy) -> Policy:
    """The policy that a form asks for. Raises Misfilled for what cannot be read, or when nothing changes."""
    wrong: dict[str, str] = {}
    found: dict[str, int | None] = {}
    for name in OF.get(unit.model, ()):
        text = visit.form.get(name).strip()
        if not text and name in _OPTIONAL:
            found[name] = None
            continue
        value = _READ[kind_of(name)](text, unit)
        if value is None:
            wrong[name] = visit.text("Type a number, such as %(example)s.", example="3")
        found[name] = value
    if wrong:
        raise visit.misfilled(wrong)
    after = replace(before, **found)  # type: ignore[arg-type]
    if after == before:
        raise visit.misfilled({OF[unit.model][0]: visit.text("Change at least one rule.")})
    return after


def _share(text: str, unit: Currency) -> int | None:
    said = _SHARE.fullmatch(text)
    return None if said is None else _basis(said)


def share_of(text: str, otherwise: int, *, scaled: bool = False) -> int:
    """Basis points of "3" or "2,5", or `scaled` of "300"; `otherwise` where it is neither."""
    if scaled:
        return int(text) if re.fullmatch("[0-9]{1,5}", text, re.ASCII) else otherwise
    said = _SHARE.fullmatch(text.strip())
    return otherwise if said is None else _basis(said)


def _basis(said: re.Match[str]) -> int:
    return int(said[1]) * 100 + int((said[2] or "0").ljust(2, "0"))


def _days(text: str, unit: Currency) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,5}", text, re.ASCII) else None


_READ: dict[Kind, Callable[[str, Currency], int | None]] = {
    Kind.SHARE: _share, Kind.DAYS: _days, Kind.MONEY: read_amount,
}  # fmt: skip


def address(unit: Currency, before: Policy, after: Policy, since: date) -> str:
    """The query that says a change: what differs, as whole numbers, and from which day."""
    said: dict[str, Any] = {
        name: "" if getattr(after, name) is None else getattr(after, name)
        for name in OF[unit.model]
        if getattr(after, name) != getattr(before, name)
    }
    return urlencode(said | {"since": since.isoformat()})


def proposed(visit: Visit, unit: Currency, before: Policy) -> tuple[Policy, date]:
    """The change that the address or the form says. Raises 404 for one that says nothing that can be read."""
    said = dict(visit.request.query_params) | {name: visit.form.get(name) for name in visit.form.values}
    found: dict[str, int | None] = {}
    for name in OF.get(unit.model, ()):
        text = said.get(name)
        if text is None:
            continue
        if text == "" and name in _OPTIONAL:
            found[name] = None
        elif re.fullmatch("[0-9]{1,15}", text, re.ASCII):
            found[name] = int(text)
        else:
            raise not_found("page")
    since = day_of(said.get("since", ""))
    if not found or since is None:
        raise not_found("page")
    return replace(before, **found), since  # type: ignore[arg-type]


def day_of(text: str) -> date | None:
    """A day as a field sends it; None when it is none."""
    return date.fromisoformat(text) if _is_day(text) else None


def _is_day(text: str) -> bool:
    said = re.fullmatch(r"(2[01][0-9]{2})-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])", text, re.ASCII)
    if said is None or said[3] == "00":
        return False
    first = date(int(said[1]), int(said[2]), 1)
    return date.fromordinal(first.toordinal() + int(said[3]) - 1).month == first.month


def begins(day: date, timezone: str) -> int:
    """The first moment of a local day, ns."""
    return int(datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC).timestamp()) * 10**9


def today(visit: Visit) -> date:
    """The day at the community."""
    return moment_of(visit.use.clock(), visit.face.timezone).date()
