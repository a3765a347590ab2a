"""Which combinations are worth a look, and which is the smallest that is accurate enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..comparison import Row


@dataclass(frozen=True)
class Choice:
    """The smallest model within a drop of the best.

    Attributes:
        chosen: it.
        best: the most accurate.
        max_drop: what was allowed, as a fraction.
    """

    chosen: Row
    best: Row
    max_drop: float

    @property
    def uncertain(self) -> bool:
        """Whether the drop is less than what chance alone makes of the best one's accuracy on so few images."""
        return self.max_drop < (self.best.high - self.best.low) / 2


def converted(rows: Sequence[Row]) -> list[Row]:
    """Those that have an INT8 file: only they can be shipped."""
    return [row for row in rows if row.int8_accuracy is not None]


def not_beaten(rows: Sequence[Row]) -> list[Row]:
    """The Pareto frontier: those for which no other is as accurate, as quick and as small, and better in one of these.

    All three are of the INT8 file; rows without one are left out.
    """
    candidates = converted(rows)
    return [row for row in candidates if not any(_beats(other, row) for other in candidates)]


def smallest_within(rows: Sequence[Row], max_drop: float) -> Choice | None:
    """The smallest INT8 file whose accuracy is at most `max_drop` below the best one's; None where there is no file.

    Of equal ones the smaller after gzip, then the quicker one.
    """
    candidates = converted(rows)
    if not candidates:
        return None
    best = max(candidates, key=_accuracy)
    near = [row for row in candidates if _accuracy(row) >= _accuracy(best) - max_drop - 1e-9]
    chosen = min(near, key=lambda row: (row.int8_bytes or 0, row.int8_gzip_bytes or 0, row.latency_ms or 0.0))
    return Choice(chosen, best, max_drop)


def _accuracy(row: Row) -> float:
    return row.int8_accuracy or 0.0


def _beats(other: Row, row: Row) -> bool:
    gains = [
        _accuracy(other) - _accuracy(row),
        *(mine - its for its, mine in zip(_costs(other), _costs(row), strict=True)),
    ]
    return min(gains) >= 0 and max(gains) > 0


def _costs(row: Row) -> tuple[float, float]:
    return (row.latency_ms or 0.0, float(row.int8_bytes or 0))
