"""Counting requests and writing logs, both without keeping a request waiting."""

from __future__ import annotations

import io
import logging
import threading

import pytest
import structlog

from api.edge import windows
from api.edge.limits import Rates
from api.edge.logs import Buffered, _Forward, places
from api.edge.windows import Windows
from api.problems import Problem


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_window_ends_and_another_begins() -> None:
    clock = Clock()
    rates = Rates("2/minute", "1/minute", clock)
    assert (rates.key("a").left, rates.key("a").left) == (1, 0)
    with pytest.raises(Problem) as refused:
        rates.key("a")
    assert refused.value.status == 429 and refused.value.headers["retry-after"] == "60"
    assert rates.key("b").left == 1, "another caller has a window of its own"
    clock.now += 61
    assert rates.key("a").left == 1
    rates.tested("1.2.3.4")
    rates.address("1.2.3.4")
    with pytest.raises(Problem):
        rates.tested("1.2.3.4")


def test_callers_who_went_away_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "MOST", 10)
    clock = Clock()
    counted = Windows(clock)
    for number in range(10):
        counted.incr(f"caller {number}", 60)
    clock.now += 61
    assert counted.incr("new", 60) == 1
    assert counted.reset() == 1, "the ten whose window was over are gone"
    for number in range(25):
        counted.incr(f"caller {number}", 60)
    assert counted.reset() <= 10, "and a flood of callers does not fill the memory"
    counted.incr("x", 60)
    counted.clear("x")
    assert counted.get("x") == 0 and counted.get_expiry("x") == clock.now and counted.check()


def test_no_line_of_the_log_is_lost() -> None:
    out = io.StringIO()
    log = Buffered(out)

    def write(name: str) -> None:
        for number in range(2_000):
            log.write(f"{name} {number}\n")
            log.flush()

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.drain()
    lines = out.getvalue().splitlines()
    assert len(lines) == 6_000
    assert [line for line in lines if line.startswith("a")] == [f"a {number}" for number in range(2_000)]


def test_what_libraries_log_keeps_values_out() -> None:
    def fail() -> None:
        raise RuntimeError("the name of somebody")

    with structlog.testing.capture_logs() as lines:
        try:
            fail()
        except RuntimeError as error:
            record = logging.LogRecord("lib", 40, "x.py", 1, "cannot keep %s\nmore", ("Ada",), None)
            record.exc_info = (type(error), error, error.__traceback__)
            _Forward().emit(record)
            assert places(error)[-1].endswith(" fail")
    (line,) = lines
    assert (line["said"], line["error"], line["logger"]) == ("cannot keep %s", "RuntimeError", "lib")
    assert "Ada" not in str(line) and "somebody" not in str(line)
