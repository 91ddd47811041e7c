"""Runs the ```console blocks of a Markdown page as a reader would, and compares what they print.

In a block, a line that starts with `$ ` is a command, `> ` carries it on, the lines below are what it prints; `...`
matches anything, alone on a line any number of lines. A command succeeds unless it ends in `# exits N`. All blocks of
a page run in one shell, in an empty folder with an empty home; what still runs at the end is stopped.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

# The address that pages show. A run uses a free port instead, and shows this one in what is printed.
SHOWN_PORT = 8000
MARK = "\x1e"  # never printed by a program of ours


@dataclass
class Step:
    """A command of a page: its line there, what to run, how it should end, what it should print."""

    line: int
    command: str
    exits: int = 0
    expected: list[str] = field(default_factory=list)


def steps(markdown: str) -> list[Step]:
    """The commands of a page's ```console blocks, in order."""
    found: list[Step] = []
    inside = False
    for number, line in enumerate(markdown.splitlines(), 1):
        if line.startswith("```"):
            inside = not inside and line.strip() == "```console"
        elif inside and line.startswith("$ "):
            found.append(Step(number, line[2:]))
        elif inside and line.startswith("> ") and found and not found[-1].expected:
            found[-1].command += "\n" + line[2:]
        elif inside and found:
            found[-1].expected.append(line.rstrip())
        elif inside:
            raise ValueError(f"line {number}: a console block starts with `$ ` and a command")
    for step in found:
        ending = re.search(r"\s+# exits (\d+)$", step.command)
        if ending:
            step.exits = int(ending.group(1))
            step.command = step.command[: ending.start()]
    return found


def matches(expected: list[str], printed: list[str]) -> bool:
    """Whether `printed` is what `expected` says, `...` standing for anything."""
    pattern = ""
    for line in expected:
        if line == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part) for part in line.split("...")) + r"\n"
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in printed)) is not None


def run(markdown: str, folder: Path, seconds: int = 120) -> list[str]:
    """Run the commands of a page in `folder`; one report for each that went otherwise than the page says."""
    todo = steps(markdown)
    port = _free_port()
    script = "".join(
        f"{step.command.replace(f':{SHOWN_PORT}', f':{port}')}\nprintf '{MARK}%s{MARK}' $?\n" for step in todo
    )
    transcript = folder / "transcript"
    home = folder / "home"
    home.mkdir()
    with transcript.open("wb") as output:
        shell = subprocess.Popen(
            ["bash", "-c", script],
            cwd=home, env=_environment(home, port), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            shell.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            _stop(shell.pid)
            shell.wait()
    text = transcript.read_text(errors="replace").replace(f":{port}", f":{SHOWN_PORT}")
    pieces = text.split(MARK)  # what the first printed, its exit, what the second printed, its exit...
    return [
        report
        for number, step in enumerate(todo)
        if (report := _report(step, *(pieces[2 * number : 2 * number + 2] or ["not run"])))
    ]


def _report(step: Step, printed: str, status: str = "no end") -> str | None:
    lines = printed.splitlines()
    if status == str(step.exits) and matches(step.expected, lines):
        return None
    wanted = "\n    ".join(step.expected)
    got = "\n    ".join(lines)
    return (
        f"line {step.line}: $ {step.command}\n  should print (exit {step.exits}):\n    {wanted}\n"
        f"  printed (exit {status}):\n    {got}"
    )


def _environment(home: Path, port: int) -> dict[str, str]:
    return {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "COLUMNS": "110",
        "RICOCHET_PORT": str(port),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _stop(group: int) -> None:
    """Ask what still runs to end, as a terminal that closes would; then make it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(group, number)
            if number == signal.SIGTERM:
                subprocess.run(["sleep", "0.5"], check=False)
        except ProcessLookupError:
            return
