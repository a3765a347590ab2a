"""A model as the list of steps in which it is computed."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers

from edgewright_convert.int8.network.folding import folded_model
from edgewright_convert.int8.network.keras_graph import UnsupportedModelError, graph_of, is_relu

from ...tiny import SIDE, classifier

pytestmark = pytest.mark.numeric


def test_layer_called_twice_is_not_corrected() -> None:
    inputs = keras.Input((SIDE, SIDE, 3))
    shared = layers.Conv2D(3, 3, padding="same")
    model = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(shared(shared(inputs)))))
    assert [type(step.operation) for step in graph_of(folded_model(model)).linear_steps()] == [layers.Dense]


def test_nested_models_are_laid_open_and_dropout_is_left_out() -> None:
    graph = graph_of(classifier(nested=True))
    names = [step.operation.name for step in graph.steps]
    assert "backbone" not in names
    assert not any("dropout" in name for name in names)
    assert names[-1] == "probabilities"


def test_each_tensor_knows_who_makes_and_who_reads_it() -> None:
    inputs = keras.Input((8,))
    x = layers.Dense(4, name="first")(inputs)
    graph = graph_of(keras.Model(inputs, layers.Add(name="sum")([x, layers.Dense(4, name="second")(x)])))
    first = graph.steps[0]
    assert sorted(step.operation.name for step in graph.consumers()[id(first.output)]) == ["second", "sum"]
    assert graph.producers()[id(first.output)] is first
    assert graph.consumers()[id(graph.output)] == []


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (lambda x: [layers.Dense(2)(x), layers.Dense(2)(x)], "1 inputs and 2 outputs"),
        (layers.Dense(2, dtype="mixed_float16", name="half"), "'half' computes in float16"),
    ],
)
def test_model_that_is_no_such_list_is_refused_with_the_reason(model: Any, reason: str) -> None:
    inputs = keras.Input((8,))
    with pytest.raises(UnsupportedModelError, match=reason):
        graph_of(keras.Model(inputs, model(inputs)))


def test_only_a_relu_that_an_operator_computes_by_the_way_counts_as_one() -> None:
    assert all(is_relu(each) for each in (layers.ReLU(), layers.ReLU(6.0), layers.Activation("relu6")))
    assert not any(is_relu(each) for each in (layers.LeakyReLU(), layers.ReLU(negative_slope=0.1)))
