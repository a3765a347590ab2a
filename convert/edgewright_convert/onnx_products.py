"""The three .onnx formats of a run: converted, then checked on the file."""

from __future__ import annotations

import onnx

from .onnx_checks import (
    FP32_TOLERANCE,
    check_agrees,
    check_finite,
    check_float16,
    check_onnx,
)
from .onnx_float16 import onnx_fp16_from_onnx
from .onnx_graph import OPSET, serialised
from .product import Product
from .sources import Sources


def fp32(sources: Sources) -> Product:
    """model_fp32.onnx."""
    # Here, because it brings in TensorFlow, which the other two do without.
    from .onnx_export import contract_metadata, onnx_from_model

    model = sources.float_model
    data = serialised(onnx_from_model(model, contract_metadata(sources.contract, sources.labels)))
    check_onnx(data)
    sample = sources.sample
    check_agrees(data, sample.pixels, model.probabilities(sample.pixels), FP32_TOLERANCE)
    return Product(data, options={"opset": OPSET}, notes=sample.notes)


def fp16(sources: Sources) -> Product:
    """model_fp16.onnx."""
    data = serialised(onnx_fp16_from_onnx(_float32(sources)))
    check_float16(check_onnx(data))
    check_finite(data, sources.sample.pixels)
    return Product(data, options={"opset": OPSET})


def int8(sources: Sources) -> Product:
    """model_int8.onnx."""
    from .onnx_int8_product import int8_product

    return int8_product(sources)


def _float32(sources: Sources) -> onnx.ModelProto:
    return onnx.load_from_string(sources.bytes_of("onnx-fp32"))
