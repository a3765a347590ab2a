"""A model with one output for two labels becomes an ordinary classifier of two outputs, whatever it ends in."""

import shutil
import subprocess
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from edgewright_convert.float_model import load_float_model
from edgewright_convert.importing.declaration import Declaration
from edgewright_convert.importing.model_import import import_model
from edgewright_convert.options import ConvertOptions
from edgewright_convert.pipeline import convert_run
from edgewright_runtime.classifier import Classifier
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.preprocessing.normalisations import normalisation_named
from edgewright_runtime.run.manifest import read_manifest

from ....running import EDGEWRIGHT

pytestmark = pytest.mark.numeric

_BRIGHTNESS = np.linspace(0, 1, 24)[:, None, None, None]
PIXELS = (np.random.default_rng(1).integers(0, 256, (24, 16, 16, 3)) * _BRIGHTNESS).astype(np.uint8)
"""Images from dark to bright, so that the models below say everything from no to yes."""


KERNEL = np.array([[2.0], [1.5], [2.5], [1.0]], np.float32)


def features(inputs):
    positive = keras.initializers.RandomUniform(0, 0.15, seed=2)  # so that a brighter image has more of each
    x = layers.ReLU()(layers.Conv2D(4, 3, use_bias=False, kernel_initializer=positive)(inputs))
    return layers.GlobalAveragePooling2D()(x)


def dense(activation=None, *, bias=-4.0):
    return layers.Dense(
        1,
        activation=activation,
        use_bias=bias != 0,
        kernel_initializer=keras.initializers.Constant(KERNEL),
        bias_initializer=keras.initializers.Constant(bias),
    )


def one_model():
    inputs = keras.Input((16, 16, 3))
    return keras.Model(inputs, dense("sigmoid")(features(inputs)))


def activation_apart():
    inputs = keras.Input((16, 16, 3))
    return keras.Model(inputs, layers.Activation("sigmoid")(dense()(features(inputs))))


def function_apart():
    inputs = keras.Input((16, 16, 3))
    return keras.Model(inputs, keras.ops.sigmoid(dense()(features(inputs))))


def no_bias():
    inputs = keras.Input((16, 16, 3))
    x = layers.GlobalAveragePooling2D()(layers.Rescaling(4, -1)(inputs))
    kernel = keras.initializers.Constant([[1.0], [2.0], [3.0]])
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid", use_bias=False, kernel_initializer=kernel)(x))


def nested():
    head_in, inputs = keras.Input((4,)), keras.Input((16, 16, 3))
    head = keras.Model(head_in, dense("sigmoid")(layers.Dropout(0.3)(head_in)))
    return keras.Model(inputs, head(features(inputs)))


def sequential():
    inputs = keras.Input((16, 16, 3))
    return keras.Sequential([keras.Model(inputs, features(inputs)), layers.Dropout(0.2), dense("sigmoid")])


def convolution_at_the_end():
    inputs = keras.Input((16, 16, 3))
    x = layers.Reshape((1, 1, 4))(features(inputs))
    kernel = keras.initializers.Constant(KERNEL.reshape(1, 1, 4, 1))
    bias = keras.initializers.Constant(-4.0)
    return keras.Model(
        inputs,
        layers.Activation("sigmoid")(
            layers.Flatten()(layers.Conv2D(1, 1, kernel_initializer=kernel, bias_initializer=bias)(x))
        ),
    )


def hidden_sigmoid():
    inputs = keras.Input((16, 16, 3))
    return keras.Model(inputs, layers.Reshape((1,))(dense("sigmoid")(features(inputs))))


def logits():
    inputs = keras.Input((16, 16, 3))
    return keras.Model(inputs, dense()(features(inputs)))


SIGMOIDS = [
    one_model,
    activation_apart,
    function_apart,
    no_bias,
    nested,
    sequential,
    convolution_at_the_end,
]


@pytest.fixture
def imported(tmp_path):
    """A function that imports a model, as .keras file or SavedModel, with the labels cat and dog."""

    def import_it(model, *, suffix=".keras", data=None, labels=("cat", "dog"), **declared):
        (tmp_path / "labels.txt").write_text("\n".join(labels))
        path = tmp_path / f"model{suffix}"
        model.save(path) if suffix else model.export(path, verbose=False)
        declaration = Declaration(tmp_path / "labels.txt", normalisation_named("unit"), **declared)
        return import_model(path, tmp_path / "run", declaration, data=data, seed=0)

    return import_it


