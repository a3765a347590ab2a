"""The picture of the layers' errors."""

import io

import numpy as np
import pytest
from PIL import Image

from edgewright_convert.explain.layers import LayerError
from edgewright_convert.explain.plot import plot_png


def row(number: int, **changes) -> LayerError:
    values = {
        "layer": f"conv_{number}",
        "operator": "CONV_2D",
        "shape": (1, 8, 8, 4),
        "sqnr_db": 30.0 - number,
        "lost_db": 1.5,
        "weights_db": None,
        "activations_db": None,
        "rmse_over_scale": 0.3,
        "range_utilisation": 0.8,
        "saturation": 0.0,
        "scale": 0.02,
        "zero_point": 0,
    }
    return LayerError(**{**values, **changes})


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


def test_same_rows_give_the_same_bytes():
    assert plot_png([row(0)], title="run") == plot_png([row(0)], title="run")
