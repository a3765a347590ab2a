"""What the user says about a model that was made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS, DeclaredNormalisation


@dataclass(frozen=True)
class Declaration:
    """What the user says about a model that was made elsewhere.

    Attributes:
        labels: file with one label per line, in the order of the outputs.
        normalisation: what the model expects of pixels.
        output: `probabilities` or `logits`; None to find out.
        size: `HEIGHTxWIDTH`, where the model leaves it open.
        resize_method: of the contract.
        interpolation: of the contract.
        crop_fraction: of the contract: share of the centred region's sides that is used; below 1 only with `crop`.
        threshold: of a model with one output, the probability of the second label above which it says that label; None
            for 0.5.
        label_offset: at which output the first label is; negative where the first labels have no output.
        said: where a search found the rest, what was said of all this, by name; None where all was said.
    """

    labels: Path
    normalisation: DeclaredNormalisation
    output: str | None = None
    size: str | None = None
    resize_method: str = "squash"
    interpolation: str = "bilinear"
    crop_fraction: float = 1.0
    threshold: float | None = None
    label_offset: int = 0
    said: Mapping[str, Any] | None = None

    def as_options(self) -> dict[str, Any]:
        """What the manifest keeps of it."""
        return {
            "labels_sha256": sha256_of_file(self.labels),
            "normalisation": self.normalisation.name,
            "output": self.output,
            "size": self.size,
            "resize_method": self.resize_method,
            "interpolation": self.interpolation,
            "crop_fraction": self.crop_fraction,
            **({} if self.threshold is None else {"threshold": self.threshold}),
            **({} if self.said is None else {"said": dict(self.said)}),
            **({} if self.label_offset == 0 else {"label_offset": self.label_offset}),
            **({} if self.normalisation.bgr == self._is_bgr_by_name() else {"bgr": self.normalisation.bgr}),
        }

    def _is_bgr_by_name(self) -> bool:
        row = NORMALISATIONS.get(self.normalisation.name)
        return row is not None and row.bgr
