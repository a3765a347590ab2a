"""The four .tflite formats of a run: converted, checked on the file, then given their metadata."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from ..calibration import ClassCoverage, RepresentativeDataset, ValidationImages
from ..fidelity import expected_agreement
from ..float_model import FloatModel
from ..int8 import Correction, mixed_precision_notes, note_without_search
from ..options import BASELINE, FLOAT_OUTPUT_GAIN, ConvertOptions
from ..product import Product, int8_options
from ..run_inputs import OpenedRun
from . import checks, converter
from .int8_file import Int8File, tflite_int8_from_correction
from .interpreter import outputs_of_tflite
from .latency import least_latencies
from .metadata import ModelCard, associated_files, metadata_of, tflite_with_metadata
from .model_file import TfliteFile, read_tflite
from .rewriting import tflite_fp16_from_fp32, tflite_with_float_output

_VERSION_DIGITS = 12


def fp32(*, run: OpenedRun, options: ConvertOptions, float_model: FloatModel) -> Product:
    """The product `model_fp32.tflite`: weights and arithmetic in float32."""
    data = converter.tflite_fp32_from_model(float_model)
    return _finished(run, options, data, checks.check_fp32(read_tflite(data)))


def fp16(*, run: OpenedRun, options: ConvertOptions, float_model: FloatModel) -> Product:
    """The product `model_fp16.tflite`: all large weights in float16."""
    made = tflite_fp16_from_fp32(converter.tflite_fp32_from_model(float_model))
    return _finished(run, options, made.data, (*made.notes, *checks.check_fp16(read_tflite(made.data), made.unheld)))


def dynamic(*, run: OpenedRun, options: ConvertOptions, float_model: FloatModel) -> Product:
    """The product `model_dynamic.tflite`: weights in INT8, activations quantized on the fly."""
    data = converter.tflite_dynamic_from_model(float_model)
    return _finished(run, options, data, checks.check_dynamic(read_tflite(data)))


def int8(
    *,
    run: OpenedRun,
    options: ConvertOptions,
    representative_dataset: RepresentativeDataset,
    class_coverage: ClassCoverage | None,
    validation_images: ValidationImages,
    reference_outputs: NDArray[np.float32],
    correction: Correction,
    float_model: FloatModel,
) -> Product:
    """The product `model_int8.tflite`: full-integer with uint8 ends, but for what the options leave in float."""
    made = tflite_int8_from_correction(
        float_model,
        correction,
        representative_dataset.pixels,
        validation_images.pixels,
        reference_outputs,
        effort=options.int8_effort,
        exclude=0 if options.integer_only else (options.keep_float or 0),
        float_output=options.float_output,
    )
    excluded = made.mixed_precision.layers if made.mixed_precision else ()
    file = read_tflite(made.data)
    checked = checks.check_int8(file, some_in_float=bool(excluded), float_output=options.float_output)
    notes = (
        *representative_dataset.notes(options.representative_size, class_coverage),
        *validation_images.notes,
        *((made.why,) if made.why else ()),
        *_mixed_precision_notes(
            made, options, representative_dataset.pixels[0], held_out=len(validation_images.pixels)
        ),
        *_output_notes(made.data, options, validation_images.pixels, reference_outputs),
        *checked,
    )
    how = {
        "representative_dataset": representative_dataset.as_options(class_coverage),
        "quantization": _quantization(file),
        "int8": int8_options(
            made_by=made.effort,
            why=made.why,
            fidelity=made.fidelity,
            excluded=excluded,
            correction=correction.as_options(),
        ),
    }
    return _finished(run, options, made.data, notes, how)


def _quantization(file: TfliteFile) -> dict[str, dict[str, float]]:
    """Scale and zero point of the input and, where it is not float32, of the output."""
    ends = (("input", file.inputs[0]), ("output", file.outputs[0]))
    quantized = [(name, tensor) for name, tensor in ends if tensor.scales]
    return {name: {"scale": tensor.scales[0], "zero_point": tensor.zero_points[0]} for name, tensor in quantized}


def _output_notes(
    file: bytes, options: ConvertOptions, pixels: NDArray[np.uint8], reference: NDArray[np.float32]
) -> tuple[str, ...]:
    """What float output would give, where the 256 levels of logits and probabilities cost labels on held-out images."""
    if options.float_output or options.integer_only or not len(pixels):
        return ()
    try:
        other = tflite_with_float_output(file)
    except EdgewrightError:  # it does not end in a layer with weights
        return ()
    before, after = (expected_agreement(outputs_of_tflite(each, pixels), reference) for each in (file, other))
    if after - before < FLOAT_OUTPUT_GAIN:
        return ()
    return (
        f"with --float-output the file would agree with the float model on about {after - before:.1%} more labels "
        f"({before:.1%} to {after:.1%} to be expected), at {len(other) / len(file):.2f} times its size",
    )


def _mixed_precision_notes(
    made: Int8File, options: ConvertOptions, image: NDArray[np.uint8], *, held_out: int
) -> tuple[str, ...]:
    """What the user should know of layers excluded from quantization, or of why there are none."""
    if made.mixed_precision is not None:
        slower = grown = None
        if made.mixed_precision.layers:
            seconds = least_latencies({"mixed": made.data, "integer": made.integer}, image)
            slower, grown = seconds["mixed"] / seconds["integer"], len(made.data) / len(made.integer)
        return mixed_precision_notes(made.mixed_precision, "float32", slower=slower, grown=grown)
    if not options.keep_float:
        return ()
    if options.integer_only:
        return (f"stays integer-only as asked, so --keep-float {options.keep_float} was not followed",)
    return (note_without_search(held_out=held_out),) if made.effort == BASELINE or not held_out else ()


def _finished(
    run: OpenedRun,
    options: ConvertOptions,
    data: bytes,
    notes: tuple[str, ...],
    how: Mapping[str, Any] = MappingProxyType({}),
) -> Product:
    """The product of a checked file: the same with metadata in it."""
    metadata = metadata_of(model_card(run, options), run.contract, run.labels)
    whole = tflite_with_metadata(data, metadata, associated_files(run.contract, run.labels))
    return Product(whole, options=how, notes=notes)


def model_card(run: OpenedRun, options: ConvertOptions) -> ModelCard:
    """What people should know of the model; its version is the beginning of its hash where none was given."""
    version = options.model_version or run.source_sha256[:_VERSION_DIGITS]
    return ModelCard(options.model_name, version, options.licence)
