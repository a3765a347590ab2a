"""Phase 1: the head, trained on features that the frozen backbone computes once per augmented view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgewright_runtime.console import Reporter

from ..data.batches import plain_batches, training_batches
from ..data.epoch_order import EpochClock, shuffled_batches
from ..data.pixels import Pixels
from ..network.network import Network
from ..recipes import Recipe
from .callbacks import BestWeights
from .epoch import Epoch
from .optimiser import compile_classifier
from .supervision import Supervision

_BATCH = 64


@dataclass(frozen=True)
class HeadResult:
    """What phase 1 left.

    Attributes:
        epochs: its history.
        val_loss: of the weights that the head has now.
    """

    epochs: tuple[Epoch, ...]
    val_loss: float


def train_head(
    network: Network,
    pixels: Pixels,
    *,
    recipe: Recipe,
    class_weight: dict[int, float] | None,
    seed: int,
    supervision: Supervision | None = None,
) -> HeadResult:
    """The history of a training after which the network's dense layer fits the frozen backbone's features.

    One epoch goes once over all views of all images.
    """
    supervision = supervision or Supervision()
    reporter, classes = supervision.reporter, network.classes
    seen, truth = _training_features(network, pixels, recipe=recipe, classes=classes, seed=seed, reporter=reporter)
    validation = _features(network, plain_batches(pixels, "val", batch_size=recipe.batch_size, classes=classes))
    head = _head_alone(network, seen.shape[1], recipe)
    best = BestWeights(patience=recipe.head_phase.early_stopping_patience)
    epochs = supervision.fit(
        head,
        _batches(seen, truth, seed=seed, clock=supervision.clock),
        phase="head",
        epochs=recipe.head_phase.epochs,
        best=best,
        validation_data=(validation, one_hot(pixels.classes[pixels.places["val"]], classes)),
        class_weight=class_weight,
    )
    return HeadResult(epochs, best.best)


def one_hot(classes: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    """The class indices as rows with a 1 in the place of the class, float32 of shape (len(classes), count)."""
    return np.eye(count, dtype=np.float32)[classes]


def _training_features(
    network: Network, pixels: Pixels, *, recipe: Recipe, classes: int, seed: int, reporter: Reporter
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    views = []
    for view in range(recipe.head_phase.views):
        reporter.step("features of augmented views", view, recipe.head_phase.views)
        batches = training_batches(
            pixels,
            batch_size=recipe.batch_size,
            augmentation=recipe.augmentation,
            classes=classes,
            seed=seed + view,
            shuffle=False,
        )
        views.append(_features(network, batches))
    truth = one_hot(pixels.classes[pixels.places["train"]], classes)
    return np.concatenate(views), np.tile(truth, (recipe.head_phase.views, 1))


def _batches(seen: NDArray[np.float32], truth: NDArray[np.float32], *, seed: int, clock: EpochClock) -> Any:
    def values_at(places: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return seen[places], truth[places]

    def read(places: Any, _: Any) -> tuple[Any, Any]:
        features, labels = tf.numpy_function(values_at, [places], (tf.float32, tf.float32))
        return tf.ensure_shape(features, (None, seen.shape[1])), tf.ensure_shape(labels, (None, truth.shape[1]))

    places = np.arange(len(seen), dtype=np.int64)
    return shuffled_batches(places, batch_size=_BATCH, seed=seed, clock=clock).map(read).prefetch(2)


def _features(network: Network, batches: Any) -> NDArray[np.float32]:
    features: NDArray[np.float32] = network.features.predict(batches, verbose=0)
    return features


def _head_alone(network: Network, channels: int, recipe: Recipe) -> Any:
    """A model of the network's own head layers, so that what it learns is the network's."""
    head = keras.Sequential([keras.Input((channels,)), *network.head])
    compile_classifier(head, recipe, recipe.head_phase, rate=recipe.head_phase.learning_rate)
    return head
