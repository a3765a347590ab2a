"""What a user puts in place of a recipe's own values, without another recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from edgewright_runtime.errors import EdgewrightError

from .recipe import Recipe


@dataclass(frozen=True)
class RecipeChanges:
    """Values in place of the recipe's; None where the recipe's holds.

    Attributes:
        epochs: of the head, and of the phase that trains all layers.
        input_size: input side, pixels.
        alpha: width multiplier.
        sparsity: share of each kernel's weights that become zero.
    """

    epochs: tuple[int, int] | None = None
    input_size: int | None = None
    alpha: float | None = None
    sparsity: float | None = None

    def applied_to(self, recipe: Recipe) -> Recipe:
        """The recipe with these values in it.

        Raises:
            EdgewrightError: one is out of its range.
        """
        values = {name: value for name, value in self.given().items() if name in {"input_size", "alpha"}}
        changed = replace(recipe, **values)
        if self.sparsity is not None:
            changed = replace(changed, pruning=replace(changed.pruning, sparsity=self.sparsity))
        return changed if self.epochs is None else changed.with_epochs(*self.epochs)

    def over(self, others: RecipeChanges) -> RecipeChanges:
        """These, and the others where there is none here."""
        return replace(others, **self.given())

    def given(self) -> dict[str, Any]:
        """Those that are not None, by name."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name)) is not None}


NO_CHANGES = RecipeChanges()


def changes_from(recorded: Mapping[str, Any]) -> RecipeChanges:
    """The changes that `RecipeChanges.given` returned, after their way through JSON."""
    values = dict(recorded)
    if "epochs" in values:
        head, full = values["epochs"]
        values["epochs"] = (int(head), int(full))
    return RecipeChanges(**values)


def epochs_from(text: str) -> tuple[int, int]:
    """The two numbers of epochs in a text such as `20,5`.

    Raises:
        EdgewrightError: they are not two whole numbers.
    """
    parts = text.split(",")
    if len(parts) != 2 or not all(part.strip().isdecimal() for part in parts):
        raise EdgewrightError(
            f"--epochs takes two whole numbers such as 20,5 (the head, then all layers), not {text!r}"
        )
    return int(parts[0]), int(parts[1])
