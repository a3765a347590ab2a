"""Values in place of a recipe's own."""

import json

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.recipes import NO_CHANGES, RecipeChanges, changes_from, epochs_from


def test_changes_take_the_place_of_the_recipes_values_and_leave_the_others(small_recipe):
    changed = RecipeChanges(epochs=(3, 2), input_size=64).applied_to(small_recipe)
    assert (changed.head_phase.epochs, changed.fine_tune.epochs, changed.from_scratch.epochs) == (3, 2, 2)
    assert (changed.input_size, changed.alpha) == (64, small_recipe.alpha)
    assert NO_CHANGES.applied_to(small_recipe) == small_recipe


def test_value_out_of_range_is_refused(small_recipe):
    with pytest.raises(EdgewrightError, match="alpha must be one of"):
        RecipeChanges(alpha=3).applied_to(small_recipe)


def test_later_changes_come_before_earlier_ones():
    assert RecipeChanges(alpha=1.0).over(RecipeChanges((1, 0), 32, 0.35)) == RecipeChanges((1, 0), 32, 1.0)


@pytest.mark.parametrize("changes", [NO_CHANGES, RecipeChanges((1, 0), 32, 0.35), RecipeChanges(epochs=(0, 0))])
def test_changes_survive_json(changes):
    assert changes_from(json.loads(json.dumps(changes.given()))) == changes


@pytest.mark.parametrize("text", ["3", "-1,3", "1,2,3", "", "a,b"])
def test_epochs_that_are_not_two_whole_numbers_are_refused(text):
    with pytest.raises(EdgewrightError, match="--epochs takes two whole numbers"):
        epochs_from(text)
