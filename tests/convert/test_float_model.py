"""The float model of a run: loaded, checked against its contract and labels, and frozen."""

import numpy as np
import pytest

from edgewright_convert.float_model import float_model_of_keras, float_model_of_run, load_float_model
from edgewright_convert.importing.any_model import import_any
from edgewright_convert.importing.declared import Declared
from edgewright_convert.run_inputs import opened_run
from edgewright_runtime.errors import CheckFailedError, EdgewrightError
from edgewright_runtime.run.run_folder import RunFolder

from ..tolerances import assert_probabilities_close

pytestmark = pytest.mark.numeric


def test_keras_file_and_saved_model_are_the_same_function(float_run, test_pixels, reference_outputs):
    for name in ("model.keras", "saved_model"):
        model = load_float_model(float_run / name)
        assert (model.input_shape, model.classes) == ((32, 32, 3), 10)
        assert_probabilities_close(model.probabilities(test_pixels), reference_outputs)


def test_frozen_function_has_no_variables_and_is_made_once(float_run):
    model = load_float_model(float_run / "model.keras")
    frozen = model.frozen(1)
    assert frozen is model.frozen(1)
    assert frozen is not model.frozen(None)
    assert len(frozen.variables) == 0
    assert tuple(frozen.inputs[0].shape) == (1, 32, 32, 3)


def test_model_in_memory_may_have_its_computation_replaced(tiny_model, held_out):
    model = float_model_of_keras(tiny_model, lambda pixels: 2 * tiny_model(pixels, training=False))
    assert model.probabilities(held_out).sum(axis=1) == pytest.approx(2, abs=1e-4)


def test_contract_of_another_size_is_refused_with_both(run_copy):
    (run_copy / "manifest.json").unlink()
    contract = run_copy / "preprocessing.json"
    contract.write_text(contract.read_text().replace('"height": 32', '"height": 48'))
    with pytest.raises(EdgewrightError, match=r"takes .*\(32, 32, 3\), but .*preprocessing\.json makes \(48, 32, 3\)"):
        float_model_of_run(opened_run(RunFolder(run_copy)))


def test_labels_of_another_number_are_refused_with_both(run_copy):
    (run_copy / "manifest.json").unlink()
    (run_copy / "labels.txt").write_text("a\nb\n")
    with pytest.raises(EdgewrightError, match=r"has 10 outputs, but .*labels\.txt names 2 labels"):
        float_model_of_run(opened_run(RunFolder(run_copy)))


def test_changed_model_is_a_failed_check(run_copy):
    with (run_copy / "model.keras").open("ab") as file:
        file.write(b" ")
    with pytest.raises(CheckFailedError, match="SHA-256"):
        float_model_of_run(opened_run(RunFolder(run_copy)))


def test_file_that_is_no_model_is_one_sentence(tmp_path):
    (tmp_path / "model.keras").write_bytes(b"no model")
    with pytest.raises(EdgewrightError, match=r"is no \.keras file"):
        load_float_model(tmp_path / "model.keras")
    with pytest.raises(EdgewrightError, match="is no SavedModel with the signature 'serving_default'"):
        load_float_model(tmp_path)


def test_model_that_gives_no_vector_is_refused_with_its_shapes(tmp_path):
    import keras

    inputs = keras.Input((8, 8, 3))
    keras.Model(inputs, keras.layers.Conv2D(2, 1)(inputs)).save(tmp_path / "map.keras")
    with pytest.raises(EdgewrightError, match=r"goes from shape \(None, 8, 8, 3\) to \(None, 8, 8, 2\)"):
        load_float_model(tmp_path / "map.keras")


def test_images_none_give_no_outputs(float_run):
    from edgewright_convert.calibration.validation_images import ValidationImages
    from edgewright_convert.float_model import reference_outputs

    model = load_float_model(float_run / "model.keras")
    none = ValidationImages(np.zeros((0, 32, 32, 3), np.uint8), "none")
    assert reference_outputs(model, none).shape == (0, 10)


def test_finished_file_is_no_float_model_and_says_so(tmp_path, converted_run):
    source = converted_run / "tflite" / "model_int8.tflite"
    run = import_any(source, tmp_path / "run", Declared(labels=converted_run / "labels.txt")).run
    with pytest.raises(EdgewrightError, match="was imported as it is, and nothing is made from a finished file"):
        float_model_of_run(opened_run(run))
