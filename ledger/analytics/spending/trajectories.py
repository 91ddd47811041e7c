"""How often money is paid, and for how long, between its issue and its redemption."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ledger.analytics.answers.figures import WHOLE, Cell, Figure, Flag, Result, Table, Unit, ratio
from ledger.analytics.answers.registry import Indicator
from ledger.analytics.scan import paths
from ledger.analytics.scan.kernel import MOST_MONEY, MOST_SECONDS
from ledger.analytics.source.scene import Scene
from ledger.analytics.source.window import DAY

_compiled: list[Callable[..., int] | None] = []

_MOVES = """
SELECT m.time, coalesce(m.src, -1) AS src, coalesce(m.dst, -1) AS dst, m.amount,
       CASE WHEN a.owner = b.owner OR m.kind = 'correction' AND a.owner IS NOT NULL AND b.owner IS NOT NULL THEN 1
            WHEN m.src IS NOT NULL AND m.dst IS NOT NULL THEN 0
            WHEN m.src IS NULL AND m.kind = 'issue' THEN 2
            WHEN m.src IS NULL THEN 3
            WHEN m.kind = 'redeem' THEN 4
            WHEN m.kind = 'demurrage' THEN 6
            ELSE 5 END AS how
FROM movement m LEFT JOIN account a ON a.account = m.src LEFT JOIN account b ON b.account = m.dst
WHERE m.time < $stop AND (m.src IS NULL OR m.dst IS NULL OR m.src <> m.dst)
ORDER BY m.seq
"""


@dataclass(frozen=True, slots=True)
class Path:
    """Of the money that was paid so often (`MOST_STEPS`: or more) between issue and redemption; minor units, exact."""

    steps: int
    redeemed: int
    amount_seconds: int
    pieces: int
    otherwise: int
    """Charged as fee or demurrage, or written off."""
    unknown: int
    """Redeemed, of money that was there when the record began."""


@dataclass(frozen=True, slots=True)
class Paths:
    """What ended in the window under one rule."""

    by_steps: tuple[Path, ...]

    @property
    def redeemed(self) -> int:
        """Of known issue."""
        return sum(path.redeemed for path in self.by_steps)

    @property
    def transfers(self) -> int:
        """Amount x number of payments."""
        return sum(path.redeemed * path.steps for path in self.by_steps)

    @property
    def amount_seconds(self) -> int:
        """Amount x time from issue to redemption."""
        return sum(path.amount_seconds for path in self.by_steps)


def trajectories(scene: Scene, lifo: bool, *, plain: bool = False) -> Paths:
    """Follow the whole record to the window's end and count what ended in the window. `plain`: without a compiler."""
    columns = scene.db.execute(_MOVES, {"stop": scene.window.stop}).fetchnumpy()
    moves = [np.ascontiguousarray(columns[name], np.int64) for name in ("time", "src", "dst", "amount", "how")]
    opening = scene.db.execute("SELECT account, opening FROM account ORDER BY account").fetchnumpy()
    held = np.zeros(int(opening["account"].max(initial=-1)) + 1, np.int64)
    held[opening["account"]] = np.ma.filled(opening["opening"], 0)
    return _follow(moves, held, lifo, scene.window.start, None if plain or not _fits(scene, held) else _fast())


def _fits(scene: Scene, held: NDArray[np.int64]) -> bool:
    """Whether every sum stays within 64 bits."""
    first, money = scene.rows("SELECT min(time), sum(amount) FROM movement WHERE time < $stop")[0]
    whole = int(str(money or 0)) + sum(abs(int(each)) for each in held)
    return whole < MOST_MONEY and scene.window.stop - int(str(first or 0)) < MOST_SECONDS


def _fast() -> Callable[..., int] | None:
    if not _compiled:
        _compiled.append(paths.compiled())
    return _compiled[0]


def _follow(
    moves: Sequence[NDArray[np.int64]],
    held: NDArray[np.int64],
    lifo: bool,
    start: int,
    run: Callable[..., int] | None,
) -> Paths:
    def given(column: NDArray[np.int64]) -> paths.Ints:
        return column.tolist() if run is None else column  # type: ignore[return-value]

    known = np.nonzero(held > 0)[0]
    count = len(known)
    ends = np.full(len(held), paths.NOBODY, np.int64)
    ends[known] = np.arange(count)
    unknown = np.full(count, paths.NOBODY, np.int64)
    chains = (held[known], unknown, np.zeros(count, np.int64), unknown, unknown)
    pieces = paths.Pieces(*(given(each.copy()) for each in chains))
    oldest, newest, debt = given(ends.copy()), given(ends.copy()), given(np.maximum(-held, 0))
    ended = given(np.zeros((paths.MOST_STEPS + 1) * paths.COLUMNS, np.int64))
    state = given(np.array([0, paths.NOBODY, 0], np.int64))
    told = paths.Moves(*(given(column) for column in moves))
    done = 0
    while not done:
        pieces = _with_room(pieces, state)
        done = (run or paths.follow)(told, pieces, oldest, newest, debt, ended, state, int(lifo), start)
    rows = [[int(cell) for cell in ended[at : at + paths.COLUMNS]] for at in range(0, len(ended), paths.COLUMNS)]
    return Paths(
        tuple(
            Path(at, row[0], row[paths.LOW] + (row[paths.HIGH] << paths.BITS), row[3], row[4], row[5])
            for at, row in enumerate(rows)
        )
    )


