from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.errors import EdgewrightError, ImageReadError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.pixel_cache import cached_pixels
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.splits import SplitRow

CONTRACT = Preprocessing(8, 8)


def picture(path: Path, grey: int) -> Path:
    Image.new("L", (40, 30), grey).save(path)
    return path


def row_of(path: Path) -> SplitRow:
    return SplitRow(str(path), "a", "test", sha256_of_file(path))


def pixels_of(path: Path, *rows: SplitRow) -> np.ndarray:
    with cached_pixels(rows, CONTRACT, run_path=path.parent) as pixels:
        return np.array(pixels)


def test_pixels_are_those_of_the_bytes_that_were_hashed(tmp_path, swapped_before_its_second_read):
    path, other = picture(tmp_path / "a.png", 10), picture(tmp_path / "b.png", 200)
    row = row_of(path)

    with swapped_before_its_second_read(path, other):
        pixels = pixels_of(path, row)

    assert (pixels == 10).all()


def test_changed_image_is_refused_by_name(tmp_path):
    path = picture(tmp_path / "a.png", 10)
    row = row_of(path)
    picture(path, 11)

    with pytest.raises(EdgewrightError, match=r"a\.png is not the image that the data set was read with"):
        pixels_of(path, row)


def test_unreadable_image_is_refused_by_its_path(tmp_path):
    path = tmp_path / "liar.jpg"
    path.write_text("I am no photograph")

    with pytest.raises(ImageReadError) as error:
        pixels_of(path, row_of(path))

    assert str(error.value).startswith(f"{path} is not an image")


def test_pixels_come_in_the_order_of_the_rows(tmp_path):
    rows = [row_of(picture(tmp_path / f"{grey}.png", grey)) for grey in (7, 3, 5)]

    assert pixels_of(tmp_path / "7.png", *rows)[:, 0, 0, 0].tolist() == [7, 3, 5]


def test_no_rows_are_no_pixels(tmp_path):
    assert pixels_of(tmp_path / "none.png").shape == (0, 8, 8, 3)
