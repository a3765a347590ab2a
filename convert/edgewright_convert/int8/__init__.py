"""Full-integer models that answer like the float model."""

from .correct import DEFAULT_EFFORT, EFFORTS, Corrected, Correction, Effort, corrected_model, correction_of
from .graph import IndescribableError
from .guarded import Int8File, tflite_int8_from_keras

__all__ = [
    "DEFAULT_EFFORT",
    "EFFORTS",
    "Corrected",
    "Correction",
    "Effort",
    "IndescribableError",
    "Int8File",
    "corrected_model",
    "correction_of",
    "tflite_int8_from_keras",
]
