"""What cannot be imported is told in a sentence: shapes, outputs, sizes."""

import numpy as np
import pytest

from edgewright_convert.importing.model_checks import ImageShape, image_shape, output_kind, probe_images
from edgewright_runtime.errors import EdgewrightError


def test_wrong_number_of_outputs_names_both_numbers(saved, imported):
    with pytest.raises(EdgewrightError, match=r"has 7 outputs, but .* names 10 labels"):
        imported(saved(classes=7)[0])


def test_sigmoid_outputs_are_refused(saved, imported):
    with pytest.raises(EdgewrightError, match="sigmoid of 10 outputs"):
        imported(saved(activation="sigmoid")[0])


def test_logits_declared_as_probabilities_are_refused(saved, imported):
    with pytest.raises(EdgewrightError, match="use --output logits"):
        imported(saved(activation=None)[0], output="probabilities")


def test_unknown_kind_of_output_is_refused(saved, imported):
    with pytest.raises(EdgewrightError, match="did you mean 'logits'"):
        imported(saved()[0], output="logit")


@pytest.mark.parametrize(
    ("size", "sentence"), [(None, "--size HEIGHTxWIDTH"), ("big", "is no size"), ("24", "is no size")]
)
def test_open_size_must_be_said(size, sentence, saved, imported):
    with pytest.raises(EdgewrightError, match=sentence):
        imported(saved(size=None)[0], size=size)


def test_size_that_the_model_does_not_take_is_refused(saved, imported):
    with pytest.raises(EdgewrightError, match="takes images of 32x32, not 64x64"):
        imported(saved()[0], size="64x64")


def test_rgb_normalisation_of_a_grayscale_model_is_refused(saved, imported):
    with pytest.raises(EdgewrightError, match="for 3 channels, the model takes 1"):
        imported(saved(channels=1)[0], normalisation="imagenet-torch")


def model_with(inputs, outputs, path):
    import keras

    keras.Model(inputs, outputs).save(path)
    return path


def test_two_outputs_are_refused(tmp_path, imported):
    import keras

    inputs = keras.Input((8, 8, 3))
    flat = keras.layers.Flatten()(inputs)
    path = model_with(inputs, [keras.layers.Dense(10)(flat), keras.layers.Dense(4)(flat)], tmp_path / "two.keras")
    with pytest.raises(EdgewrightError, match="2 output tensors"):
        imported(path)


def test_channels_first_is_refused(tmp_path, imported):
    import keras

    inputs = keras.Input((3, 8, 8))
    path = model_with(inputs, keras.layers.Dense(10)(keras.layers.Flatten()(inputs)), tmp_path / "first.keras")
    with pytest.raises(EdgewrightError, match="channels first"):
        imported(path)


def test_two_inputs_are_refused(tmp_path, imported):
    import keras

    pair = [keras.Input((8, 8, 3)), keras.Input((8, 8, 3))]
    outputs = keras.layers.Dense(10)(keras.layers.Flatten()(keras.layers.Add()(pair)))
    with pytest.raises(EdgewrightError, match="2 inputs"):
        imported(model_with(pair, outputs, tmp_path / "pair.keras"))


def test_probe_images_are_ordinary_and_unlike_each_other():
    probes = probe_images(ImageShape(6, 8, 3))
    assert (probes.shape, probes.dtype) == ((10, 6, 8, 3), np.uint8)
    assert len({probe.tobytes() for probe in probes}) == 10
    assert {probe_images(ImageShape(6, 8, 1)).shape} == {(10, 6, 8, 1)}


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ([(None, 8, 8)], "an image classifier takes"),
        ([(7, 8, 8, 3)], "takes 7 images at a time"),
        ([(None, 8, 8, 4)], r"takes 4 channels; Edgewright feeds 3 \(RGB\) or 1"),
    ],
)
def test_shape_that_is_no_images_is_refused(inputs, sentence, tmp_path):
    with pytest.raises(EdgewrightError, match=sentence):
        image_shape(tmp_path / "m", inputs, size=None)


def test_nan_for_ordinary_images_asks_for_the_normalisation(tmp_path):
    with pytest.raises(EdgewrightError, match="NaN or infinity for ordinary images; is --normalisation right"):
        output_kind(
            tmp_path / "m",
            declared=None,
            activation=None,
            outputs_of=lambda images: np.full((len(images), 3), np.nan),
            images=probe_images(ImageShape(6, 8, 3)),
        )
