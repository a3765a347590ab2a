"""What every backend gives, whatever library stands behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .hardware.acceleration import Acceleration
from .tflite_metadata import StatedNormalisation


@dataclass(frozen=True)
class Tensor:
    """A model's input or output.

    Attributes:
        name: as the file has it.
        shape: batch first; None where the size is free. Of an image, channels last, however the file has it.
        dtype: numpy's name of the element type.
        scale: quantization parameter; 0.0 where the tensor is not quantized.
        zero_point: quantization parameter; real value = (stored - zero_point) * scale.
        stated_normalisation: what the file says of itself that readers do to pixels first; None where it says nothing.
        channels_first: whether the file takes images as (batch, channels, height, width).
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str
    scale: float = 0.0
    zero_point: int = 0
    stated_normalisation: StatedNormalisation | None = None
    channels_first: bool = False


class Backend(Protocol):
    """A loaded model.

    Attributes:
        library: what runs it, with its version, such as `ai-edge-litert 2.3.0`.
        notes: what the user should know about this choice, one sentence each.
        input: the pixels' tensor, shape (batch, height, width, channels).
        output: the probabilities' tensor, shape (batch, classes).
    """

    library: str
    input: Tensor
    output: Tensor

    @property
    def notes(self) -> tuple[str, ...]: ...  # noqa: D102

    def probabilities(self, pixels: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
        """What the file gives, shape (n, classes), for values of shape (n, height, width, channels).

        The values are those that the file takes: raw pixels 0..255, or what `model_input` makes of them.
        """
        ...


class Loader(Protocol):
    """The function `load` of a backend's leaf module."""

    def __call__(self, path: Path, *, threads: int | None, **acceleration: Acceleration) -> Backend:
        """The loaded model; `threads` None leaves the number to the library.

        A backend whose row in the table takes options of `Acceleration` gets it by the name `acceleration`.
        """
        ...


_CHANNELS = frozenset({1, 3})


def channels_last(tensor: Tensor) -> Tensor:
    """An input of channels first, as files from PyTorch have it, described with channels last; others as they are."""
    shape = tensor.shape
    if len(shape) != 4 or shape[1] not in _CHANNELS or shape[3] in _CHANNELS:
        return tensor
    return replace(tensor, shape=(shape[0], *shape[2:], shape[1]), channels_first=True)


def as_stored(values: NDArray[Any], tensor: Tensor) -> NDArray[Any]:
    """Values of shape (n, height, width, channels) in the order of axes that the file takes."""
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2)) if tensor.channels_first else values


def without_empty_axes(tensor: Tensor) -> Tensor:
    """An output of shape (batch, classes, 1, 1) or (batch, 1, 1, classes) as one of (batch, classes)."""
    batch, *rest = tensor.shape
    kept = [size for size in rest if size != 1]
    return replace(tensor, shape=(batch, *kept)) if len(rest) > 1 and len(kept) == 1 else tensor


def in_fixed_batches(
    run: Callable[[NDArray[Any]], NDArray[np.float32]], pixels: NDArray[Any], batch: int
) -> NDArray[np.float32]:
    """The outputs of a model that takes exactly `batch` images at a time, for any number of images."""
    outputs = []
    for start in range(0, len(pixels), batch):
        chunk = pixels[start : start + batch]
        missing = batch - len(chunk)
        if missing:
            chunk = np.concatenate([chunk, np.zeros((missing, *chunk.shape[1:]), chunk.dtype)])
        outputs.append(run(chunk)[: batch - missing])
    return np.concatenate(outputs)
