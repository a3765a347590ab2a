"""The learning rate goes as the recipe's schedule says, with warm-up before it and a plateau's factor on top."""

from dataclasses import replace
from itertools import pairwise

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_train.fitting.schedules import ScheduledRate, learning_rate, lowered_by_plateaus
from edgewright_train.recipes import Phase
from edgewright_train.recipes.phases import SCHEDULES

CONSTANT = Phase(
    epochs=12,
    learning_rate=0.01,
    schedule="constant",
    warmup_epochs=0,
    decay=0.5,
    step_epochs=4,
    monitor="val_loss",
    early_stopping_patience=12,
    plateau_patience=0,
    plateau_factor=0.2,
    min_learning_rate=0.0,
)
RISING = [1.0, 1.1, 1.2, 1.3, 1.4]


def rates(epochs_done, **options) -> list[float]:
    return [learning_rate(replace(CONSTANT, **options), each) for each in epochs_done]


def test_constant_stays():
    assert rates([0, 5.5, 11.9]) == [0.01] * 3


def test_cosine_falls_from_the_recipes_rate_to_0_over_all_epochs():
    found = rates(np.linspace(0, 12, 25), schedule="cosine")
    assert found[0] == 0.01
    assert found[12] == pytest.approx(0.005)
    assert found[-1] == pytest.approx(0, abs=1e-12)
    assert found == sorted(found, reverse=True)


def test_exponential_decays_once_an_epoch_and_step_once_in_several():
    assert rates([0, 0.9, 1, 2.5], schedule="exponential") == pytest.approx([0.01, 0.01, 0.005, 0.0025])
    assert rates([0, 3.9, 4, 8.5], schedule="step") == pytest.approx([0.01, 0.01, 0.005, 0.0025])


def test_one_cycle_rises_for_a_third_and_falls_to_almost_nothing():
    found = rates(np.linspace(0, 12, 37), schedule="one_cycle")
    assert found[0] == pytest.approx(0.01 / 25)
    assert found[12] == pytest.approx(0.01)
    assert found[-1] == pytest.approx(1e-6)
    assert found[:13] == sorted(found[:13])
    assert found[12:] == sorted(found[12:], reverse=True)


@pytest.mark.parametrize("schedule", [name for name in SCHEDULES if name != "one_cycle"])
def test_warm_up_rises_from_0_to_where_the_schedule_begins(schedule):
    found = rates([0, 1, 2, 3, 3.001], schedule=schedule, warmup_epochs=3)
    assert found == pytest.approx([0, 0.01 / 3, 0.02 / 3, 0.01, 0.01], abs=1e-7)


@given(
    st.sampled_from(SCHEDULES),
    st.integers(1, 40),
    st.floats(0, 0.9999),
    st.floats(1e-4, 1),
    st.sampled_from([0.0, 1e-7, 1e-3]),
)
def test_rate_is_never_above_the_recipes_nor_pushed_below_the_floor(schedule, epochs, done, lowered, floor):
    phase = replace(CONSTANT, schedule=schedule, epochs=epochs, min_learning_rate=floor)
    alone, rate = learning_rate(phase, done * epochs), learning_rate(phase, done * epochs, lowered=lowered)
    assert 0 <= rate <= alone <= 0.01 + 1e-12
    assert rate >= min(alone, floor)


def test_schedule_and_plateau_go_together():
    phase = replace(CONSTANT, schedule="exponential", decay=0.9)
    assert learning_rate(phase, 2, lowered=0.2) == pytest.approx(0.01 * 0.81 * 0.2)


def test_plateau_lowers_after_its_patience_again_and_again_and_not_without_patience():
    phase = replace(CONSTANT, plateau_patience=2)
    products = [lowered_by_plateaus(phase, RISING[:count]) for count in range(6)]
    assert products == pytest.approx([1, 1, 1, 0.2, 0.2, 0.04])
    assert lowered_by_plateaus(phase, [1.0, 0.9, 0.95, 0.8, 0.85]) == 1
    assert lowered_by_plateaus(CONSTANT, RISING) == 1


def trained(callback: ScheduledRate, *, epochs: int, first: int = 0) -> list[float]:
    """The rate of each batch of a training whose validation loss only ever rises: two batches an epoch."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, activation="softmax")])
    model.compile(optimizer=keras.optimizers.SGD(0.5), loss="categorical_crossentropy")
    values, truth = np.ones((4, 1), np.float32), np.eye(2, dtype=np.float32)
    seen: list[float] = []
    noting = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda *_, **__: seen.append(float(model.optimizer.learning_rate.numpy()))
    )
    # Trained towards one class and validated on the other.
    model.fit(
        values, truth[[0] * 4], batch_size=2, validation_data=(values, truth[[1] * 4]), epochs=epochs,
        initial_epoch=first, verbose=0, callbacks=[callback, noting],
    )  # fmt: skip
    return seen


def test_every_batch_is_trained_at_the_rate_of_its_place():
    seen = trained(ScheduledRate(replace(CONSTANT, schedule="cosine", epochs=3), steps=2), epochs=3)
    assert seen == pytest.approx([0.01 * (1 + np.cos(np.pi * step / 6)) / 2 for step in range(6)], rel=1e-5)
    assert all(one > two for one, two in pairwise(seen))


def test_plateau_takes_a_fifth_of_the_rate_after_its_patience_and_not_before():
    seen = trained(ScheduledRate(replace(CONSTANT, plateau_patience=2), steps=2), epochs=5)
    assert seen == pytest.approx([0.01] * 6 + [0.002] * 4)


def test_interrupted_training_goes_on_at_the_rate_that_it_would_have_had():
    phase = replace(CONSTANT, schedule="exponential", plateau_patience=2)
    whole = trained(ScheduledRate(phase, steps=2), epochs=5)
    rest = trained(ScheduledRate(phase, steps=2, val_losses=RISING[:3]), epochs=5, first=3)
    assert rest == pytest.approx(whole[6:])
