"""What a change of rules means, in words: only what differs, before and after."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from api.pages.frame.texts import later
from api.pages.frame.units import write_number, write_share
from api.pages.frame.visit import Visit
from ledger.core.accounts import Currency, PolicyVersion
from ledger.core.policy import Policy

WORDS: dict[str, str] = {
    "default_line": later("How far a new account may owe"),
    "default_ceiling": later("The most a new account may hold"),
    "line_cap": later("The most that any account may owe"),
    "reversal_window_days": later("Days in which a mistake can be undone"),
    "four_eyes_over": later("Amount from which a second person decides"),
    "payment_fee_bp": later("Fee on what is received"),
    "fee_reserve_bp": later("Part of fees kept against losses"),
    "acceptance_min_bp": later("Least share of a price that firms take"),
    "acceptance_cap": later("Amount up to which that share binds"),
    "commission_bp": later("Commission on reconversion"),
    "commission_gift_bp": later("Part of a reconversion given to associations"),
    "step": later("Smallest step"),
    "demurrage_bp_year": later("Charge on idle units, a year"),
    "demurrage_free_days": later("Days before idle units are charged"),
    "spend_down_days": later("Days to spend what is left when leaving"),
}
_AMOUNTS = frozenset(
    {"default_line", "default_ceiling", "line_cap", "four_eyes_over", "acceptance_cap", "step"}
)


def in_force(versions: list[PolicyVersion], now: int) -> Policy:
    """The rules at a moment (ns)."""
    return next((each.policy for each in reversed(versions) if each.since <= now), versions[0].policy)


def changes(visit: Visit, before: Policy, after: Policy, unit: Currency) -> list[tuple[str, str, str]]:
    """What, before, after; in the order of the rules."""
    found = []
    for field in fields(Policy):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            found.append(
                (
                    _what(visit, field.name),
                    _say(visit, field.name, old, unit),
                    _say(visit, field.name, new, unit),
                )
            )
    return found


def _what(visit: Visit, name: str) -> str:
    word = WORDS.get(name)
    return visit.text(word) if word else visit.text("Other rule: %(name)s", name=name)


def _say(visit: Visit, name: str, value: Any, unit: Currency) -> str:
    if value is None:
        return visit.text("no limit")
    if isinstance(value, bool):
        return visit.text("yes") if value else visit.text("no")
    if isinstance(value, int):
        if name.endswith(("_bp", "_bp_year")):
            return write_share(value, visit.lang)
        return visit.amount(value, unit) if name in _AMOUNTS else write_number(value, visit.lang)
    if isinstance(value, tuple):
        return ", ".join(getattr(each, "code", str(each)) for each in value) or "–"
    return str(value)
