"""The kernel that answers best on the inputs that the quantized layers before it deliver."""

from __future__ import annotations

import numpy as np
import pytest

from edgewright_convert.int8.fitting.kernel_regression import target_kernel
from edgewright_convert.int8.fitting.layer_statistics import Moments, Positions

pytestmark = pytest.mark.numeric

INPUTS, OUTPUTS = 8, 3


def parts_of(inputs: np.ndarray, wanted: np.ndarray) -> list[Moments]:
    thirds = np.array_split(np.arange(len(inputs)), 3)
    return [Positions(inputs[part][np.newaxis], wanted[part][np.newaxis]).moments() for part in thirds]


def problem(images: int, *, noise: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A kernel, inputs whose first channel arrives half as large as it should, and the outputs of the right inputs."""
    draw = np.random.default_rng(0)
    kernel, exact = draw.normal(size=(INPUTS, OUTPUTS)), draw.normal(size=(images, INPUTS))
    delivered = exact * np.array([0.5] + [1.0] * (INPUTS - 1)) + draw.normal(size=exact.shape) * noise
    return kernel, delivered, exact @ kernel


def test_kernel_makes_up_for_an_input_that_arrives_too_small() -> None:
    kernel, delivered, wanted = problem(600, noise=0.01)
    found = target_kernel(kernel[np.newaxis], parts_of(delivered, wanted))[0]
    np.testing.assert_allclose(found[0], 2 * kernel[0], rtol=0.05, atol=0.01)
    np.testing.assert_allclose(found[1:], kernel[1:], atol=0.05)


def test_kernel_stays_where_nothing_is_wrong_with_the_inputs() -> None:
    draw = np.random.default_rng(0)
    kernel, exact = draw.normal(size=(INPUTS, OUTPUTS)), draw.normal(size=(300, INPUTS))
    found = target_kernel(kernel[np.newaxis], parts_of(exact, exact @ kernel))
    np.testing.assert_allclose(found[0], kernel, atol=1e-6)


def test_kernel_stays_where_there_are_fewer_positions_than_inputs() -> None:
    kernel, delivered, wanted = problem(3 * (INPUTS - 1), noise=0.01)
    assert target_kernel(kernel[np.newaxis], parts_of(delivered, wanted))[0] is kernel or np.array_equal(
        target_kernel(kernel[np.newaxis], parts_of(delivered, wanted))[0], kernel
    )


def test_noise_that_regression_would_learn_by_heart_leaves_the_kernel_near_the_float_one() -> None:
    draw = np.random.default_rng(0)
    kernel, exact = draw.normal(size=(INPUTS, OUTPUTS)), draw.normal(size=(30, INPUTS))
    wanted = exact @ kernel + draw.normal(size=(30, OUTPUTS)) * 5
    found = target_kernel(kernel[np.newaxis], parts_of(exact, wanted))[0]
    least_squares = np.linalg.lstsq(exact - exact.mean(0), wanted - wanted.mean(0), rcond=None)[0]
    assert np.abs(found - kernel).mean() < 0.5 * np.abs(least_squares - kernel).mean()


def test_pruned_weights_stay_zero_while_the_others_make_up_for_the_inputs() -> None:
    kernel, delivered, _ = problem(600, noise=0.01)
    pruned = np.where(np.abs(kernel) < 0.7, 0.0, kernel)
    exact = delivered * np.array([2.0] + [1.0] * (INPUTS - 1))
    found = target_kernel(pruned[np.newaxis], parts_of(delivered, exact @ pruned))[0]
    assert (pruned == 0).mean() > 0.2
    assert (found[pruned == 0] == 0).all()
    np.testing.assert_allclose(found[0], 2 * pruned[0], rtol=0.05, atol=0.01)
