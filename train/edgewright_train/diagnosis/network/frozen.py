"""A head that cannot be trained."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import ERROR, Finding
from .seen import NetworkSeen


def frozen_head(seen: NetworkSeen) -> Iterator[Finding]:
    """A head without a variable that can be trained."""
    head = seen.network.head
    if any(layer.trainable_variables for layer in head):
        return
    yield Finding(
        "frozen_head",
        ERROR,
        "The head is frozen: none of its weights can be trained.",
        f"None of the {sum(len(layer.weights) for layer in head)} variables in its {len(head)} layers is trainable.",
        "Set trainable = True on the head's layers (network.head) before the training.",
    )
