"""A phase fitted by several processes or devices: each takes its part of every batch, and gradients are added up.

Keras 3's own `fit` does not do this: with MultiWorkerMirroredStrategy it ends with an error before its first step, for
it takes values of replicas for tensors. And where it does run, with MirroredStrategy, each part of a batch counts the
same in loss and accuracy, whatever number of images it has.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from edgewright_runtime.errors import EdgewrightError

from ..supervising.callbacks import BestWeights
from .distribution import Distribution


def start_of_chief(model: Any, best: BestWeights, together: Distribution) -> None:
    """Gives the model the chief's weights, and `best` what is to be beaten there.

    Each process has trained the head by itself, and floating-point sums come out in more than one way.
    """
    weights = model.get_weights()
    buffer = io.BytesIO()
    np.savez(buffer, np.float64(best.best), *weights)
    with np.load(io.BytesIO(together.from_chief(buffer.getvalue())), allow_pickle=False) as chiefs:
        best.best = float(chiefs["arr_0"])
        model.set_weights([chiefs[f"arr_{number}"] for number in range(1, len(weights) + 1)])


def mirrored(model: Any, together: Distribution) -> Any:
    """A compiled model of the same layers and weights whose variables every replica has, and keeps alike.

    Args:
        model: compiled; it stays as it is.
        together: who trains.
    """
    with together.strategy.scope():
        # Of the layers alone: what a model was compiled with would be cloned as well, by name.
        twin = keras.models.clone_model(keras.Model(model.inputs, model.outputs))
        twin.compile(optimizer=model.optimizer.unbuilt(), loss=model.loss)
        twin.set_weights(model.get_weights())
        twin.optimizer.build(twin.trainable_variables)
    for layer in twin.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True  # by the mean of the whole batch, as in one process
    return twin


def fit_together(
    model: Any,
    data: Any,
    *,
    together: Distribution,
    initial_epoch: int,
    epochs: int,
    callbacks: Sequence[Any],
    validation_data: Any,
) -> None:
    """Fits a model of `mirrored` as Keras's `fit` would fit it in one process.

    Every process draws the same batches and computes with its part of them. What callbacks are told is the same in
    all, so that they stop at the same epoch.

    Args:
        model: made by `mirrored`.
        data: a tf.data.Dataset of whole batches, the same in every process.
        together: who trains.
        initial_epoch: where to begin.
        epochs: where to end.
        callbacks: Keras callbacks.
        validation_data: a tf.data.Dataset.

    Raises:
        EdgewrightError: the labels are more than one number for each class.
    """
    if data.element_spec[1].shape[-1] != model.output_shape[-1]:
        raise EdgewrightError(
            "Several workers or GPUs learn from labels alone, not from a teacher's answers too; unset TF_CONFIG, set "
            "CUDA_VISIBLE_DEVICES to one GPU, or train without a teacher"
        )
    steps = _Steps(model, together)
    called = keras.callbacks.CallbackList(callbacks, model=model, epochs=epochs, steps=len(data))
    model.stop_training = False
    called.on_train_begin()
    logs: dict[str, float] = {}
    for epoch in range(initial_epoch, epochs):
        called.on_epoch_begin(epoch)
        sums = np.zeros(3)
        for number, batch in enumerate(data):
            called.on_train_batch_begin(number)
            sums += steps.train(batch)
            called.on_train_batch_end(number, _means(sums))
        logs = _means(sums)
        logs |= {f"val_{name}": value for name, value in _means(sum(map(steps.test, validation_data))).items()}
        called.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    called.on_train_end(logs)


class _Steps:
    """What is computed of a batch: the sums of its images' losses, of those that are right, and how many they are."""

    def __init__(self, model: Any, together: Distribution) -> None:
        self._model, self._together = model, together
        self._train, self._test = tf.function(self._train_all), tf.function(self._test_all)

    def train(self, batch: Any) -> Any:
        """The sums, after a step of the optimizer."""
        return np.asarray(self._train(*self._parts(batch)))

    def test(self, batch: Any) -> Any:
        """The sums."""
        return np.asarray(self._test(*self._parts(batch)))

    def _parts(self, batch: Any) -> tuple[Any, ...]:
        """For each replica here: inputs, labels, weights, whether an image counts, and the size of the whole batch."""
        inputs, labels, *more = batch
        size, count = int(labels.shape[0]), self._together.replicas
        weights = more[0] if more else tf.ones(size)

        def part(values: Any, place: int) -> Any:
            # A replica must have something to compute; an image that is another's part does not count.
            return values[place::count] if place < size else values[:1]

        def of_replica(values: Any) -> Any:
            return self._together.strategy.experimental_distribute_values_from_function(
                lambda context: part(values, context.replica_id_in_sync_group)
            )

        # Nothing of a batch with fewer images than replicas is left for the last of them.
        own = [part(tf.ones(size), place) * float(place < size) for place in range(count)]
        counts = self._together.strategy.experimental_distribute_values_from_function(
            lambda context: own[context.replica_id_in_sync_group]
        )
        return of_replica(inputs), of_replica(labels), of_replica(weights), counts, tf.constant(float(size))

    def _train_all(self, *parts: Any) -> Any:
        return self._added(self._together.strategy.run(self._train_part, args=parts))

    def _test_all(self, *parts: Any) -> Any:
        return self._added(self._together.strategy.run(self._test_part, args=parts))

    def _added(self, sums: Any) -> Any:
        return self._together.strategy.reduce(tf.distribute.ReduceOp.SUM, sums, axis=None)

    def _train_part(self, inputs: Any, labels: Any, weights: Any, counts: Any, size: Any) -> Any:
        model = self._model
        with tf.GradientTape() as tape:
            loss, right = self._of_part(inputs, labels, weights, counts, size, training=True)
            mean = loss / size
        variables = model.trainable_variables
        model.optimizer.apply_gradients(zip(tape.gradient(mean, variables), variables, strict=True))  # adds them up
        return tf.stack([loss, right, tf.reduce_sum(counts)])

    def _test_part(self, inputs: Any, labels: Any, weights: Any, counts: Any, size: Any) -> Any:
        loss, right = self._of_part(inputs, labels, weights, counts, size, training=False)
        return tf.stack([loss, right, tf.reduce_sum(counts)])

    def _of_part(self, inputs: Any, labels: Any, weights: Any, counts: Any, size: Any, *, training: bool) -> Any:
        """The sum of losses, with this part's share of what the weights themselves cost, and how many are right."""
        model = self._model
        probabilities = model(inputs, training=training)
        of_images = model.loss.call(labels, probabilities) * weights * counts
        penalties = tf.add_n(model.losses) if model.losses else 0.0
        loss = tf.reduce_sum(of_images) + penalties * size / self._together.replicas
        truth = labels[:, : probabilities.shape[1]]  # a teacher's answers may stand behind them
        right = tf.cast(tf.argmax(truth, axis=1) == tf.argmax(probabilities, axis=1), tf.float32)
        return loss, tf.reduce_sum(right * counts)


def _means(sums: Any) -> dict[str, float]:
    return {"loss": float(sums[0] / sums[2]), "accuracy": float(sums[1] / sums[2])}
