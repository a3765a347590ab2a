"""Two models' outputs compared: labels, probabilities, and what labels are to be expected."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgewright_convert.fidelity import Fidelity, expected_agreement, fidelity_of

pytestmark = pytest.mark.numeric


def probabilities(logits: NDArray[np.float64]) -> NDArray[np.float32]:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (exponentials / exponentials.sum(axis=1, keepdims=True)).astype(np.float32)


def logits(images: int, classes: int = 10, *, spread: float = 2.0, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, spread, (images, classes))


def test_agreement_is_of_labels_and_distance_of_probabilities() -> None:
    reference = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    candidate = np.array([[0.7, 0.3], [0.6, 0.4]], np.float32)
    found = fidelity_of(candidate, reference)
    assert (found.agreement, found.images) == (0.5, 2)
    assert abs(found.distance - 0.3) < 1e-6


@given(st.integers(1, 30), st.integers(1, 6))
def test_equal_outputs_agree_in_full(images: int, classes: int) -> None:
    outputs = probabilities(logits(images, classes))
    assert fidelity_of(outputs, outputs) == Fidelity(1.0, 0.0, images, 1.0)


@pytest.mark.parametrize("noise", [0.05, 0.2])
def test_expected_agreement_is_that_of_many_images_told_from_few(noise: float) -> None:
    def pair(images: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        exact = logits(images, seed=seed)
        return probabilities(exact + np.random.default_rng(seed + 1000).normal(0, noise, exact.shape)), probabilities(
            exact
        )

    candidate, reference = pair(20_000, seed=1)
    truth = float((candidate.argmax(axis=1) == reference.argmax(axis=1)).mean())
    on_few = [fidelity_of(*pair(100, seed=seed)) for seed in range(10, 30)]
    spread = [np.std([getattr(each, name) for each in on_few]) for name in ("expected", "agreement")]
    assert np.mean([each.expected for each in on_few]) == pytest.approx(truth, abs=0.01 + 0.1 * (1 - truth))
    assert spread[0] < 0.8 * spread[1]


def test_labels_decide_which_is_nearer_and_probabilities_where_they_are_equal() -> None:
    ours = Fidelity(0.9, 0.02, 40, 0.95)
    assert ours.is_nearer_than(Fidelity(0.9, 0.01, 40, 0.94))
    assert ours.is_nearer_than(Fidelity(0.9, 0.03, 40, 0.95))
    assert not ours.is_nearer_than(ours)


def test_noise_among_classes_far_behind_costs_no_label() -> None:
    exact = logits(200)
    behind = exact < np.sort(exact, axis=1)[:, -6:-5]
    noise = np.random.default_rng(5).normal(0, 0.5, exact.shape)
    reference = probabilities(exact)
    in_front = probabilities(exact + np.where(behind, 0, noise))
    assert expected_agreement(probabilities(exact + np.where(behind, noise, 0)), reference) > 0.995
    assert expected_agreement(in_front, reference) < 0.97


def test_file_that_favours_a_class_is_not_taken_for_one_that_is_only_noisy() -> None:
    # Leads are the differences of five logits; a quarter of the images has a lead below what one class gains.
    exact, gain = logits(400, classes=5, spread=0.5), np.array([0.3, 0, 0, 0, 0])
    found = fidelity_of(probabilities(exact + gain), probabilities(exact))
    assert found.agreement < 0.95
    assert found.expected == pytest.approx(found.agreement, abs=0.01)


def test_labels_that_changed_bound_what_is_to_be_expected() -> None:
    # Errors on unsure images alone: tried on all images, they change next to nothing.
    exact = np.tile([[5.0, 0.0]], (200, 1))
    exact[:10] = [0.2, 0.0]
    wrong = exact.copy()
    wrong[:10] = [0.0, 0.2]
    found = fidelity_of(probabilities(wrong), probabilities(exact))
    assert found.agreement == pytest.approx(0.95)
    assert expected_agreement(probabilities(wrong), probabilities(exact)) > 0.99
    assert 0.95 < found.expected < 0.97


def test_fine_outputs_are_looked_at_for_the_labels_to_be_expected_alone() -> None:
    reference = probabilities(logits(50))
    coarse = (np.round(reference * 16) / 16).astype(np.float32)
    found = fidelity_of(coarse, reference, reference)
    assert found.expected == 1.0
    assert found.distance == pytest.approx(float(np.abs(coarse - reference).mean()))
    assert expected_agreement(coarse, reference) < 1.0