def own_probabilities(model) -> np.ndarray:
    return np.asarray(model.predict_on_batch(PIXELS.astype(np.float32) / 255), np.float64)[:, 0]


def reference(run) -> Path:
    return run.model if run.model.exists() else run.saved_model


def moved(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """The odds of the second label divided by those of the threshold, as probabilities of both."""
    yes, no = probabilities * (1 - threshold), (1 - probabilities) * threshold
    return np.stack([no / (yes + no), yes / (yes + no)], axis=1)


@pytest.mark.parametrize("suffix", [".keras", ""], ids=["keras", "saved-model"])
@pytest.mark.parametrize("make", SIGMOIDS)
def test_both_probabilities_are_those_of_the_models_own_sigmoid(make, suffix, imported):
    model = make()
    own = own_probabilities(model)
    assert own.min() < 0.4
    assert own.max() > 0.6
    run = imported(model, suffix=suffix)
    found = load_float_model(reference(run)).probabilities(PIXELS)
    np.testing.assert_allclose(found, np.stack([1 - own, own], axis=1), atol=2e-5)
    assert Preprocessing.load(run.preprocessing).decision_threshold == 0.5


@pytest.mark.parametrize("suffix", [".keras", ""], ids=["keras", "saved-model"])
@pytest.mark.parametrize("threshold", [0.2, 0.9])
def test_largest_output_is_what_the_threshold_decides(threshold, suffix, imported):
    model = one_model()
    own = own_probabilities(model)
    run = imported(model, suffix=suffix, threshold=threshold)
    found = load_float_model(reference(run)).probabilities(PIXELS)
    np.testing.assert_allclose(found, moved(own, threshold), atol=2e-5)
    np.testing.assert_array_equal(found.argmax(axis=1) == 1, own > threshold)
    assert Preprocessing.load(run.preprocessing).decision_threshold == threshold


def test_probability_on_the_threshold_is_the_first_label_as_keras_has_it(imported):
    model = logits()
    model.layers[-1].set_weights([np.zeros((4, 1)), np.zeros(1)])
    run = imported(model, output="logits")
    assert (load_float_model(run.model).probabilities(PIXELS).argmax(axis=1) == 0).all()


@pytest.mark.parametrize("suffix", [".keras", ""], ids=["keras", "saved-model"])
def test_declared_logit_is_taken_and_moved(suffix, imported):
    model = logits()
    raw = np.asarray(model.predict_on_batch(PIXELS.astype(np.float32) / 255), np.float64)[:, 0]
    run = imported(model, suffix=suffix, output="logits", threshold=0.3)
    found = load_float_model(reference(run)).probabilities(PIXELS)
    np.testing.assert_allclose(found, moved(1 / (1 + np.exp(-raw)), 0.3), atol=2e-5)
    entries = read_manifest(run.path).artefacts
    assert next(entry for name, entry in entries.items() if "model" in name).options["output"] == "logits"


def test_declared_probability_is_taken_where_no_sigmoid_shows(imported):
    model = hidden_sigmoid()
    own = own_probabilities(model)
    found = load_float_model(imported(model, output="probabilities").model).probabilities(PIXELS)
    np.testing.assert_allclose(found, np.stack([1 - own, own], axis=1), atol=1e-6)


def test_last_dense_layer_of_keras_becomes_one_of_two_outputs(imported):
    model = keras.saving.load_model(imported(one_model()).model)
    linear = [layer for layer in model._flatten_layers() if isinstance(layer, layers.Dense)]
    assert [layer.units for layer in linear] == [2]


class TestRefusals:
    def test_threshold_that_no_logit_is_seen_for(self, imported):
        with pytest.raises(EdgewrightError, match=r"without a sigmoid at its end that can be seen.*--threshold 0\.3"):
            imported(hidden_sigmoid(), output="probabilities", threshold=0.3)

    def test_one_output_that_may_be_either(self, imported):
        with pytest.raises(EdgewrightError, match="say it with --output probabilities or --output logits"):
            imported(logits())

    def test_logit_declared_as_a_probability(self, imported):
        with pytest.raises(EdgewrightError, match=r"does not give a probability: .*use --output logits"):
            imported(logits(), output="probabilities")

    def test_sigmoid_declared_as_a_logit(self, imported):
        with pytest.raises(EdgewrightError, match="so its output is a probability"):
            imported(one_model(), output="logits")

    def test_one_label_for_one_output(self, imported):
        with pytest.raises(EdgewrightError, match=r"tells two classes apart, but .* names one label; give two"):
            imported(one_model(), labels=("dog",))

    @pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0, float("nan")])
    def test_threshold_outside_its_range(self, threshold, imported):
        with pytest.raises(EdgewrightError, match="--threshold must be above 0 and below 1"):
            imported(one_model(), threshold=threshold)

    def test_threshold_for_several_outputs(self, imported):
        inputs = keras.Input((16, 16, 3))
        model = keras.Model(inputs, layers.Dense(2, activation="softmax")(features(inputs)))
        with pytest.raises(EdgewrightError, match="has 2 outputs, of which the largest decides"):
            imported(model, threshold=0.3)

    @pytest.mark.parametrize("suffix", [".keras", ""], ids=["keras", "saved-model"])
    def test_several_sigmoids_in_either_kind_of_file(self, suffix, imported):
        inputs = keras.Input((16, 16, 3))
        model = keras.Model(inputs, layers.Dense(3, activation="sigmoid")(features(inputs)))
        with pytest.raises(EdgewrightError, match="sigmoid of 3 outputs, which are independent"):
            imported(model, suffix=suffix, labels=("a", "b", "c"))


