"""What people and agreements refuse, in the words and statuses of `api.problems`."""

from __future__ import annotations

from api.problems import Problem, not_found, shape

__all__ = ["conflict", "forbidden", "gone", "not_found", "shape", "wrong_state"]


def forbidden(code: str, detail: str) -> Problem:
    """The caller may not."""
    return Problem(403, code, detail)


def conflict(code: str, detail: str, field: str = "") -> Problem:
    """The same id or name with other content."""
    return Problem(409, code, detail, field=field)


def wrong_state(code: str, detail: str) -> Problem:
    """Not now, or not any more."""
    return Problem(409, code, detail)


def gone(code: str, detail: str) -> Problem:
    """It was here, and its time is over."""
    return Problem(410, code, detail)
