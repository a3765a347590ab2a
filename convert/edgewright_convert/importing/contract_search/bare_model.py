"""A model as it lies there, before anything is known of what it wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.backends.base import Tensor

from ..model_checks import ImageShape


@dataclass(frozen=True)
class BareModel:
    """A model that takes values and gives numbers.

    Attributes:
        path: where it lies, for messages.
        input: its input tensor, channels last.
        shape: height, width and channels of what it takes.
        outputs: how many numbers it gives an image.
        run: these numbers, shape (n, outputs), for values of shape (n, height, width, channels).
    """

    path: Path
    input: Tensor
    shape: ImageShape
    outputs: int
    run: Callable[[NDArray[Any]], NDArray[np.float32]]
