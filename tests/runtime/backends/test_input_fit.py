"""A .tflite file that wants pixels normalised outside itself is refused, whichever command opens it."""

import shutil
import struct
import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.backends.base import Tensor
from edgewright_runtime.backends.input_fit import clipping, likely_normalisation, why_not, why_not_raw
from edgewright_runtime.backends.quantization import quantize_input
from edgewright_runtime.backends.tflite_metadata import StatedNormalisation, stated_normalisation
from edgewright_runtime.classifier import Classifier
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Normalisation, Preprocessing
from edgewright_runtime.preprocessing.normalisations import normalisation_named
from edgewright_runtime.run.manifest import add_artefacts, describe
from edgewright_runtime.run.run_folder import RunFolder


def tensor(scale: float, zero_point: int, dtype: str = "uint8") -> Tensor:
    return Tensor("pixels", (1, 32, 32, 3), dtype, scale, zero_point)


TAKES_RAW_PIXELS = {
    "raw bytes": tensor(1.0, 0),
    "raw bytes as int8": tensor(1.0, -128, "int8"),
    "calibrated on 3..240": tensor(240 / 255, 0),
    "the same as int8": tensor(240 / 255, -128, "int8"),
    "calibrated on dark images": tensor(140 / 255, 0),
    "16-bit": tensor(255 / 32767, 0, "int16"),
    "symmetric": tensor(2.0, 0, "int8"),
    "float": tensor(0.0, 0, "float32"),
    "bytes without quantization": tensor(0.0, 0),
}
NORMALISED_OUTSIDE = {
    "1/128 about 128": tensor(1 / 128, 128),
    "-1..1": tensor(2 / 255, 127),
    "-1..1 as int8": tensor(2 / 255, -1, "int8"),
    "0..1": tensor(1 / 255, 0),
    "0..1 as int8": tensor(1 / 255, -128, "int8"),
    "minus ImageNet's mean": tensor((151.1 + 123.7) / 255, 115),
    "minus 128": tensor(1.0, 128),
    "signed bytes without quantization": tensor(0.0, 0, "int8"),
    "minus 128 as int8": tensor(1.0, 0, "int8"),
    "ImageNet's mean and deviation": tensor((2.64 + 2.12) / 255, 114),
}


@pytest.mark.parametrize("name", TAKES_RAW_PIXELS)
def test_input_whose_range_is_that_of_pixels_takes_them(name):
    assert why_not_raw(TAKES_RAW_PIXELS[name]) is None


@pytest.mark.parametrize("name", NORMALISED_OUTSIDE)
def test_input_whose_range_is_not_that_of_pixels_says_so(name):
    assert "it wants pixels that were normalised outside the file" in str(why_not_raw(NORMALISED_OUTSIDE[name]))


LIKELY = {
    "1/128 about 128": "minus-one-to-one",
    "-1..1": "minus-one-to-one",
    "-1..1 as int8": "minus-one-to-one",
    "0..1": "unit",
    "0..1 as int8": "unit",
    "minus ImageNet's mean": "imagenet-caffe",
    "ImageNet's mean and deviation": "imagenet-torch",
}


def contract(name: str) -> Preprocessing:
    row = normalisation_named(name).for_channels(3)
    return Preprocessing(32, 32, normalisation=Normalisation(row.scale, row.offset, "runtime"))


@pytest.mark.parametrize("name", LIKELY)
def test_range_of_the_input_speaks_for_a_normalisation_which_then_fits(name):
    assert likely_normalisation(NORMALISED_OUTSIDE[name]) == LIKELY[name]
    assert why_not(NORMALISED_OUTSIDE[name], contract(LIKELY[name])) is None


@pytest.mark.parametrize("name", ["1/128 about 128", "0..1"])
@pytest.mark.parametrize("other", ["imagenet-caffe", "raw"])
def test_normalisation_of_another_range_does_not_fit(name, other):
    assert "and is given" in str(why_not(NORMALISED_OUTSIDE[name], contract(other)))


def test_values_that_would_use_a_hundredth_of_the_levels_do_not_fit():
    assert "and is given -1 to 1" in str(why_not(TAKES_RAW_PIXELS["raw bytes as int8"], contract("minus-one-to-one")))


