"""The four .tflite formats of a run: converted, then checked on the file."""

from __future__ import annotations

from . import tflite, tflite_checks
from .product import Product
from .sources import Sources
from .tflite_file import read_tflite


def fp32(sources: Sources) -> Product:
    """model_fp32.tflite."""
    data = tflite.tflite_fp32_from_model(sources.float_model)
    return Product(data, notes=tflite_checks.check_fp32(read_tflite(data)))


def fp16(sources: Sources) -> Product:
    """model_fp16.tflite."""
    data = tflite.tflite_fp16_from_model(sources.float_model)
    return Product(data, notes=tflite_checks.check_fp16(read_tflite(data)))


def dynamic(sources: Sources) -> Product:
    """model_dynamic.tflite."""
    data = tflite.tflite_dynamic_from_model(sources.float_model)
    return Product(data, notes=tflite_checks.check_dynamic(read_tflite(data)))


def int8(sources: Sources) -> Product:
    """model_int8.tflite."""
    representative = sources.representative
    data = tflite.tflite_int8_from_model(sources.float_model, representative.pixels)
    file = read_tflite(data)
    notes = tflite_checks.check_int8(file)
    ends = {
        name: {"scale": tensor.scales[0], "zero_point": tensor.zero_points[0]}
        for name, tensor in (("input", file.inputs[0]), ("output", file.outputs[0]))
    }
    options = {"representative_dataset": representative.as_options(), "quantization": ends}
    return Product(data, options=options, notes=(*representative.notes(sources.options.representative_size), *notes))
