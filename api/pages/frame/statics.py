"""Style sheet, modules and pictures: read once, named by their content, kept by browsers for a year.

`app.css` is the sheets of `static/css` in the order of their names. A module's imports are rewritten to the names that
the imported modules are served under, so that a changed one is a changed name all the way up.
"""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[1] / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_IMPORT = re.compile(r'(?<=from ")\./([\w.-]+\.js)(?=")|(?<=import\(")\./([\w.-]+\.js)(?=")')
_COMMENT = re.compile(r"/\*.*?\*/|(?<![\w:\"'`(])//[^\n]*", re.DOTALL)
HASH_SIGNS = 10


class Asset(NamedTuple):
    """A file as served: its name with the hash, its bytes plain and compressed, its media type."""

    name: str
    plain: bytes
    packed: bytes
    kind: str


class Statics:
    """Every file of `static`, by its own name and by the one it is served under."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._served: dict[str, Asset] = {}
        self._names: dict[str, str] = {}
        sheets = [path.read_text() for path in sorted((folder / "css").glob("*.css"))]
        self.sheet = _without_comments("\n".join(sheets))
        self._keep("app.css", self.sheet.encode())
        for path in sorted(folder.glob("*.*")):
            self._keep(path.name, path.read_bytes())
        for path in sorted((folder / "js").glob("*.js")):
            self._module(path.name)
        self.icons = {path.stem: _inlined(path) for path in sorted((folder / "icons").glob("*.svg"))}

    def url(self, name: str) -> str:
        """Where a file of ours is served; KeyError for one that does not exist."""
        return f"/static/{self._names[name]}"

    def get(self, served: str) -> Asset | None:
        """What is served under a name."""
        return self._served.get(served)

    def worker(self, shell: list[str]) -> Asset:
        """The service worker that keeps these addresses; its content changes when any of them does."""
        source = (self._folder / "worker" / "sw.js").read_text()
        return asset_of("sw.js", _without_comments(source.replace('["shell"]', json.dumps(shell))).encode())

    def modules(self) -> list[str]:
        """The names under which our modules are served."""
        return sorted(name for name in self._served if name.endswith(".js"))

    def _keep(self, name: str, content: bytes) -> str:
        asset = asset_of(name, content)
        self._served[asset.name] = asset
        self._names[name] = asset.name
        return asset.name

    def _module(self, name: str) -> str:
        """Serve a module after those that it imports; returns the name it is served under."""
        if name in self._names:
            return self._names[name]
        source = (self._folder / "js" / name).read_text()
        linked = _IMPORT.sub(lambda found: "./" + self._module(found[1] or found[2]), source)
        return self._keep(name, _without_comments(linked).encode())


@cache
def ours() -> Statics:
    """The files of this program, read once in a process."""
    return Statics()


def asset_of(name: str, content: bytes) -> Asset:
    """A file as it is served."""
    stem, dot, ending = name.rpartition(".")
    tag = sha256(content).hexdigest()[:HASH_SIGNS]
    packed = gzip.compress(content, mtime=0)
    return Asset(f"{stem}.{tag}{dot}{ending}", content, packed, TYPES[dot + ending])


def _without_comments(source: str) -> str:
    """The source without comments and empty lines; strings of ours hold no comment signs."""
    lines = (line.rstrip() for line in _COMMENT.sub("", source).splitlines())
    return "\n".join(line for line in lines if line.strip()) + "\n"


def _inlined(path: Path) -> str:
    """An icon as it stands in a page: how lines are drawn is said by the style sheet, and screen readers leave it out."""
    drawn = "".join(re.findall(r"<path[^>]*/>", path.read_text()))
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{drawn}</svg>'
