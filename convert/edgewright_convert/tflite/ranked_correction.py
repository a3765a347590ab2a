"""The correction of a run's float model, its steps decided by the .tflite files that come of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from ..calibration import RepresentativeDataset, ValidationImages
from ..float_model import FloatModel
from ..int8 import Corrected, Correction, Fidelity, FidelityOfCandidate, correction_of, fidelity_of, simulated_fidelity
from ..options import ConvertOptions
from .corrected_file import tflite_from_ranges
from .logits import fine_outputs_of_tflite


def correction_of_run(
    float_model: FloatModel,
    representative_dataset: RepresentativeDataset,
    validation_images: ValidationImages,
    reference_outputs: NDArray[np.float32],
    options: ConvertOptions,
    on_progress: Callable[[str], None],
) -> Correction:
    """The float model corrected for INT8, on which the INT8 files of all formats rest; or why it cannot be."""
    pixels = representative_dataset.pixels
    if len(validation_images.pixels):
        fidelity = fidelity_of_candidates(validation_images.pixels, reference_outputs)
    else:
        fidelity = fidelity_of_candidates(pixels, float_model.probabilities(pixels))
    return correction_of(float_model.loaded, pixels, fidelity, effort=options.int8_effort, on_progress=on_progress)


def fidelity_of_candidates(pixels: NDArray[np.uint8], reference: NDArray[np.float32]) -> FidelityOfCandidate:
    """A function that tells how near a candidate's .tflite file is to the float model on these images.

    A candidate of which the converter makes no integer file from given ranges is simulated.

    Args:
        pixels: uint8, shape (n, height, width, channels).
        reference: the float model's probabilities of them, shape (n, classes).
    """
    simulated = simulated_fidelity(pixels, reference)

    def fidelity(candidate: Corrected) -> Fidelity:
        try:
            file = tflite_from_ranges(candidate.model, candidate.ranges)
        except EdgewrightError:
            return simulated(candidate)
        return fidelity_of(fine_outputs_of_tflite(file, pixels), reference)

    return fidelity
