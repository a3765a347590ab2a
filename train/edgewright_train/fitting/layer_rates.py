"""Layers near the input learn slower than those near the output: what they know is of use for any images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def layer_factors(blocks: Sequence[Sequence[Any]], decay: float) -> dict[str, float]:
    """Factors of the learning rate, by the path of a variable, for discriminative fine-tuning.

    The topmost block has the head's own rate, and each block below it that of the one above times `decay` (Howard and
    Ruder 2018, arXiv:1801.06146, with 1 / 2.6 for a language model).

    Args:
        blocks: the layers of each block of the backbone, from the top down.
        decay: above 0, at most 1.
    """
    return {
        variable.path: decay**depth
        for depth, block in enumerate(blocks)
        for layer in block
        for variable in layer.trainable_variables
    }
