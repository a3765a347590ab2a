"""One INT8 conversion of a run, made anew, measured and judged."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.console import SILENT, StatusLine
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import are_unlabelled, read_splits, rows_of
from edgewright_runtime.suggestion import named

from ..calibration import ClassCoverage, RepresentativeDataset
from ..float_model import FloatModel
from ..int8.layer_sensitivity import MOST_IMAGES as SENSITIVITY_IMAGES
from ..options import BASELINE
from ..run_inputs import OpenedRun, RunInputs, opened_run
from ..tflite.interpreter import outputs_of_tflite
from ..tflite.logits import fine_outputs_of_tflite
from .advice import Advice, advice_of
from .conversions import Conversion, baseline_conversion, corrected_conversion
from .efforts import Chosen
from .error_shares import error_shares
from .findings import Calibration, Findings
from .label_changes import LabelChanges, label_changes
from .layers import LayerError, layer_errors
from .sensitivities import sensitivities_of
from .trials import FloatLayers, FloatOutput, OtherFormat, try_float_layers, try_float_output, try_other_formats


@dataclass(frozen=True)
class Explanation:
    """The rows, of what they are, and what to do about them."""

    effort: str
    notes: tuple[str, ...]
    advice: Advice
    layers: tuple[LayerError, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        rows = [asdict(row) for row in self.layers]
        return {
            "schema_version": 1,
            "effort": self.effort,
            "notes": list(self.notes),
            "advice": self.advice.as_dict(),
            "layers": rows,
        }


@dataclass(frozen=True)
class _Compared:
    """The images that the labels are compared on, and the float model's probabilities of them."""

    pixels: NDArray[np.uint8]
    reference: NDArray[np.float32]
    held_out: bool


def explanation_of(run: RunFolder, choice: Chosen, images: int, *, status: StatusLine = SILENT) -> Explanation:
    """What the chosen conversion loses, where, and what to do about it.

    Args:
        run: the run folder.
        choice: the conversion to explain.
        images: training images to compare the layers on.
        status: says what is being done.

    Raises:
        EdgewrightError: the run has no float model or no training images, or TFLiteConverter refuses the model.
    """
    names = ["float_model", "representative_dataset", "class_coverage", "validation_images", "reference_outputs"]
    names += [] if choice.effort == BASELINE else ["correction"]
    opened = opened_run(run)
    given = {"run": opened, "options": choice.options, "on_progress": status.detail}
    inputs = RunInputs(given, on_start=status.start)
    inputs.make(names)
    values = inputs.values(names)
    model, representative = values["float_model"], values["representative_dataset"]
    status.start("Writing .tflite files")
    made = _conversion(values, choice)
    status.start("Comparing layers")
    pixels = representative.pixels[:images]
    layers = layer_errors(made.float_file, made.int8_file, pixels, grid_file=made.grid_file, on_progress=status.detail)
    status.start("Comparing labels")
    compared = _compared(values)
    fine = fine_outputs_of_tflite(made.int8_file, compared.pixels)
    outputs = outputs_of_tflite(made.int8_file, compared.pixels)
    labels = label_changes(outputs, fine, compared.reference, held_out=compared.held_out)
    status.start("Measuring what each layer costs")
    sensitivities = sensitivities_of(made, model, layers, compared.pixels)
    status.start("Trying other files")
    found = Findings(
        run=run.path,
        effort=made.effort,
        why_not_corrected=made.why_not_corrected,
        options=choice.options,
        own=choice.own,
        labels=labels,
        shares=error_shares(sensitivities, layers, _square_error(fine, compared.reference)),
        calibration=_calibration(opened, representative, values["class_coverage"]),
        float_layers=_float_layers(made, choice, labels, tuple(sensitivities), compared),
        float_output=_float_output(made, choice, labels, compared),
        others=_others(opened, choice, model, made, labels, compared),
    )
    untried = tuple(f"{each.format} was not tried: {each.why_not}" for each in found.others if each.why_not)
    return Explanation(made.effort, (*choice.notes, *made.notes, *untried), advice_of(found), layers)


def _conversion(values: dict[str, Any], choice: Chosen) -> Conversion:
    model, pixels = values["float_model"], values["representative_dataset"].pixels
    if choice.effort == BASELINE:
        return baseline_conversion(model, pixels)
    return corrected_conversion(values["correction"], choice.options.int8_effort, model, pixels)


def _compared(values: dict[str, Any]) -> _Compared:
    """The held-out validation images, or those of the representative dataset where the run has no others."""
    validation = values["validation_images"].pixels
    if len(validation):
        return _Compared(validation, values["reference_outputs"], held_out=True)
    pixels = values["representative_dataset"].pixels
    return _Compared(pixels, values["float_model"].probabilities(pixels), held_out=False)


def _square_error(fine: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """On the images that the layers' sensitivities are measured on."""
    return float(np.square(fine[:SENSITIVITY_IMAGES].astype(np.float64) - reference[:SENSITIVITY_IMAGES]).mean())


def _calibration(run: OpenedRun, representative: RepresentativeDataset, coverage: ClassCoverage | None) -> Calibration:
    images, shift, unlabelled = len(representative.rows), representative.shift, representative.unlabelled
    balance = None if shift is None or shift.balance is None else shift.balance.note
    brightness = None if shift is None or shift.brightness is None else shift.brightness.note
    shifts = tuple(note for note in (balance, brightness) if note is not None)
    if unlabelled is not None:
        # Of a thousand classes 200 images leave out most, and that is no fault of the images.
        uncovered = coverage.notes if coverage is not None and images >= coverage.classes else ()
        return Calibration(images, unlabelled.different, (*uncovered, *shifts))
    train = rows_of(read_splits(run.folder.splits), "train")
    absent = [] if are_unlabelled(train) else sorted(set(run.labels) - {row.label for row in train})
    missing = (f"the train split has no image of {named(absent)}",) if absent else ()
    return Calibration(images, len(train), (*missing, *shifts))


def _float_layers(
    made: Conversion, choice: Chosen, labels: LabelChanges, ranked: tuple[str, ...], compared: _Compared
) -> FloatLayers | None:
    """None where it is not called for: `fast` is best helped by `balanced`, and some devices take no float."""
    excluded = choice.own is not None and choice.own.effort == made.effort and choice.own.excluded
    if not labels.matters or made.corrected is None or made.effort == "fast":
        return None
    if choice.options.integer_only or excluded:
        return None
    return try_float_layers(made.int8_file, ranked, compared.pixels, compared.reference)


def _float_output(made: Conversion, choice: Chosen, labels: LabelChanges, compared: _Compared) -> FloatOutput | None:
    """None where it is not called for: it is so already, or must not be."""
    if not labels.matters or choice.options.integer_only or choice.options.float_output:
        return None
    return try_float_output(made.int8_file, compared.pixels, compared.reference)


def _others(
    run: OpenedRun, choice: Chosen, model: FloatModel, made: Conversion, labels: LabelChanges, compared: _Compared
) -> tuple[OtherFormat, ...]:
    if not labels.matters or choice.options.integer_only:
        return ()
    return try_other_formats(run, choice.options, model, made.int8_file, compared.pixels, compared.reference)
