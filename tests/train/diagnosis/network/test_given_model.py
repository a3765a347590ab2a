"""A model that was trained elsewhere is compared with the data set."""

import keras
import numpy as np
import pytest

from edgewright_runtime.console import Silent
from edgewright_train.diagnosis import examined
from edgewright_train.diagnosis.network.given_model import ModelSeen
from edgewright_train.diagnosis.tables import model_checks

NAMES = ("blue", "green", "red")


def model(*, units: int = 3, activation: str = "softmax", order: tuple[int, ...] = (2, 1, 0)) -> keras.Model:
    """Names the colour that is strongest, with its outputs in any order."""
    pixels = keras.Input((32, 32, 3))
    values = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 127.5, -1)(pixels))
    last = keras.layers.Dense(units, activation=activation, name="answers")
    made = keras.Model(pixels, last(values))
    kernel = np.zeros((3, units), np.float32)
    kernel[list(order), range(3)] = 8
    last.set_weights([kernel, np.zeros(units, np.float32)])
    return made


@pytest.fixture
def images() -> np.ndarray:
    classes = np.arange(60) % 3
    noise = np.random.default_rng(0).normal(100, 20, (60, 32, 32, 3))
    noise[np.arange(60), :, :, 2 - classes] += 80
    return noise.astype(np.float32)


def codes(made: keras.Model, images: np.ndarray) -> list[str]:
    seen = ModelSeen(made, images, np.arange(60) % 3, NAMES)
    diagnosis = examined(seen, model_checks(), reporter=Silent())
    assert diagnosis.left_out == ()
    return [each.code for each in diagnosis.findings]


def test_sound_model_needs_no_word(images):
    made = model()
    made.compile(loss="categorical_crossentropy")
    assert codes(made, images) == []


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ({"units": 4}, ["labels_against_loss"]),
        ({"activation": "sigmoid"}, ["labels_against_loss"]),
        ({"order": (1, 0, 2)}, ["label_order"]),
    ],
    ids=["an output too many", "sigmoids", "another order"],
)
def test_planted_fault_is_found_and_named(images, made, expected):
    assert codes(model(**made), images) == expected


def test_frozen_last_layer_is_found(images):
    made = model()
    made.get_layer("answers").trainable = False
    assert codes(made, images) == ["frozen_head"]


def test_loss_for_labels_that_may_hold_at_once_is_found(images):
    made = model()
    made.compile(loss="binary_crossentropy")
    assert codes(made, images) == ["labels_against_loss"]


def test_model_with_one_answer_for_every_image_is_dead(images):
    made = model()
    made.get_layer("answers").set_weights([np.zeros((3, 3)), np.array([3.0, 0, 0])])
    assert codes(made, images) == ["dead_head"]
