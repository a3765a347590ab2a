"""The table of backbones: one row each. A new backbone is one row here and one module that builds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.suggestion import row_named


@dataclass(frozen=True)
class Backbone:
    """One kind of feature extractor.

    Attributes:
        name: what a recipe calls it.
        module: dotted name of the leaf module, which has the functions `build`, `kernel_shapes` and `imagenet_url`.
        alphas: the width multipliers for which ImageNet weights exist.
        min_size: smallest input side, pixels.
        max_size: largest input side, pixels.
    """

    name: str
    module: str
    alphas: tuple[float, ...]
    min_size: int
    max_size: int

    def check_size(self, size: int) -> None:
        """Refuses an input side that this backbone is not built for.

        Raises:
            EdgewrightError: naming the limits.
        """
        if not self.min_size <= size <= self.max_size:
            raise EdgewrightError(
                f"input_size must be from {self.min_size} to {self.max_size} pixels for {self.name}, not {size}"
            )

    def check_alpha(self, alpha: Any) -> None:
        """Refuses a width multiplier that is not in the table.

        Raises:
            EdgewrightError: naming those that are.
        """
        if alpha not in self.alphas:
            raise EdgewrightError(
                f'alpha must be one of {", ".join(map(str, self.alphas))} or "auto" for {self.name}, not {alpha!r}'
            )


BACKBONES: tuple[Backbone, ...] = (
    Backbone(
        name="mobilenet_v2",
        module="edgewright_train.network.mobilenet_v2",
        alphas=(0.35, 0.5, 0.75, 1.0, 1.3, 1.4),
        min_size=32,
        max_size=224,
    ),
)

_BY_NAME = {row.name: row for row in BACKBONES}


def backbone_named(name: str) -> Backbone:
    """The row of that name.

    Raises:
        EdgewrightError: no such backbone; the sentence names the nearest one.
    """
    return row_named("backbone", name, _BY_NAME)