def _with_room(pieces: paths.Pieces, state: paths.Ints) -> paths.Pieces:
    """Twice as many slots, at least 1,024 more, the new ones free."""
    there = len(pieces.amount)
    more = max(there, 1_024)
    chain = np.append(np.arange(there + 1, there + more), state[paths.FREE])
    state[paths.FREE], state[paths.LEFT] = there, state[paths.LEFT] + more
    empty = np.zeros(more, np.int64)
    added = (empty, empty, empty, empty, chain)
    return paths.Pieces(*(_joined(each, new) for each, new in zip(pieces, added, strict=True)))


def _joined(one: paths.Ints, other: NDArray[np.int64]) -> paths.Ints:
    if isinstance(one, list):
        return [*one, *other.tolist()]
    return np.concatenate((one, other))  # type: ignore[return-value]


def compute(scene: Scene) -> Result:
    """Indicator `trajectories`."""
    found = {"fifo": trajectories(scene, False), "lifo": trajectories(scene, True)}
    issued = scene.number(
        "SELECT sum(amount) FROM movement WHERE kind = 'issue' AND src IS NULL AND time >= $start AND time < $stop"
    )
    figures: dict[str, Figure] = {}
    for rule, each in found.items():
        pieces = sum(path.pieces for path in each.by_steps)
        first = each.by_steps[0].redeemed
        figures |= {
            f"transfers_{rule}": ratio(each.transfers, each.redeemed, n=pieces, why="nothing_redeemed"),
            f"days_{rule}": ratio(each.amount_seconds, each.redeemed * DAY, Unit.DAYS, n=pieces, why="nothing_redeemed"),
            f"first_{rule}": ratio(first, each.redeemed, Unit.SHARE, n=pieces, why="nothing_redeemed"),
            f"first_of_issued_{rule}": ratio(first, issued, Unit.SHARE, why="no_issue"),
        }
    both = zip(found["fifo"].by_steps, found["lifo"].by_steps, strict=True)
    rows: list[tuple[Cell, ...]] = [
        (old.steps, old.redeemed, _days(old), new.redeemed, _days(new)) for old, new in both
    ]
    unknown = sum(path.unknown for path in found["fifo"].by_steps)
    units = dict.fromkeys(("redeemed_fifo", "redeemed_lifo"), Unit.CURRENCY)
    days = dict.fromkeys(("days_fifo", "days_lifo"), Unit.DAYS)
    table = Table(
        ("transfers", "redeemed_fifo", "days_fifo", "redeemed_lifo", "days_lifo"),
        tuple(rows), {"transfers": Unit.COUNT, **units, **days}, about=WHOLE,
    )  # fmt: skip
    return Result(figures, {"by_transfers": table}, ["unknown_origin"] if unknown else [])


def _days(path: Path) -> float | None:
    return path.amount_seconds / path.redeemed / DAY if path.redeemed else None


INDICATORS = (
    Indicator(
        name="trajectories",
        section="C",
        title="Trajectories from issue to redemption",
        title_fr="Trajectoires de l'émission à la reconversion",
        meaning="How many times, and for how long, money was paid on before it was changed back, and how much was changed "
        "back by its first receiver. In mutual credit: from the drawing of credit to its repayment.",
        meaning_fr="Combien de fois et pendant combien de temps la monnaie circule avant d'être reconvertie, et ce que son "
        "premier détenteur reconvertit. En crédit mutuel : du tirage du crédit à son remboursement.",
        formula="each payment takes the oldest money of its account (FIFO) or the newest (LIFO); weighted by amount; "
        "10 stands for 10 and more",
        source="Mattsson and Takes, Trajectories through temporal networks (2021)",
        flag=Flag.ESTIMATED,
        compute=compute,
        figures={
            f"{key}_{rule}": (f"{english}, {first} first", f"{french}, plus {premier} d'abord")
            for key, english, french in (
                ("transfers", "Payments before redemption", "Paiements avant reconversion"),
                ("days", "Days from issue to redemption", "Jours de l'émission à la reconversion"),
                ("first", "Redeemed by the first receiver, of redeemed", "Reconverti par le premier détenteur"),
                ("first_of_issued", "The same, of what was issued", "Le même, rapporté à l'émis"),
            )
            for rule, first, premier in (("fifo", "oldest", "ancien"), ("lifo", "newest", "récent"))
        },
        tables={"by_transfers": ("Redeemed money by payments before", "Monnaie reconvertie par paiements précédents")},
        columns={
            "transfers": ("Payments", "Paiements"),
            "redeemed_fifo": ("Redeemed, oldest first", "Reconverti, plus ancien d'abord"),
            "days_fifo": ("Days, oldest first", "Jours, plus ancien d'abord"),
            "redeemed_lifo": ("Redeemed, newest first", "Reconverti, plus récent d'abord"),
            "days_lifo": ("Days, newest first", "Jours, plus récent d'abord"),
        },
    ),
)
