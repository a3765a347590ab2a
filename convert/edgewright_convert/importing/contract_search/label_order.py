"""Whether the labels stand in another order than the outputs: the usual mistakes, each tried on what the model said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FEW_CLASSES = 100
_PER_CLASS = 3
"""Photographs of a class on average, from which an order of one's own can be read off them."""


@dataclass(frozen=True)
class Order:
    """Another order of the labels.

    Attributes:
        says: what it is, after `with the labels `.
        meant: for each output the place of the label that it would then mean.
    """

    says: str
    meant: Callable[[Sequence[str]], NDArray[np.int64]]


ORDERS = (
    Order("in reverse", lambda labels: np.arange(len(labels))[::-1]),
    Order("sorted by name", lambda labels: np.argsort(np.array(labels), kind="stable")),
    Order("one further down", lambda labels: np.roll(np.arange(len(labels)), 1)),
    Order("one further up", lambda labels: np.roll(np.arange(len(labels)), -1)),
    Order("sorted as numbers", lambda labels: np.argsort([_number(label) for label in labels], kind="stable")),
    Order(
        "sorted as texts of their place, 0, 1, 10, 11, ...",
        lambda labels: np.argsort([str(place) for place in range(len(labels))], kind="stable"),
    ),
)


def other_orders(
    said: NDArray[np.int64], truth: NDArray[np.int64], labels: Sequence[str]
) -> list[tuple[str, NDArray[np.bool_]]]:
    """For each other order what it is, and for each photograph whether the label would be right.

    Args:
        said: the output with the greatest value for each photograph, shape (n,).
        truth: at which output its label is taken to be, shape (n,).
        labels: one for each output.
    """
    found = [(order.says, order.meant(labels)[said] == truth) for order in ORDERS]
    if len(labels) <= _FEW_CLASSES and len(truth) >= _PER_CLASS * len(set(truth.tolist())):
        found.append(_own_order(said, truth, labels))
    return found


def _own_order(
    said: NDArray[np.int64], truth: NDArray[np.int64], labels: Sequence[str]
) -> tuple[str, NDArray[np.bool_]]:
    """Each output taken for the label that it is said of most often, each label but once, the clearest first."""
    counts = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(counts, (said, truth), 1)
    meant = np.full(len(labels), -1)
    for flat in np.argsort(-counts, axis=None, kind="stable"):
        output, label = divmod(int(flat), len(labels))
        if counts[output, label] and meant[output] < 0 and label not in meant:
            meant[output] = label
    moved = [(labels[output], labels[label]) for output, label in enumerate(meant) if label not in {-1, output}]
    examples = ", ".join(f"{label!r} where {name!r} is" for name, label in moved[:3])
    return f"in another order ({examples})", meant[said] == truth


def _number(label: str) -> float:
    digits = "".join(each for each in label if each.isdigit())
    return float(digits) if digits else float("inf")
