"""A backbone's row says what it can be built for, and refuses the rest by name."""

from dataclasses import replace

import numpy as np
import pytest
from keras.src.applications import efficientnet, efficientnet_v2, mobilenet_v3, nasnet, resnet

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.network import BACKBONES, backbone_named
from edgewright_train.recipes import load_recipe

ROW = backbone_named("mobilenet_v2")


@pytest.mark.parametrize("row", BACKBONES, ids=lambda row: row.name)
def test_limits_themselves_are_taken(row):
    row.check_size(row.min_size)
    row.check_size(row.max_size)
    row.check_size(row.native_size)
    for alpha in row.alphas:
        row.check_alpha(alpha)
    for activation in ("auto", *row.activations):
        row.check_activation(activation)


@pytest.mark.parametrize("size", [ROW.min_size - 1, ROW.max_size + 1])
def test_side_beyond_the_limits_is_refused_with_them(size):
    with pytest.raises(EdgewrightError, match=f"from 32 to 224 pixels for mobilenet_v2, not {size}"):
        ROW.check_size(size)


@pytest.mark.parametrize("alpha", [0.36, "wide", None])
def test_width_without_weights_is_refused_with_those_that_have_some(alpha):
    with pytest.raises(EdgewrightError, match=r"one of 0\.35, 0\.5, 0\.75, 1\.0, 1\.3, 1\.4 or .*, not "):
        ROW.check_alpha(alpha)


def test_activation_of_a_backbone_that_has_its_own_is_refused_in_a_recipe_too():
    with pytest.raises(EdgewrightError, match='activation must be "auto", as it has its own, for mobilenet_v2'):
        replace(load_recipe("flowers"), activation="gelu")
    with pytest.raises(EdgewrightError, match=r"relu, .*swish or \"auto\" for small_cnn, not 'tanh'"):
        backbone_named("small_cnn").check_activation("tanh")


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(EdgewrightError, match="'mobilenet_v22': did you mean 'mobilenet_v2'"):
        backbone_named("mobilenet_v22")


@pytest.mark.parametrize(("size", "published"), [(96, 96), (160, 160), (224, 224), (48, 224), (100, 224)])
def test_sizes_that_are_not_published_take_the_weights_of_224(size, published):
    url = ROW.imagenet_url(alpha=1, size=size)
    assert url.endswith(f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_{published}_no_top.h5")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("mobilenet_v3_small", f"{mobilenet_v3.BASE_WEIGHT_PATH}weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5"),
        ("mobilenet_v3_large", f"{mobilenet_v3.BASE_WEIGHT_PATH}weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5"),
        ("efficientnet_b0", f"{efficientnet.BASE_WEIGHTS_PATH}efficientnetb0_notop.h5"),
        ("efficientnet_b3", f"{efficientnet.BASE_WEIGHTS_PATH}efficientnetb3_notop.h5"),
        ("efficientnet_v2_b0", f"{efficientnet_v2.BASE_WEIGHTS_PATH}efficientnetv2-b0_notop.h5"),
        ("resnet50", f"{resnet.BASE_WEIGHTS_PATH}resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5"),
        ("nasnet_mobile", nasnet.NASNET_MOBILE_WEIGHT_PATH_NO_TOP),
    ],
)
def test_weights_come_from_where_keras_has_them(name, address):
    assert backbone_named(name).imagenet_url(alpha=1, size=64) == address


def test_backbone_that_nobody_trained_says_so_when_its_weights_are_asked_for():
    with pytest.raises(EdgewrightError, match="no ImageNet weights of small_cnn; train it from scratch with --weights"):
        backbone_named("small_cnn").imagenet_url(alpha=1, size=32)


@pytest.mark.parametrize("row", BACKBONES, ids=lambda row: row.name)
def test_contract_of_a_recipe_has_the_normalisation_of_its_backbone(row):
    recipe = replace(load_recipe("flowers"), backbone=row.name, input_size=32)
    assert recipe.preprocessing().normalisation == row.normalisation


def test_statistics_are_those_of_imagenet():
    row = backbone_named("efficientnet_b0").normalisation
    brightest = np.multiply(255, row.scale) + row.offset
    np.testing.assert_allclose(brightest, np.subtract(1, [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225])
