"""Examples are what a model gives for each view, with the labels and weights of its images, in memory or on disk."""

import numpy as np
import pytest

from edgewright_runtime.console import Silent
from edgewright_train.data.batches import plain_batches, training_batches
from edgewright_train.fitting.frozen.computed_examples import compiled, computed_examples, passed_on
from edgewright_train.fitting.frozen.examples import examples_in_order

from ....tolerances import FLOAT16_STEP, SHALLOW, assert_close
from ...tiny import residual_network

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def network():
    return residual_network()


def of_validation(network, pixels, **options):
    batches = plain_batches(pixels, "val", batch_size=4, classes=3)
    return computed_examples(
        compiled(network.features), batches, images=6, reporter=Silent(), what="features", **options
    )


@pytest.mark.parametrize("largest", [0, 10**6])
def test_examples_are_what_the_model_gives(network, colour_pixels, largest):
    places = colour_pixels.places["val"]
    wanted = np.asarray(network.features(colour_pixels.values[places].astype(np.float32)))
    with of_validation(network, colour_pixels, largest_in_memory=largest) as examples:
        assert isinstance(examples.features, np.memmap) == (largest == 0)
        assert_close(examples.features, wanted, SHALLOW)
        np.testing.assert_array_equal(examples.labels.argmax(axis=1), colour_pixels.classes[places])
        np.testing.assert_array_equal(examples.weights, np.ones(6))
        read = [np.asarray(part) for part, _ in examples_in_order(examples, batch_size=4)]
        np.testing.assert_array_equal(np.concatenate(read), examples.features)


def test_half_precision_is_rounded_and_never_infinite(network, colour_pixels):
    with of_validation(network, colour_pixels) as exact, of_validation(
        network, colour_pixels, kept_as=np.float16
    ) as half:  # fmt: skip
        assert half.features.dtype == np.float16
        assert_close(half.features, exact.features, FLOAT16_STEP)


def test_each_view_is_another_one_with_the_weights_of_its_classes(network, colour_pixels, small_recipe):
    batches = training_batches(
        colour_pixels,
        batch_size=8,
        augmentation=small_recipe.augmentation,
        classes=3,
        seed=1,
        class_weight={0: 1.0, 1: 2.0, 2: 3.0},
    )
    with computed_examples(
        compiled(network.features), batches, images=24, views=2, reporter=Silent(), what="features"
    ) as examples:
        first, second = examples.features[:24], examples.features[24:]
        assert not np.isin(first[:, 0], second[:, 0]).any()
        np.testing.assert_array_equal(examples.weights, examples.labels.argmax(axis=1) + 1)
        assert examples.labels.sum(axis=0).tolist() == [16, 16, 16]


def test_examples_passed_on_are_those_of_both_models(network, colour_pixels):
    with of_validation(network, colour_pixels) as examples:
        probabilities = network.head[-1](network.head[0](examples.features))
        head = passed_on(compiled(_head_of(network)), examples)
    assert_close(head.features, probabilities, SHALLOW)


def _head_of(network):
    import keras

    return keras.Model(network.features.output, network.model.output)
