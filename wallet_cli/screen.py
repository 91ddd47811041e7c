"""What people see: answers on stdout, questions and remarks on stderr; plain where there is no terminal."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import segno
from rich.console import Console
from rich.table import Table
from rich.text import Text

from wallet_cli.world import World

_PLAIN_WIDTH = 10_000
"""Nothing is wrapped or cut for a file or a pipe."""
_INK = "\x1b[38;5;16;48;5;231m"
"""Black on white whatever the terminal's colours are: that is what cameras read."""


def clean(text: str) -> str:
    """Text from elsewhere without anything that could steer a terminal (control and direction characters)."""
    return "".join(
        " " if char in "\n\t" else char
        for char in text
        if unicodedata.category(char)[0] != "C" or char in "\n\t"
    )


class Screen:
    """Writes tables, pairs and lines; with `as_json` only `answer` writes to stdout."""

    def __init__(self, world: World, as_json: bool) -> None:
        self.as_json = as_json
        self.terminal = world.stdout.isatty()
        self._stdout = world.stdout
        self._out = _console(world.stdout)
        self._err = _console(world.stderr)

    def answer(self, content: Any) -> bool:
        """Write the answer as JSON and return True, when JSON is wanted."""
        if self.as_json:
            self._stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
        return self.as_json

    def line(self, text: str = "", style: str = "") -> None:
        """A line of the answer."""
        self._out.print(Text(clean(text), style), soft_wrap=True)

    def note(self, text: str, style: str = "") -> None:
        """A remark beside the answer."""
        self._err.print(Text(clean(text), style), soft_wrap=True)

    def pairs(self, rows: Iterable[tuple[str, str]], aside: bool = False) -> None:
        """Labels and values, one a line; `aside` writes them beside the answer."""
        kept = [(clean(label), clean(value)) for label, value in rows if value]
        width = max((len(label) for label, _ in kept), default=0)
        console = self._err if aside else self._out
        for label, value in kept:
            console.print(Text.assemble((label.ljust(width + 2), "dim"), value), soft_wrap=True)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> None:
        """A table; where there is no terminal, one line a row with tabs between the columns."""
        cells = [[clean(cell) for cell in row] for row in rows]
        if not self.terminal:
            for row in [list(heads), *cells]:
                self._stdout.write("\t".join(row) + "\n")
            return
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        for number, head in enumerate(heads):
            table.add_column(head, justify="right" if number in right else "left", overflow="fold")
        for row in cells:
            table.add_row(*[Text(cell) for cell in row])
        self._out.print(table)

    def picture(self, link: str) -> None:
        """The link as a QR code made of half blocks."""
        for row in qr_rows(link):
            self._stdout.write(f"{_INK}{row}\x1b[0m\n" if self.terminal else row + "\n")


def qr_rows(link: str) -> list[str]:
    """The lines of a QR code: dark modules are ink, two modules of a column make one character."""
    matrix = [list(row) for row in segno.make(link, error="m", micro=False).matrix_iter(border=4)]
    if len(matrix) % 2:
        matrix.append([0] * len(matrix[0]))
    blocks = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
    return [
        "".join(blocks[int(bool(upper)), int(bool(lower))] for upper, lower in zip(top, bottom, strict=True))
        for top, bottom in zip(matrix[::2], matrix[1::2], strict=True)
    ]


def _console(stream: TextIO) -> Console:
    wide = None if stream.isatty() else _PLAIN_WIDTH
    return Console(
        file=stream, width=wide, markup=False, highlight=False, emoji=False, soft_wrap=wide is not None,
        no_color=True if os.environ.get("NO_COLOR") else None,
    )  # fmt: skip
