"""Images are decoded once, by the one preprocessing, and each stays with its class and its split."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.dataset import read_dataset, split_dataset
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.splits import SPLITS, SplitRow
from edgewright_train.data.pixels import decoded


def test_every_image_is_decoded_by_the_one_preprocessing(colour_pixels, colours, small_recipe):
    dataset = read_dataset(colours)
    for place, image in enumerate(dataset.images):
        np.testing.assert_array_equal(colour_pixels.values[place], small_recipe.preprocessing().apply(image.path))
        assert dataset.labels[colour_pixels.classes[place]] == image.label


def test_places_of_the_splits_are_those_of_the_rows(colour_pixels, colours):
    rows = split_dataset(read_dataset(colours), seed=1)
    for split in SPLITS:
        assert [rows[place].split for place in colour_pixels.places[split]] == [split] * len(
            colour_pixels.places[split]
        )
    assert sorted(np.concatenate(list(colour_pixels.places.values()))) == list(range(len(rows)))


def test_classes_of_one_label_are_told_apart_by_their_places(tmp_path):
    labels, rows = ("crane", "heron", "crane"), []
    for number, label in enumerate(("crane [2]", "heron", "crane [0]")):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (8, 8), (number, 0, 0)).save(path)
        rows.append(SplitRow(str(path), label, "train", sha256_of_file(path)))
    with decoded(rows, labels=labels, contract=Preprocessing(8, 8), out=tmp_path) as pixels:
        assert pixels.classes.tolist() == [2, 1, 0]


def test_image_that_has_changed_since_it_was_read_is_refused_by_name(colours, tmp_path):
    data = Path(shutil.copytree(colours, tmp_path / "data"))
    dataset = read_dataset(data)
    rows = split_dataset(dataset, seed=1)
    Image.new("RGB", (40, 40)).save(data / "red" / "003.png")
    with (
        pytest.raises(EdgewrightError, match=r"red/003\.png"),
        decoded(rows, labels=dataset.labels, contract=Preprocessing(32, 32), out=tmp_path),
    ):
        pass
