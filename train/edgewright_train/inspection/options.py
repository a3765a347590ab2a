"""What an inspection may be told; every default in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class InspectOptions:
    """The fields are options of `edgewright inspect`.

    Attributes:
        sample: how many images are drawn at random, or None for all.
        seed: of that draw, and of the split that a training would draw.
        weights: of the probe's backbone: a file, `imagenet`, `none`, or None for what is at hand.
        processes: that decode images; as many as there are processors if None.
    """

    sample: int | None = None
    seed: int = 0
    weights: str | None = None
    processes: int | None = None
