"""The four bases: shares that sum to one, a national split, what is declared and what is assumed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.analytics.source.beside import BesideError
from ledger.analytics.territory.bases import (
    Base,
    base_of,
    compute,
    multiplier,
    read_incomes,
    read_sources,
    shares,
)
from ledger.core.accounts import Model
from tests.analytics_town import Move, town

FRANCE = """source,base,amount
sales outside,productive,22
pensions,residential,22.5
tourists,residential,13.5
people who work elsewhere,residential,9
public servants,public,10
benefits and care,social,23
"""


def test_a_national_table_gives_the_published_split(tmp_path: Path) -> None:
    """France: 22, 45, 10 and 23 %; the residential base half of pensions, 30 % of tourists, 20 % of commuters."""
    (tmp_path / "national.csv").write_text(FRANCE)
    incomes = read_incomes(tmp_path / "national.csv")
    found = shares(incomes)
    assert [found[base] for base in Base] == pytest.approx([0.22, 0.45, 0.10, 0.23])
    assert sum(found.values()) == pytest.approx(1)
    assert multiplier(150, sum(incomes.values())) == 1.5
    assert shares({}) == {}


KINDS = {
    "family": {"kind": "person"},
    "retired": {"kind": "person"},
    "shop": {"kind": "business"},
    "town hall": {"kind": "public"},
}
MOVES: list[Move] = [
    (0, "issue", None, "family", 300),
    (1, "issue", None, "retired", 500),
    (2, "issue", None, "town hall", 100),
    (3, "issue", None, "shop", 100),
    (4, "transfer", "family", "shop", 150),
    (5, "transfer", "town hall", "family", 100),
]
FUNDED = {0: "funder", 1: "issuance", 2: "issuance", 3: "issuance"}


def test_declared_sources_come_first() -> None:
    declared = {"retired": Base.RESIDENTIAL, "kind:business": Base.PRODUCTIVE}
    result = compute(town(MOVES, KINDS, outside=FUNDED, sources=declared))
    assert {base: result.figures[base].value for base in Base} == {
        "social": 0.3, "residential": 0.5, "public": 0.1, "productive": 0.1,
    }  # fmt: skip
    assert result.figures["classified"].value == 1
    assert result.figures["multiplier"].value == 1.25
    rows = {row[0]: row[1:] for row in result.tables["bases"].rows}
    # the family's income is 400, of which 150 are paid on: 3/8 of its 300; the town hall pays on all of its 100
    assert rows["social"][3] == pytest.approx(0.375)
    assert rows["public"][3:] == pytest.approx((1.0, 2.375))
    assert rows["residential"][3:] == (0, 1)
    assert result.notes == []


def test_the_rest_is_unknown() -> None:
    result = compute(town(MOVES, KINDS, outside=FUNDED))
    assert result.figures["classified"].value == 0.4
    assert result.figures["social"].value == 0.75
    assert sum(result.figures[base].value or 0 for base in Base) == 1
    assert result.tables["bases"].rows[-1][:3] == (None, 2, 600)
    assert result.notes == ["sources_assumed"]


def test_nothing_known_or_nothing_issued() -> None:
    nobody = compute(town(MOVES[1:2], KINDS))
    assert (nobody.figures["social"].why, nobody.figures["classified"].value) == ("no_sources", 0)
    assert compute(town(MOVES[4:], KINDS)).figures["multiplier"].why == "no_issue"


def test_a_name_is_nearer_than_a_kind() -> None:
    declared = {"town hall": Base.SOCIAL, "kind:public": Base.PRODUCTIVE}
    assert base_of("town hall", "public", "funder", declared) is Base.SOCIAL
    assert base_of("school", "public", "funder", declared) is Base.PRODUCTIVE
    assert base_of("school", "public", "funder", {}) is Base.PUBLIC
    assert base_of("family", "person", "issuance", {}) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind:person,exports", "line 2, base: must be one of productive, residential, public, social"),
        ("a,social\na,public", "line 3, source: a stands twice"),
    ],
)
def test_a_bad_source_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "sources.csv").write_text(f"source,base\n{text}\n")
    with pytest.raises(BesideError, match=message):
        read_sources(tmp_path / "sources.csv")


def test_it_speaks_of_issued_money_only() -> None:
    from ledger.analytics.territory.bases import INDICATORS

    assert Model.MUTUAL not in INDICATORS[0].models
