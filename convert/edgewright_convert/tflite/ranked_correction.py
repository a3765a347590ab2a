"""The correction of a run's float model, its candidates ranked by the .tflite files that come of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..calibration import RepresentativeDataset, ValidationImages
from ..float_model import FloatModel
from ..int8 import Corrected, Correction, DistanceOf, correction_of, fidelity_of
from ..options import ConvertOptions
from .corrected_file import tflite_from_ranges
from .interpreter import outputs_of_tflite


def correction_of_run(
    float_model: FloatModel,
    representative_dataset: RepresentativeDataset,
    validation_images: ValidationImages,
    options: ConvertOptions,
) -> Correction:
    """The float model corrected for INT8, on which the INT8 files of all formats rest; or why it cannot be."""
    pixels = representative_dataset.pixels
    held_out = validation_images.pixels if len(validation_images.pixels) else pixels
    distance = distance_of_tflite(float_model, held_out)
    return correction_of(float_model.loaded, pixels, distance, effort=options.int8_effort)


def distance_of_tflite(float_model: FloatModel, pixels: NDArray[np.uint8]) -> DistanceOf:
    """A function that tells how far a candidate's .tflite file is from the float model on these images."""

    def distance(candidate: Corrected) -> float:
        outputs = outputs_of_tflite(tflite_from_ranges(candidate.model, candidate.ranges), pixels)
        return fidelity_of(outputs, float_model.probabilities(pixels)).distance

    return distance
