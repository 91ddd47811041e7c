"""Two reports compared: the figures that a written report has and the same computed again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from ledger.analytics.source.window import Window

TOLERANCE = 1e-9
"""Whole numbers must be equal; a ratio may differ by so much of itself, as another machine may round otherwise."""


class BadReport(ValueError):
    """The file is no report that can be computed again; the sentence says why and what to do."""


class Difference(NamedTuple):
    """Where two reports say something else."""

    place: str
    """Such as `velocity.per_year` or `flows.by_area row 3 amount`."""
    written: object
    found: object


class Claimed(NamedTuple):
    """What a written report says of itself."""

    community: str
    currency: str
    window: Window
    entry: int
    root: str
    facts: str
    names: tuple[str, ...]
    content: dict[str, Any]


def read_report(text: str) -> Claimed:
    """A report that `ricochet report --json` wrote. Raises BadReport."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise BadReport(f"not JSON ({error}); give a file that `ricochet report … --json` wrote") from error
    if not isinstance(content, dict) or content.get("ricochet_report") != 1:
        raise BadReport("not a report of format 1; give a file that `ricochet report … --json` wrote")
    try:
        head = content["head"]
        names = tuple(each["name"] for each in content["indicators"])
        claimed = Claimed(
            head["community"], head["currency"], Window(*head["window"]), head["entry"], head["root"],
            head["facts"], names, content,
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise BadReport(f"its head lacks {error}; write the report again") from error
    kinds = (str, str, Window, int, str, str)
    if any(type(value) is not kind for value, kind in zip(claimed, kinds, strict=False)) or not all(
        type(moment) is int for moment in head["window"]
    ):
        raise BadReport("its head has a field of another type; write the report again")
    if not all(_shaped(each) for each in content["indicators"]):
        raise BadReport("an indicator has a field of another type; write the report again")
    return claimed


def _shaped(indicator: object) -> bool:
    return isinstance(indicator, dict) and all(
        isinstance(part, dict) and all(isinstance(each, dict) for each in part.values())
        for part in (indicator.get("figures"), indicator.get("tables"))
    )


def differences(written: dict[str, Any], found: dict[str, Any]) -> list[Difference]:
    """Where the figures, tables and counts of two reports (as `written.plain`) differ, in their order."""
    return list(_between(written, found))


def _between(written: dict[str, Any], found: dict[str, Any]) -> Iterator[Difference]:
    for name in ("beside", "undone", "internal", "movements"):
        yield from _values(f"head {name}", written["head"].get(name), found["head"].get(name))
    again = {each["name"]: each for each in found["indicators"]}
    for each in written["indicators"]:
        name = each["name"]
        if name not in again:
            yield Difference(name, "is there", "is not there")
            continue
        yield from _maps(name, each.get("figures", {}), again[name]["figures"])
        yield from _maps(name, each.get("tables", {}), again[name]["tables"])
        for part in ("notes", "missing"):
            yield from _values(f"{name} {part}", each.get(part), again[name][part])


def _maps(place: str, written: dict[str, Any], found: dict[str, Any]) -> Iterator[Difference]:
    for key in [*written, *(key for key in found if key not in written)]:
        if key not in written or key not in found:
            yield Difference(f"{place}.{key}", _there(key in written), _there(key in found))
        else:
            yield from _parts(f"{place}.{key}", written[key], found[key])


def _parts(place: str, written: dict[str, Any], found: dict[str, Any]) -> Iterator[Difference]:
    for part in [*written, *(part for part in found if part not in written)]:
        one, other = written.get(part), found.get(part)
        if (
            part != "rows"
            or not isinstance(one, list)
            or not isinstance(other, list)
            or len(one) != len(other)
        ):
            yield from _values(place if part == "value" else f"{place} {part}", one, other)
            continue
        columns = found["columns"]
        for number, (row, again) in enumerate(zip(one, other, strict=True), 1):
            for at, (cell, cell_again) in enumerate(zip(row, again, strict=False)):
                yield from _values(f"{place} row {number} {columns[at]}", cell, cell_again)


def _values(place: str, written: object, found: object) -> Iterator[Difference]:
    if not _same(written, found):
        yield Difference(place, written, found)


def _same(written: object, found: object) -> bool:
    if type(found) is float and type(written) in (float, int):
        return math.isclose(written, found, rel_tol=TOLERANCE, abs_tol=1e-12)  # type: ignore[arg-type]
    return type(written) is type(found) and written == found


def _there(there: bool) -> str:
    return "is there" if there else "is not there"
