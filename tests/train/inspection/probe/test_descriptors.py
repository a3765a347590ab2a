"""Descriptors of windows."""

import numpy as np
import pytest

from edgewright_train.inspection.probe.descriptors import COLOUR_GRADIENTS, COLOURS, GREY_GRADIENTS, described, mirrored

KINDS = pytest.mark.parametrize(
    "kind", [GREY_GRADIENTS, COLOUR_GRADIENTS, COLOURS], ids=["grey gradients", "colour gradients", "colours"]
)


def noise(count, side=96):
    coarse = np.random.default_rng(4).integers(0, 256, (count, side // 8, side // 8, 3), np.uint8)
    return coarse.repeat(8, axis=1).repeat(8, axis=2)


@KINDS
def test_turned_descriptors_are_those_of_the_turned_image(kind):
    images = noise(2)
    expected, places = described(images[:, :, ::-1], kind)
    found, found_places = mirrored(*described(images, kind), kind)
    rows = int(len(places) ** 0.5)
    grid = found.reshape(2, rows, rows, -1)[:, :, ::-1].reshape(expected.shape)
    np.testing.assert_allclose(grid, expected, atol=1e-3)
    np.testing.assert_allclose(found_places.reshape(rows, rows, 2)[:, ::-1].reshape(-1, 2), places, atol=1e-6)


def test_gradient_of_a_ramp_to_the_right_points_to_the_right():
    ramp = np.broadcast_to(np.arange(96, dtype=np.uint8)[None, None, :, None] * 2, (1, 96, 96, 3))
    found, _ = described(ramp, GREY_GRADIENTS)
    by_direction = found.reshape(1, -1, 16, 8).mean(axis=(0, 1, 2))
    assert by_direction.argmax() == 0
    assert by_direction[4] == 0


@pytest.mark.parametrize("kind", [GREY_GRADIENTS, COLOUR_GRADIENTS], ids=["grey", "colour"])
def test_blank_image_has_no_gradient(kind):
    found, _ = described(np.full((1, 96, 96, 3), 130, np.uint8), kind)
    assert np.abs(found).max() == 0


def test_colours_are_the_means_and_deviations_of_cells():
    images = noise(1)
    found, places = described(images, COLOURS)
    first = images[0, :4, :4].reshape(-1, 3) / 255
    assert places[0].tolist() == [0, 0]
    np.testing.assert_allclose(found[0, 0, :6], [*first.mean(axis=0), *first.std(axis=0)], atol=1e-3)
