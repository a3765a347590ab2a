"""What may be varied, and how it is written."""

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.recipes import load_recipe
from edgewright_train.sweep.axes import axes_of, described, varied


@pytest.fixture(scope="module")
def flowers():
    return load_recipe("flowers")


def test_values_are_written_as_in_a_recipe_and_texts_need_no_quotes(flowers):
    words = [
        "alpha=0.35,1.0",
        "size=96, 160",
        "backbone=mobilenet_v2,small_cnn",
        'balance="none"',
        "head.layers=[64],[]",
    ]
    assert [axis.values for axis in axes_of(words, flowers)] == [
        (0.35, 1.0), (96, 160), ("mobilenet_v2", "small_cnn"), ("none",), ([64], []),
    ]  # fmt: skip


def test_values_take_the_place_of_the_recipes_own_in_its_tables_too(flowers):
    values = {"size": 96, "fine_tune.learning_rate": 1e-3, "head.layers": [64], "augmentation.horizontal_flip": False}
    recipe = varied(flowers, values)
    assert (recipe.input_size, recipe.fine_tune.learning_rate, recipe.head.layers) == (96, 1e-3, (64,))
    assert not recipe.augmentation.horizontal_flip
    assert recipe.from_scratch == flowers.from_scratch
    assert described({"alpha": 0.35, "size": 96}) == "alpha=0.35, size=96"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["alpha"], "takes KEY=V1,V2 such as alpha=0.35,0.5,1.0, not 'alpha'"),
        (["alpha="], "takes KEY=V1,V2"),
        (["=1,2"], "takes KEY=V1,V2"),
        (["alhpa=0.35,1.0"], "Unknown key of --sweep 'alhpa': did you mean 'alpha'"),
        (["fine_tune.learning_rat=1,2"], "did you mean 'fine_tune.learning_rate'"),
        (["alpha=0.35", "alpha=1.0"], "names alpha twice"),
        (["alpha=0.35,0.35"], "names alpha=0.35 twice"),
        (["weights=none,imagenet"], "cannot vary weights"),
        (["test_fraction=0.1,0.2"], "cannot vary test_fraction: it would make another split"),
    ],
)
def test_what_cannot_be_varied_is_refused_in_one_sentence(flowers, words, sentence):
    with pytest.raises(EdgewrightError, match=sentence):
        axes_of(words, flowers)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"alpha": 0.4}, r"--sweep alpha=0\.4: alpha must be one of"),
        ({"size": "big"}, "input_size must be a whole number"),
        ({"head.dropout": 2.0}, "dropout must be at least 0"),
        ({"backbone": "mobilnet_v2"}, "did you mean 'mobilenet_v2'"),
    ],
)
def test_a_value_that_does_not_suit_the_recipe_is_refused(flowers, values, sentence):
    with pytest.raises(EdgewrightError, match=sentence):
        varied(flowers, values)