def test_whole_numbers_without_quantization_take_no_fractions():
    of_bytes = TAKES_RAW_PIXELS["bytes without quantization"]
    assert "takes input values from 0 to 255" in str(why_not(of_bytes, contract("minus-one-to-one")))
    assert why_not(of_bytes, contract("raw")) is None
    assert likely_normalisation(of_bytes) == "raw"


def test_metadata_speaks_for_the_normalisation_that_it_states():
    stated = replace(tensor(0.0, 0, "float32"), stated_normalisation=StatedNormalisation((127.5,), (127.5,)))
    assert likely_normalisation(stated) == "minus-one-to-one"
    stated = replace(stated, stated_normalisation=StatedNormalisation((100.0,), (50.0,)))
    assert likely_normalisation(stated) == "0.02,-2"


@pytest.mark.parametrize(
    ("mean", "std", "likely"),
    [
        ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375), "imagenet-torch"),
        ((127.5, 127.5, 127.5), (127.5,), "minus-one-to-one"),
        ((1.0, 2.0, 3.0), (50.0,), None),
        ((1.0, 2.0, 3.0), (50.0, 50.0), None),
        ((0.0,), (0.0,), None),
    ],
)
def test_metadata_that_states_each_channel_is_read_by_the_name_of_its_normalisation(mean, std, likely):
    stated = replace(tensor(0.0, 0, "float32"), stated_normalisation=StatedNormalisation(mean, std))
    assert likely_normalisation(stated) == likely


@given(st.floats(1e-4, 8), st.integers(-128, 255), st.sampled_from(["uint8", "int8"]))
def test_whatever_is_taken_tells_half_of_the_pixel_values_apart(scale, zero_point, dtype):
    limits = np.iinfo(dtype)
    found = tensor(scale, min(max(zero_point, limits.min), limits.max), dtype)
    if why_not_raw(found) is None:
        stored = quantize_input(np.arange(256, dtype=np.uint8), found)
        meant = (stored.astype(float) - found.zero_point) * scale
        near = np.abs(meant - np.arange(256)) <= 1.5 * scale
        assert near[:127].all()


def test_clipping_of_more_than_a_few_bright_pixels_is_warned_of():
    assert "ends at 140" in str(clipping(TAKES_RAW_PIXELS["calibrated on dark images"]))
    assert clipping(tensor(250 / 255, 0)) is None
    assert clipping(TAKES_RAW_PIXELS["raw bytes"]) is None
    assert clipping(TAKES_RAW_PIXELS["float"]) is None


@pytest.mark.parametrize(
    ("stated", "fits"),
    [
        (None, True),
        (StatedNormalisation((0.0,), (1.0,)), True),
        (StatedNormalisation((0.0,) * 3, (1.0,) * 3), True),
        (StatedNormalisation((), ()), True),
        (StatedNormalisation((127.5,), (127.5,)), False),
        (StatedNormalisation((0.0,), (255.0,)), False),
        (StatedNormalisation((123.7, 116.8, 103.9), (1.0,)), False),
    ],
)
def test_float_input_is_read_by_its_metadata_and_a_quantized_one_by_its_range(stated, fits):
    of_float = Tensor("pixels", (1, 32, 32, 3), "float32", stated_normalisation=stated)
    of_bytes = Tensor("pixels", (1, 32, 32, 3), "uint8", 1.0, 0, stated_normalisation=stated)

    assert (why_not_raw(of_float) is None) == fits
    assert why_not_raw(of_bytes) is None


