from __future__ import annotations

import shlex
import shutil

import numpy as np
import pytest

from edgewright_runtime.classifier import Classifier
from edgewright_runtime.errors import EdgewrightError

from ..tolerances import assert_probabilities_close, float_difference, rounding_of

pytestmark = pytest.mark.numeric

FORMATS = [
    "keras",
    "saved-model",
    "tflite-fp32",
    "tflite-fp16",
    "tflite-dynamic",
    "tflite-int8",
    "onnx-fp32",
    "onnx-fp16",
]


@pytest.fixture(scope="module")
def images(digit_images):
    return [digit_images / str(label) / "0010.png" for label in range(10)]


@pytest.fixture(scope="module")
def reference(converted_run, images):
    classifier = Classifier.open(converted_run, format="keras")
    return np.stack([classifier.probabilities(classifier.preprocessing.apply(image)[None])[0] for image in images])


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_answers_as_the_float_model(converted_run, images, reference, name):
    classifier = Classifier.open(converted_run, format=name)
    pixels = np.stack([classifier.preprocessing.apply(image) for image in images])
    answers = classifier.probabilities(pixels)
    assert answers.shape == (10, 10)
    assert answers.dtype == np.float32
    assert np.abs(answers - reference).max() < float_difference(name)


@pytest.mark.parametrize("name", FORMATS)
def test_many_images_at_once_answer_as_one_by_one(converted_run, images, name):
    classifier = Classifier.open(converted_run, format=name)
    pixels = np.stack([classifier.preprocessing.apply(image) for image in images])
    one_by_one = np.concatenate([classifier.probabilities(pixels[i : i + 1]) for i in range(3)])
    assert_probabilities_close(classifier.probabilities(pixels)[:3], one_by_one, rounding_of(name))


def test_a_run_folder_opens_as_its_smallest_and_fastest_format(converted_run):
    assert Classifier.open(converted_run).format == "tflite-int8"


def test_a_model_file_finds_its_contract_above(converted_run, images):
    classifier = Classifier.open(converted_run / "tflite" / "model_int8.tflite")
    assert classifier.format == "tflite-int8"
    assert classifier.classify(images[4])[0].label == "4"


def test_a_model_file_alone_is_refused(run_copy, tmp_path):
    lonely = tmp_path / "lonely" / "model.tflite"
    lonely.parent.mkdir()
    lonely.write_bytes((run_copy / "tflite" / "model_int8.tflite").read_bytes())
    with pytest.raises(EdgewrightError, match=r"preprocessing\.json"):
        Classifier.open(lonely)


@pytest.mark.parametrize("format_name", [None, "onnx-int8"])
def test_command_that_would_convert_the_run_takes_its_folder_as_one_word(run_copy, tmp_path, format_name):
    run = run_copy.rename(tmp_path / "leaves and twigs")
    for folder in ("tflite", "onnx", "saved_model"):
        shutil.rmtree(run / folder)
    (run / "model.keras").unlink()
    with pytest.raises(EdgewrightError) as refused:
        Classifier.open(run, format=format_name)
    command = shlex.split(str(refused.value).partition("with: ")[2])
    assert command[:3] == ["edgewright", "convert", str(run)]
    assert command[3:] == ([] if format_name is None else ["--to", format_name])


def test_a_malformed_tflite_file_is_one_sentence(run_copy):
    (run_copy / "manifest.json").unlink()
    (run_copy / "tflite" / "model_int8.tflite").write_bytes(b"TFL3 nothing of the kind")
    with pytest.raises(EdgewrightError, match=r"no \.tflite model"):
        Classifier.open(run_copy, format="tflite-int8")


def test_a_malformed_onnx_file_is_one_sentence(run_copy):
    (run_copy / "manifest.json").unlink()
    (run_copy / "onnx" / "model_fp32.onnx").write_bytes(b"nothing of the kind")
    with pytest.raises(EdgewrightError, match=r"no \.onnx model"):
        Classifier.open(run_copy, format="onnx-fp32")


def test_a_contract_of_another_size_is_refused(run_copy):
    (run_copy / "manifest.json").unlink()
    contract = (run_copy / "preprocessing.json").read_text().replace('"height": 32', '"height": 48')
    (run_copy / "preprocessing.json").write_text(contract)
    with pytest.raises(EdgewrightError, match="height is 48, and 32 inside it"):
        Classifier.open(run_copy, format="tflite-int8")
    with pytest.raises(EdgewrightError, match="48 x 32 x 3"):
        Classifier.open(run_copy, format="tflite-int8", preprocessing=run_copy / "preprocessing.json")


def test_a_keras_file_with_a_lambda_layer_is_refused(run_copy):
    import keras

    (run_copy / "manifest.json").unlink()
    inputs = keras.Input((32, 32, 3))
    outputs = keras.layers.Lambda(lambda x: x[:, 0, 0, :])(inputs)
    keras.Model(inputs, outputs).save(run_copy / "model.keras")
    with pytest.raises(EdgewrightError, match="Lambda"):
        Classifier.open(run_copy, format="keras")


def test_int8_file_takes_raw_bytes(converted_run):
    tensor = Classifier.open(converted_run, format="tflite-int8").backend.input
    assert (tensor.dtype, tensor.scale, tensor.zero_point) == ("uint8", 1.0, 0)


def test_predictions_come_best_first_and_equal_ones_in_class_order(converted_run):
    classifier = Classifier.open(converted_run)
    ranked = classifier.ranked(np.array([0.1, 0.2, 0.1, 0.2, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05], np.float32), top_k=4)
    assert [prediction.label for prediction in ranked] == ["1", "3", "0", "2"]
