"""The order of the labels."""

from __future__ import annotations

from collections.abc import Iterator

from edgewright_runtime.suggestion import named

from ..finding import WARNING, Finding
from .seen import DataSeen


def label_order(seen: DataSeen) -> Iterator[Finding]:
    """Numbers as class names, in an order that is not theirs."""
    labels = seen.dataset.labels
    if not all(label.isdecimal() for label in labels):
        return
    numbers = [int(label) for label in labels]
    if numbers == sorted(numbers):
        return
    wrong = next(place for place, (one, two) in enumerate(zip(numbers, sorted(numbers), strict=True)) if one != two)
    yield Finding(
        "label_order",
        WARNING,
        "The classes are called by numbers, but are not in the order of these numbers.",
        f"The order is {named(labels)}; so class index {wrong} is {labels[wrong]!r}.",
        "Write the classes in the order that you want, one a line, to a labels.txt in the data folder, or give it with "
        "--labels; or call the folders 01, 02, ..., 10.",
    )
