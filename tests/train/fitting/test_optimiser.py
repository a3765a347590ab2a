"""The learning rate goes down as the recipe's schedule says, and the loss is smoothed cross-entropy."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from edgewright_train.fitting.optimiser import compile_classifier, rate_of, schedule_callbacks
from edgewright_train.recipes import FullPhase

PLATEAU = FullPhase(epochs=9, learning_rate=0.01, schedule="plateau", early_stopping_patience=9, plateau_patience=2)
COSINE = replace(PLATEAU, schedule="cosine")


def test_cosine_falls_from_the_recipes_rate_to_0_over_all_steps():
    rates = [float(rate_of(COSINE, steps=10)(step)) for step in range(11)]
    assert rates[0] == pytest.approx(0.01)
    assert rates[5] == pytest.approx(0.005)
    assert rates[10] == pytest.approx(0, abs=1e-9)
    assert rates == sorted(rates, reverse=True)
    assert schedule_callbacks(COSINE) == ()


def test_plateau_takes_a_fifth_of_the_rate_after_its_patience_and_not_before():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, activation="softmax")])
    compile_classifier(model, rate_of(PLATEAU, steps=10), label_smoothing=0.0)
    values, truth = np.ones((4, 1), np.float32), np.eye(2, dtype=np.float32)
    # Trained towards one class and validated on the other: the validation loss only ever rises.
    trained = model.fit(
        values, truth[[0] * 4], validation_data=(values, truth[[1] * 4]), epochs=5, verbose=0,
        callbacks=list(schedule_callbacks(PLATEAU)),
    )  # fmt: skip
    assert trained.history["val_loss"] == sorted(trained.history["val_loss"])
    # An epoch's record has the rate that it was trained with: the first sets the best, the next two are the patience.
    assert trained.history["learning_rate"] == pytest.approx([0.01, 0.01, 0.01, 0.002, 0.002])


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_loss_is_cross_entropy_with_the_smoothed_labels(smoothing):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Activation("linear")])
    compile_classifier(model, 0.1, label_smoothing=smoothing)
    probabilities = np.array([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2]], np.float32)
    truth = np.eye(3, dtype=np.float32)[[0, 2]]
    loss, accuracy = model.evaluate(probabilities, truth, verbose=0)
    wanted = truth * (1 - smoothing) + smoothing / 3
    assert loss == pytest.approx(-(wanted * np.log(probabilities)).sum(axis=1).mean(), rel=1e-5)
    assert accuracy == 0.5
