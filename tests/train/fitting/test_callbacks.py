"""Early stopping keeps the best weights and never ends worse than it began; a diverging training stops at once."""

import math

import keras
import numpy as np
import pytest

from edgewright_runtime.console import Silent
from edgewright_runtime.errors import EdgewrightError
from edgewright_train.fitting.callbacks import BestWeights, History


class Counting:
    """Stands in for the loop around the callback: its weights are the number of the epoch."""

    def __init__(self) -> None:
        self.value, self.stop_training = 0, False

    def get_weights(self) -> list[np.ndarray]:
        return [np.array(self.value)]

    def set_weights(self, weights: list[np.ndarray]) -> None:
        self.value = int(weights[0])


def run(losses: list[float], *, patience: int, start: float = math.inf) -> tuple[int, int]:
    callback, model = BestWeights(patience=patience, start=start), Counting()
    callback.set_model(model)
    callback.on_train_begin()
    epochs = 0
    for epochs, loss in enumerate(losses, start=1):
        model.value = epochs
        callback.on_epoch_end(epochs - 1, {"val_loss": loss})
        if model.stop_training:
            break
    callback.on_train_end()
    return epochs, model.value


def test_best_epoch_is_put_back():
    assert run([3.0, 1.0, 2.0], patience=9) == (3, 2)


def test_it_stops_after_patience_epochs_without_a_better_one():
    assert run([3.0, 1.0, 2.0, 2.0, 0.1], patience=2) == (4, 2)


def test_weights_that_no_epoch_beats_are_put_back():
    assert run([3.0, 2.0, 1.5], patience=9, start=1.0) == (3, 0)


def test_the_start_does_not_use_up_the_patience():
    assert run([3.0, 2.0, 1.5, 0.9], patience=2, start=1.0) == (4, 4)


def test_diverging_training_ends_in_one_sentence():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(1e30), loss="mse", metrics=["accuracy"])
    values, truth = np.ones((8, 2), np.float32), np.zeros((8, 1), np.float32)
    history = History("head", epochs=9, reporter=Silent())
    with pytest.raises(EdgewrightError, match=r"diverged in epoch \d of phase head .*lower its learning_rate"):
        model.fit(values, truth, epochs=9, validation_data=(values, truth), callbacks=[history], verbose=0)
