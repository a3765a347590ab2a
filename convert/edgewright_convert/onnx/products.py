"""The four .onnx formats of a run: converted, then checked on the file.

What needs TensorFlow is imported by the functions that need it: on a Jetson, where there is none, float16 and INT8
files are made from the float32 one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import onnx
from numpy.typing import NDArray

from ..calibration import ClassCoverage, RepresentativeDataset, SmokeImages, ValidationImages, coverage_of
from ..opset import opset_of
from ..options import BASELINE, NOT_CORRECTED, ConvertOptions
from ..product import Product, int8_options
from ..run_inputs import OpenedRun
from .checks import (
    FP32_TOLERANCE,
    check_agrees,
    check_explicit_int8,
    check_finite,
    check_float16,
    check_onnx,
    outputs_of_onnx,
)
from .float16_file import onnx_fp16_from_fp32
from .graph import serialised
from .qdq import onnx_int8_with_measured_ranges
from .schemes import SCHEMES, Scheme

if TYPE_CHECKING:
    from ..float_model import FloatModel
    from ..int8 import Correction
    from .int8_file import OnnxInt8File


def fp32(*, run: OpenedRun, options: ConvertOptions, float_model: FloatModel, smoke_images: SmokeImages) -> Product:
    """The product `model_fp32.onnx`, whose outputs on a few real images are the float model's."""
    from .export import contract_metadata, onnx_from_model

    data = serialised(onnx_from_model(float_model, contract_metadata(run.contract, run.labels), opset=options.opset))
    check_onnx(data)
    check_agrees(data, smoke_images.pixels, float_model.probabilities(smoke_images.pixels), FP32_TOLERANCE)
    return Product(data, options={"opset": opset_of(data)}, notes=smoke_images.notes)


def fp16(*, basis: bytes, smoke_images: SmokeImages) -> Product:
    """The product `model_fp16.onnx`, made from the float32 file `basis`."""
    made = onnx_fp16_from_fp32(onnx.load_from_string(basis), smoke_images.pixels)
    check_float16(check_onnx(made.data), wide=made.wide)
    check_finite(made.data, smoke_images.pixels)
    return Product(made.data, options={"opset": opset_of(made.data)}, notes=(*smoke_images.notes, *made.notes))


def int8(
    *,
    run: OpenedRun,
    options: ConvertOptions,
    representative_dataset: RepresentativeDataset,
    class_coverage: ClassCoverage | None,
    validation_images: ValidationImages,
    reference_outputs: NDArray[np.float32],
    correction: Correction,
    basis: bytes,
    smoke_images: SmokeImages,
    format_name: str,
) -> Product:
    """The product `model_int8.onnx` or `model_int8_cpu.onnx`: the corrected model's, or the baseline from `basis`."""
    from .export import contract_metadata
    from .int8_or_baseline import onnx_int8_from_correction

    scheme = SCHEMES[format_name]
    made = onnx_int8_from_correction(
        correction,
        contract_metadata(run.contract, run.labels),
        representative_dataset.pixels,
        validation_images.pixels,
        reference_outputs,
        float32=onnx.load_from_string(basis),
        effort=options.int8_effort,
        exclude=options.keep_float,
        scheme=scheme,
    )
    _check(made.data, smoke_images, scheme, some_in_float=bool(made.float_layers))
    how = _how(made.data, representative_dataset, class_coverage, _int8_options_of(made, correction))
    of_calibration = representative_dataset.notes(options.representative_size, class_coverage)
    notes = (*of_calibration, *_notes_of(made, options, correction, validation_images))
    return Product(made.data, options=how, notes=notes)


def _int8_options_of(made: OnnxInt8File, correction: Correction) -> dict[str, object]:
    how_int8 = int8_options(
        made_by=made.effort,
        why=made.why,
        fidelity=made.fidelity,
        excluded=made.float_layers,
        correction=correction.as_options(),
    )
    return {**how_int8, "scales": "per channel" if made.per_channel else "per kernel"}


def _notes_of(
    made: OnnxInt8File, options: ConvertOptions, correction: Correction, validation_images: ValidationImages
) -> tuple[str, ...]:
    """What the user should know of how the file came about."""
    from ..int8 import note_without_search

    of_validation = validation_images.notes if correction.corrected is not None else ()
    searched = made.mixed_precision is not None or not options.keep_float
    not_searched = () if searched else (note_without_search(held_out=len(validation_images.pixels)),)
    return (*of_validation, *((made.why,) if made.why else ()), *not_searched, *made.notes)


def int8_without_float_model(
    *,
    options: ConvertOptions,
    representative_dataset: RepresentativeDataset,
    basis: bytes,
    smoke_images: SmokeImages,
    why_not_corrected: str,
    format_name: str,
) -> Product:
    """The same products where the float model or TensorFlow is not at hand: the baseline, said so."""
    scheme = SCHEMES[format_name]
    model = onnx_int8_with_measured_ranges(onnx.load_from_string(basis), representative_dataset.pixels, scheme)
    data = serialised(model)
    _check(data, smoke_images, scheme, some_in_float=False)
    why = f"{NOT_CORRECTED}{why_not_corrected}"
    source = representative_dataset.without_labels
    coverage = None
    if source is not None:
        coverage = coverage_of(source, outputs_of_onnx(basis, representative_dataset.pixels))
    how = _how(data, representative_dataset, coverage, int8_options(made_by=BASELINE, why=why))
    return Product(data, options=how, notes=(*representative_dataset.notes(options.representative_size, coverage), why))


def _check(data: bytes, smoke_images: SmokeImages, scheme: Scheme, *, some_in_float: bool) -> None:
    check_explicit_int8(check_onnx(data), scheme, some_in_float=some_in_float)
    check_finite(data, smoke_images.pixels)


def _how(
    data: bytes,
    representative_dataset: RepresentativeDataset,
    coverage: ClassCoverage | None,
    int8: Mapping[str, object],
) -> dict[str, object]:
    """What the manifest keeps of how the file was made."""
    return {
        "opset": opset_of(data),
        "representative_dataset": representative_dataset.as_options(coverage),
        "int8": int8,
    }
