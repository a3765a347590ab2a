"""What is known of MobileNetV2 without Keras is what Keras builds."""

import keras
import pytest

from edgewright_train.network import backbone_named, mobilenet_v2

ROW = backbone_named("mobilenet_v2")


@pytest.mark.parametrize("alpha", ROW.alphas)
def test_kernel_shapes_are_those_that_keras_builds(alpha):
    built = [
        tuple(weight.shape)
        for weight in mobilenet_v2.build(keras.Input((32, 32, 3)), alpha=alpha).weights
        if len(weight.shape) == 4
    ]
    assert mobilenet_v2.kernel_shapes(alpha) == {shape: built.count(shape) for shape in built}
    assert len(built) == 52


@pytest.mark.parametrize(("side", "left"), [(32, 1), (33, 2), (96, 3)])
def test_features_are_a_thirty_second_of_the_side_rounded_up(side, left):
    backbone = mobilenet_v2.build(keras.Input((side, side, 3)), alpha=0.35)
    assert backbone.output_shape == (None, left, left, 1280)


@pytest.mark.parametrize(("size", "published"), [(96, 96), (160, 160), (224, 224), (48, 224), (100, 224)])
def test_sizes_that_are_not_published_take_the_weights_of_224(size, published):
    url = mobilenet_v2.imagenet_url(alpha=1, size=size)
    assert url.endswith(f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_{published}_no_top.h5")