@pytest.fixture(scope="module")
def tflite_with_range():
    """`tflite_with_range(low, high, dtype)`: what TFLiteConverter makes of a model calibrated on that range."""
    import keras
    import tensorflow as tf

    inputs = keras.Input((32, 32, 3), batch_size=1, name="pixels")
    x = keras.layers.Flatten()(keras.layers.Conv2D(4, 3, strides=4)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax", name="probabilities")(x))

    def made(low: float, high: float, dtype: str) -> bytes:
        def samples():
            for seed in range(4):
                image = np.random.default_rng(seed).uniform(low, high, (1, 32, 32, 3)).astype(np.float32)
                image[0, 0, 0] = [low, high, low]
                yield [image]

        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = samples
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.dtypes.as_dtype(dtype)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return converter.convert()

    return made


def run_with(tmp_path, converted_run, name: str, content: bytes) -> RunFolder:
    """A copy of the run whose file of that format is another."""
    run = RunFolder(tmp_path / "run")
    shutil.copytree(converted_run, run.path)
    file = run.file_of(name)
    file.write_bytes(content)
    entry = describe(file, stage="convert", options={}, versions={})
    add_artefacts(run.path, {file.relative_to(run.path).as_posix(): entry})
    return run


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_real_file_with_scale_1_128_and_its_zero_in_the_middle_is_refused(
    tmp_path, converted_run, tflite_with_range, dtype
):
    run = run_with(tmp_path, converted_run, "tflite-int8", tflite_with_range(-1.0, 127 / 128, dtype))

    with pytest.raises(EdgewrightError) as error:
        Classifier.open(run.path, format="tflite-int8")

    zero_point = {"uint8": 128, "int8": 0}[dtype]
    assert f"takes input values from -1 to 0.9922 (scale 0.007812, zero point {zero_point})" in str(error.value)
    assert str(run.preprocessing) in str(error.value)
    assert f"edgewright import {run.file_of('tflite-int8')} " in str(error.value)
    assert "--normalisation minus-one-to-one" in str(error.value)


@pytest.mark.parametrize(("high", "warned"), [(255.0, False), (248.0, False), (180.0, True)])
def test_real_file_that_was_calibrated_on_raw_pixels_is_taken(tmp_path, converted_run, tflite_with_range, high, warned):
    run = run_with(tmp_path, converted_run, "tflite-int8", tflite_with_range(2.0, high, "uint8"))

    classifier = Classifier.open(run.path, format="tflite-int8")

    assert classifier.backend.input.scale == pytest.approx(high / 255)
    assert any("brighter pixels are clipped" in note for note in classifier.backend.notes) == warned


def with_other_normalisation(file: bytes) -> bytes:
    """Our own file, but that its metadata says mean 127.5 and standard deviation 127.5, not 0 and 1."""
    for place, old in (("mean", 0.0), ("std", 1.0)):
        file = next(
            changed
            for at in range(file.index(b"M001"), len(file) - 8)
            if file[at : at + 8] == struct.pack("<If", 1, old)
            and (changed := file[: at + 4] + struct.pack("<f", 127.5) + file[at + 8 :])
            and getattr(stated_normalisation(changed), place) == (127.5,)
        )
    return file


def test_real_float_file_whose_metadata_states_another_normalisation_is_refused(tmp_path, converted_run):
    file = RunFolder(converted_run).file_of("tflite-fp32").read_bytes()
    run = run_with(tmp_path, converted_run, "tflite-fp32", with_other_normalisation(file))

    with pytest.raises(EdgewrightError, match=r"says in its metadata .* \(mean 127\.5, standard deviation 127\.5\)"):
        Classifier.open(run.path, format="tflite-fp32")


def test_every_command_that_runs_models_refuses_it(tmp_path, converted_run, digit_images, tflite_with_range):
    run = run_with(tmp_path, converted_run, "tflite-int8", tflite_with_range(-1.0, 127 / 128, "uint8"))
    image, model, float_model = digit_images / "7" / "0000.png", run.file_of("tflite-int8"), run.file_of("onnx-fp32")
    same = ("--labels", run.labels, "--preprocessing", run.preprocessing)
    commands = {
        "classify": (run.path, image, "--format", "tflite-int8"),
        "gate": (float_model, model, digit_images, *same),
        "bench": (run.path, "--format", "tflite-int8", "--image", image, "--seconds", 0, "--runs", 1),
        "evaluate": (run.path, "--format", "tflite-int8"),
    }
    for name, arguments in commands.items():
        command = [sys.executable, "-m", "edgewright_runtime.cli", name, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 2, (name, done.stdout, done.stderr)
        assert "it wants pixels that were normalised outside the file" in done.stderr, (name, done.stderr)
