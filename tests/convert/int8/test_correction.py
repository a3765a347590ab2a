"""The corrected model, through the real converter and interpreter."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.int8 import Corrected, CorrectionSteps, Fidelity, corrected_model
from edgewright_convert.int8.correction_steps import DECISIONS
from edgewright_convert.tflite.converter import tflite_int8_from_model
from edgewright_convert.tflite.corrected_file import tflite_from_ranges
from edgewright_convert.tflite.interpreter import float_operators, outputs_of_tflite
from edgewright_convert.tflite.ranked_correction import fidelity_of_candidates
from edgewright_runtime.library_noise import captured

pytestmark = pytest.mark.numeric

Pixels = NDArray[np.uint8]


def _file(model: keras.Model, pixels: Pixels, effort: str) -> bytes:
    with captured():
        fidelity = fidelity_of_candidates(pixels, float_model_of_keras(model).probabilities(pixels))
        corrected = corrected_model(model, pixels, fidelity, effort=effort)  # type: ignore[arg-type]
        return tflite_from_ranges(corrected.model, corrected.ranges)


def _error(file: bytes, model: keras.Model, pixels: Pixels) -> float:
    reference = np.asarray(model(pixels.astype(np.float32), training=False))
    return float(np.abs(outputs_of_tflite(file, pixels) - reference).mean())


def test_file_is_full_integer_with_raw_bytes_in_and_out(tiny_model: keras.Model, calibration: Pixels) -> None:
    file = _file(tiny_model, calibration, "fast")
    interpreter = Interpreter(model_content=file)
    (given,), (taken,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert float_operators(file) == ()
    assert (given["dtype"], given["quantization"]) == (np.uint8, (1.0, 0))
    assert (taken["dtype"], taken["quantization"]) == (np.uint8, (1 / 256, 0))


def test_grid_weights_come_through_the_converter_bit_for_bit(tiny_model: keras.Model, calibration: Pixels) -> None:
    with captured():
        corrected = corrected_model(tiny_model, calibration)
        file = tflite_from_ranges(corrected.model, corrected.ranges)
    interpreter = Interpreter(model_content=file)
    interpreter.allocate_tensors()
    stored = []
    for detail in interpreter.get_tensor_details():
        scales = detail["quantization_parameters"]["scales"]
        if detail["dtype"] == np.int8 and len(scales) > 1:
            axis = detail["quantization_parameters"]["quantized_dimension"]
            shape = [-1 if i == axis else 1 for i in range(len(detail["shape"]))]
            stored.append(interpreter.get_tensor(detail["index"]).astype(np.float32) * scales.reshape(shape))
    kernels = [layer.get_weights()[0] for layer in corrected.model.layers if layer.get_weights()]
    for kernel in kernels:
        wanted = np.sort(kernel.reshape(-1))
        assert any(
            np.array_equal(np.sort(values.reshape(-1)), wanted) for values in stored if values.size == wanted.size
        )


def test_each_effort_is_nearer_to_the_float_model_than_the_baseline(
    tiny_model: keras.Model, calibration: Pixels, held_out: Pixels
) -> None:
    with captured():
        baseline = _error(tflite_int8_from_model(float_model_of_keras(tiny_model), calibration), tiny_model, held_out)
    fast, balanced = (
        _error(_file(tiny_model, calibration, effort), tiny_model, held_out) for effort in ("fast", "balanced")
    )
    assert fast < 0.8 * baseline
    assert balanced < 0.8 * baseline


@pytest.mark.parametrize("effort", ["fast", "balanced", "best"])
def test_same_input_gives_the_same_bytes(effort: str, tiny_model: keras.Model, calibration: Pixels) -> None:
    few = calibration[:24]
    assert _file(tiny_model, few, effort) == _file(tiny_model, few, effort)


def test_steps_are_kept_only_where_they_bring_the_outputs_nearer(tiny_model: keras.Model, calibration: Pixels) -> None:
    equalized = DECISIONS["balanced"][0].alternatives(CorrectionSteps())[0]
    fitted = DECISIONS["balanced"][-1].alternatives(CorrectionSteps())[0]

    def fidelity(candidate: Corrected) -> Fidelity:
        return Fidelity(0.9, 0.1, 10, {CorrectionSteps(): 0.95, fitted: 0.97}.get(candidate.steps, 0.9))

    found = corrected_model(tiny_model, calibration, fidelity)
    assert found.steps == fitted
    assert [trial.steps for trial in found.trials][:2] == [CorrectionSteps(), equalized]
    assert len(found.trials) == 1 + sum(len(decision.changes) for decision in DECISIONS["balanced"])


def test_fast_tries_nothing(tiny_model: keras.Model, calibration: Pixels) -> None:
    def fidelity(candidate: Corrected) -> Fidelity:
        raise AssertionError(candidate.steps)

    found = corrected_model(tiny_model, calibration, fidelity, effort="fast")
    assert (found.steps, found.trials) == (CorrectionSteps(), ())


def test_what_is_tried_is_told(tiny_model: keras.Model, calibration: Pixels) -> None:
    told: list[str] = []
    corrected_model(tiny_model, calibration[:20], on_progress=told.append)
    assert told[0] == "1 of 5: biases"
    assert told[-1].startswith("5 of 5: biases")
    assert "regression, rounding" in told[-1]
    assert told[-1].endswith("left")
