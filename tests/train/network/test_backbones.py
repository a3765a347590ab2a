"""A backbone's row says what it can be built for, and refuses the rest by name."""

import importlib

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.network import BACKBONES, backbone_named

ROW = backbone_named("mobilenet_v2")


def test_every_backbone_module_offers_what_the_table_promises():
    for row in BACKBONES:
        module = importlib.import_module(row.module)
        assert all(hasattr(module, name) for name in ("build", "kernel_shapes", "imagenet_url"))


@pytest.mark.parametrize("row", BACKBONES, ids=lambda row: row.name)
def test_limits_themselves_are_taken(row):
    row.check_size(row.min_size)
    row.check_size(row.max_size)
    for alpha in row.alphas:
        row.check_alpha(alpha)


@pytest.mark.parametrize("size", [ROW.min_size - 1, ROW.max_size + 1])
def test_side_beyond_the_limits_is_refused_with_them(size):
    with pytest.raises(EdgewrightError, match=f"from 32 to 224 pixels for mobilenet_v2, not {size}"):
        ROW.check_size(size)


@pytest.mark.parametrize("alpha", [0.36, "wide", None])
def test_width_without_weights_is_refused_with_those_that_have_some(alpha):
    with pytest.raises(EdgewrightError, match=r"one of 0\.35, 0\.5, 0\.75, 1\.0, 1\.3, 1\.4 or .*, not "):
        ROW.check_alpha(alpha)


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(EdgewrightError, match="'mobilenet_v3': did you mean 'mobilenet_v2'"):
        backbone_named("mobilenet_v3")
