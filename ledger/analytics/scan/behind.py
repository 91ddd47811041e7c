"""Who is behind the cells of a table, counted in the same query that sums it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ledger.analytics.answers.figures import Cell, Units
from ledger.analytics.source.scene import Scene

PROFESSIONAL = "('business', 'association', 'public')"
"""Kinds of account whose owner is a firm or a body, as SQL."""

Group = tuple[Cell, ...]


def sums_and_units(
    scene: Scene,
    source: str,
    keys: Sequence[str],
    unit: str,
    kind: str,
    value: str = "amount",
    **values: object,
) -> dict[Group, tuple[int, int, Units]]:
    """For each group its sum, its number of rows, and the `Units` on one side of it.

    `source` is SQL that can stand after FROM; `keys`, `unit` (an owner), `kind` and `value` are its columns.
    A payment has two sides: ask once with src_owner, src_kind and once with dst_owner, dst_kind.
    """
    grouped = ", ".join(keys)
    lead = f"{grouped}, " if keys else ""
    by = f"GROUP BY {grouped}" if keys else ""
    found = scene.rows(
        f"""
        SELECT {lead}sum(total), sum(many), count(*) FILTER (WHERE professional),
               count(*) FILTER (WHERE NOT professional), max(total)
        FROM (SELECT {lead}{unit}, coalesce({kind} IN {PROFESSIONAL}, false) AS professional,
                     sum({value}) AS total, count(*) AS many
              FROM {source} GROUP BY {lead}{unit}, professional) AS each_unit
        {by}""",
        **values,
    )
    answer: dict[Group, tuple[int, int, Units]] = {}
    for row in found:
        total, many, *units = (int(cell or 0) for cell in cast(tuple[int, ...], row[len(keys) :]))
        answer[cast(Group, row[: len(keys)])] = total, many, Units(*units)
    return answer
