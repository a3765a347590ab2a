"""Models that are really broken, in the ways that models are broken: the gate must fail them and name the cause."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.evaluation.file_gate import gate_files
from edgewright_runtime.evaluation.gate import Thresholds
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.labels import write_labels

from ...running import EDGEWRIGHT

pytestmark = pytest.mark.numeric

COLOURS = {"green": (0, 255, 0), "orange": (255, 128, 0), "red": (255, 0, 0), "yellow": (255, 255, 0)}


def gate(reference: Path, candidate: Path, run: Path, data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    places = ["--labels", run / "labels.txt", "--preprocessing", run / "preprocessing.json"]
    command = [EDGEWRIGHT, "gate", reference, candidate, data, *places, *options]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


def compared(reference: Path, candidate: Path, run: Path, data: Path) -> dict:
    """What the command prints as JSON, without the seconds that TensorFlow takes to start in a process of its own."""
    places = {"labels": run / "labels.txt", "preprocessing": run / "preprocessing.json"}
    return gate_files(reference, candidate, data, **places, thresholds=Thresholds()).to_dict()


def spoilt(run: Path, target: Path, change) -> Path:
    """The run's float model as a .tflite file, after `change` has been at its weights or layers."""
    import keras
    import tensorflow as tf

    model = keras.saving.load_model(run / "model.keras")
    change(model)
    folder = target.with_suffix(".saved")
    model.export(folder, verbose=False)
    target.write_bytes(tf.lite.TFLiteConverter.from_saved_model(str(folder)).convert())
    return target


def roll_outputs(model):
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([np.roll(kernel, 1, axis=1), np.roll(bias, 1)])


def scale_to_one(model):
    (rescaling,) = [layer for layer in model.layers if type(layer).__name__ == "Rescaling"]
    rescaling.scale, rescaling.offset = 1 / 255, 0.0


def forget_scaling(model):
    (rescaling,) = [layer for layer in model.layers if type(layer).__name__ == "Rescaling"]
    rescaling.scale, rescaling.offset = 1.0, 0.0


def zero_head(model):
    model.layers[-1].set_weights([np.zeros_like(w) for w in model.layers[-1].get_weights()])


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (roll_outputs, "labels are in another order"),
        (scale_to_one, "its graph scales pixels to 0..1"),
        (forget_scaling, "it wants pixels scaled to -1..1"),
        (zero_head, "on every image"),
    ],
)
def test_gate_fails_a_broken_model_and_names_the_cause(float_run, digit_images, tmp_path, change, cause):
    candidate = spoilt(float_run, tmp_path / "broken.tflite", change)
    answer = compared(float_run / "model.keras", candidate, float_run, digit_images)
    assert answer["verdict"] == "fail"
    assert cause in answer["likely_cause"]


@pytest.fixture(scope="module")
def colour_run(tmp_path_factory):
    """A model that tells colours by nearest prototype, and 20 squares of each colour."""
    import keras

    folder = tmp_path_factory.mktemp("colours")
    noise = np.random.default_rng(3)
    for label, colour in COLOURS.items():
        (folder / "data" / label).mkdir(parents=True)
        for number in range(20):
            pixels = np.clip(noise.normal(0, 20, (16, 16, 3)) + colour, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "data" / label / f"{number}.png")
    prototypes = np.array(list(COLOURS.values()), np.float32) / 255
    inputs = keras.Input((16, 16, 3))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 255)(inputs))
    head = keras.layers.Dense(4, activation="softmax")
    model = keras.Model(inputs, head(x))
    head.set_weights([2 * 10 * prototypes.T, -10 * (prototypes**2).sum(axis=1)])
    model.save(folder / "model.keras")
    write_labels(folder / "labels.txt", tuple(COLOURS))
    Preprocessing(16, 16).save(folder / "preprocessing.json")
    return folder


def reverse_channels(model):
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([kernel[::-1], bias])


def test_gate_names_bgr(colour_run, tmp_path):
    candidate = spoilt(colour_run, tmp_path / "bgr.tflite", reverse_channels)
    done = gate(colour_run / "model.keras", candidate, colour_run, colour_run / "data")
    assert done.returncode == 1
    assert "FAIL" in done.stdout
    assert "BGR" in done.stdout


def test_gate_does_not_fail_the_same_model_and_says_how_many_images_would_pass_it(colour_run):
    model = colour_run / "model.keras"
    answer = compared(model, model, colour_run, colour_run / "data")
    assert (answer["verdict"], answer["beyond"], answer["n_needed"]) == ("inconclusive", False, 299)
    assert answer["n"] == 80
    fields = {"verdict", "n", "n_needed", "drop", "drop_low", "drop_high", "agreement", "p_value", "why"}
    assert fields <= answer.keys()


def test_inconclusive_is_loud_and_fails_only_when_strict(converted_run, digit_images, tmp_path):
    for label in range(10):
        shutil.copytree(digit_images / str(label), tmp_path / str(label))
        for extra in sorted((tmp_path / str(label)).iterdir())[2:]:
            extra.unlink()
    tflite = converted_run / "tflite"
    arguments = (tflite / "model_fp32.tflite", tflite / "model_fp16.tflite", converted_run, tmp_path)
    done = gate(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["verdict"], answer["n"], answer["n_needed"]) == ("inconclusive", 20, 299)
    assert (
        "INCONCLUSIVE: model_fp16.tflite: both models name the same label on all 20 images, and at 95%" in done.stderr
    )
    strict = gate(*arguments, "--strict")
    assert strict.returncode == 1
    assert "INCONCLUSIVE" in strict.stdout


@pytest.mark.parametrize("missing", ["reference", "candidate", "data", "labels"])
def test_gate_names_what_is_not_there(colour_run, tmp_path, missing):
    model = colour_run / "model.keras"
    nowhere = tmp_path / "nowhere"
    command = {
        "reference": model,
        "candidate": model,
        "data": colour_run / "data",
        "labels": colour_run / "labels.txt",
    } | {missing: nowhere}
    options = ["--labels", command.pop("labels"), "--preprocessing", colour_run / "preprocessing.json"]
    done = subprocess.run(
        [EDGEWRIGHT, "gate", *command.values(), *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert str(nowhere) in done.stderr
    assert "Traceback" not in done.stderr
