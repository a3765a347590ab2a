"""Starting weights: what a file holds is found out and checked before anything is built from it."""

from dataclasses import replace
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_train.network import backbone_named
from edgewright_train.network.network import backbone_model
from edgewright_train.network.weights import alpha_of_file, load_into, starting_weights

ROW = backbone_named("mobilenet_v2")


def build(alpha: float = 0.35, size: int = 32):
    return backbone_model(ROW, keras.Input((size, size, 3)), alpha=alpha)


def start(source: str, *, backbone=ROW, alpha: float | str = "auto", size: int = 32):
    return starting_weights(source, backbone=backbone, alpha=alpha, size=size)


@pytest.mark.parametrize("alpha", [0.35, 1.3])
def test_alpha_is_found_in_a_keras_3_file(tmp_path, alpha):
    build(alpha).save_weights(tmp_path / "w.weights.h5")
    assert alpha_of_file(tmp_path / "w.weights.h5", ROW) == alpha


def test_alpha_is_found_in_an_old_h5_file_and_its_values_are_loaded(tmp_path):
    model, path = build(0.5), tmp_path / "old.h5"
    with h5py.File(path, "w") as file:  # the layout of Keras 2, in which Keras still publishes its ImageNet weights
        file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            group.attrs["weight_names"] = [f"{layer.name}/{weight.name}".encode() for weight in layer.weights]
            for weight in layer.weights:
                group.create_dataset(f"{layer.name}/{weight.name}", data=np.asarray(weight))
    weights, other = start(str(path)), build(0.5)
    assert weights.alpha == 0.5
    load_into(other, weights)
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_file_is_recorded_by_its_hash(backbone_weights):
    weights = start(str(backbone_weights))
    assert (weights.source, weights.alpha, weights.sha256) == (
        str(backbone_weights),
        0.35,
        sha256_of_file(backbone_weights),
    )


def test_weights_of_another_input_size_fit(backbone_weights):
    model = build(0.35, size=64)
    load_into(model, start(str(backbone_weights), size=64))
    with h5py.File(backbone_weights) as file:
        np.testing.assert_array_equal(model.get_layer("Conv1").get_weights()[0], file["layers/conv2d/vars/0"][:])


def test_no_weights_take_the_alpha_asked_for_or_else_1():
    assert start("none", alpha=0.75).alpha == 0.75
    assert start("none").alpha == 1.0
    assert start("none").path is None


def test_another_alpha_than_asked_for_is_refused_with_both_numbers(backbone_weights):
    with pytest.raises(EdgewrightError, match=r"holds weights of alpha 0\.35, and alpha 1\.0 was asked for"):
        start(str(backbone_weights), alpha=1.0)


def test_missing_file_is_refused():
    with pytest.raises(EdgewrightError, match=r"no weights file gone\.h5"):
        start("gone.h5")


def test_file_that_is_no_hdf5_is_refused(tmp_path):
    (tmp_path / "w.h5").write_text("weights, honestly")
    with pytest.raises(EdgewrightError, match="is not a weights file"):
        start(str(tmp_path / "w.h5"))


def test_folder_is_refused(tmp_path):
    with pytest.raises(EdgewrightError, match="no weights file"):
        start(str(tmp_path))


def test_damaged_hdf5_file_is_refused(backbone_weights, tmp_path):
    path = tmp_path / "cut.h5"
    path.write_bytes(backbone_weights.read_bytes()[:5000])
    with pytest.raises(EdgewrightError):
        start(str(path))


def test_weights_of_another_architecture_are_refused(tmp_path):
    inputs = keras.Input((32, 32, 3))
    keras.Model(inputs, keras.layers.Conv2D(8, 3)(inputs)).save_weights(tmp_path / "w.weights.h5")
    with pytest.raises(EdgewrightError, match="does not hold the weights of a mobilenet_v2: its 1 convolution"):
        start(str(tmp_path / "w.weights.h5"))


def test_right_shapes_in_a_layout_that_keras_does_not_write_are_refused(tmp_path):
    path = tmp_path / "odd.h5"
    with h5py.File(path, "w") as file:
        kernels = [weight.shape for weight in build().weights if len(weight.shape) == 4]
        for number, shape in enumerate(kernels):
            file.create_dataset(f"kernel{number}", data=np.zeros(shape, np.float32))
    with pytest.raises(EdgewrightError, match=r"Cannot load .* give a file that Keras's save_weights wrote"):
        load_into(build(), start(str(path)))


def test_weights_of_another_backbone_of_the_table_are_named(tmp_path):
    other = backbone_named("mobilenet_v3_small")
    backbone_model(other, keras.Input((32, 32, 3)), alpha=0.75).save_weights(tmp_path / "w.weights.h5")
    expected = r"holds the weights of a mobilenet_v3_small \(alpha 0\.75\), not of a mobilenet_v2; give another file"
    with pytest.raises(EdgewrightError, match=expected):
        start(str(tmp_path / "w.weights.h5"))
    assert start(str(tmp_path / "w.weights.h5"), backbone=other).alpha == 0.75


def test_download_that_cannot_be_made_says_how_to_give_a_file(tmp_path, monkeypatch):
    unused = "http://127.0.0.1:9/{alpha}_{size}.h5"  # the discard port: nobody listens
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(EdgewrightError, match=r"Cannot download .*127\.0\.0\.1.* give a file with --weights PATH"):
        start("imagenet", backbone=replace(ROW, published=unused), alpha=1.3, size=33)


@pytest.mark.parametrize(
    ("name", "alpha"),
    [
        ("mobilenet_v2_0.35_224_no_top_from_teachable_machine.weights.h5", 0.35),
        ("mobilenet_v2_1.0_224_no_top_dequant_from_coral_ptq.weights.h5", 1.0),
    ],
)
def test_alpha_of_real_pretrained_weights_is_found(shared: Path, name, alpha):
    assert alpha_of_file(shared / "weights" / name, ROW) == alpha
