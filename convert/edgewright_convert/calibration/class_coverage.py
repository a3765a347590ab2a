"""Which of a model's classes appear in images without labels, as far as the model itself can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ClassCoverage:
    """How many classes the float model names among the images of the representative dataset.

    Attributes:
        source: what the images are of: a folder, a list or a split.
        images: how many they are.
        named: classes that have the greatest probability for at least one of them.
        classes: of the model.
    """

    source: str
    images: int
    named: int
    classes: int

    @property
    def notes(self) -> tuple[str, ...]:
        """A phrase with numbers where a class is not covered."""
        if self.named == self.classes:
            return ()
        return (
            f"the {self.images} images of {self.source} make the float model name {self.named} of {self.classes} "
            f"classes; INT8 ranges may be too narrow for the others",
        )

    def as_options(self) -> dict[str, Any]:
        """What the manifest keeps of it."""
        return {"named": self.named, "classes": self.classes}


def coverage_of(source: str, outputs: NDArray[np.float32]) -> ClassCoverage:
    """The coverage by images whose probabilities are `outputs`, shape (n, classes)."""
    return ClassCoverage(source, len(outputs), len(set(outputs.argmax(axis=1).tolist())), outputs.shape[1])
