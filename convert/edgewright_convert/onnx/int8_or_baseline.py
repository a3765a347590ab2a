"""The INT8 .onnx file of a model: the corrected one, or the baseline where that is nearer to the float model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import onnx
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from ..int8 import Correction
from ..int8.baseline_guard import nearer_baseline
from ..options import BASELINE, NOT_CORRECTED, Effort, FloatLayers
from .graph import opset_in, serialised
from .int8_file import FidelityOfOnnx, OnnxInt8File, nearest_of_schemes, onnx_int8_from_corrected
from .qdq import onnx_int8_with_measured_ranges
from .schemes import TENSORRT, Scheme


def onnx_int8_from_correction(
    correction: Correction,
    metadata: Mapping[str, str],
    pixels: NDArray[np.uint8],
    validation: NDArray[np.uint8],
    reference: NDArray[np.float32],
    *,
    float32: onnx.ModelProto,
    effort: Effort,
    exclude: FloatLayers | None = None,
    scheme: Scheme = TENSORRT,
) -> OnnxInt8File:
    """The INT8 file; never one that is farther from the float model than the baseline.

    Args:
        correction: of the float model.
        metadata: for the file.
        pixels: the representative dataset, uint8, shape (n, height, width, channels).
        validation: images that are not in it, same shape; may be none, and then nothing is compared.
        reference: the float model's probabilities for `validation`, shape (n, classes).
        float32: the float32 .onnx model, from which the baseline is made.
        effort: that the correction was made with.
        exclude: how many layers' outputs stay float; see `onnx_int8_from_corrected`.
        scheme: what is quantized, and how.
    """
    fidelity = FidelityOfOnnx(validation, reference) if len(validation) else None
    baseline = _Baseline(float32, pixels, scheme)
    if correction.corrected is None:
        return baseline.best(correction.why_not, fidelity)
    try:
        made = onnx_int8_from_corrected(
            correction.corrected,
            metadata,
            pixels,
            validation,
            reference,
            effort=effort,
            exclude=exclude,
            scheme=scheme,
            opset=opset_in(float32),
        )
    except EdgewrightError as error:
        return baseline.best(f"{NOT_CORRECTED}{error}", fidelity)
    if fidelity is None:
        return made
    ours = made.fidelity or fidelity(made.data)
    nearer = nearer_baseline(ours, effort, baseline.file, fidelity)
    return replace(made, fidelity=ours) if nearer is None else baseline.best(nearer.why, fidelity)


@dataclass(frozen=True)
class _Baseline:
    """The float32 model with ranges that are measured on images, nothing corrected."""

    float32: onnx.ModelProto
    pixels: NDArray[np.uint8]
    scheme: Scheme

    def file(self, images: int | None, of: Scheme | None = None) -> bytes:
        """The INT8 file with the ranges of the first `images`; None takes all."""
        return serialised(onnx_int8_with_measured_ranges(self.float32, self.pixels[:images], of or self.scheme))

    def best(self, why: str, fidelity: FidelityOfOnnx | None) -> OnnxInt8File:
        """The nearest of the schemes that are tried, with the phrase that says why it is no corrected file."""
        if fidelity is None:
            return OnnxInt8File(self.file(None), BASELINE, why)
        return nearest_of_schemes(partial(self.file, None), fidelity, self.scheme).file(BASELINE, why)
