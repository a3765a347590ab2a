""".tflite files: float32, float16, dynamic range and full-integer INT8.

In: a `FloatModel`, or for INT8 a corrected Keras model with its ranges. Out: the bytes of a checked .tflite file that
takes raw pixels 0 to 255, gives probabilities and carries its metadata; `products` has one function per format.
"""

from .converter import (
    tflite_dynamic_from_model,
    tflite_fp32_from_model,
    tflite_int8_from_model,
)
from .corrected_file import tflite_from_ranges
from .int8_file import Int8File, tflite_int8_from_correction
from .interpreter import outputs_of_tflite
from .metadata import tflite_with_metadata
from .model_file import TfliteFile, read_tflite
from .rewriting import tflite_fp16_from_fp32

__all__ = [
    "Int8File",
    "TfliteFile",
    "outputs_of_tflite",
    "read_tflite",
    "tflite_dynamic_from_model",
    "tflite_fp16_from_fp32",
    "tflite_fp32_from_model",
    "tflite_from_ranges",
    "tflite_int8_from_correction",
    "tflite_int8_from_model",
    "tflite_with_metadata",
]
