"""The runner of console blocks notices when a page no longer tells the truth."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.console import matches, run, steps


def page(*lines: str) -> str:
    return "\n".join(["# A page", "```sh", "$ not this", "```", "```console", *lines, "```", "prose", ""])


def test_the_blocks_of_a_page_are_one_session(tmp_path: Path) -> None:
    text = page(
        "$ cd $HOME && mkdir a && cd a",
        "$ x=3",
        "```",
        "",
        "```console",
        "$ echo $x; basename $PWD",
        "3",
        "a",
    )
    assert len(steps(text)) == 3
    assert run(text, tmp_path) == []


def test_other_output_is_reported_with_its_line(tmp_path: Path) -> None:
    (report,) = run(page("$ echo one", "two"), tmp_path)
    assert report.startswith("line 6: $ echo one")
    assert "two" in report


def test_a_failing_command_is_reported(tmp_path: Path) -> None:
    assert len(run(page("$ false", "$ (exit 3) # exits 3", "$ true # exits 1"), tmp_path)) == 2


def test_a_command_may_span_lines(tmp_path: Path) -> None:
    assert run(page("$ echo one \\", "> two", "one two"), tmp_path) == []


def test_output_that_the_page_does_not_show_is_reported(tmp_path: Path) -> None:
    assert len(run(page("$ echo surprise", "$ echo shown", "..."), tmp_path)) == 1


def test_a_shell_that_ends_early_is_reported(tmp_path: Path) -> None:
    assert len(run(page("$ exit 0", "$ true"), tmp_path)) == 2


def test_a_command_that_never_ends_is_stopped_and_reported(tmp_path: Path) -> None:
    started = time.monotonic()
    assert len(run(page("$ sleep 60"), tmp_path, seconds=1)) == 1
    assert time.monotonic() - started < 20


def test_what_runs_in_the_background_is_stopped(tmp_path: Path) -> None:
    assert run(page("$ (trap '' HUP; sleep 2; touch late) &"), tmp_path) == []
    time.sleep(3)
    assert not (tmp_path / "home" / "late").exists()


def test_the_port_of_the_page_stands_for_a_free_one(tmp_path: Path) -> None:
    text = page(
        "$ echo http://localhost:8000/x", "http://localhost:8000/x", '$ [ "$RICOCHET_PORT" = 8000 ] # exits 1'
    )
    assert run(text, tmp_path) == []


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        (["a"], ["a"], True),
        (["a"], ["a", "b"], False),
        (["a", "..."], ["a", "b", "c"], True),
        (["...", "c"], ["a", "b", "c"], True),
        (["a", "...", "c"], ["a", "c"], True),
        (["entry ... of ..."], ["entry 3 of 9"], True),
        (["1.50"], ["1x50"], False),
        (["a..."], ["a", "b"], False),
        ([], [], True),
        ([], ["a"], False),
    ],
)
def test_dots_stand_for_anything(expected: list[str], printed: list[str], same: bool) -> None:
    assert matches(expected, printed) is same


def test_a_block_without_a_command_is_an_error() -> None:
    with pytest.raises(ValueError, match="line 6"):
        steps(page("output of nothing"))
