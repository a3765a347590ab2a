"""Calibration error is what the paper says, and the temperature finds what was done to the logits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from edgewright_train.results.calibration import (
    brier_score,
    learned_temperature,
    log_loss,
    reliability,
    scaled,
)

pytestmark = pytest.mark.numeric


def drawn(*, n: int = 4000, classes: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and true classes that come up as often as they say."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(n, classes))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    below = probabilities.cumsum(axis=1) < rng.random((n, 1))
    return probabilities, below.sum(axis=1).clip(max=classes - 1)


def test_error_is_the_weighted_distance_of_accuracy_and_confidence():
    # Two images at 0.9, one right; two at 0.6, both right: half of (|0.5 - 0.9|) and half of (|1 - 0.6|).
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.4, 0.6]])
    bins = reliability(probabilities, np.array([0, 1, 1, 1]))
    assert bins.ece == pytest.approx(0.4)
    assert bins.overconfidence == pytest.approx(0.0)
    assert bins.counts.tolist() == [0] * 8 + [2] + [0] * 4 + [2, 0]


def test_certainty_and_the_edge_of_a_bin_are_in_the_bin_below():
    bins = reliability(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([0, 0]), bins=2)
    assert bins.counts.tolist() == [1, 1]


def test_probabilities_that_are_true_have_a_small_error():
    assert reliability(*drawn()).ece < 0.03


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_temperature_is_that_which_the_logits_were_multiplied_by(temperature):
    probabilities, classes = drawn()
    found = learned_temperature(scaled(probabilities, 1 / temperature).astype(np.float32), classes)
    assert found.value == pytest.approx(temperature, rel=0.08)
    assert (found.n, found.note) == (4000, "")


def test_temperature_lowers_error_and_loss_and_changes_no_label():
    probabilities, classes = drawn()
    sure = scaled(probabilities, 1 / 3)
    mended = scaled(sure, learned_temperature(sure, classes).value)
    assert reliability(mended, classes).ece < 0.3 * reliability(sure, classes).ece
    assert log_loss(mended, classes) < log_loss(sure, classes)
    assert brier_score(mended, classes) < brier_score(sure, classes)
    np.testing.assert_array_equal(mended.argmax(axis=1), sure.argmax(axis=1))


@pytest.mark.parametrize("right", [True, False])
def test_images_that_are_all_right_or_all_wrong_teach_no_temperature(right):
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    classes = probabilities.argmax(axis=1)
    found = learned_temperature(probabilities, classes if right else 1 - classes)
    assert found.value == 1.0
    assert "none of them, or every one, is wrong" in found.note


def test_certain_probabilities_stay_finite():
    certain = np.eye(3, dtype=np.float32)[[0, 1, 2, 0]]
    found = learned_temperature(certain, np.array([0, 1, 2, 1]))
    assert np.isfinite(scaled(certain, found.value)).all()
    assert np.isfinite(log_loss(certain, np.array([0, 1, 2, 1])))


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.lists(st.floats(0.01, 1), min_size=3, max_size=3)), min_size=1, max_size=20
    )
)
def test_brier_score_agrees_with_scikit_learn(predictions):
    classes = np.array([index for index, _ in predictions])
    raw = np.array([values for _, values in predictions])
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    expected = brier_score_loss(classes, probabilities, labels=[0, 1, 2], scale_by_half=False)
    assert brier_score(probabilities, classes) == pytest.approx(expected)
    np.testing.assert_allclose(scaled(probabilities, 1.0), probabilities, rtol=1e-9)
