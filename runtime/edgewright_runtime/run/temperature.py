"""The temperature that makes a run's probabilities true, where its training has learned one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EdgewrightError
from ..strict_json import read_object
from . import manifest

_SCHEMA_VERSION = 1
_MODEL = "model.keras"


@dataclass(frozen=True)
class Temperature:
    """What logits are divided by.

    Attributes:
        value: above 0; 1 changes nothing.
        why_not: why one that is there is not used; otherwise empty.
    """

    value: float = 1.0
    why_not: str = ""

    def applied_to(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        """The probabilities that the divided logits give, of the same shape; their order stays.

        Logits are the logarithms of probabilities but for a constant in each row: softmax(log p / T) is p ** (1 / T)
        over its sum. What an INT8 output has rounded to 0 stays 0.
        """
        if self.value == 1.0:
            return probabilities
        # Over the greatest, so that a small temperature leaves something of a row.
        shares = (probabilities / probabilities.max(axis=-1, keepdims=True)).astype(np.float64) ** (1 / self.value)
        true: NDArray[np.float32] = (shares / shares.sum(axis=-1, keepdims=True)).astype(np.float32)
        return true


def temperature_in(folder: Path) -> Temperature:
    """The temperature in the folder's temperature.json; one that changes nothing where there is none.

    One that was learned for another float model than the manifest lists is not used.

    Raises:
        EdgewrightError: the file is not as it must be.
        CheckFailedError: it is not the one that the manifest describes.
    """
    path = folder / "temperature.json"
    if not path.is_file():
        return Temperature()
    manifest.verify(path)
    content = read_object(path)
    value = content.get("temperature")
    if content.get("schema_version") != _SCHEMA_VERSION or value is None or not _is_temperature(value):
        raise EdgewrightError(
            f"{path} must hold schema_version {_SCHEMA_VERSION} and a temperature above 0; `edgewright train` writes "
            f"it, and without the file probabilities are as the model gives them"
        )
    model = manifest.listed_sha256(folder / _MODEL)
    if model not in {None, content.get("model_sha256")}:
        return Temperature(why_not=f"{path} belongs to another model than {_MODEL} in manifest.json, and is not used")
    return Temperature(float(value))


def _is_temperature(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0
