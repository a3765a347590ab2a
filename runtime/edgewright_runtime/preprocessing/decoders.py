"""What decodes and resizes images for a classifier: Pillow, which defines what comes out, or something faster."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import PIL
from numpy.typing import NDArray

from ..errors import EdgewrightError
from ..optional_imports import is_importable
from ..suggestion import unknown_name
from .preprocessing import Preprocessing
from .source import ImageSource

DECODERS = ("fast", "pillow")
_FAST_MODULES = ("simplejpeg", "cykooz_resizer")


class Decoder(Protocol):
    """From an image to the model's input.

    Attributes:
        name: one of `DECODERS`.
    """

    name: str

    @property
    def library(self) -> str:
        """What does it, with versions."""
        ...

    def apply(self, image: ImageSource, *, name: str | None = None) -> NDArray[np.uint8]:
        """See `Preprocessing.apply`."""
        ...


class PillowPixels:
    """The definition itself."""

    name = "pillow"

    def __init__(self, contract: Preprocessing) -> None:
        self.apply = contract.apply

    @property
    def library(self) -> str:
        """Pillow, with its version."""
        return f"Pillow {PIL.__version__}"


def decoder_for(contract: Preprocessing, *, name: str | None = None) -> Decoder:
    """The decoder of that name; where none is named, the fast one if it is installed and does what the contract asks.

    Raises:
        EdgewrightError: no decoder has that name, or the contract asks for what it does not do.
        MissingDependencyError: its libraries are not installed.
    """
    if name is not None and name not in DECODERS:
        raise EdgewrightError(unknown_name("decoder", name, DECODERS))
    if name == "pillow" or (name is None and not all(map(is_importable, _FAST_MODULES))):
        return PillowPixels(contract)
    from .fast import FastPixels, why_not_fast  # here, for most boards have not installed it

    return FastPixels(contract) if name == "fast" or why_not_fast(contract) is None else PillowPixels(contract)
