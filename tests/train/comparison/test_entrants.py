"""Which backbones are compared, and with which weights."""

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.comparison import entrants_of
from edgewright_train.options import TrainOptions

OPTIONS = TrainOptions("flowers", weights="none", epochs=(0, 1), size=32)


def test_each_backbone_gets_the_recipe_with_the_changes_and_its_own_width():
    small, large = entrants_of("mobilenet_v2:0.35, mobilenet_v3_small", OPTIONS)
    assert (small.options.recipe.backbone, small.options.recipe.alpha) == ("mobilenet_v2", 0.35)
    assert (large.options.recipe.backbone, large.options.recipe.alpha) == ("mobilenet_v3_small", "auto")
    assert {each.options.recipe.input_size for each in (small, large)} == {32}
    assert small.options.recipe.from_scratch.epochs == 1
    assert (small.folder, large.folder) == ("mobilenet_v2-0.35", "mobilenet_v3_small")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("mobilenet_v2", "two backbones or more"),
        ("", "two backbones or more"),
        ("mobilenet_v2,mobilenet_v2", "names mobilenet_v2 twice"),
        ("mobilenet_v2,mobilnet_v3_small", "did you mean 'mobilenet_v3_small'"),
        ("mobilenet_v2:wide,small_cnn", "a width such as mobilenet_v2:0.35"),
        ("mobilenet_v2:0.4,small_cnn", "alpha must be one of"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_sentence(text, sentence):
    with pytest.raises(EdgewrightError, match=sentence):
        entrants_of(text, OPTIONS)


def test_weights_are_found_in_a_folder_by_what_they_hold(backbone_weights):
    options = TrainOptions("flowers", weights=str(backbone_weights.parent), size=32)
    with pytest.raises(EdgewrightError, match="holds no file with the weights of small_cnn"):
        entrants_of("mobilenet_v2,small_cnn", options)
    with pytest.raises(EdgewrightError, match=r"holds no file with the weights of mobilenet_v2 of alpha 0\.5"):
        entrants_of("mobilenet_v2:0.35,mobilenet_v2:0.5", options)


def test_one_file_is_no_folder_of_weights(backbone_weights):
    with pytest.raises(EdgewrightError, match="a folder with a file for each backbone"):
        entrants_of("mobilenet_v2,small_cnn", TrainOptions("flowers", weights=str(backbone_weights)))
