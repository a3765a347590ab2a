"""Full-integer models that answer like the float model."""

from .correct import DEFAULT_EFFORT, EFFORTS, Corrected, Effort, corrected_model
from .graph import IndescribableError
from .guarded import Int8File, tflite_int8_from_keras

__all__ = [
    "DEFAULT_EFFORT",
    "EFFORTS",
    "Corrected",
    "Effort",
    "IndescribableError",
    "Int8File",
    "corrected_model",
    "tflite_int8_from_keras",
]
