"""What is known of a model that was made elsewhere, and the checks that say in a sentence what cannot be imported."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.suggestion import unknown_name

from .float_models.binary import binary_output_kind

OUTPUTS = ("probabilities", "logits")
_SUM_TOLERANCE = 1e-3
_COLOURS = frozenset({1, 3})

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class ImageShape:
    """What the model takes: height, width and channels."""

    height: int
    width: int
    channels: int


def image_shape(path: Path, inputs: Sequence[Shape], *, size: str | None) -> ImageShape:
    """Height, width and channels of the model's one input, with `HEIGHTxWIDTH` where the model leaves them open.

    Raises:
        EdgewrightError: several inputs, channels first, an unusual number of channels, or a size that does not fit.
    """
    if len(inputs) != 1:
        raise EdgewrightError(f"{path} has {len(inputs)} inputs; an image classifier has one")
    shape = inputs[0]
    if len(shape) != 4:
        raise EdgewrightError(f"{path} takes shape {shape}; an image classifier takes (batch, height, width, channels)")
    if shape[0] not in {None, 1}:
        raise EdgewrightError(f"{path} takes {shape[0]} images at a time; export it with a free batch size or 1")
    if shape[3] not in _COLOURS:
        if shape[1] in _COLOURS:
            raise EdgewrightError(
                f"{path} takes channels first {shape}; rebuild it with channels last (batch, height, width, channels)"
            )
        raise EdgewrightError(f"{path} takes {shape[3]} channels; Edgewright feeds 3 (RGB) or 1 (grayscale)")
    height, width = _sides(path, (shape[1], shape[2]), size)
    return ImageShape(height, width, int(shape[3] or 0))


def _sides(path: Path, fixed: tuple[int | None, int | None], size: str | None) -> tuple[int, int]:
    if size is None:
        if fixed[0] is None or fixed[1] is None:
            raise EdgewrightError(f"{path} leaves its input size open; say it with --size HEIGHTxWIDTH")
        return fixed[0], fixed[1]
    match = re.fullmatch(r"(\d+)x(\d+)", size.strip().lower())
    if match is None:
        raise EdgewrightError(f"{size!r} is no size; give HEIGHTxWIDTH in pixels, such as 224x224")
    wanted = int(match[1]), int(match[2])
    if any(side is not None and side != asked for side, asked in zip(fixed, wanted, strict=True)):
        raise EdgewrightError(f"{path} takes images of {fixed[0]}x{fixed[1]}, not {size}; leave --size out")
    return wanted


def check_outputs(path: Path, outputs: Sequence[Shape], labels: Sequence[str], labels_path: Path) -> None:
    """Sees that there is one output, with one value per label, or one value for two labels.

    Raises:
        EdgewrightError: with both numbers.
    """
    if len(outputs) != 1:
        raise EdgewrightError(
            f"{path} has {len(outputs)} output tensors; a classifier has one, with one value per class"
        )
    shape = outputs[0]
    if len(shape) != 2:
        raise EdgewrightError(f"{path} gives shape {shape}; a classifier gives (batch, classes)")
    if shape[1] == 1 and len(labels) == 1:
        raise EdgewrightError(
            f"{path} has one output, which tells two classes apart, but {labels_path} names one label; give two, the "
            f"second being what the output is the probability of"
        )
    if shape[1] != len(labels) and (shape[1], len(labels)) != (1, 2):
        raise EdgewrightError(
            f"{path} has {shape[1]} outputs, but {labels_path} names {len(labels)} labels; give one label per output"
        )


def output_kind(
    path: Path,
    *,
    declared: str | None,
    activation: str | None,
    outputs_of: Callable[[NDArray[np.uint8]], NDArray[Any]],
    images: NDArray[np.uint8],
) -> str:
    """`probabilities` or `logits`: as declared, else by the last activation, else by what the model gives.

    Args:
        path: of the model, for messages.
        declared: what the user says, or None.
        activation: name of the model's last activation, where it can be seen.
        outputs_of: the model's outputs, shape (n, classes), for raw pixels.
        images: to try it on.

    Raises:
        EdgewrightError: the declaration is wrong, or the outputs are neither.
    """
    if declared is not None and declared not in OUTPUTS:
        raise EdgewrightError(unknown_name("kind of output", declared, OUTPUTS))
    outputs = np.asarray(outputs_of(images), np.float64)
    if not np.isfinite(outputs).all():
        raise EdgewrightError(f"{path} gives NaN or infinity for ordinary images; is --normalisation right?")
    if outputs.shape[1] == 1:
        return binary_output_kind(path, declared=declared, activation=activation, outputs=outputs)
    if activation == "sigmoid":
        raise EdgewrightError(
            f"{path} ends in a sigmoid of {outputs.shape[1]} outputs, which are independent of each other: one image "
            f"may have several labels; a classifier ends in a softmax, in logits, or in a sigmoid of one output for "
            f"two labels"
        )
    look_like = _are_probabilities(outputs)
    if declared == "probabilities" and not look_like:
        low, high = outputs.sum(axis=1).min(), outputs.sum(axis=1).max()
        raise EdgewrightError(
            f"{path} does not give probabilities: its outputs for one image add up to {low:.3g} to {high:.3g}; "
            f"use --output logits"
        )
    if declared is not None:
        return declared
    if activation == "softmax":
        return "probabilities"
    return "probabilities" if look_like else "logits"


def _are_probabilities(outputs: NDArray[np.float64]) -> bool:
    sums = outputs.sum(axis=1)
    return bool((outputs >= 0).all() and np.abs(sums - 1).max() < _SUM_TOLERANCE)


def probe_images(shape: ImageShape) -> NDArray[np.uint8]:
    """Ten simple images, only to see what kind of numbers the model gives: flat greys, colours and ramps."""
    images = np.zeros((10, shape.height, shape.width, shape.channels), np.uint8)
    for index, grey in enumerate((0, 64, 128, 255)):
        images[index] = grey
    for index in range(3):
        images[4 + index, ..., index % shape.channels] = 255
    images[7] = np.linspace(0, 255, shape.width, dtype=np.uint8)[None, :, None]
    images[8] = np.linspace(0, 255, shape.height, dtype=np.uint8)[:, None, None]
    images[9] = 255 - images[7]
    return images
