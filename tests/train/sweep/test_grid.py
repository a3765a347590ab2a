"""Which combinations are trained, and with which weights."""

import shutil

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.options import TrainOptions
from edgewright_train.sweep import grid_of


def test_every_value_of_one_goes_with_every_value_of_the_others():
    grid = grid_of(["alpha=0.35,1.0", "size=96,160"], TrainOptions("flowers", weights="none", epochs=(0, 1)))
    assert [point.entrant.folder for point in grid.points] == [
        "alpha-0.35-size-96", "alpha-0.35-size-160", "alpha-1.0-size-96", "alpha-1.0-size-160",
    ]  # fmt: skip
    recipes = [point.entrant.options.recipe for point in grid.points]
    assert [(recipe.alpha, recipe.input_size) for recipe in recipes] == [(0.35, 96), (0.35, 160), (1.0, 96), (1.0, 160)]
    assert {recipe.from_scratch.epochs for recipe in recipes} == {1}
    assert grid.left_out == ()


@pytest.mark.parametrize("as_folder", [True, False])
def test_combinations_without_weights_are_left_out_and_named(backbone_weights, tmp_path, as_folder):
    shutil.copy(backbone_weights, tmp_path / "w.h5")
    weights = tmp_path if as_folder else tmp_path / "w.h5"
    grid = grid_of(["alpha=0.35,0.5,1.0", "size=32,64"], TrainOptions("flowers", weights=str(weights)))
    assert [point.values for point in grid.points] == [{"alpha": 0.35, "size": 32}, {"alpha": 0.35, "size": 64}]
    assert {point.entrant.options.weights for point in grid.points} == {str(tmp_path / "w.h5")}
    told = " ".join(grid.left_out)
    assert "Left out alpha=0.5, size=32, alpha=0.5, size=64" in told
    assert "alpha=1.0" in told


def test_imagenet_weights_that_are_not_published_leave_their_combinations_out():
    grid = grid_of(["backbone=mobilenet_v2,small_cnn"], TrainOptions("flowers", weights="imagenet", size=96))
    assert [point.values for point in grid.points] == [{"backbone": "mobilenet_v2"}]
    assert "Left out backbone=small_cnn: There are no ImageNet weights of small_cnn" in grid.left_out[0]


def test_without_any_weights_there_is_no_sweep(backbone_weights):
    with pytest.raises(EdgewrightError, match=r"No combination of --sweep has weights: .* alpha 0\.35"):
        grid_of(["alpha=0.5,1.0"], TrainOptions("flowers", weights=str(backbone_weights)))


def test_a_weights_file_that_is_not_there_is_no_missing_alpha(tmp_path):
    with pytest.raises(EdgewrightError, match="There is no weights file"):
        grid_of(["alpha=0.5,1.0"], TrainOptions("flowers", weights=str(tmp_path / "gone.h5")))


def test_one_combination_is_no_sweep():
    with pytest.raises(EdgewrightError, match="two values or more"):
        grid_of(["alpha=0.35"], TrainOptions("flowers", weights="none"))
