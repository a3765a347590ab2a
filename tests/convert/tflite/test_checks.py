from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edgewright_convert.float_model import FloatModel
from edgewright_convert.tflite import checks as tflite_checks
from edgewright_convert.tflite.model_file import read_tflite
from edgewright_runtime.errors import CheckFailedError

pytestmark = pytest.mark.numeric

CHECKS = {
    "fp32": tflite_checks.check_fp32,
    "fp16": tflite_checks.check_fp16,
    "dynamic": tflite_checks.check_dynamic,
    "int8": tflite_checks.check_int8,
}


@pytest.fixture(params=CHECKS)
def name(request):
    return request.param


@pytest.fixture
def data(name, converted_run):
    return (converted_run / f"tflite/model_{name}.tflite").read_bytes()


def test_passes_its_own_check_and_no_stricter_one(name, data):
    file = read_tflite(data)
    CHECKS[name](file)
    for other in CHECKS.keys() - {name}:
        if (name, other) == ("fp32", "dynamic"):
            continue  # in this small model most kernels are below the size that dynamic range quantizes
        with pytest.raises(CheckFailedError):
            CHECKS[other](file)


def test_float_operators_are_named(converted_run):
    file = read_tflite((converted_run / "tflite/model_fp32.tflite").read_bytes())
    with pytest.raises(CheckFailedError, match=r"compute in float: .*CONV_2D"):
        tflite_checks.check_int8(file)


def model_around(function):
    """A float model that is one TensorFlow function."""
    import tensorflow as tf

    def call(pixels):
        return tf.reduce_sum(function(pixels / 300), axis=(1, 2))

    return FloatModel(Path("model"), call, (4, 4, 3), 3, loaded=None)


def test_flex_operators_are_named():
    import tensorflow as tf

    function = model_around(tf.math.cumprod).frozen(1)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], tf.Module())
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
    file = read_tflite(converter.convert())
    with pytest.raises(CheckFailedError, match="FlexCumprod"):
        tflite_checks.check_fp32(file)


def test_input_scale_other_than_one_is_noted(converted_run):
    file = read_tflite((converted_run / "tflite/model_int8.tflite").read_bytes())
    assert tflite_checks.check_int8(file) == ()
    (pixels,) = file.inputs
    narrow = replace(file, inputs=(replace(pixels, scales=(0.5,), zero_points=(64,)),))
    (note,) = tflite_checks.check_int8(narrow)
    assert "scale 0.5 and zero point 64, not 1 and 0" in note


def test_float_operators_that_are_wanted_pass(converted_run):
    float_file = read_tflite((converted_run / "tflite/model_fp32.tflite").read_bytes())
    int8_file = read_tflite((converted_run / "tflite/model_int8.tflite").read_bytes())
    mixed = replace(int8_file, operators=(*int8_file.operators, float_file.operators[0]))
    assert tflite_checks.check_int8(mixed, some_in_float=True) == ()
    with pytest.raises(CheckFailedError, match="compute in float"):
        tflite_checks.check_int8(mixed)
