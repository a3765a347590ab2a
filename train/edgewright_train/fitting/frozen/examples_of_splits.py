"""What a frozen part of the network gives for the images of a training, computed once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from edgewright_runtime.console import Reporter

from ...data.batches import plain_batches
from ..augmented_batches import augmented_batches
from ..learning_task import LearningTask
from .caching_rule import images_of_epoch
from .computed_examples import Compiled, computed_examples
from .examples import Examples


@contextlib.contextmanager
def examples_of_splits(
    compute: Compiled,
    task: LearningTask,
    *,
    classes: int,
    views: int,
    reporter: Reporter,
    told: tuple[str, str],
    kept_as: Any = np.float32,
) -> Iterator[tuple[Examples, Examples]]:
    """Of the training split's augmented views, and of the validation split; they go away with the block.

    Args:
        compute: from a batch of images to what is kept.
        task: whose images, augmented as its recipe says; a teacher's answers stand behind the training split's labels.
        classes: how many there are.
        views: how many of each image of the training split.
        reporter: what is told how far it is.
        told: what it is called there, of either split.
        kept_as: numpy's type of what is kept.

    Raises:
        EdgewrightError: there is no room on the disk.
    """
    pixels, recipe = task.pixels, task.recipe
    augmented = augmented_batches(task, classes=classes)
    plain = plain_batches(pixels, "val", batch_size=recipe.batch_size, classes=classes)
    images = images_of_epoch(pixels, recipe.balance), len(pixels.places["val"])
    with (
        computed_examples(
            compute, augmented, images=images[0], views=views, kept_as=kept_as, reporter=reporter, what=told[0]
        ) as train,
        computed_examples(compute, plain, images=images[1], kept_as=kept_as, reporter=reporter, what=told[1]) as held,
    ):
        yield train, held
