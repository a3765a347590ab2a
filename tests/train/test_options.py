"""What a notebook may set is what the command line may set, with the same defaults."""

from dataclasses import fields
from pathlib import Path

import pytest

from edgewright_runtime.command_line import parser_of
from edgewright_runtime.errors import EdgewrightError
from edgewright_train import TrainOptions, load_recipe
from edgewright_train.command import COMMAND
from edgewright_train.recipes import NO_CHANGES, RecipeChanges

NOT_OF_THE_TRAINING = {
    "help",
    "debug",
    "data",
    "out",
    "if_needed",
    "overwrite",
    "list_backbones",
    "print_recipe",
    "resume",
    "folds",
    "compare",
    "sweep",
    "max_drop",
    "json",
}


def test_every_option_of_the_command_that_changes_the_model_is_a_field():
    declared = {action.dest for action in parser_of("train", COMMAND)._actions}
    assert declared >= NOT_OF_THE_TRAINING
    assert {field.name for field in fields(TrainOptions)} == declared - NOT_OF_THE_TRAINING


def test_only_the_recipe_must_be_named_and_nothing_of_it_changes():
    options = TrainOptions("flowers")
    assert options.changes == NO_CHANGES
    assert options.unchanged_recipe() == load_recipe("flowers")
    assert (options.recipe_name, options.labels_file, options.seed) == ("flowers", None, 0)


def test_recipe_that_a_program_made_is_taken_as_it_is_and_has_no_name(small_recipe):
    assert TrainOptions(small_recipe).unchanged_recipe() is small_recipe
    assert TrainOptions(small_recipe).recipe_name is None


def test_values_in_place_of_the_recipes_are_told_apart_by_name():
    options = TrainOptions("flowers", epochs=(3, 2), size=96, alpha=0.5, labels="labels.txt")
    assert options.changes == RecipeChanges(epochs=(3, 2), input_size=96, alpha=0.5)
    assert options.labels_file == Path("labels.txt")


def test_seed_below_0_is_refused():
    with pytest.raises(EdgewrightError, match="seed must be a whole number from 0 on, not -1"):
        TrainOptions("flowers", seed=-1)
