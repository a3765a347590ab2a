"""Early stopping keeps the best weights and never ends worse than it began; a diverging training stops at once."""

import math
import re

import keras
import numpy as np
import pytest

from edgewright_runtime.console import Silent
from edgewright_runtime.errors import EdgewrightError
from edgewright_train.fitting.supervising.callbacks import BestWeights, Divergence, History

from ....listening import Listening


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


def fitted(rate: float, *callbacks: keras.callbacks.Callback, epochs: int = 9) -> None:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse", metrics=["accuracy"])
    values, truth = np.ones((8, 2), np.float32), np.zeros((8, 1), np.float32)
    model.fit(
        values,
        truth,
        batch_size=2,
        epochs=epochs,
        validation_data=(values, truth),
        callbacks=list(callbacks),
        verbose=0,
    )


def test_highest_accuracy_can_be_the_best_too():
    callback, model = BestWeights(patience=2, monitor="val_accuracy"), Counting()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, accuracy in enumerate([0.5, 0.8, 0.7, 0.8], start=1):
        model.value = epoch
        callback.on_epoch_end(epoch - 1, {"val_accuracy": accuracy, "val_loss": 1.0 / epoch})
    assert model.stop_training
    callback.on_train_end()
    assert (model.value, callback.best) == (2, 0.8)


def test_loss_that_is_no_number_ends_the_training_with_phase_epoch_rate_and_remedy():
    with pytest.raises(EdgewrightError) as caught:
        fitted(1e30, Divergence("head"))
    assert re.fullmatch(
        r"The training diverged in batch \d of epoch 1 of phase head "
        r"\(the loss is (nan|inf) at learning rate 1e\+30\); "
        "lower the phase's learning_rate in the recipe, to a tenth for a start, or give it warmup_epochs",
        str(caught.value),
    )


def test_loss_that_explodes_ends_the_training_before_it_is_infinite():
    with pytest.raises(
        EdgewrightError, match=r"diverged in batch \d of epoch \d of phase head \(the loss is [\d.e+]+ at"
    ):
        fitted(2.0, Divergence("head"))


def test_loss_that_goes_down_ends_nothing():
    history = History("head", epochs=3, reporter=Silent())
    fitted(0.01, Divergence("head"), history, epochs=3)
    losses = [row.loss for row in history.rows]
    assert losses == sorted(losses, reverse=True)


class Steps(Listening):
    """A reporter that remembers steps too."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[tuple[str, int, int]] = []

    def step(self, what: str, done: int, total: int) -> None:
        self.steps.append((what, done, total))


def test_progress_begins_with_the_graph_and_goes_through_each_epoch():
    listening = Steps()
    fitted(0.01, History("fine_tune", epochs=2, reporter=listening), epochs=2)
    assert listening.steps[0] == ("building the training graph", 0, 1)
    names = list(dict.fromkeys(what for what, _, _ in listening.steps))
    assert names == ["building the training graph", "fine tune 1/2", "fine tune 2/2"]
    assert all(done <= total == 4 for what, done, total in listening.steps if what.startswith("fine"))
    assert [line.split(":")[0] for line in listening.lines if "val_loss" in line] == ["fine tune 1/2", "fine tune 2/2"]


def test_time_left_is_told_where_it_is_long():
    listening = Listening()
    history = History("head", epochs=100_000, reporter=listening)
    fitted(0.01, history, epochs=2)
    assert re.search(r"\(\d+\.\d s, at most \d+:\d\d left\)$", listening.lines[-1])
