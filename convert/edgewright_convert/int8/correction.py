"""The corrected model: folded, equalized, weights on their grids, biases and ranges to match."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from ..options import DEFAULT_EFFORT, Effort
from .cross_layer_equalization import equalize
from .folding import folded_model
from .keras_graph import Graph, graph_of
from .layer_correction import correct_in_order
from .pixel_normalisation import without_half_steps
from .quantization_grids import ActivationRange

_STRENGTHS: Mapping[Effort, tuple[float | None, ...]] = {"fast": (None,), "balanced": (0.7,), "best": (0.4, 0.7, 1.0)}
"""Of the equalization of streams (see cross_layer_equalization.py), one candidate each; None corrects biases only."""

_MEMORY_BYTES = 3 * 2**30
"""For the activations of all calibration images in both computations, at the widest place of the network."""

_LEAST_IMAGES = 20

_EQUALISED_ON = 64
"""Images whose largest values tell the channels' sizes; a few more or less change no factor."""


@dataclass(frozen=True)
class Corrected:
    """A model that is already what the INT8 file will be, still in Keras.

    Attributes:
        model: folded Keras model, raw pixels to probabilities. Its kernels are on symmetric INT8 grids with one scale
            per output channel, max|w| / 127, that float16 holds exactly.
        ranges: of each activation that the file has to hold, by the name of the layer that makes it.
        float_weights: of the model before they were put on the grids, in the order of `model.get_weights()`, float32;
            with them the model gives what the float model gives, its channels scaled as in the file.
    """

    model: Any
    ranges: Mapping[str, ActivationRange]
    float_weights: tuple[NDArray[np.float32], ...]


@dataclass(frozen=True)
class Correction:
    """What came of correcting a model.

    Attributes:
        corrected: the corrected model; None where the model cannot be corrected.
        why_not: a phrase for the user in that case; otherwise empty.
    """

    corrected: Corrected | None
    why_not: str = ""


class DistanceOf(Protocol):
    """What ranks candidates: the formats know how to write and run a file, `int8` does not."""

    def __call__(self, candidate: Corrected) -> float:
        """How far the candidate's INT8 file is from the float model; the least is the best."""
        ...


def correction_of(
    model: Any, pixels: NDArray[np.uint8], distance: DistanceOf | None = None, *, effort: Effort = DEFAULT_EFFORT
) -> Correction:
    """What `corrected_model` gives, or why it gives nothing; the arguments are the same."""
    try:
        return Correction(corrected_model(model, pixels, distance, effort=effort))
    except (EdgewrightError, np.linalg.LinAlgError) as error:
        return Correction(None, f"not corrected: {error}")


def corrected_model(
    model: Any, pixels: NDArray[np.uint8], distance: DistanceOf | None = None, *, effort: Effort = DEFAULT_EFFORT
) -> Corrected:
    """The model corrected for INT8; the same input gives the same result.

    Args:
        model: functional or Sequential Keras model from raw pixels 0..255 to probabilities; it is not changed.
        pixels: the representative dataset, uint8, shape (n, height, width, channels), classes taking turns.
        distance: by which `best` chooses among its candidates; the other efforts have one.
        effort: `fast` corrects biases only; `balanced` equalizes channels and refits kernels and their rounding too;
            `best` does that with several strengths of equalization, and takes the one nearest to the float model.

    Raises:
        UnsupportedModelError: the model is no graph of layers; let the converter calibrate it.
        EdgewrightError: `distance` cannot rank a candidate, or `best` has none to rank by.
    """
    candidates = [_corrected(model, pixels, strength) for strength in _STRENGTHS[effort]]
    if len(candidates) == 1:
        return candidates[0]
    if distance is None:
        raise EdgewrightError(f"The INT8 effort {effort!r} needs something to rank its candidates by")
    return candidates[int(np.argmin([distance(candidate) for candidate in candidates]))]


def _corrected(model: Any, pixels: NDArray[np.uint8], strength: float | None) -> Corrected:
    folded = folded_model(model)
    graph = graph_of(folded)
    images = pixels[: affordable_images(graph, len(pixels))]
    without_half_steps(graph)
    if strength is not None:
        equalize(graph, images[:_EQUALISED_ON], stream=strength)
    float_weights = tuple(folded.get_weights())
    return Corrected(folded, correct_in_order(graph, images, refit=strength is not None), float_weights)


def affordable_images(graph: Graph, count: int) -> int:
    """How many of the images may be computed at once without going far beyond 3 GiB."""
    sizes = [
        sum(int(np.prod([size or 1 for size in tensor.shape[1:]])) for tensor in (*step.inputs, step.output))
        for step in graph.steps
        if not isinstance(step.output, (tuple, list, dict))
    ]
    per_image = 2 * 4 * max(sizes, default=1)
    return min(count, max(_LEAST_IMAGES, _MEMORY_BYTES // per_image))
