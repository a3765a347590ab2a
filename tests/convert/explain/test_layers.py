from __future__ import annotations

import json
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

from edgewright_convert.explain.command import COMMAND
from edgewright_convert.explain.conversions import baseline_conversion
from edgewright_convert.explain.layers import layer_errors
from edgewright_convert.float_model import load_float_model
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import captured
from edgewright_runtime.preprocessing import Preprocessing

from ...running import EDGEWRIGHT
from ...typed import typed

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def pixels(digit_images):
    return np.stack([Preprocessing(32, 32).apply(digit_images / str(label) / "0002.png") for label in range(10)])


@pytest.fixture(scope="module")
def files(converted_run, test_pixels):
    """The float32 conversion and the baseline INT8 conversion of one model."""
    with captured():
        made = baseline_conversion(load_float_model(converted_run / "model.keras"), test_pixels)
    return made.float_file, made.int8_file


def test_every_layer_is_measured_once(files, pixels):
    rows = layer_errors(*files, pixels)
    operators = [row.operator for row in rows]
    assert operators.count("CONV_2D") == 3
    assert "FULLY_CONNECTED" in operators
    assert len({(row.layer, row.operator, row.scale) for row in rows}) == len(rows)


def test_rows_have_the_names_of_the_keras_layers_and_the_answer_comes_last(files, pixels):
    rows = layer_errors(*files, pixels)
    assert [row.layer for row in rows if row.operator == "CONV_2D"] == ["re_lu", "re_lu_1", "re_lu_2"]
    assert (rows[-1].layer, rows[-1].operator) == ("output", "SOFTMAX")


def test_int8_layers_are_near_the_float_ones_but_not_equal(files, pixels):
    for row in layer_errors(*files, pixels):
        assert 10 < row.sqnr_db < 100
        assert 0 < row.range_utilisation <= 1
        assert 0 <= row.saturation < 0.2
        assert 0 < row.rmse_over_scale < 10


def test_brighter_images_than_the_calibration_saw_saturate(files, pixels):
    # Not the answer: its greatest level is 255/256, and sure answers are above it with any images.
    usual = layer_errors(*files, pixels)[:-1]
    inverted = layer_errors(*files, 255 - pixels)[:-1]
    assert max(row.saturation for row in inverted) > max(row.saturation for row in usual)


def test_files_of_different_models_are_refused(files, pixels, tmp_path):
    import keras
    import tensorflow as tf

    inputs = keras.Input((32, 32, 3), name="other")
    outputs = keras.layers.GlobalAveragePooling2D(name="else")(inputs)
    folder = tmp_path / "saved"
    keras.Model(inputs, outputs, name="foreign").export(folder, verbose=False)
    other = tf.lite.TFLiteConverter.from_saved_model(str(folder)).convert()
    with pytest.raises(EdgewrightError, match="no layer in common"):
        layer_errors(other, files[1], pixels)


def test_the_command_writes_every_layer_and_a_picture(run_copy):
    done = subprocess.run(
        [EDGEWRIGHT, "explain", str(run_copy), "--images", "4", "--rows", "3"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    entry = json.loads((run_copy / "manifest.json").read_text())["artefacts"]["tflite/model_int8.tflite"]
    effort = entry["options"]["int8"]["made_by"]
    assert f"Layers that lose most in the {effort} INT8 conversion" in done.stdout
    written = json.loads((run_copy / "explain" / "int8_layers.json").read_text())
    assert written["effort"] == effort
    assert {"layer", "sqnr_db", "rmse_over_scale", "range_utilisation", "saturation"} <= written["layers"][0].keys()
    with Image.open(run_copy / "explain" / "int8_layers.png") as picture:
        assert picture.format == "PNG"
    assert done.stderr == ""


def test_a_run_without_its_float_model_is_refused(run_copy):
    (run_copy / "model.keras").unlink()
    shutil.rmtree(run_copy / "saved_model")
    done = typed("explain", COMMAND, run_copy)
    assert isinstance(done.exception, EdgewrightError)
    assert "float model" in str(done.exception)
