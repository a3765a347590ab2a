"""Loads a model and runs it once; `trial` starts this module as a process, with a JSON object as its argument."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import EdgewrightError
from ..table import load
from .acceleration import Acceleration


def run_once(work: dict[str, Any]) -> None:
    """Loads the model that `trial` names and gives it one black image.

    Raises:
        EdgewrightError: as `table.load`.
    """
    given = work["acceleration"]
    pairs = tuple((name, value) for name, value in given["delegate_options"])
    acceleration = Acceleration(given["xnnpack"], given["delegate"], pairs, tuple(given["providers"]))
    model = load(Path(work["path"]), backend=work["backend"], threads=1, acceleration=acceleration)
    height, width, channels = (size or 32 for size in model.input.shape[1:])
    model.probabilities(np.zeros((1, height, width, channels), np.uint8))


if __name__ == "__main__":
    try:
        run_once(json.loads(sys.argv[1]))
    except EdgewrightError:
        sys.exit(2)
