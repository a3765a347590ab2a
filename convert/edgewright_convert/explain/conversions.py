"""The INT8 conversions of a run that can be explained, each with float files that say what its layers should give."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from ..float_model import FloatModel, float_model_of_keras
from ..int8 import Corrected, Correction, UnsupportedModelError
from ..int8.network import in_layer_scopes
from ..options import BASELINE, NOT_CORRECTED, Effort
from ..tflite.converter import tflite_fp32_from_model, tflite_int8_from_model
from ..tflite.corrected_file import tflite_from_ranges


@dataclass(frozen=True)
class Conversion:
    """The .tflite files of one conversion.

    Attributes:
        effort: what the INT8 file was made with: `baseline`, or an effort of the corrected model.
        int8_file: full-integer, uint8 input and output.
        float_file: the same layers in float32, their channels scaled as in `int8_file`.
        grid_file: the same in float32 with the weights that `int8_file` has; None for `baseline`, where only the
            converter knows them.
        notes: what the user should know of it, one sentence each.
        corrected: the corrected model where `int8_file` has its very ranges, so that layers of it can be left in float;
            otherwise None.
        why_not_corrected: why the model cannot be corrected, as a phrase; otherwise empty.
    """

    effort: str
    int8_file: bytes
    float_file: bytes
    grid_file: bytes | None = None
    notes: tuple[str, ...] = ()
    corrected: Corrected | None = None
    why_not_corrected: str = ""


def baseline_conversion(model: FloatModel, pixels: NDArray[np.uint8]) -> Conversion:
    """TFLiteConverter's own INT8 conversion, calibrated on these images.

    Args:
        model: the float model.
        pixels: the representative dataset, uint8, shape (n, height, width, channels).

    Raises:
        EdgewrightError: TFLiteConverter refuses the model.
    """
    named, why_not = _with_layer_names(model)
    files = tflite_int8_from_model(named, pixels), tflite_fp32_from_model(named)
    return Conversion(BASELINE, *files, why_not_corrected=why_not)


def corrected_conversion(
    correction: Correction, effort: Effort, model: FloatModel, pixels: NDArray[np.uint8]
) -> Conversion:
    """The corrected model's conversion, or the baseline with a note where the model cannot be corrected.

    Args:
        correction: of the float model, with that effort.
        effort: that it was made with.
        model: the float model.
        pixels: the representative dataset, uint8, shape (n, height, width, channels).

    Raises:
        EdgewrightError: TFLiteConverter refuses the model.
    """
    if correction.corrected is not None:
        return _corrected(correction.corrected, effort, pixels)
    note = f"The model cannot be corrected for INT8, so this is the baseline conversion: {_reason(correction)}."
    return replace(baseline_conversion(model, pixels), notes=(note,), why_not_corrected=_reason(correction))


def _reason(correction: Correction) -> str:
    return correction.why_not.removeprefix(NOT_CORRECTED).rstrip(".")


def _with_layer_names(model: FloatModel) -> tuple[FloatModel, str]:
    """The model, its tensors named after Keras layers; the same model, and why, where it is no graph of layers."""
    try:
        call = in_layer_scopes(model.loaded)
    except UnsupportedModelError as error:
        return model, str(error).rstrip(".")
    return FloatModel(model.path, call, model.input_shape, model.classes, loaded=model.loaded), ""


def _corrected(corrected: Corrected, effort: str, pixels: NDArray[np.uint8]) -> Conversion:
    notes = []
    try:
        int8_file = tflite_from_ranges(corrected.model, corrected.ranges)
    except EdgewrightError:  # as in the run's own file, see tflite/int8_file.py
        scoped = float_model_of_keras(corrected.model, in_layer_scopes(corrected.model, corrected.ranges))
        int8_file = tflite_int8_from_model(scoped, pixels)
        notes.append("A layer becomes several operators, so TFLiteConverter measured the ranges.")
    ranged = None if notes else corrected
    return Conversion(effort, int8_file, *_float_files(corrected), tuple(notes), corrected=ranged)


def _float_files(corrected: Corrected) -> tuple[bytes, bytes]:
    """The corrected model in float32: with the weights it had before it was corrected, and with those it has."""
    model = corrected.model
    on_grid = model.get_weights()
    model.set_weights(corrected.float_weights)
    try:
        before = _float_file(corrected)
    finally:
        model.set_weights(on_grid)
    return before, _float_file(corrected)


def _float_file(corrected: Corrected) -> bytes:
    return tflite_fp32_from_model(
        float_model_of_keras(corrected.model, in_layer_scopes(corrected.model, corrected.ranges))
    )
