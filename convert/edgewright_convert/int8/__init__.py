"""A Keras model corrected for INT8: what TensorFlow knows of layers goes in, no file format is known here.

In: a trained Keras classifier and the pixels of the representative dataset. Out: a `Correction`, whose model has its
weights on INT8 grids, its biases corrected for what that costs, and a range for each activation; `tflite` and `onnx`
write their files from it. What needs to run a finished file (`mixed_precision`, the ranking of candidates) is handed a
function that does.
"""

from ..fidelity import Fidelity, FidelityOfFile, fidelity_of
from .correction import (
    Corrected,
    Correction,
    FidelityOfCandidate,
    Trial,
    corrected_by,
    corrected_model,
    correction_of,
    simulated_fidelity,
)
from .correction_steps import CorrectionSteps
from .layer_sensitivity import sensitivity_of_layers
from .mixed_precision import MixedPrecision, mixed_precision_notes, note_without_search, search_mixed_precision
from .network import UnsupportedModelError
from .quantization_grids import ActivationRange

__all__ = [
    "ActivationRange",
    "Corrected",
    "Correction",
    "CorrectionSteps",
    "Fidelity",
    "FidelityOfCandidate",
    "FidelityOfFile",
    "MixedPrecision",
    "Trial",
    "UnsupportedModelError",
    "corrected_by",
    "corrected_model",
    "correction_of",
    "fidelity_of",
    "mixed_precision_notes",
    "note_without_search",
    "search_mixed_precision",
    "sensitivity_of_layers",
    "simulated_fidelity",
]
