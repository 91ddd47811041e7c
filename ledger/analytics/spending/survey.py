"""What members declare beside the ledger: the three rounds of an LM3 survey, and purchases in national currency.

survey.csv      respondent, income, spent_locally, respent_locally
                one line per firm asked, any unit: R1, the part of R1 spent locally, the part of that spent locally again
purchases.csv   sector, area, firms, receipts, outside
                one line per group of firms whose accounts were read: how many, what they took in local currency in the
                window, and what they bought outside the territory in national currency for those sales, both in
                minor units; sector and area may be empty
needs.csv       sector, amount
                one line per need that nobody met, with its activity code, in minor units
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ledger.analytics.source.beside import BesideError, lines
from ledger.analytics.spending.multipliers import lm3


@dataclass(frozen=True, slots=True)
class Lm3Survey:
    """Answers (R1, R2, R3), each round at most the one before."""

    answers: tuple[tuple[float, float, float], ...]

    @property
    def rounds(self) -> tuple[float, float, float]:
        """R1, R2, R3 of all respondents together."""
        first, second, third = (sum(answer[at] for answer in self.answers) for at in range(3))
        return first, second, third

    @property
    def lm3(self) -> float:
        """Between 1 and 3."""
        return lm3(self.rounds)


def read_lm3_survey(path: Path) -> Lm3Survey:
    """Read survey.csv. Raises BesideError."""
    answers = []
    for line in lines(path, ("respondent", "income", "spent_locally", "respent_locally")):
        first = line.number_of("income")
        second = line.number_of("spent_locally")
        third = line.number_of("respent_locally")
        if second > first:
            raise line.error("spent_locally", "cannot be more than income")
        if third > second:
            raise line.error("respent_locally", "cannot be more than spent_locally")
        answers.append((first, second, third))
    if not sum(answer[0] for answer in answers):
        raise BesideError(f"{path.name}: no income; a survey needs at least one respondent with an income")
    return Lm3Survey(tuple(answers))


@dataclass(frozen=True, slots=True)
class Purchases:
    """Of a group of firms; minor units."""

    sector: str | None
    area: str | None
    firms: int
    receipts: int
    outside: int


def read_needs(path: Path) -> dict[str, int]:
    """Read needs.csv: needs that members declared and nobody met, minor units by activity code. Raises BesideError."""
    found: dict[str, int] = {}
    for line in lines(path, ("sector", "amount")):
        found[line.text("sector")] = found.get(line.text("sector"), 0) + line.count("amount")
    return found


def read_purchases(path: Path) -> tuple[Purchases, ...]:
    """Read purchases.csv. Raises BesideError."""
    found = tuple(
        Purchases(
            line.maybe("sector"), line.maybe("area"), line.count("firms"), line.count("receipts"), line.count("outside")
        )
        for line in lines(path, ("sector", "area", "firms", "receipts", "outside"))
    )  # fmt: skip
    if not sum(each.receipts for each in found):
        raise BesideError(f"{path.name}: no receipts; a coverage needs what the firms took in local currency")
    return found
