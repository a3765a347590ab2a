"""What the softmax at the end of a file is given says more than the 256 levels of its output."""

import numpy as np
import pytest

from edgewright_convert.tflite.interpreter import outputs_of_tflite
from edgewright_convert.tflite.logits import fine_outputs_of_tflite, without_softmax
from edgewright_convert.tflite.model_file import read_tflite

from ...tolerances import UINT8_STEP

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def file(converted_run):
    return (converted_run / "tflite" / "model_int8.tflite").read_bytes()


def test_probabilities_are_those_of_the_file_but_for_the_levels_of_its_output(file, test_pixels):
    fine, coarse = fine_outputs_of_tflite(file, test_pixels), outputs_of_tflite(file, test_pixels)
    # Kernels look exponentials up in a table, and round to the nearest level.
    assert np.abs(fine - coarse).max() <= 2 * UINT8_STEP
    assert len(np.unique(fine)) > 2 * len(np.unique(coarse))
    assert fine.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_file_is_cut_before_the_softmax(file):
    cut = read_tflite(without_softmax(file))
    assert "SOFTMAX" not in [operator.name for operator in cut.operators]
    assert cut.outputs[0].dtype == "INT8"


def test_float_files_are_cut_too_and_files_that_end_in_something_else_are_not(converted_run, file, test_pixels):
    whole = (converted_run / "tflite" / "model_fp32.tflite").read_bytes()
    np.testing.assert_allclose(
        fine_outputs_of_tflite(whole, test_pixels), outputs_of_tflite(whole, test_pixels), atol=1e-5
    )
    cut = without_softmax(file)
    assert without_softmax(cut) is None
    assert np.array_equal(fine_outputs_of_tflite(cut, test_pixels), outputs_of_tflite(cut, test_pixels))
