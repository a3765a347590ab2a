"""Which layers are left in float, with real files judged on real answers."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from edgewright_convert.int8 import Corrected, corrected_model, tflite_int8_from_keras
from edgewright_convert.int8.answers import answers
from edgewright_convert.int8.fallback import fallback
from edgewright_convert.int8.judge import Judged, judged
from edgewright_convert.int8.noise import noise_of
from edgewright_convert.int8.writer import as_float_model, float_operators
from edgewright_runtime.library_noise import captured

from .tiny import OUTLIER, classifier_with_outlier

pytestmark = pytest.mark.numeric

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return classifier_with_outlier()


@pytest.fixture(scope="module")
def corrected(model: keras.Model, calibration: Pixels) -> Corrected:
    return corrected_model(model, calibration, effort="fast")


def _judge_by(distances: dict[bytes, float], agreements: dict[bytes, float] | None = None):  # type: ignore[no-untyped-def]
    return lambda file: Judged((agreements or {}).get(file, 0.9), distances[file], 100)


def _joined(layers: tuple[str, ...]) -> bytes:
    return "+".join(layers).encode()


def test_step_that_does_not_pay_is_taken_back() -> None:
    found = fallback(("a", "b", "c"), _joined, _judge_by({b"": 1.0, b"a": 0.8, b"a+b": 0.79, b"a+c": 0.5}), wanted=2)
    assert (found.data, found.layers) == (b"a+c", ("a", "c"))
    assert [(each.layer, each.kept) for each in found.attempts] == [("a", True), ("b", False), ("c", True)]
    assert (found.before.distance, found.after.distance) == (1.0, 0.5)


def test_search_ends_after_four_layers_in_a_row_that_do_not_pay() -> None:
    found = fallback(tuple("abcdef"), _joined, lambda _: Judged(0.9, 1.0, 100), wanted=6)
    assert len(found.attempts) == 4
    assert (found.data, found.layers) == (b"", ())


def test_auto_keeps_no_more_than_agreement_needs() -> None:
    distances = {b"": 1.0, b"a": 0.8, b"a+b": 0.5}
    enough = fallback(("a", "b", "c"), _joined, _judge_by(distances, {b"a+b": 0.99}), wanted="auto")
    assert enough.layers == ("a", "b")
    already = fallback(("a", "b"), _joined, _judge_by(distances, {b"": 1.0}), wanted="auto")
    assert (already.layers, already.attempts) == ((), ())


def test_noise_of_a_layer_is_what_quantising_it_alone_changes(corrected: Corrected, held_out: Pixels) -> None:
    noise = noise_of(corrected.model, corrected.ranges, tuple(corrected.ranges), held_out)
    assert noise.keys() == corrected.ranges.keys()
    assert list(noise.values()) == sorted(noise.values(), reverse=True)
    assert next(iter(noise)) == OUTLIER
    # Every pixel has a level of its own, so that nothing but float rounding comes of quantising them.
    assert noise["normalisation"] < 1e-6 * noise[OUTLIER]


def test_file_with_layers_in_float_is_nearer_to_the_float_model(
    model: keras.Model, calibration: Pixels, held_out: Pixels
) -> None:
    float_model = as_float_model(model)
    with captured():
        made = tflite_int8_from_keras(float_model, calibration, held_out, effort="fast", keep_float=2)
    assert made.fallback is not None
    assert made.fallback.layers[0] == OUTLIER
    assert len(made.fallback.layers) <= 2
    assert float_operators(made.data) != ()
    assert float_operators(made.integer) == ()
    wanted = float_model.probabilities(held_out)
    measured = judged(answers(made.data, held_out), wanted)
    assert measured == made.judged
    assert measured.distance < 0.5 * judged(answers(made.integer, held_out), wanted).distance
