"""What a convolution takes in of its neighbours, and what it must leave alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgewright_convert.onnx.folding import folded

from .graphs import images, kinds, model_of, node, run, weights

pytestmark = pytest.mark.numeric

KERNEL = weights(4, 3, 3, 3)
PER_CHANNEL = weights(4, 1, 1, seed=2)
PAD_BY_ONE = np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64)


def assert_folds_to_one_convolution(model: Any) -> None:
    result = folded(model)
    assert kinds(result) == ["Conv"]
    np.testing.assert_allclose(run(result, images()), run(model, images()), rtol=1e-4, atol=1e-5)


def assert_stays(model: Any) -> None:
    assert kinds(folded(model)) == kinds(model)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("constant", [PER_CHANNEL, PER_CHANNEL[np.newaxis], np.array(0.5, np.float32)])
def test_multiplication_and_addition_behind_a_convolution_go_into_it(bias: bool, constant: Any) -> None:
    constants = {"w": KERNEL, "b": weights(4), "factor": constant, "term": constant}
    inputs = ["x", "w", "b"] if bias else ["x", "w"]
    nodes = [node("Conv", inputs, "c"), node("Mul", ["factor", "c"], "m"), node("Add", ["m", "term"], "y")]
    assert_folds_to_one_convolution(model_of(nodes, constants, "y"))


def test_kernel_that_another_convolution_reads_too_is_not_changed_for_both() -> None:
    constants = {"w": KERNEL, "factor": PER_CHANNEL}
    nodes = [node("Conv", ["x", "w"], "c"), node("Mul", ["c", "factor"], "m"), node("Conv", ["x", "w"], "d")]
    model = model_of([*nodes, node("Add", ["m", "d"], "y")], constants, "y")
    result = folded(model)
    assert kinds(result) == ["Conv", "Conv", "Add"]
    np.testing.assert_allclose(run(result, images()), run(model, images()), rtol=1e-4, atol=1e-5)


def test_convolution_whose_output_something_else_reads_stays_as_it_is() -> None:
    nodes = [node("Conv", ["x", "w"], "c"), node("Mul", ["c", "factor"], "m"), node("Add", ["m", "c"], "y")]
    assert_stays(model_of(nodes, {"w": KERNEL, "factor": PER_CHANNEL}, "y"))


def test_constant_that_varies_over_the_image_stays() -> None:
    nodes = [node("Conv", ["x", "w"], "c"), node("Add", ["c", "term"], "y")]
    assert_stays(model_of(nodes, {"w": KERNEL, "term": weights(4, 4, 4)}, "y"))


def test_zeros_around_the_image_become_the_convolutions_own_padding() -> None:
    nodes = [node("Pad", ["x", "amounts"], "p"), node("Conv", ["p", "w"], "y", pads=[0, 1, 0, 0])]
    assert_folds_to_one_convolution(model_of(nodes, {"w": KERNEL, "amounts": PAD_BY_ONE}, "y"))


@pytest.mark.parametrize(
    ("amounts", "value", "mode"),
    [
        (PAD_BY_ONE, 1.0, "constant"),
        (PAD_BY_ONE, 0.0, "reflect"),
        (np.array([0, 1, 0, 0, 0, 0, 0, 0], np.int64), 0.0, "constant"),
        (np.array([0, 0, -1, 0, 0, 0, 0, 0], np.int64), 0.0, "constant"),
    ],
    ids=["of ones", "mirrored", "of channels", "cut off"],
)
def test_other_padding_stays(amounts: Any, value: float, mode: str) -> None:
    channels = 3 + int(amounts[1])
    constants = {"w": weights(4, channels, 3, 3), "amounts": amounts, "value": np.array(value, np.float32)}
    nodes = [node("Pad", ["x", "amounts", "value"], "p", mode=mode), node("Conv", ["p", "w"], "y")]
    assert_stays(model_of(nodes, constants, "y"))


def test_operations_that_do_nothing_are_dropped_but_for_the_one_that_makes_the_output() -> None:
    constants = {"one": np.array(1, np.float32), "zero": np.array(0, np.float32)}
    nodes = [node("Mul", ["x", "one"], "m"), node("Relu", ["m"], "r"), node("Add", ["r", "zero"], "y")]
    result = folded(model_of(nodes, constants, "y"))
    assert kinds(result) == ["Relu", "Add"]
    np.testing.assert_array_equal(run(result, images()), np.maximum(images(), 0))


def test_the_model_that_is_given_stays_as_it_is() -> None:
    nodes = [node("Conv", ["x", "w"], "c"), node("Mul", ["c", "factor"], "y")]
    model = model_of(nodes, {"w": KERNEL, "factor": PER_CHANNEL}, "y")
    before = model.SerializeToString(deterministic=True)
    folded(model)
    assert model.SerializeToString(deterministic=True) == before
