"""The head gives probabilities that a converter and a loss can take as they are."""

import keras
import pytest

from edgewright_train.network.head import dense_head


@pytest.fixture
def half_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy(before)


@pytest.mark.usefixtures("half_precision")
def test_probabilities_are_float32_where_the_backbone_computes_in_float16():
    inputs = keras.Input((4,))
    features = keras.layers.Dense(4)(inputs)
    assert features.dtype == "float16"
    assert dense_head(3)(features).dtype == "float32"
