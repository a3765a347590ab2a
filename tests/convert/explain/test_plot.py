"""The picture of the layers' errors."""

import io

import numpy as np
import pytest
from PIL import Image

from edgewright_convert.explain.plot import plot_png

from .made_up import row


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("count", [1, 4, 60])
def test_picture_grows_with_the_number_of_layers(count):
    picture = opened(plot_png([row(number) for number in range(count)], title="run"))
    assert picture.size[1] >= max(300, 17 * count)


def test_marks_of_weights_and_activations_are_drawn_where_they_are_known():
    bare, marked = (
        np.asarray(opened(plot_png([row(0, **parts)], title="run")))
        for parts in ({}, {"weights_db": 40.0, "activations_db": 50.0})
    )
    orange = [(np.abs(pixels.astype(int) - [255, 127, 14]).max(axis=-1) < 30).sum() for pixels in (bare, marked)]
    assert orange[0] == 0
    assert orange[1] > 0


def test_shares_take_the_place_of_what_each_layer_loses():
    assert plot_png([row(0)], title="run", shares={"conv_0": 0.5}) != plot_png([row(0)], title="run")


def test_same_rows_give_the_same_bytes():
    assert plot_png([row(0)], title="run") == plot_png([row(0)], title="run")
