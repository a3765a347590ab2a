"""Memory that does not suffice is told with what to lower."""

from dataclasses import replace

import pytest
import tensorflow as tf

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.session import memory_explained

TOO_LARGE = 2**24  # squared, of four bytes each: a petabyte


def allocate() -> None:
    tf.ones((TOO_LARGE, TOO_LARGE))


def test_tensor_that_does_not_fit_names_the_options_with_their_values(small_recipe):
    with pytest.raises(EdgewrightError) as caught, memory_explained(small_recipe):
        allocate()
    assert str(caught.value) == (
        "The memory does not suffice for this training; lower batch_size (8) or input_size (32; --size) in the recipe, "
        "or set mixed_precision = true there"
    )


def test_what_is_set_already_is_no_remedy(small_recipe):
    recipe = replace(small_recipe, optimizer=replace(small_recipe.optimizer, mixed_precision=True))
    with pytest.raises(EdgewrightError, match=r"in the recipe$"), memory_explained(recipe):
        raise MemoryError


def test_other_errors_are_left_as_they_are(small_recipe):
    with pytest.raises(tf.errors.InvalidArgumentError), memory_explained(small_recipe):
        tf.reshape(tf.ones(3), (2, 2))
