"""The values that tensors take, over all images and batches."""

import numpy as np
import pytest

from edgewright_convert.onnx.activation_ranges import Range, ranges_of

from .graphs import model_of, node, run, weights


def test_ranges_are_those_of_every_image_in_every_batch():
    constants = {"w": weights(4, 3, 1, 1)}
    model = model_of([node("Conv", ["x", "w"], "c"), node("Relu", ["c"], "y")], constants, "y")
    pixels = np.random.default_rng(0).integers(0, 256, (40, 3, 6, 6), dtype=np.uint8)
    pixels[-1] = 255  # the last batch is the shortest
    found = ranges_of(model, ["c", "x", "y", "c"], pixels)
    values = run(model_of([node("Conv", ["x", "w"], "c")], constants, "c"), pixels.astype(np.float32))
    assert list(found) == ["c", "x", "y"]
    assert (found["x"].low, found["x"].high) == (0.0, 255.0)
    assert (found["c"].low, found["c"].high) == pytest.approx((values.min(), values.max()), rel=1e-5)
    assert (found["y"].low, found["y"].high) == pytest.approx((0.0, values.max()), rel=1e-5)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 6.0), (-3.0, 0.5), (0.0, 0.0)])
def test_symmetric_scale_reaches_both_ends_with_the_least_step(low, high):
    scale = Range(low, high).scale
    assert 127 * scale >= high * (1 - 1e-12)
    assert -128 * scale <= low * (1 - 1e-12)
    assert scale in {high / 127, -low / 128}
