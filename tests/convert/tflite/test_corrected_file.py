"""Ranges that are given reach the file; a part whose range is not known is refused."""

import numpy as np
import pytest

from edgewright_convert.int8 import corrected_model
from edgewright_convert.tflite.corrected_file import tflite_from_ranges
from edgewright_convert.tflite.interpreter import float_operators, outputs_of_tflite
from edgewright_convert.tflite.model_file import read_tflite
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import captured

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def corrected(tiny_model, calibration):
    with captured():
        return corrected_model(tiny_model, calibration, effort="fast")


def test_file_is_integer_throughout_and_its_steps_are_those_of_the_ranges(corrected, held_out):
    with captured():
        file = tflite_from_ranges(corrected.model, corrected.ranges)
    assert float_operators(file) == ()
    scales = {scale for operator in read_tflite(file).operators for made in operator.outputs for scale in made.scales}
    for layer, known in corrected.ranges.items():
        assert any(scale == pytest.approx(known.step, rel=1e-4) for scale in scales), layer
    reference = np.asarray(corrected.model(held_out.astype(np.float32), training=False))
    assert (outputs_of_tflite(file, held_out).argmax(axis=1) == reference.argmax(axis=1)).mean() > 0.8


def test_layer_without_a_range_is_refused_by_its_operator(corrected):
    ranges = dict(corrected.ranges)
    del ranges[next(name for name in ranges if "add" in name)]
    with captured(), pytest.raises(EdgewrightError, match=r"TFLite would compute .*ADD.* in float, for their ranges"):
        tflite_from_ranges(corrected.model, ranges)
