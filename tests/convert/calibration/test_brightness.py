import numpy as np
import pytest
from PIL import Image

from edgewright_convert.calibration.brightness import brightness_of
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.preprocessing import Normalisation, Preprocessing
from edgewright_runtime.run.splits import SplitRow

CONTRACT = Preprocessing(96, 64)


@pytest.fixture
def photographs(tmp_path):
    """A function that saves images of given mean levels and gives their rows."""

    def save(levels, split):
        rng = np.random.default_rng(0)
        rows = []
        for number, level in enumerate(levels):
            path = tmp_path / f"{split}-{number}.png"
            values = np.clip(level + rng.normal(0, 10, (120, 80, 3)), 0, 255)
            Image.fromarray(values.astype(np.uint8)).save(path)
            rows.append(SplitRow(str(path), "a", split, sha256_of_file(path)))
        return rows

    return save


@pytest.fixture
def compared(photographs, tmp_path):
    """A function that compares training images of some levels with test images of others."""

    def compare(train, test, contract=CONTRACT):
        pixels = np.stack([contract.apply(row.path) for row in photographs(train, "train")])
        return brightness_of(pixels, photographs(test, "test"), contract, run_path=tmp_path)

    return compare


def around(level, *, spread, count):
    return level + spread * np.resize([-1, 1], count)


def test_the_same_light_calls_for_no_word(compared):
    found = compared(around(120, spread=30, count=30), around(122, spread=30, count=20))
    assert found.representative == pytest.approx(120, abs=1)
    assert found.test == pytest.approx(122, abs=1)
    assert found.spread == pytest.approx(30, rel=0.05)
    assert (found.representative_images, found.test_images) == (30, 20)
    assert found.note is None


@pytest.mark.parametrize(("train", "word"), [(70, "darker"), (170, "brighter")])
def test_another_light_is_said_with_numbers(train, word, compared):
    note = compared(around(train, spread=20, count=30), around(120, spread=20, count=30)).note
    assert f"is {word} than the test split" in note
    assert "against 120 of 255, where images vary by 20" in note


def test_images_that_are_all_alike_may_waver_by_a_few_levels(compared):
    alike = around(100, spread=0, count=20)
    assert compared(alike, alike + 5).note is None
    assert "brighter" in compared(alike, alike - 15).note


def test_few_test_images_prove_nothing(compared):
    train = around(120, spread=30, count=30)
    assert compared(train, [150]).note is None
    assert "darker" in compared(train, around(150, spread=30, count=60)).note


def test_grayscale_and_colour_see_the_same_light(compared):
    gray = Preprocessing(96, 64, colour_mode="grayscale", normalisation=Normalisation((1.0,), (0.0,)))
    levels = around(90, spread=20, count=4), around(140, spread=20, count=4)
    colour, one_channel = compared(*levels), compared(*levels, contract=gray)
    assert one_channel.representative == pytest.approx(colour.representative, abs=0.6)
    assert one_channel.test == pytest.approx(colour.test, abs=0.6)


@pytest.mark.parametrize("method", ["squash", "crop", "pad"])
def test_small_test_images_are_as_bright_as_large_ones(method, photographs, tmp_path):
    contract = Preprocessing(100, 200, resize_method=method)
    rows = photographs([60, 130, 200], "test")
    pixels = np.stack([contract.apply(row.path) for row in rows])
    found = brightness_of(pixels, rows, contract, run_path=tmp_path)
    assert found.test == pytest.approx(found.representative, abs=1.5)


def test_missing_test_image_is_an_error_that_names_it(photographs, tmp_path):
    (row,) = photographs([100], "test")
    pixels = CONTRACT.apply(row.path)[np.newaxis]
    (tmp_path / "test-0.png").unlink()
    with pytest.raises(EdgewrightError, match=r"test-0\.png"):
        brightness_of(pixels, [row], CONTRACT, run_path=tmp_path)
