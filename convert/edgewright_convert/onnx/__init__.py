""".onnx files: float32, float16, and INT8 with explicit QuantizeLinear and DequantizeLinear nodes.

In: a `FloatModel` for the float32 file, that file for float16, a corrected Keras model for INT8. Out: the bytes of a
checked .onnx file, `pixels` to `probabilities`, that TensorRT reads too; `products` has one function per format.
`export`, `corrected_model` and `int8_file` need TensorFlow and are therefore not imported here: float16 and baseline
INT8 files are also made on a Jetson, which has none.
"""

from .checks import check_onnx, outputs_of_onnx, run_onnx
from .float16_file import onnx_fp16_from_fp32
from .graph import serialised
from .qdq import onnx_int8_from_onnx, onnx_int8_with_measured_ranges

__all__ = [
    "check_onnx",
    "onnx_fp16_from_fp32",
    "onnx_int8_from_onnx",
    "onnx_int8_with_measured_ranges",
    "outputs_of_onnx",
    "run_onnx",
    "serialised",
]
