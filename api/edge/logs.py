"""Structured logs: one JSON line an event, on stdout, without personal data.

Ids of entries, accounts and members may be logged. Names, memos, amounts, tokens, query strings and what a database
driver says (it repeats values) may not; so an exception is logged by its type and the places it passed.
"""

from __future__ import annotations

import atexit
import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog
from pydantic_core import to_json

from api.schemas.common import moment

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_LEVEL_OF = {"warn": "warning", "exception": "error"}
"""By a logger's method, where they differ."""


def places(error: BaseException, deepest: int = 8) -> list[str]:
    """Where an exception passed, innermost last: file:line function. Never its message."""
    frames = traceback.extract_tb(error.__traceback__)[-deepest:]
    return [
        f"{frame.filename.rsplit('site-packages/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames
    ]


class Noting:
    """Whatever fails inside is logged under this event and goes no further: `with Noting("no such page"): ...`."""

    def __init__(self, event: str) -> None:
        self._event = event

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        structlog.get_logger().error(self._event, error=type(error).__name__, at=places(error))
        return True


class Buffered:
    """Collects lines and writes them from a thread of its own, so that no request waits for a terminal or a pipe."""

    SECONDS = 0.1

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._lines: deque[str] = deque()
        self._writing = threading.Lock()
        threading.Thread(target=self._run, name="ricochet-log", daemon=True).start()
        atexit.register(self.drain)

    def write(self, text: str) -> None:
        """Take a line."""
        self._lines.append(text)

    def flush(self) -> None:
        """Nothing: lines are written by and by."""

    def drain(self) -> None:
        """Write what there is."""
        with self._writing:
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            if lines:
                self._file.write("".join(lines))
                self._file.flush()

    def _run(self) -> None:
        while True:
            time.sleep(self.SECONDS)
            self.drain()


def set_up(level: str) -> None:
    """Log JSON lines from `level` on; what libraries log through `logging` becomes such a line too."""
    structlog.configure(
        processors=[_line],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, Buffered(sys.stdout))),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_Forward()]
    # what uvicorn would say of errors, observe.py has answered and logged
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    root.setLevel(max(LEVELS[level], logging.WARNING))


def _line(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    """An event as its line. One step in place of structlog's three: a line comes with every request."""
    event["level"] = _LEVEL_OF.get(method, method)
    event["at"] = moment(time.time_ns())
    return to_json(event, fallback=str).decode()


class _Forward(logging.Handler):
    """What a library logs: who and how bad, and the first line of the message's template, not what it was filled with."""

    def emit(self, record: logging.LogRecord) -> None:
        event: dict[str, Any] = {"logger": record.name, "said": str(record.msg).partition("\n")[0]}
        if record.exc_info and record.exc_info[1]:
            event |= {"error": type(record.exc_info[1]).__name__, "at_code": places(record.exc_info[1])}
        structlog.get_logger().log(record.levelno, "library", **event)
