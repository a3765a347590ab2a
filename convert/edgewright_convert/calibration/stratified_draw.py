"""Images drawn evenly from all classes, in an order that depends only on a seed and on what is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from edgewright_runtime.run.splits import SplitRow


def in_turns(rows: Iterable[SplitRow], labels: Sequence[str], *, seed: int) -> tuple[SplitRow, ...]:
    """The rows of these labels, classes taking turns for as long as they have images, each content once.

    Within a class the order is that of a hash of the seed and the content: it depends on neither the paths nor the
    version of a random generator.
    """
    by_label = _by_label(rows, labels)
    queues = [sorted(of_class, key=lambda row: draw_key(row, seed)) for of_class in by_label.values()]
    longest = max(map(len, queues), default=0)
    return tuple(queue[turn] for turn in range(longest) for queue in queues if turn < len(queue))


def draw_key(row: SplitRow, seed: int) -> bytes:
    """What rows are sorted by to be drawn with that seed."""
    return hashlib.sha256(f"{seed}:{row.sha256}".encode()).digest()


def _by_label(rows: Iterable[SplitRow], labels: Sequence[str]) -> dict[str, list[SplitRow]]:
    # Copies of one image add nothing to a range; the first path in order stands for all.
    distinct: dict[str, SplitRow] = {}
    for row in sorted(rows, key=lambda row: row.path):
        distinct.setdefault(row.sha256, row)
    return {label: [row for row in distinct.values() if row.label == label] for label in labels}
