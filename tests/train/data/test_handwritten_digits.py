"""The digits on the disk are scikit-learn's, to the pixel, and a class is there whole or not at all."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.data.handwritten_digits import write_digits


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "new" / "digits"
    assert write_digits(folder) == 1797
    return folder


def test_every_file_is_the_digit_of_its_number_in_the_folder_of_its_class(written):
    digits = load_digits()
    files = sorted(written.rglob("*.png"), key=lambda path: path.stem)
    assert [int(path.stem) for path in files] == list(range(1797))
    assert [path.parent.name for path in files] == [str(label) for label in digits.target]
    pixels = np.stack([np.asarray(Image.open(path)) for path in files])
    np.testing.assert_array_equal(np.rint(pixels * (16 / 255)), digits.images)
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_nothing_temporary_is_left(written):
    assert sorted(entry.name for entry in written.iterdir()) == list("0123456789")


def test_other_images_in_a_class_folder_are_refused_before_anything_is_written(tmp_path):
    (tmp_path / "9").mkdir()
    Image.new("L", (8, 8)).save(tmp_path / "9" / "mine.png")
    with pytest.raises(EdgewrightError, match="holds 1 PNG files where 180 were expected"):
        write_digits(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["9"]


def test_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(EdgewrightError, match="Cannot write"):
        write_digits(tmp_path / "file" / "digits")
