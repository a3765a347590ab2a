"""Steps are those of the optimizer's formula, with decay of kernels alone and a rate of each layer's own."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from edgewright_train.fitting.optimizers import made_optimizer

from ..choices import ADAM

pytestmark = pytest.mark.numeric

ADAMW = replace(ADAM, name="adamw", weight_decay=0.1)
SGD = replace(ADAM, name="sgd", momentum=0.0)
VALUES = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
TRUTH = np.eye(2, dtype=np.float32)[[0, 1, 1, 0, 1, 0, 0, 1]]


def tiny_model():
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, name="lower"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Dense(2, activation="softmax", name="upper"),
        ],
        name="tiny",
    )
    for weight in model.trainable_weights:  # so that decay would move those that begin at 0 too
        weight.assign(weight + 0.1)
    return model


def after(optimizer, *, steps: int = 1, batch_size: int = 8) -> dict[str, np.ndarray]:
    """The weights by name after so many epochs over the same eight values."""
    model = tiny_model()
    model.compile(optimizer=optimizer, loss="categorical_crossentropy")
    model.fit(VALUES, TRUTH, epochs=steps, batch_size=batch_size, shuffle=False, verbose=0)
    return {weight.path: np.asarray(weight) for weight in model.trainable_weights}


def before() -> dict[str, np.ndarray]:
    return {weight.path: np.asarray(weight) for weight in tiny_model().trainable_weights}


@pytest.mark.parametrize(
    ("choices", "keras_own"),
    [
        (ADAM, lambda: keras.optimizers.Adam(0.02)),
        (replace(SGD, momentum=0.9), lambda: keras.optimizers.SGD(0.02, momentum=0.9, nesterov=True)),
        (SGD, lambda: keras.optimizers.SGD(0.02)),
    ],
)
def test_without_decay_and_factors_they_are_keras_own(choices, keras_own):
    ours, theirs = after(made_optimizer(choices, rate=0.02), steps=3), after(keras_own(), steps=3)
    for path, values in theirs.items():
        np.testing.assert_allclose(ours[path], values, atol=1e-6)


def test_adamw_decays_as_kerass_own_does_but_neither_biases_nor_the_vectors_of_batch_norm():
    theirs = keras.optimizers.AdamW(0.02, weight_decay=0.1)
    theirs.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    ours, wanted = after(made_optimizer(ADAMW, rate=0.02), steps=3), after(theirs, steps=3)
    assert {path.split("/")[-1] for path in wanted} == {"kernel", "bias", "gamma", "beta"}
    for path, values in wanted.items():
        np.testing.assert_allclose(ours[path], values, atol=1e-6)


def test_decay_of_sgd_is_decoupled_from_momentum():
    start, plain = before(), after(made_optimizer(replace(SGD, momentum=0.9), rate=0.02))
    decayed = after(made_optimizer(replace(SGD, momentum=0.9, weight_decay=0.5), rate=0.02))
    for path, values in plain.items():
        shrunk = 0.02 * 0.5 * start[path] if path.endswith("kernel") else 0
        np.testing.assert_allclose(decayed[path], values - shrunk, atol=1e-6)


@pytest.mark.parametrize("choices", [replace(SGD, weight_decay=0.5), replace(SGD, momentum=0.9)])
def test_factors_scale_the_steps_of_their_variables_and_their_decay(choices):
    start, whole = before(), after(made_optimizer(choices, rate=0.02))
    lower = {path: 0.25 for path in start if "lower" in path}
    scaled = after(made_optimizer(choices, rate=0.02, factors=lower))
    for path, values in whole.items():
        step = (values - start[path]) * lower.get(path, 1.0)
        np.testing.assert_allclose(scaled[path] - start[path], step, atol=1e-6)
        assert np.abs(step).max() > 1e-5 or path == "tiny/lower/bias"  # which BatchNorm takes away again


def test_accumulated_batches_make_the_step_of_one_large_batch():
    # Without a BatchNorm, which would see other batches.
    def step(accumulation: int, batch_size: int) -> np.ndarray:
        keras.utils.set_random_seed(3)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
        optimizer = made_optimizer(replace(ADAM, accumulation=accumulation), rate=0.02)
        model.compile(optimizer=optimizer, loss="categorical_crossentropy")
        model.fit(VALUES, TRUTH, batch_size=batch_size, shuffle=False, verbose=0)
        return model.get_weights()[0]

    np.testing.assert_allclose(step(4, 2), step(1, 8), atol=1e-6)
    assert np.abs(step(1, 2) - step(1, 8)).max() > 1e-3


def test_rate_can_be_set_while_it_trains():
    optimizer = made_optimizer(ADAMW, rate=0.02)
    optimizer.learning_rate = 0.0
    for path, values in after(optimizer).items():
        np.testing.assert_array_equal(values, before()[path])
