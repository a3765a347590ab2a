from __future__ import annotations

from edgewright_convert.onnx.arithmetic import multiplications

from .graphs import model_of, node, weights


def test_a_convolution_multiplies_each_weight_once_per_output_position():
    constants = {"w": weights(4, 3, 3, 3), "v": weights(5, 4, 1, 1)}
    nodes = [node("Conv", ["x", "w"], "a", pads=[1, 1, 1, 1]), node("Conv", ["a", "v"], "y", strides=[2, 2])]
    model = model_of(nodes, constants, "y")
    side = model.graph.input[0].type.tensor_type.shape.dim[2].dim_value
    first, second = multiplications(model).values()
    assert first == 4 * 3 * 9 * side * side
    assert second == 5 * 4 * ((side + 1) // 2) ** 2


def test_what_has_no_weights_takes_none():
    assert not multiplications(model_of([node("Relu", ["x"], "y")], {}, "y"))
