"""The INT8 .tflite file of a model: the corrected one, or the baseline where that is nearer to the float model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from ..float_model import FloatModel, float_model_of_keras
from ..int8 import (
    Corrected,
    Correction,
    Fidelity,
    MixedPrecision,
    fidelity_of,
    search_mixed_precision,
    sensitivity_of_layers,
)
from ..int8.baseline_guard import nearer_baseline
from ..options import BASELINE, Effort, FloatLayers
from .converter import tflite_int8_from_model
from .corrected_file import tflite_from_ranges
from .interpreter import outputs_of_tflite
from .logits import fine_outputs_of_tflite
from .rewriting import quantized_layers, tflite_with_float_layers, tflite_with_float_output


@dataclass(frozen=True)
class Int8File:
    """An INT8 .tflite file and how it came about.

    Attributes:
        data: its content.
        effort: what made it, or `baseline` for TFLiteConverter's own calibration.
        why: a phrase for the user where it is not the corrected file; otherwise empty.
        fidelity: how near it is to the float model; None if that was not measured.
        mixed_precision: the search for layers to exclude, if there was one and the file is its result.
        integer: the file with no layer excluded.
    """

    data: bytes
    effort: str
    why: str = ""
    fidelity: Fidelity | None = None
    mixed_precision: MixedPrecision | None = None
    integer: bytes = b""


@dataclass(frozen=True)
class FidelityOfTflite:
    """Compares .tflite files with the float model's outputs, `reference`, on the same images."""

    pixels: NDArray[np.uint8]
    reference: NDArray[np.float32]

    def __call__(self, file: bytes) -> Fidelity:
        """The file's fidelity on these images."""
        fine = fine_outputs_of_tflite(file, self.pixels)
        return fidelity_of(outputs_of_tflite(file, self.pixels), self.reference, fine)


def tflite_int8_from_correction(
    model: FloatModel,
    correction: Correction,
    pixels: NDArray[np.uint8],
    validation: NDArray[np.uint8],
    reference: NDArray[np.float32],
    *,
    effort: Effort,
    exclude: FloatLayers = 0,
    float_output: bool = False,
) -> Int8File:
    """The INT8 file with uint8 input and output; never one that is farther from the float model than the baseline.

    Args:
        model: the float model.
        correction: of the same model.
        pixels: the representative dataset, uint8, shape (n, height, width, channels), classes taking turns.
        validation: images that are not in `pixels`, same shape; may be none, and then nothing is compared.
        reference: the float model's probabilities for `validation`, shape (n, classes).
        effort: that the correction was made with.
        exclude: how many layers compute in float32.
        float_output: the last layer and the probabilities are float32, see `rewriting.float_output`.

    Raises:
        EdgewrightError: TFLiteConverter refuses the model, or it has no ending that can be float.
    """
    fidelity = FidelityOfTflite(validation, reference) if len(validation) else None
    if correction.corrected is None:
        made = Int8File(tflite_int8_from_model(model, pixels), BASELINE, correction.why_not)
    else:
        made = _corrected_file(correction.corrected, pixels, fidelity, effort, exclude)
        made = made if fidelity is None else _better(model, made, pixels, fidelity)
    if not float_output:
        return made
    data = tflite_with_float_output(made.data)
    return replace(made, data=data, fidelity=None if fidelity is None else fidelity(data))


def _corrected_file(
    corrected: Corrected,
    pixels: NDArray[np.uint8],
    fidelity: FidelityOfTflite | None,
    effort: str,
    exclude: FloatLayers,
) -> Int8File:
    """The corrected model's file; where a layer becomes several operators, the converter measures all the ranges."""
    try:
        data = tflite_from_ranges(corrected.model, corrected.ranges)
    except EdgewrightError:
        data = tflite_int8_from_model(float_model_of_keras(corrected.model), pixels)
        why = (
            "no layer excluded from quantization: a layer becomes several operators, whose ranges TFLiteConverter "
            "measured"
        )
        return Int8File(data, effort, why if exclude else "", integer=data)
    if not exclude or fidelity is None:
        return Int8File(data, effort, integer=data)
    layers = tuple(layer for layer in quantized_layers(data) if layer in corrected.ranges)
    found = search_mixed_precision(
        lambda: tuple(sensitivity_of_layers(corrected.model, corrected.ranges, layers, fidelity.pixels)),
        lambda layers: tflite_with_float_layers(data, layers) if layers else data,
        fidelity,
        exclude,
    )
    return Int8File(found.data, effort, fidelity=found.after, mixed_precision=found, integer=data)


def _better(model: FloatModel, made: Int8File, pixels: NDArray[np.uint8], fidelity: FidelityOfTflite) -> Int8File:
    """The file, or the baseline where that is nearer to the float model."""
    ours = made.fidelity or fidelity(made.data)
    baseline = nearer_baseline(
        ours, made.effort, lambda images: tflite_int8_from_model(model, pixels[:images]), fidelity
    )
    if baseline is None:
        return replace(made, fidelity=ours)
    return Int8File(baseline.data, BASELINE, baseline.why, baseline.fidelity, integer=baseline.data)
