"""What a run was made from, as its manifest keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.manifest import Artefact

from ..network import NONE
from ..recipes import RecipeChanges, changes_from


@dataclass(frozen=True)
class UsedWeights:
    """What the backbone started from.

    Attributes:
        source: `none`, `imagenet`, or the path that the user gave.
        alpha: the width multiplier that the backbone was built with.
        sha256: of the file, 64 hex digits; None where there was none.
    """

    source: str
    alpha: float
    sha256: str | None = None


@dataclass(frozen=True)
class UsedTeacher:
    """Whose answers the network learnt from.

    Attributes:
        source: the run folder or file that the user gave.
        sha256: of the model, 64 hex digits.
    """

    source: str
    sha256: str


@dataclass(frozen=True)
class Provenance:
    """Everything that a training depends on.

    Attributes:
        data: the folder or CSV file, as the user gave it.
        data_sha256: of the names, labels, splits and contents of its files (the runtime's `fingerprint.digest`).
        images: how many of them were used.
        recipe: its fields, with the changes in them.
        recipe_name: the name or file that the user gave; None where a program made the recipe.
        recipe_changes: what the user put in place of the recipe's own values.
        weights: what the backbone started from.
        seed: of the split, the first weights, shuffling and augmentation.
        deterministic: whether operations were told to compute the same each time.
        fold: number and count of the fold that was the validation split; None without cross-validation.
        teacher: whose answers the network learnt from too; None without one.
    """

    data: str
    data_sha256: str
    images: int
    recipe: Mapping[str, Any]
    recipe_name: str | None
    recipe_changes: RecipeChanges
    weights: UsedWeights
    seed: int
    deterministic: bool = False
    fold: Mapping[str, int] | None = None
    teacher: UsedTeacher | None = None

    def options(self) -> dict[str, Any]:
        """The JSON object that the manifest and metrics.json hold."""
        return {**asdict(self), "recipe_changes": self.recipe_changes.given()}

    def checked(self, labels: Sequence[str]) -> dict[str, Any]:
        """What an interrupted training must have been made from as well if this is to go on with it, as JSON has it.

        Where the data and the weights lie does not matter, nor what the recipe is called; what they hold does.
        """
        return {
            "data": self.data_sha256,
            "recipe": json.loads(json.dumps(self.recipe)),
            "weights": {"alpha": self.weights.alpha, "sha256": self.weights.sha256},
            "seed": self.seed,
            "deterministic": self.deterministic,
            "fold": self.fold,
            "teacher": {} if self.teacher is None else {"sha256": self.teacher.sha256},
            "labels": list(labels),
        }

    @property
    def from_scratch(self) -> bool:
        """Whether the backbone started from random values, so that all layers were trained in one phase."""
        return self.weights.source == NONE

    @property
    def epochs(self) -> tuple[int, int]:
        """Epochs of the head, and of the phase that trained all layers."""
        full = self.recipe["from_scratch" if self.from_scratch else "fine_tune"]
        return self.recipe["head_phase"]["epochs"], full["epochs"]


def provenance_of(artefact: Artefact) -> Provenance:
    """What the trained model with this entry in the manifest was made from.

    Raises:
        EdgewrightError: the entry does not say it, for an older release or something else wrote it.
    """
    options = dict(artefact.options)
    try:
        options["recipe_changes"] = changes_from(options["recipe_changes"])
        options["weights"] = UsedWeights(**options["weights"])
        if options.get("teacher") is not None:
            options["teacher"] = UsedTeacher(**options["teacher"])
        found = Provenance(**options)
        _ = found.epochs
    except (KeyError, TypeError, ValueError) as error:
        raise EdgewrightError("its manifest.json does not say what it was made from") from error
    return found
