"""What a look inside shows is in the network."""

import io
from dataclasses import replace

import keras
import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.console import Silent
from edgewright_train.network import BACKBONES
from edgewright_train.results.inside import activation_maps, feature_map, filters, grad_cam, strongest_images
from edgewright_train.results.inside.feature_map import plane
from edgewright_train.results.inside.look import LOOKS, look_inside
from edgewright_train.results.inside.network_parts import parts_of
from edgewright_train.results.inside.strongest_images import telling_features
from edgewright_train.results.inside.subject import Subject
from edgewright_train.results.predictions import Photos, Predictions

from ...tiny import tiny_network

SIDE = 32


def spots(n: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Black images with one bright square, red (class 0) or green (class 1), in a corner of its own."""
    images, classes = np.zeros((n, SIDE, SIDE, 3), np.uint8), np.arange(n) % 2
    for number, image in enumerate(images):
        top, left = 16 * (number // 2 % 2), 16 * (number // 4 % 2)
        image[top : top + 16, left : left + 16, classes[number]] = 255
    return images, classes


def colour_model() -> keras.Model:
    """A network that names the colour of a spot, from feature maps that are its red and its green."""
    pixels = keras.Input((SIDE, SIDE, 3))
    convolution = keras.layers.Conv2D(2, 4, strides=4, use_bias=False, name="maps")
    maps = convolution(keras.layers.Rescaling(1 / 255)(pixels))
    output = keras.layers.Dense(2, activation="softmax", name="probabilities")
    pooled = keras.layers.GlobalAveragePooling2D()(maps)
    model = keras.Model(pixels, output(pooled))
    kernel = np.zeros((4, 4, 3, 2), np.float32)
    kernel[:, :, 0, 0] = kernel[:, :, 1, 1] = 1 / 16
    convolution.set_weights([kernel])
    output.set_weights([np.array([[9, -9], [-9, 9]], np.float32), np.zeros(2, np.float32)])
    return model


@pytest.fixture(scope="module")
def subject() -> Subject:
    images, classes = spots()
    model = colour_model()
    both = keras.Model(model.input, [model.output, model.layers[-2].output])
    probabilities, features = (np.asarray(each) for each in both(images.astype(np.float32)))
    probabilities = probabilities.copy()
    probabilities[0] = (0.2, 0.8)  # one mistake
    photos = Photos(images, np.arange(len(images)), [f"{n}.png" for n in range(len(images))])
    return Subject(parts_of(model), features, Predictions(probabilities, classes), photos, ("red", "<green>"))


def test_heat_lies_where_the_evidence_is(subject):
    images, classes = spots(8)
    found = grad_cam.grad_cam(subject.parts, images.astype(np.float32), classes)
    assert found.shape == (8, 8, 8)
    for heat, image in zip(found, images, strict=True):
        there = image.max(axis=2)[::4, ::4] > 0
        assert heat[there].min() == pytest.approx(1)
        assert heat[~there].max() == pytest.approx(0)


def test_what_speaks_against_a_class_is_cold(subject):
    images, classes = spots(4)
    assert not grad_cam.grad_cam(subject.parts, images.astype(np.float32), 1 - classes).any()


def test_network_with_all_layers_frozen_can_be_explained():
    model = colour_model()
    model.trainable = False
    images, classes = spots(2)
    assert grad_cam.grad_cam(parts_of(model), images.astype(np.float32), classes).max() == pytest.approx(1)


@pytest.mark.parametrize("backbone", [row.name for row in BACKBONES])
def test_every_backbone_has_the_parts_and_a_heat(backbone):
    from edgewright_runtime.preprocessing import Preprocessing
    from edgewright_train.network import StartingWeights, backbone_named
    from edgewright_train.network.network import build_network

    from ...tiny import PLAIN_HEAD

    row = backbone_named(backbone)
    size = max(row.min_size, 64)
    start = StartingWeights("none", row.alphas[0], None, None)
    network = build_network(row, start, contract=Preprocessing(size, size), classes=3, head=PLAIN_HEAD)
    parts = parts_of(network.model)
    assert min(parts.last_map.output.shape[1:3]) >= 4
    assert parts.first_convolution.kernel.shape[2] == 3
    assert len(parts.depths(4)) == (3 if backbone == "small_cnn" else 4)  # it has three stages
    pixels = np.random.default_rng(0).uniform(0, 255, (2, size, size, 3)).astype(np.float32)
    heat = grad_cam.grad_cam(parts, pixels, np.array([0, 1]))
    assert np.isfinite(heat).all()
    assert heat.max() <= 1


def test_wrong_answers_are_shown_before_right_ones_and_marked(subject):
    gallery = grad_cam.look(subject)
    wrong, right = gallery.rows
    assert [exhibit.wrong for exhibit in wrong.exhibits] == [True]
    assert wrong.exhibits[0].caption == "red, taken for <green>, 80%"
    assert not any(exhibit.wrong for exhibit in right.exhibits)


def test_first_filters_are_shown_in_their_colours(subject):
    (row,) = filters.look(subject).rows
    assert [exhibit.pixels.mean(axis=(0, 1)).argmax() for exhibit in row.exhibits] == [0, 1]


def test_activation_maps_show_the_image_and_then_layers(subject):
    gallery = activation_maps.look(subject)
    assert [row.heading for row in gallery.rows] == ["The image", "maps: 8 x 8, 2 channels"]
    assert gallery.rows[1].exhibits[0].pixels.shape == (8, 8, 3)


def test_each_class_has_the_feature_that_is_high_for_it(subject):
    assert telling_features(subject.features, subject.predictions.classes, 6) == ((0, 0), (1, 1))
    for row, name in zip(strongest_images.look(subject).rows, ("red", "<green>"), strict=True):
        assert [exhibit.caption for exhibit in row.exhibits] == [name] * 6


def test_features_that_are_all_the_same_tell_nothing(subject):
    assert strongest_images.look(replace(subject, features=np.ones((24, 5), np.float32))) is None
    assert feature_map.look(replace(subject, features=np.ones((24, 5), np.float32))) is None


def test_images_that_are_alike_lie_together_and_lie_there_again():
    rng = np.random.default_rng(0)
    features = (np.repeat(np.eye(3, 20) * 9, 20, axis=0) + rng.normal(size=(60, 20))).astype(np.float32)
    places = plane(features)
    np.testing.assert_array_equal(places, plane(features))
    centres = places.reshape(3, 20, 2).mean(axis=1)
    nearest = np.linalg.norm(places[:, None] - centres, axis=2).argmin(axis=1)
    assert (nearest == np.repeat([0, 1, 2], 20)).mean() > 0.95


def test_plane_is_a_picture_and_needs_ten_images(subject):
    with Image.open(io.BytesIO(feature_map.look(subject).plot)) as picture:
        assert picture.width > 500
    few = Predictions(subject.predictions.probabilities[:9], subject.predictions.classes[:9])
    assert feature_map.look(replace(subject, features=subject.features[:9], predictions=few)) is None


def test_all_looks_are_taken_while_there_is_time_and_none_without(subject):
    assert len(look_inside(subject, reporter=Silent()).galleries) == len(LOOKS)
    none = look_inside(subject, reporter=Silent(), seconds=0)
    assert none.galleries == ()
    assert len(none.left_out) == len(LOOKS)


def test_look_that_fails_is_named_and_the_others_are_taken(subject):
    lost = replace(subject, photos=Photos(subject.photos.values[:0], subject.photos.places, subject.photos.paths))
    looks = look_inside(lost, reporter=Silent())
    assert {gallery.name for gallery in looks.galleries} == {"features", "filters"}
    assert len(looks.left_out) == 3
    assert all("IndexError" in note for note in looks.left_out)


def test_tiny_network_has_its_parts():
    parts = parts_of(tiny_network().model)
    assert (parts.first_convolution.name, parts.last_map.name) == ("convolution", "relu")
    assert parts.output_layer.name == "probabilities"
