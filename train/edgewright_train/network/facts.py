"""What is known of each backbone without building it: its size, and how its weights file is recognised.

Keras takes seconds to build a backbone, so that the numbers lie in facts/NAME.json; `fact_making` computes them.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

from .backbones import BACKBONES, Backbone

Shape = tuple[int, ...]
FOLDER = "facts"


@dataclass(frozen=True)
class Facts:
    """Of a backbone of one width, without a head.

    Attributes:
        parameters: how many.
        multiply_adds: for one image of the backbone's native size.
        kernels: hash of its convolution kernels' shapes, see `hash_of_shapes`.
    """

    parameters: int
    multiply_adds: int
    kernels: str


@dataclass(frozen=True)
class Recognised:
    """The backbone that a weights file is of, and its width."""

    backbone: str
    alpha: float


@cache
def facts_of(row: Backbone) -> dict[float, Facts]:
    """The facts of each width."""
    text = (importlib.resources.files(__package__) / FOLDER / f"{row.name}.json").read_text(encoding="utf-8")
    return {float(alpha): Facts(**values) for alpha, values in json.loads(text).items()}


def recognised(shapes: Counter[Shape]) -> Recognised | None:
    """The backbone whose convolution kernels have these shapes; None if no row has."""
    given = hash_of_shapes(shapes)
    for row in BACKBONES:
        for alpha, facts in facts_of(row).items():
            if facts.kernels == given:
                return Recognised(row.name, alpha)
    return None


def hash_of_shapes(shapes: Counter[Shape]) -> str:
    """Sixteen hexadecimal digits that tell how often each kernel shape (rows, columns, in, out) occurs."""
    listed: list[Any] = sorted((*shape, count) for shape, count in shapes.items())
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:16]
