"""What a training may be told; every default in one place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from edgewright_runtime.errors import EdgewrightError

from .recipes import Recipe, RecipeChanges, load_recipe

DEFAULT_SEED = 0


@dataclass(frozen=True)
class TrainOptions:
    """What a training was told; the fields are the options of `edgewright train`.

    Attributes:
        recipe: a recipe, the name of a packaged one, or the path of a .toml file.
        weights: what the backbone starts from, `imagenet`, `none` or a file, in place of the recipe's.
        epochs: of the head, and of the phase that trains all layers, in place of the recipe's.
        seed: of the split, the first weights, shuffling and augmentation; from 0 on.
        labels: file with the classes in their order. None takes those of a labels.txt in the run folder, in the data
            folder or beside the CSV file, and else the class names sorted.
        size: input side in pixels, in place of the recipe's.
        alpha: width multiplier, in place of the recipe's.
        teacher: a run folder or a .keras file of a classifier of the same classes, from whose answers the network
            learns too.
        prune: share of each kernel's weights that become zero, in place of the recipe's.
        deterministic: whether the same seed gives the same weights, bit by bit, on the same machine and with the same
            versions. Slower; and the whole process stays so.
    """

    recipe: str | Recipe
    weights: str | None = None
    epochs: tuple[int, int] | None = None
    seed: int = DEFAULT_SEED
    labels: str | Path | None = None
    size: int | None = None
    alpha: float | None = None
    teacher: str | Path | None = None
    prune: float | None = None
    deterministic: bool = False

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise EdgewrightError(f"seed must be a whole number from 0 on, not {self.seed}")

    @property
    def recipe_name(self) -> str | None:
        """The name or file that was given; None where a program made the recipe."""
        return self.recipe if isinstance(self.recipe, str) else None

    @property
    def changes(self) -> RecipeChanges:
        """What takes the place of the recipe's own values; not yet compared with what the backbone allows."""
        return RecipeChanges(self.epochs, self.size, self.alpha, self.prune)

    @property
    def labels_file(self) -> Path | None:
        """The file with the classes in their order, where one was given."""
        return None if self.labels is None else Path(self.labels)

    def unchanged_recipe(self) -> Recipe:
        """The recipe as it is written, without the changes.

        Raises:
            EdgewrightError: there is no such recipe or file, or it is not as a recipe must be.
        """
        return load_recipe(self.recipe) if isinstance(self.recipe, str) else self.recipe

    def settled(self, recipe: Recipe, *, weights: str | None) -> TrainOptions:
        """These for another recipe, which has all changes in it, and for other weights."""
        return replace(self, recipe=recipe, weights=weights, epochs=None, size=None, alpha=None, prune=None)

    def changed_recipe(self) -> Recipe:
        """The recipe with the changes in it.

        Raises:
            EdgewrightError: as `unchanged_recipe`, or a change is out of its range.
        """
        return self.changes.applied_to(self.unchanged_recipe())
