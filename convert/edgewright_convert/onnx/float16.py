"""float16 .onnx files with float32 input and output."""

from __future__ import annotations

import warnings

import onnx
from onnxruntime.transformers.float16 import convert_float_to_float16

from .graph import canonical


def onnx_fp16_from_onnx(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with float16 weights and arithmetic; input and output stay float32, as in every other format.

    Raw pixels are whole numbers up to 255, which float16 holds exactly.
    """
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    with warnings.catch_warnings():
        # Weights too small for float16 become zero or its smallest number; the file is tried on images afterwards.
        warnings.filterwarnings("ignore", message="the float32 number .* will be truncated to")
        halved = convert_float_to_float16(copy, keep_io_types=True, disable_shape_infer=False)
    result = canonical(halved)
    result.metadata_props.extend(model.metadata_props if not result.metadata_props else [])
    return result
