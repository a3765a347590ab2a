"""Phase 1: the head, trained on features that the frozen backbone computes once per augmented view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgewright_runtime.console import Reporter

from ..data.batches import plain_batches
from ..data.epoch_order import EpochClock, shuffled_batches
from ..data.pixels import Pixels
from ..network.network import Network
from ..recipes import Recipe
from .best_epoch import best_of
from .callbacks import BestWeights
from .compilation import compile_classifier
from .distillation import blended, taught_batches
from .epoch import Epoch
from .logistic_regression import DenseLayer, Examples, regressions
from .losses import made_loss
from .schedules import ScheduledRate
from .supervision import Supervision
from .teaching import Teacher

_BATCH = 64


@dataclass(frozen=True)
class HeadResult:
    """What phase 1 left.

    Attributes:
        epochs: its history.
        best: the one whose weights the head has now.
    """

    epochs: tuple[Epoch, ...]
    best: Epoch


def train_head(
    network: Network,
    pixels: Pixels,
    *,
    recipe: Recipe,
    class_weight: Mapping[int, float] | None,
    seed: int,
    supervision: Supervision | None = None,
    teacher: Teacher | None = None,
) -> HeadResult:
    """The history of a training after which the network's head fits the frozen backbone's features.

    One epoch goes once over all views of all images; with the solver `logistic_regression` it is one strength of the
    penalty.
    """
    supervision = supervision or Supervision()
    train = _training_examples(network, pixels, recipe, class_weight, seed, supervision.reporter, teacher)
    validation = _examples(network, plain_batches(pixels, "val", batch_size=recipe.batch_size, classes=network.classes))
    epochs = _SOLVERS[recipe.head_phase.solver](network, train, validation, recipe, seed, supervision)
    return HeadResult(epochs, best_of(epochs, recipe.head_phase.monitor))


def _by_gradients(
    network: Network, train: Examples, validation: Examples, recipe: Recipe, seed: int, supervision: Supervision
) -> tuple[Epoch, ...]:
    phase = recipe.head_phase
    # A model of the network's own head layers, so that what it learns is the network's.
    head = keras.Sequential([keras.Input((train.features.shape[1],)), *network.head])
    compile_classifier(head, recipe, phase, taught=train.labels.shape[1] > network.classes)
    best = BestWeights(patience=phase.early_stopping_patience, monitor=phase.monitor)
    batches = _batches(train, seed=seed, clock=supervision.clock)
    return supervision.fit(
        head,
        batches,
        phase="head",
        epochs=phase.epochs,
        best=best,
        callbacks=[ScheduledRate(phase, steps=len(batches))],
        validation_data=(validation.features, validation.labels),
    )


def _batches(train: Examples, *, seed: int, clock: EpochClock) -> Any:
    """A tf.data.Dataset of features, labels and weights in the order of the clock's epoch."""
    parts = (train.features, train.labels, train.weights)

    def read(batch: Any, _: Any) -> tuple[Any, ...]:
        values = tf.numpy_function(lambda places: tuple(part[places] for part in parts), [batch], [tf.float32] * 3)
        shaped = zip(values, parts, strict=True)
        return tuple(tf.ensure_shape(value, (None, *part.shape[1:])) for value, part in shaped)

    places = np.arange(len(train.features), dtype=np.int64)
    return shuffled_batches(places, places, batch_size=_BATCH, seed=seed, clock=clock).map(read).prefetch(2)


def _by_logistic_regression(
    network: Network,
    train: Examples,
    validation: Examples,
    recipe: Recipe,
    seed: int,  # noqa: ARG001  the table's functions are called alike
    supervision: Supervision,
) -> tuple[Epoch, ...]:
    if train.labels.shape[1] > network.classes:
        train = replace(train, labels=blended(train.labels, recipe.distillation))
    found: list[tuple[Epoch, DenseLayer]] = []
    for epoch, layer in regressions(train, validation, loss_of=_loss_of(recipe)):
        found.append((epoch, layer))
        supervision.reporter.line(
            f"head, logistic regression {epoch.epoch}: loss {epoch.loss:.3f}, accuracy {epoch.accuracy:.3f}, "
            f"val_loss {epoch.val_loss:.3f}, val_accuracy {epoch.val_accuracy:.3f}  ({epoch.seconds:.1f} s)"
        )
    epochs = tuple(epoch for epoch, _ in found)
    chosen = dict(found)[best_of(epochs, recipe.head_phase.monitor)]
    network.head[-1].set_weights([chosen.kernel, chosen.bias])
    supervision.record(epochs)
    return epochs


def _loss_of(recipe: Recipe) -> Callable[[Any, Any, Any], float]:
    loss = made_loss(recipe.loss)
    return lambda labels, probabilities, weights: float(loss(labels, probabilities, sample_weight=weights))


_SOLVERS: dict[str, Callable[[Network, Examples, Examples, Recipe, int, Supervision], tuple[Epoch, ...]]] = {
    "gradient": _by_gradients,
    "logistic_regression": _by_logistic_regression,
}


def _training_examples(
    network: Network,
    pixels: Pixels,
    recipe: Recipe,
    class_weight: Mapping[int, float] | None,
    seed: int,
    reporter: Reporter,
    teacher: Teacher | None,
) -> Examples:
    """The features of all views, each of which is what an epoch with the backbone in the loop would show."""
    views = recipe.head_phase.views
    batches = taught_batches(
        pixels,
        teacher,
        batch_size=recipe.batch_size,
        augmentation=recipe.augmentation,
        classes=network.classes,
        seed=seed,
        balance=recipe.balance,
        class_weight=class_weight,
    )
    total = views * len(batches)
    seen = [_examples(network, batches, step=_counting(reporter, view * len(batches), total)) for view in range(views)]
    return Examples(
        *(np.concatenate([getattr(each, part) for each in seen]) for part in ("features", "labels", "weights"))
    )


def _counting(reporter: Reporter, before: int, total: int) -> Callable[[int], None]:
    return lambda done: reporter.step("features of augmented views", before + done, total)


def _examples(network: Network, batches: Any, *, step: Callable[[int], None] | None = None) -> Examples:
    features, labels, weights = [], [], []
    for number, (images, truth, *of_images) in enumerate(batches, 1):
        features.append(_as_float32(network.features.predict_on_batch(images)))
        labels.append(np.asarray(truth))
        weights.append(np.asarray(of_images[0]) if of_images else np.ones(len(truth), np.float32))
        if step:
            step(number)
    return Examples(np.concatenate(features), np.concatenate(labels), np.concatenate(weights))


def _as_float32(values: Any) -> NDArray[np.float32]:
    """With mixed precision the backbone's features come in half of it."""
    return np.asarray(values).astype(np.float32)
