"""The four .tflite formats of a run: converted, checked on the file, then given their metadata."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from . import tflite, tflite_checks
from .int8 import Effort, Int8File, tflite_int8_from_keras
from .int8.latency import least_latencies
from .int8_notes import fallback_notes
from .product import Product
from .sources import Sources
from .tflite_file import read_tflite
from .tflite_metadata import associated_files, metadata_of
from .tflite_packing import tflite_with_metadata


def fp32(sources: Sources) -> Product:
    """model_fp32.tflite."""
    data = tflite.tflite_fp32_from_model(sources.float_model)
    return _finished(sources, data, tflite_checks.check_fp32(read_tflite(data)))


def fp16(sources: Sources) -> Product:
    """model_fp16.tflite."""
    data = tflite.tflite_fp16_from_model(sources.float_model)
    return _finished(sources, data, tflite_checks.check_fp16(read_tflite(data)))


def dynamic(sources: Sources) -> Product:
    """model_dynamic.tflite."""
    data = tflite.tflite_dynamic_from_model(sources.float_model)
    return _finished(sources, data, tflite_checks.check_dynamic(read_tflite(data)))


def int8(sources: Sources) -> Product:
    """model_int8.tflite."""
    representative, given = sources.representative, sources.options
    made = tflite_int8_from_keras(
        sources.float_model,
        representative.pixels,
        sources.judging,
        effort=cast("Effort", given.int8_effort),
        correction=sources.correction,
        keep_float=0 if given.integer_only else (given.keep_float or 0),
        wanted=sources.judging_answers if len(sources.judging) else None,
    )
    kept = made.fallback.layers if made.fallback else ()
    file = read_tflite(made.data)
    notes = tflite_checks.check_int8(file, some_in_float=bool(kept))
    ends = {
        name: {"scale": tensor.scales[0], "zero_point": tensor.zero_points[0]}
        for name, tensor in (("input", file.inputs[0]), ("output", file.outputs[0]))
    }
    options = {
        "representative_dataset": representative.as_options(),
        "quantization": ends,
        "int8": {
            "made_by": made.effort,
            "why": made.why,
            "agreement": made.judged.agreement if made.judged else None,
            "kept_in_float32": list(kept),
        },
    }
    said = (made.why,) if made.why else ()
    read = (*representative.notes(given.representative_size), *sources.judging_read.notes)
    notes = (*read, *said, *_float_notes(sources, made), *notes)
    return _finished(sources, made.data, notes, options)


def _float_notes(sources: Sources, made: Int8File) -> tuple[str, ...]:
    """What the user should know of layers kept in float, or of why there are none."""
    given = sources.options
    if made.fallback is not None:
        slower = grown = None
        if made.fallback.layers:
            seconds = least_latencies({"kept": made.data, "all": made.integer}, sources.representative.pixels[0])
            slower, grown = seconds["kept"] / seconds["all"], len(made.data) / len(made.integer)
        return fallback_notes(made.fallback, "float32", slower=slower, grown=grown)
    if not given.keep_float:
        return ()
    if given.integer_only:
        return (f"stays integer-only as asked, so --keep-float {given.keep_float} was not followed",)
    return ("no layer kept in float, for the corrected file was not taken",)


def _finished(
    sources: Sources, data: bytes, notes: tuple[str, ...], options: Mapping[str, Any] = MappingProxyType({})
) -> Product:
    """The product of a checked file: the same with metadata in it."""
    contract, labels = sources.contract, sources.labels
    metadata = metadata_of(sources.card, contract, labels)
    whole = tflite_with_metadata(data, metadata, associated_files(contract, labels))
    return Product(whole, options=options, notes=notes)
