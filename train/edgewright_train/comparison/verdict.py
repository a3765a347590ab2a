"""What was found of each entrant, and which of them to ship."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One entrant, trained and converted.

    Attributes:
        name: of the entrant.
        run: its run folder, as text.
        parameters: of the whole classifier.
        multiply_adds: of one image.
        accuracy: of the float model on the test split, 0 to 1.
        low: lower end of the accuracy's 95 % interval.
        high: upper end.
        images: in the test split.
        int8_bytes: size of the full-integer .tflite file; None where it could not be made.
        int8_accuracy: of that file on the test split; None likewise.
        latency_ms: its median latency on this machine, one thread; None likewise.
        seconds: of the training.
        note: why something is missing; otherwise empty.
        int8_gzip_bytes: size of that file after gzip; None likewise.
    """

    name: str
    run: str
    parameters: int
    multiply_adds: int
    accuracy: float
    low: float
    high: float
    images: int
    int8_bytes: int | None
    int8_accuracy: float | None
    latency_ms: float | None
    seconds: float
    note: str = ""
    int8_gzip_bytes: int | None = None


def worth_shipping(rows: Sequence[Row]) -> tuple[Row, str]:
    """The row to ship, and why: the quickest whose accuracy cannot be told from the best one's.

    Two accuracies on the same images cannot be told apart here where the better one lies within the interval of the
    other. A row without a latency is only taken where none has one.
    """
    best = max(rows, key=lambda row: row.accuracy)
    timed = [row for row in rows if row.latency_ms is not None] or list(rows)
    equal = [row for row in timed if row.high >= best.accuracy]
    chosen = min(equal or timed, key=lambda row: (row.latency_ms or 0.0, -row.accuracy))
    if chosen is best:
        others = [row for row in equal if row is not best]
        why = "it is the most accurate" + (", and the quickest of those that come near it" if others else " by far")
        return chosen, why
    if not equal:
        return chosen, f"{best.name} is more accurate, but has no INT8 file to time"
    return chosen, (
        f"on {chosen.images} test images its accuracy cannot be told from the {best.accuracy:.1%} of {best.name}, and "
        "it is the quickest of those of which that is true"
    )
