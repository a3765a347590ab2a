"""Several devices that fit a model together end with what Keras's own fit ends with on one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]

# In a process of its own, whose one processor is two devices, which TensorFlow takes before it has computed anything.
# Batches of 5 are cut into 3 and 2 images, the last one of an epoch has 4, and that of the validation has 1.
SCRIPT = """
import json, sys
import keras, numpy as np, tensorflow as tf
processor = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)

from edgewright_train.fitting.compilation import compile_classifier
from edgewright_train.fitting.distributed.distributed_fit import fit_together, mirrored
from edgewright_train.fitting.distributed.distribution import Distribution
from edgewright_train.recipes import load_recipe

recipe = load_recipe("flowers")  # AdamW
images = np.random.default_rng(0).uniform(0, 255, (30, 16, 16, 3)).astype(np.float32)
labels = np.eye(3, dtype=np.float32)[np.arange(30) % 3]
images += 40 * labels.argmax(axis=1)[:, None, None, None]
weights = (1 + np.arange(30) % 2).astype(np.float32)
train = tf.data.Dataset.from_tensor_slices((images[:24], labels[:24], weights[:24])).batch(5)
validation = tf.data.Dataset.from_tensor_slices((images[24:], labels[24:])).batch(5)


def made():
    keras.utils.set_random_seed(1)
    pixels = keras.Input((16, 16, 3))
    values = keras.layers.Rescaling(1 / 127.5, -1)(pixels)
    penalty = keras.regularizers.L2(0.01)
    values = keras.layers.Conv2D(6, 3, strides=2, use_bias=False, kernel_regularizer=penalty)(values)
    values = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.5)(values))
    values = keras.layers.Dense(3, activation="softmax")(keras.layers.GlobalAveragePooling2D()(values))
    model = keras.Model(pixels, values)
    compile_classifier(model, recipe, recipe.from_scratch)
    model.optimizer.learning_rate = 0.02
    return model


def ends(model, history):
    return {"weights": [value.tolist() for value in model.get_weights()], "history": history}


one = made()
told = one.fit(train, validation_data=validation, epochs=3, shuffle=False, verbose=0).history
together = Distribution(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
given = made()
before = given.get_weights()
twin, heard = mirrored(given, together), keras.callbacks.History()
fit_together(
    twin, train, together=together, initial_epoch=0, epochs=3, callbacks=[heard], validation_data=validation
)
unchanged = all(np.array_equal(*pair) for pair in zip(before, given.get_weights()))
json.dump(
    {"replicas": together.replicas, "one": ends(one, told), "two": ends(twin, heard.history), "unchanged": unchanged},
    sys.stdout,
)
"""


@pytest.fixture(scope="module")
def found():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_two_devices_end_with_the_weights_of_one(found):
    assert found["replicas"] == 2
    for one, two in zip(found["one"]["weights"], found["two"]["weights"], strict=True):
        np.testing.assert_allclose(two, one, atol=2e-3)


def test_they_tell_the_loss_and_accuracy_that_one_tells(found):
    for name in ("loss", "val_loss", "accuracy", "val_accuracy"):
        assert found["two"]["history"][name] == pytest.approx(found["one"]["history"][name], abs=5e-3), name


def test_the_model_that_was_given_is_left_as_it_was(found):
    assert found["unchanged"]
