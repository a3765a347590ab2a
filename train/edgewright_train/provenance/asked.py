"""What a user asks a training for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..recipes import NO_CHANGES, RecipeChanges


@dataclass(frozen=True)
class Asked:
    """What was given to `edgewright train`; None where nothing was.

    Attributes:
        data: folder of classes or CSV file.
        recipe: name or file.
        changes: in place of the recipe's own values.
        weights: `imagenet`, `none` or a file, in place of the recipe's.
        seed: of the split, the first weights, shuffling and augmentation.
        labels: file with the classes in their order.
        teacher: run folder or .keras file from whose answers the network learns too.
        deterministic: whether operations are to compute the same each time; False does not ask for anything.
    """

    data: Path | None = None
    recipe: str | None = None
    changes: RecipeChanges = NO_CHANGES
    weights: str | None = None
    seed: int | None = None
    labels: Path | None = None
    teacher: str | None = None
    deterministic: bool = False

    def names_anything(self) -> bool:
        """Whether there is anything that a run could differ in."""
        return self != Asked()
