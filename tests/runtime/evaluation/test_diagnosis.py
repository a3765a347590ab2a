"""Common mistakes are found by mending them: each is made on purpose in a real model."""

import numpy as np
import pytest

from edgewright_runtime.backends.keras import KerasModel
from edgewright_runtime.classifier import Classifier, ModelFiles
from edgewright_runtime.evaluation.diagnosis import MISTAKES, likely_cause

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def digits(float_run, digit_images):
    """The float model of 100 digits, their pixels, and its probabilities of them."""
    import keras

    model = keras.saving.load_model(float_run / "model.keras", compile=False)
    classifier = Classifier.open(float_run, format="keras")
    paths = [digit_images / str(label) / f"{number:04}.png" for label in range(10) for number in range(10)]
    pixels = np.stack([classifier.preprocessing.apply(path) for path in paths])
    return model, classifier, pixels, classifier.probabilities(pixels)


def spoilt(digits, float_run, mistake):
    """A candidate whose graph does something to its pixels before the network sees them."""
    import keras

    model, classifier, _, _ = digits
    inputs = keras.Input((32, 32, 3))
    backend = KerasModel(keras.Model(inputs, model(mistake(inputs))), path=float_run, library="keras")
    files = ModelFiles(float_run / "model.keras", float_run, float_run, "keras", "keras")
    return Classifier(backend, labels=classifier.labels, preprocessing=classifier.preprocessing, files=files)


def _swapped(x):
    import keras

    return keras.ops.transpose(x, (0, 2, 1, 3))


MADE = {
    "wants -1..1": (lambda x: 127.5 * (x + 1), "it wants pixels scaled to -1..1"),
    "wants 0..1": (lambda x: 255 * x, "it wants pixels scaled to 0..1"),
    "0..1 for -1..1": (lambda x: (x + 255) / 2, "its graph scales pixels to 0..1 where its network was trained"),
    "-1..1 for 0..1": (lambda x: 2 * x - 255, "its graph scales pixels to -1..1 where its network was trained"),
    "twice": (lambda x: x / 255, "it scales pixels twice"),
    "inverted": (lambda x: 255 - x, "its pixels are inverted"),
    "transposed": (_swapped, "images are transposed"),
    "upside down": (lambda x: x[:, ::-1], "takes its images upside down"),
}


@pytest.mark.parametrize("name", MADE)
def test_mistake_is_named(digits, float_run, name):
    mistake, sentence = MADE[name]
    _, _, pixels, reference = digits
    candidate = spoilt(digits, float_run, mistake)
    assert sentence in str(likely_cause(candidate, pixels, reference, candidate.probabilities(pixels)))


def test_every_mistake_in_the_table_but_bgr_of_grey_digits_is_made_above():
    sentences = [sentence for _, sentence in MADE.values()]
    unmade = [each.says for each in MISTAKES if not any(sentence in each.says for sentence in sentences)]
    assert [says for says in unmade if "BGR" not in says] == []


def test_model_that_differs_for_no_common_reason_gets_no_cause(digits):
    _, classifier, pixels, outputs = digits
    other = np.random.default_rng(0).random(outputs.shape, np.float32)
    assert likely_cause(classifier, pixels, other, outputs) is None


def test_model_that_no_input_brings_off_one_label_is_broken(digits, float_run):
    _, _, pixels, reference = digits
    candidate = spoilt(digits, float_run, lambda x: 0 * x)
    outputs = candidate.probabilities(pixels)
    stuck = candidate.class_names[outputs[0].argmax()]
    assert f"it names '{stuck}' on every image" in str(likely_cause(candidate, pixels, reference, outputs))


def test_labels_in_another_order_are_seen_in_the_outputs_alone(digits):
    _, classifier, pixels, reference = digits
    rolled = np.roll(reference, 1, axis=1)
    assert "it says '0' for '9', '1' for '0', '2' for '1'" in str(likely_cause(classifier, pixels, reference, rolled))
