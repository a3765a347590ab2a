"""The three .onnx formats of a run: converted, then checked on the file."""

from __future__ import annotations

import numpy as np
import onnx

from edgewright_runtime.errors import CheckFailedError

from .activation_ranges import ranges_of
from .onnx_checks import (
    FP32_TOLERANCE,
    check_agrees,
    check_explicit_int8,
    check_float16,
    check_onnx,
    run_onnx,
)
from .onnx_float16 import onnx_fp16_from_onnx
from .onnx_graph import OPSET, serialised
from .onnx_int8 import onnx_int8_from_onnx, tensors_to_watch
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
    _check_finite(sources, data)
    return Product(data, options={"opset": OPSET})


def int8(sources: Sources) -> Product:
    """model_int8.onnx."""
    float32, representative = _float32(sources), sources.representative
    ranges = ranges_of(float32, tensors_to_watch(float32), representative.pixels)
    data = serialised(onnx_int8_from_onnx(float32, ranges))
    check_explicit_int8(check_onnx(data))
    _check_finite(sources, data)
    options = {"opset": OPSET, "representative_dataset": representative.as_options()}
    return Product(data, options=options, notes=representative.notes(sources.options.representative_size))


def _float32(sources: Sources) -> onnx.ModelProto:
    return onnx.load_from_string(sources.bytes_of("onnx-fp32"))


def _check_finite(sources: Sources, data: bytes) -> None:
    """Runs the file once: float16 holds nothing above 65504, and a network that overflows answers NaN."""
    answers = run_onnx(data, sources.sample.pixels)
    if not np.isfinite(answers).all():
        raise CheckFailedError(
            "The network answers NaN or infinity on real images: its activations leave the range of float16"
        )
