"""A corrected model's outputs with its activations on their grids, without a file."""

import numpy as np
import pytest

from edgewright_convert.int8 import corrected_model
from edgewright_convert.int8.network.fake_quantization import with_fake_quantization
from edgewright_convert.int8.network.keras_graph import graph_of
from edgewright_convert.int8.network.simulation import outputs_of_steps, simulated_outputs

from ....tolerances import UINT8_STEP, assert_probabilities_close

pytestmark = pytest.mark.numeric


def test_simulation_is_the_fake_quantized_model_but_for_the_levels_of_its_output(tiny_model, calibration, held_out):
    corrected = corrected_model(tiny_model, calibration, effort="fast")
    found = simulated_outputs(corrected.model, corrected.ranges, held_out)
    traced = with_fake_quantization(corrected.model, corrected.ranges)(held_out.astype(np.float32))
    difference = np.abs(found - np.asarray(traced))
    # A value between two levels may go to either of them, and a few more behind it.
    assert np.median(difference) <= UINT8_STEP / 2
    assert (found.argmax(axis=1) == np.asarray(traced).argmax(axis=1)).mean() > 0.9


def test_without_ranges_it_is_the_model_itself(tiny_model, held_out):
    found = simulated_outputs(tiny_model, {}, held_out)
    assert_probabilities_close(found, np.asarray(tiny_model(held_out.astype(np.float32), training=False)))


def test_every_step_is_told_with_its_output(tiny_model, held_out):
    graph = graph_of(tiny_model)
    told = list(outputs_of_steps(graph, held_out[:2]))
    assert [step for step, _ in told] == list(graph.steps)
    assert {len(output) for _, output in told} == {2}
