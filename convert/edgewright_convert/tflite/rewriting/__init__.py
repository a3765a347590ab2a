"""Finished .tflite files rewritten: the types of weights and operators changed, without converting once more.

In: the bytes of a .tflite file. Out: those of one in which large weights are float16, chosen layers are float32, or the
last layer is; the rest stays as it was, but for what nothing reads any more.
"""

from .float16_file import Float16File, tflite_fp16_from_fp32
from .float_output import tflite_with_float_output
from .mixed_precision_file import quantized_layers, tflite_with_float_layers

__all__ = [
    "Float16File",
    "quantized_layers",
    "tflite_fp16_from_fp32",
    "tflite_with_float_layers",
    "tflite_with_float_output",
]