@pytest.fixture(scope="module")
def two_digits(tmp_path_factory, digit_images):
    folder = tmp_path_factory.mktemp("two") / "data"
    for name, digit in (("cat", "0"), ("dog", "1")):
        shutil.copytree(digit_images / digit, folder / name)
    return folder


def test_every_format_decides_as_the_threshold_does(imported, two_digits):
    inputs = keras.Input((16, 16, 3))
    model = keras.Model(inputs, dense("sigmoid")(features(inputs)))
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    contract = Preprocessing(16, 16)
    files = [(path, int(path.parent.name == "dog")) for path in sorted(two_digits.rglob("*.png"))]
    pixels, truth = np.stack([contract.apply(path) for path, _ in files]), np.array([dog for _, dog in files])
    model.fit(pixels / np.float32(255), truth, epochs=30, verbose=0)
    own = np.asarray(model.predict_on_batch(pixels / np.float32(255)))[:, 0]
    threshold = float(np.quantile(own[truth == 1], 0.4))  # not where the classes part, so that 0.5 decides otherwise
    assert (own > threshold).sum() != (own > 0.5).sum()
    run = imported(model, data=two_digits, threshold=threshold)
    formats = ["tflite-fp32", "tflite-fp16", "tflite-int8", "onnx-fp32", "onnx-fp16", "onnx-int8"]
    assert {outcome.error for outcome in convert_run(run, formats, ConvertOptions())} == {None}
    for name in ["keras", *formats]:
        classifier = Classifier.open(run.path, format=name)
        said = [classifier.classify(path, top_k=1)[0].label for path, _ in files]
        agreed = np.mean((np.array(said) == "dog") == (own > threshold))
        assert agreed >= (0.85 if "int8" in name else 0.99), (name, agreed)
    for name in ("keras", "tflite-fp32"):
        probabilities = Classifier.open(run.path, format=name).probabilities(pixels)
        np.testing.assert_allclose(probabilities, moved(own.astype(float), threshold), atol=1e-4)


def test_saved_model_converts_to_full_integer(imported, two_digits):
    run = imported(one_model(), suffix="", data=two_digits, threshold=0.3)
    outcomes = convert_run(run, ["tflite-int8", "onnx-int8"], ConvertOptions())
    assert {outcome.error for outcome in outcomes} == {None}


def test_classify_tells_a_model_of_one_output_where_to_go(imported, tmp_path):
    run = imported(logits(), output="logits")
    logits().save(run.path / "model.keras")
    (run.path / "manifest.json").unlink()
    with pytest.raises(EdgewrightError, match="has one output for two labels; `edgewright import` takes such"):
        Classifier.open(run.path, format="keras")


def test_import_says_which_label_the_output_is_the_probability_of(tmp_path):
    one_model().save(tmp_path / "model.keras")
    (tmp_path / "labels.txt").write_text("healthy\nsick\n")
    command = [
        EDGEWRIGHT, "import", tmp_path / "model.keras", "--out", tmp_path / "run",
        "--labels", tmp_path / "labels.txt", "--normalisation", "unit", "--threshold", "0.2",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "the probability of 'sick', the second label: above 0.2 the label is 'sick', else 'healthy'" in done.stderr
