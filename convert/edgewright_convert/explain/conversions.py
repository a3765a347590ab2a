"""The INT8 conversions of a run that can be explained, each with float files that say what its layers should give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from ..float_model import FloatModel
from ..int8 import Corrected, Correction, IndescribableError
from ..int8.writer import as_float_model, in_layer_scopes, tflite_from_ranges
from ..options import PLAIN
from ..sources import Sources
from ..tflite import tflite_fp32_from_model, tflite_int8_from_model


@dataclass(frozen=True)
class Conversion:
    """The .tflite files of one conversion.

    Attributes:
        effort: what the INT8 file was made with: `plain`, or an effort of the corrected model.
        int8_file: full-integer, uint8 input and output.
        float_file: the same layers in float32, their channels scaled as in `int8_file`.
        grid_file: the same in float32 with the weights that `int8_file` has; None for `plain`, where only the
            converter knows them.
        notes: what the user should know of it, one sentence each.
    """

    effort: str
    int8_file: bytes
    float_file: bytes
    grid_file: bytes | None = None
    notes: tuple[str, ...] = ()


def conversion_of(sources: Sources, effort: str, *, on_start: Callable[[str], None] = lambda _: None) -> Conversion:
    """The conversion with that effort, or the plain one with a note where the model cannot be corrected.

    Args:
        sources: of the run; their options name the effort, unless it is `plain`.
        effort: `plain`, `fast`, `balanced` or `best`.
        on_start: called with what is being done, as a phrase, as each step begins.

    Raises:
        EdgewrightError: the float model or the images cannot be read, or TFLiteConverter refuses the model.
    """
    on_start("Loading the float model and the images")
    model, pixels = sources.float_model, sources.representative.pixels
    notes: tuple[str, ...] = ()
    if effort != PLAIN:
        on_start(f"Correcting the model for INT8 ({effort})")
        correction = sources.correction
        if correction.corrected is not None:
            on_start("Writing .tflite files")
            return _corrected(correction.corrected, effort, pixels)
        notes = (f"The model cannot be corrected for INT8, so this is the plain conversion: {_reason(correction)}.",)
    on_start("Writing .tflite files")
    named = _with_layer_names(model)
    files = tflite_int8_from_model(named, pixels), tflite_fp32_from_model(named)
    return Conversion(PLAIN, *files, notes=notes)


def _reason(correction: Correction) -> str:
    return correction.why_not.removeprefix("not corrected: ").rstrip(".")


def _with_layer_names(model: FloatModel) -> FloatModel:
    """The model, its tensors named after Keras layers; the same model where it is no graph of layers."""
    try:
        call = in_layer_scopes(model.held)
    except IndescribableError:
        return model
    return FloatModel(model.path, call, model.input_shape, model.classes, held=model.held)


def _corrected(corrected: Corrected, effort: str, pixels: NDArray[np.uint8]) -> Conversion:
    notes = []
    try:
        int8_file = tflite_from_ranges(corrected.model, corrected.ranges)
    except EdgewrightError:  # as in the run's own file, see guarded.py
        scoped = as_float_model(corrected.model, in_layer_scopes(corrected.model, corrected.ranges))
        int8_file = tflite_int8_from_model(scoped, pixels)
        notes.append("A layer becomes several operators, so TFLiteConverter measured the ranges.")
    return Conversion(effort, int8_file, *_float_files(corrected), tuple(notes))


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
    return tflite_fp32_from_model(as_float_model(corrected.model, in_layer_scopes(corrected.model, corrected.ranges)))
