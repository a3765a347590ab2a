"""The INT8 .tflite file of a model: the corrected one, or the plain one where that is nearer to the float model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from ..float_model import FloatModel
from ..tflite import tflite_int8_from_model
from .answers import answers
from .correct import DEFAULT_EFFORT, MOST_JUDGES, Corrected, Effort, check_effort, corrected_model
from .writer import as_float_model, tflite_from_ranges


@dataclass(frozen=True)
class Int8File:
    """A full-integer .tflite file and how it came about.

    Attributes:
        data: its content.
        effort: what made it, or `plain` for TFLiteConverter's own calibration.
        why: a phrase for the user where it is not the corrected file; otherwise empty.
        agreement: share of the judging images on which it names the float model's label, 0 to 1; None if not judged.
        mean_difference: of its probabilities from the float model's; None if not judged.
    """

    data: bytes
    effort: str
    why: str = ""
    agreement: float | None = None
    mean_difference: float | None = None


def tflite_int8_from_keras(
    model: FloatModel,
    pixels: NDArray[np.uint8],
    judging: NDArray[np.uint8],
    *,
    effort: Effort = DEFAULT_EFFORT,
) -> Int8File:
    """The full-integer file with uint8 input and output; never one that is worse than the plain converter's.

    `fast` does not make the plain file, which would double its time.

    Args:
        model: the float model; its `held` is looked at for a graph of layers.
        pixels: the representative dataset, uint8, shape (n, height, width, channels), classes taking turns.
        judging: training or validation images that are not in `pixels`, same shape; at most 200 are used.
        effort: see `corrected_model`.

    Raises:
        EdgewrightError: TFLiteConverter refuses the model, or there is no such effort.
    """
    check_effort(effort)
    try:
        data = _written(corrected_model(model.held, pixels, judging, effort=effort), pixels)
    except (EdgewrightError, np.linalg.LinAlgError) as error:
        return Int8File(tflite_int8_from_model(model, pixels), "plain", f"not corrected: {error}")
    if effort == "fast" or not len(judging):
        return Int8File(data, effort)
    return _better(model, data, effort, lambda: tflite_int8_from_model(model, pixels), judging[:MOST_JUDGES])


def _written(corrected: Corrected, pixels: NDArray[np.uint8]) -> bytes:
    """The corrected model's file; where a layer becomes several operators, the converter measures all the ranges."""
    try:
        return tflite_from_ranges(corrected.model, corrected.ranges)
    except EdgewrightError:
        return tflite_int8_from_model(as_float_model(corrected.model), pixels)


def _better(
    model: FloatModel, data: bytes, effort: str, plain: Callable[[], bytes], judging: NDArray[np.uint8]
) -> Int8File:
    wanted = model.probabilities(judging)
    files = [_judged(data, effort, wanted, judging), _judged(plain(), "plain", wanted, judging)]
    corrected, plainer = files
    if (plainer.mean_difference or 0.0) < (corrected.mean_difference or 0.0):
        return Int8File(
            plainer.data,
            "plain",
            f"the plain conversion is nearer to the float model on {len(judging)} images",
            plainer.agreement,
            plainer.mean_difference,
        )
    return corrected


def _judged(data: bytes, effort: str, wanted: NDArray[np.float32], judging: NDArray[np.uint8]) -> Int8File:
    given = answers(data, judging)
    agreement = float((given.argmax(axis=1) == wanted.argmax(axis=1)).mean())
    return Int8File(data, effort, agreement=agreement, mean_difference=float(np.abs(given - wanted).mean()))
