"""Graphs made canonical: the same model gives the same bytes."""

from __future__ import annotations

import numpy as np

from edgewright_convert.onnx.graph import canonical, canonical_with_names, serialised, set_metadata

from .graphs import images, kinds, model_of, node, run, weights


def model(*, turned: bool = False, counted: str = "7"):
    """Two branches and their sum; `turned` writes the nodes in another order, `counted` is the converter's counter."""
    constants = {f"a{counted}": weights(4, 3, 1, 1), f"b{counted}": weights(4, 3, 1, 1, seed=2)}
    left, right = (node("Conv", ["x", name], f"t{name}") for name in constants)
    left.name, right.name = f"model/left__{counted}", f"model/right__{counted}"
    branches = [right, left] if turned else [left, right]
    return model_of([*branches, node("Add", [left.output[0], right.output[0]], "y")], constants, "y")


def test_neither_the_order_of_the_nodes_nor_the_converters_counters_reach_the_file():
    assert serialised(canonical(model())) == serialised(canonical(model(turned=True, counted="42")))


def test_canonical_model_computes_the_same_and_is_its_own_canonical_form():
    result = canonical(model(turned=True))
    np.testing.assert_array_equal(run(result, images()), run(model(), images()))
    assert serialised(canonical(result)) == serialised(result)


def test_what_no_output_needs_is_dropped():
    given = model()
    given.graph.node.append(node("Relu", ["x"], "nobody"))
    given.graph.initializer.append(given.graph.initializer[0])
    given.graph.initializer[-1].name = "unread"
    result = canonical(given)
    assert kinds(result) == ["Conv", "Conv", "Add"]
    assert len(result.graph.initializer) == 2


def test_names_come_from_the_layers_and_inputs_and_outputs_keep_theirs():
    result, names = canonical_with_names(model(counted="9"))
    assert [each.name for each in (*result.graph.input, *result.graph.output)] == ["x", "y"]
    assert [tensor.name for tensor in result.graph.initializer] == ["model/left/weight", "model/right/weight"]
    assert names["a9"] == "model/left/weight"


def test_layers_of_one_name_get_names_of_their_own():
    given = model()
    for each in given.graph.node[:2]:
        each.name = "same"
    assert len({each.name for each in canonical(given).graph.node}) == 3


def test_batch_is_free_and_metadata_come_in_the_order_of_their_keys():
    result = canonical(model())
    assert result.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    set_metadata(result, {"b": "2", "a": "1"})
    assert [(each.key, each.value) for each in result.metadata_props] == [("a", "1"), ("b", "2")]
