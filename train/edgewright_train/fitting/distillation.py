"""A student learns from a teacher's answers as well as from the labels."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..data.batches import training_batches
from ..data.pixels import Pixels
from ..recipes import Distillation
from .teaching import Teacher

_LEAST = 1e-7
"""Below which a probability counts as this, for its logarithm."""

_SEEN_BY_A_REGRESSION = 0.01
"""Of the teacher's answers; each class of an image is a row of its own there, and most would weigh nothing."""


def taught_batches(pixels: Pixels, teacher: Teacher | None, **options: Any) -> Any:
    """As `data.batches.training_batches` with these options, and where there is a teacher with its answers.

    Both sides draw the same views, for these follow from the seed and the epoch alone, and are told in shares of the
    image's side.
    """
    batches = training_batches(pixels, **options)
    if teacher is None:
        return batches
    views = batches if teacher.pixels is pixels else training_batches(teacher.pixels, **options)
    return with_answers(batches, views, teacher)


def with_answers(batches: Any, views: Any, teacher: Teacher) -> Any:
    """The batches, with labels of shape (batch, 2 classes): the labels themselves, and the teacher's answers.

    The teacher answers for the same view that the student is shown, which is what makes it a good one (Beyer et al.
    2021, arXiv:2106.05237).

    Args:
        batches: images, labels and perhaps weights, as the student sees them.
        views: the same batches with the images as the teacher sees them; `batches` itself where both see the same.
        teacher: who answers.
    """
    classes = len(teacher.outputs)

    def answer(images: Any) -> Any:
        # Not as a part of the graph: the pipeline's graph runs on the CPU, and the teacher where Keras computes.
        return tf.ensure_shape(tf.numpy_function(teacher.answers, [images], tf.float32), (None, classes))

    if views is batches:
        return batches.map(lambda images, labels, *rest: (images, _beside(labels, answer(images)), *rest)).prefetch(2)
    answers = views.map(lambda images, *_: answer(images))
    both = tf.data.Dataset.zip((batches, answers))
    return both.map(lambda own, given: (own[0], _beside(own[1], given), *own[2:])).prefetch(2)


def _beside(labels: Any, answers: Any) -> Any:
    return tf.concat([labels, answers], axis=1)


class Distilled(keras.losses.Loss):  # type: ignore[misc]
    """(1 - w) times a loss of the labels, and w times T^2 KL(teacher || student), both at temperature T.

    Source: Hinton et al. 2015, arXiv:1503.02531, section 2; T^2 keeps the size of the gradients. Where there are labels
    alone, as in validation, it is the loss of the labels: epochs with and without a teacher can be compared.
    """

    def __init__(self, of_labels: Any, choices: Distillation) -> None:
        super().__init__(name="distilled")
        self._of_labels, self._choices = of_labels, choices

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each image, of shape (batch,)."""
        classes = y_pred.shape[-1]
        own = self._of_labels.call(y_true[:, :classes], y_pred)
        if y_true.shape[-1] == classes:
            return own
        temperature, weight = self._choices.temperature, self._choices.weight
        given, said = (
            keras.ops.log_softmax(keras.ops.log(keras.ops.maximum(each, _LEAST)) / temperature, axis=-1)
            for each in (y_true[:, classes:], y_pred)
        )
        divergence = keras.ops.sum(keras.ops.exp(given) * (given - said), axis=-1)
        return (1.0 - weight) * own + weight * temperature**2 * divergence


def accuracy_of_labels() -> Any:
    """The metric `accuracy`, where the teacher's answers may stand behind the labels."""
    return keras.metrics.MeanMetricWrapper(
        lambda y_true, y_pred: keras.metrics.categorical_accuracy(y_true[:, : y_pred.shape[-1]], y_pred),
        name="accuracy",
    )


def blended(labels: NDArray[np.float32], choices: Distillation) -> NDArray[np.float32]:
    """Labels with the teacher's answers mixed in by their weight, of shape (images, classes), for a regression.

    It has no temperature: the loss of such labels is that of `Distilled` at temperature 1, but for a constant. Answers
    below one percent are left out.
    """
    classes = labels.shape[1] // 2
    own, given = labels[:, :classes], labels[:, classes:]
    given = np.where(given < _SEEN_BY_A_REGRESSION, 0.0, given)
    given /= given.sum(axis=1, keepdims=True)
    return np.asarray((1.0 - choices.weight) * own + choices.weight * given, np.float32)
