from __future__ import annotations

from edgewright_convert.int8.network.layer_scopes import first_layer_in, layer_scope, layers_in


def test_layer_is_read_from_the_scope_that_it_computes_in() -> None:
    name = f"{layer_scope('relu_1')}Relu6"
    assert layers_in(name) == {"relu_1"}
    assert first_layer_in(name) == "relu_1"


def test_joined_operators_name_every_layer_and_the_first_makes_the_tensor() -> None:
    joined = f"model/x;{layer_scope('convolution')}Conv2D;{layer_scope('relu')}Relu;{layer_scope('convolution')}Bias"
    assert layers_in(joined) == {"convolution", "relu"}
    assert first_layer_in(joined) == "convolution"


def test_scopes_of_keras_alone_name_no_layer() -> None:
    assert layers_in("functional/relu_1/Relu;functional/x") == frozenset()
    assert first_layer_in("functional/relu_1/Relu") is None
