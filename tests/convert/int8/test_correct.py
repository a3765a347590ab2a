"""The corrected model, through the real converter and interpreter."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgewright_convert.int8 import corrected_model, tflite_int8_from_keras
from edgewright_convert.int8.answers import answers
from edgewright_convert.int8.grid import ActivationRange
from edgewright_convert.int8.writer import as_float_model, float_operators, tflite_from_ranges
from edgewright_convert.tflite import tflite_int8_from_model
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import captured

from ...tolerances import SHALLOW, probability_errors
from .tiny import classifier

pytestmark = pytest.mark.numeric

Pixels = NDArray[np.uint8]


def _file(model: keras.Model, pixels: Pixels, effort: str) -> bytes:
    with captured():
        corrected = corrected_model(model, pixels, effort=effort)  # type: ignore[arg-type]
        return tflite_from_ranges(corrected.model, corrected.ranges)


def _error(file: bytes, model: keras.Model, pixels: Pixels) -> float:
    wanted = np.asarray(model(pixels.astype(np.float32), training=False))
    return float(np.abs(answers(file, pixels) - wanted).mean())


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


def test_each_effort_answers_more_like_the_float_model_than_the_plain_file(
    tiny_model: keras.Model, calibration: Pixels, held_out: Pixels
) -> None:
    with captured():
        plain = _error(tflite_int8_from_model(as_float_model(tiny_model), calibration), tiny_model, held_out)
    fast, balanced = (
        _error(_file(tiny_model, calibration, effort), tiny_model, held_out) for effort in ("fast", "balanced")
    )
    assert fast < 0.8 * plain
    assert balanced < 0.8 * plain


@pytest.mark.parametrize("effort", ["fast", "balanced", "best"])
def test_same_input_gives_the_same_bytes(effort: str, tiny_model: keras.Model, calibration: Pixels) -> None:
    assert _file(tiny_model, calibration, effort) == _file(tiny_model, calibration, effort)


def test_guarded_file_says_how_far_it_is_from_the_float_model(
    tiny_model: keras.Model, calibration: Pixels, held_out: Pixels
) -> None:
    with captured():
        made = tflite_int8_from_keras(as_float_model(tiny_model), calibration, held_out)
    assert (made.effort, made.why) == ("balanced", "")
    assert made.judged is not None
    # Two computations of the float model: layer by layer, and as one graph.
    allowed = probability_errors(np.asarray(tiny_model(held_out.astype(np.float32), training=False)), SHALLOW).mean()
    assert made.judged.distance == pytest.approx(_error(made.data, tiny_model, held_out), abs=allowed)


def test_model_without_a_graph_is_converted_plainly_and_says_so(calibration: Pixels, held_out: Pixels) -> None:
    class Wrapped(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.inner = classifier()

        def call(self, x: object) -> object:
            return self.inner(x)

    own = Wrapped()
    whole = as_float_model(classifier())
    whole.call, whole.held = own, own
    with captured():
        made = tflite_int8_from_keras(whole, calibration, held_out)
    assert made.effort == "plain"
    assert "Python code of its own" in made.why


def test_unknown_effort_is_refused_by_name(tiny_model: keras.Model, calibration: Pixels) -> None:
    with pytest.raises(EdgewrightError, match="'utmost' is no INT8 effort; choose one of fast, balanced, best"):
        corrected_model(tiny_model, calibration, effort="utmost")  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0.0, 1e-30, 3e-12])
def test_tensor_of_tiny_values_has_a_grid_too(value: float) -> None:
    found = ActivationRange.of(np.full((2, 3), value, np.float32))
    assert np.isfinite(found.step)
    assert found.step > 0
    quantised = np.asarray(found.quantised(np.full(4, value, np.float32)))
    assert np.abs(quantised - np.float32(value)).max() <= found.step
