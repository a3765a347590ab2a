"""The corrected model: folded, equalised, weights on their grids, biases and ranges to match."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from .answers import answers
from .equalisation import equalise
from .folding import folded_model
from .graph import Graph, graph_of
from .grid import ActivationRange
from .normalisation import without_half_steps
from .sequential import correct_in_order
from .writer import tflite_from_ranges

Effort = Literal["fast", "balanced", "best"]

EFFORTS: tuple[Effort, ...] = get_args(Effort)

DEFAULT_EFFORT: Effort = "balanced"

_STRENGTHS: Mapping[Effort, tuple[float | None, ...]] = {"fast": (None,), "balanced": (0.7,), "best": (0.4, 0.7, 1.0)}
"""Of the equalisation of streams (see equalisation.py), one candidate each; None corrects biases only."""

MOST_JUDGES = 200
"""Images on which files are compared; enough to tell mean differences of the probabilities apart."""

_BATCH = 20

_MEMORY_BYTES = 3 * 2**30
"""For the activations of all calibration images in both computations, at the widest place of the network."""

_LEAST_IMAGES = 20

_EQUALISED_ON = 64
"""Images whose largest values tell the channels' sizes; a few more or less change no answer."""


@dataclass(frozen=True)
class Corrected:
    """A model that is already what the INT8 file will be, still in Keras.

    Attributes:
        model: folded Keras model, raw pixels to probabilities. Its kernels are on symmetric INT8 grids with one scale
            per output channel, max|w| / 127, that float16 holds exactly.
        ranges: of each activation that the file has to hold, by the name of the layer that makes it.
        float_weights: of the model before they were put on the grids, in the order of `model.get_weights()`, float32;
            with them the model answers like the float model, its channels scaled as in the file.
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


def correction_of(
    model: Any, pixels: NDArray[np.uint8], judging: NDArray[np.uint8] | None = None, *, effort: Effort = DEFAULT_EFFORT
) -> Correction:
    """What `corrected_model` gives, or why it gives nothing; the arguments are the same.

    Raises:
        EdgewrightError: no such effort.
    """
    check_effort(effort)
    try:
        return Correction(corrected_model(model, pixels, judging, effort=effort))
    except (EdgewrightError, np.linalg.LinAlgError) as error:
        return Correction(None, f"not corrected: {error}")


def corrected_model(
    model: Any,
    pixels: NDArray[np.uint8],
    judging: NDArray[np.uint8] | None = None,
    *,
    effort: Effort = DEFAULT_EFFORT,
) -> Corrected:
    """The model corrected for INT8; the same input gives the same result.

    Args:
        model: functional or Sequential Keras model from raw pixels 0..255 to probabilities; it is not changed.
        pixels: the representative dataset, uint8, shape (n, height, width, channels), classes taking turns.
        judging: images that are not in `pixels`, same shape, on which `best` chooses; without them it takes `pixels`.
        effort: `fast` corrects biases only; `balanced` equalises channels and refits kernels and their rounding too;
            `best` does that with several strengths of equalisation, and keeps the one nearest to the float model.

    Raises:
        IndescribableError: the model is no graph of layers; convert it plainly.
        EdgewrightError: no such effort, or TFLiteConverter refuses what `best` made.
    """
    check_effort(effort)
    candidates = [_corrected(model, pixels, strength) for strength in _STRENGTHS[effort]]
    if len(candidates) == 1:
        return candidates[0]
    judges = (pixels if judging is None or not len(judging) else judging)[:MOST_JUDGES]
    wanted = np.concatenate([np.asarray(model(batch, training=False)) for batch in _batches(judges)])
    distances = [_distance(candidate, judges, wanted) for candidate in candidates]
    return candidates[int(np.argmin(distances))]


def _corrected(model: Any, pixels: NDArray[np.uint8], strength: float | None) -> Corrected:
    folded = folded_model(model)
    graph = graph_of(folded)
    images = pixels[: affordable_images(graph, len(pixels))]
    without_half_steps(graph)
    if strength is not None:
        equalise(graph, images[:_EQUALISED_ON], stream=strength)
    float_weights = tuple(folded.get_weights())
    return Corrected(folded, correct_in_order(graph, images, refit=strength is not None), float_weights)


def _distance(candidate: Corrected, pixels: NDArray[np.uint8], wanted: NDArray[np.float32]) -> float:
    """The mean difference of the INT8 file's probabilities from the float model's."""
    given = answers(tflite_from_ranges(candidate.model, candidate.ranges), pixels)
    return float(np.abs(given - wanted).mean())


def _batches(pixels: NDArray[np.uint8]) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(pixels), _BATCH):
        yield pixels[start : start + _BATCH].astype(np.float32)


def check_effort(effort: str) -> None:
    """Refuses what is no effort.

    Raises:
        EdgewrightError: naming those there are.
    """
    if effort not in EFFORTS:
        raise EdgewrightError(f"{effort!r} is no INT8 effort; choose one of {', '.join(EFFORTS)}")


def affordable_images(graph: Graph, count: int) -> int:
    """How many of the images may be computed at once without going far beyond 3 GiB."""
    sizes = [
        sum(int(np.prod([size or 1 for size in tensor.shape[1:]])) for tensor in (*step.inputs, step.output))
        for step in graph.steps
        if not isinstance(step.output, (tuple, list, dict))
    ]
    per_image = 2 * 4 * max(sizes, default=1)
    return min(count, max(_LEAST_IMAGES, _MEMORY_BYTES // per_image))
