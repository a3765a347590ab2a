import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.dataset.types import ListedFile, RejectedFile
from edgewright_train.inspection.images.image_facts import read_image

SIDE = 64


def facts(path):
    return read_image(ListedFile(str(path), "a"), SIDE).facts


def noise(width, height):
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8))


@pytest.mark.parametrize("quality", [30, 50, 75, 92])
def test_jpeg_quality_is_that_which_it_was_saved_with(tmp_path, quality):
    noise(80, 60).save(tmp_path / "a.jpg", quality=quality)
    assert facts(tmp_path / "a.jpg").quality == pytest.approx(quality, abs=1.5)


def test_size_is_as_shown_where_the_camera_was_turned(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    noise(80, 60).save(tmp_path / "a.jpg", exif=exif)
    found = facts(tmp_path / "a.jpg")
    assert (found.width_px, found.height_px, found.orientation, found.file_type) == (60, 80, 6, "JPEG")


def test_brightness_and_colourfulness_go_from_black_to_bright_and_grey_to_colourful(tmp_path):
    shades = {"black": (0, 0, 0), "grey": (128, 128, 128), "white": (255, 255, 255), "red": (250, 20, 20)}
    found = {}
    for name, shade in shades.items():
        Image.new("RGB", (64, 64), shade).save(tmp_path / f"{name}.png")
        found[name] = facts(tmp_path / f"{name}.png")
    assert found["black"].brightness == 0
    assert found["white"].brightness == pytest.approx(1)
    assert found["grey"].brightness == pytest.approx(128 / 255, abs=0.01)
    assert found["grey"].colourfulness == pytest.approx(0, abs=0.01)
    assert found["red"].colourfulness > 50
    assert found["red"].means == pytest.approx((250, 20, 20), abs=0.5)
    assert found["red"].quality is None


def test_what_is_no_image_is_named_with_the_reason(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"no image")
    found = read_image(ListedFile(str(tmp_path / "a.jpg"), "a"), SIDE)
    assert isinstance(found, RejectedFile)
    assert found.path.endswith("a.jpg")
    missing = read_image(ListedFile(str(tmp_path / "b.jpg"), "a"), SIDE)
    assert "cannot be read" in missing.reason
