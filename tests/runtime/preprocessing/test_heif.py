"""HEIC photographs are read where pillow-heif is installed, upright once, and named where it is not."""

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import ExifTags, Image

from edgewright_runtime.dataset.inspection import inspect_files
from edgewright_runtime.dataset.types import ListedFile
from edgewright_runtime.errors import ImageReadError
from edgewright_runtime.preprocessing import Preprocessing

CONTRACT = Preprocessing(32, 48)


@pytest.fixture(scope="module")
def pillow_heif():
    return pytest.importorskip("pillow_heif", reason="pillow-heif (the extra heif) is not installed")


@pytest.fixture
def heic(pillow_heif):
    """A function that makes the content of a HEIC file, nearly lossless."""

    def make(image: Image.Image, *, orientation: int | None = None) -> bytes:
        exif = Image.Exif()
        if orientation is not None:
            exif[ExifTags.Base.Orientation] = orientation
        stream = io.BytesIO()
        pillow_heif.from_pillow(image).save(stream, quality=-1, chroma=444, exif=exif.tobytes())
        return stream.getvalue()

    return make


def test_photograph_has_the_pixels_that_were_stored(scene, heic):
    difference = CONTRACT.apply(heic(scene)).astype(int) - CONTRACT.apply(scene)
    assert np.abs(difference).max() <= 3


def test_bytes_path_and_file_give_the_same(scene, heic, tmp_path):
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(heic(scene))
    expected = CONTRACT.apply(path.read_bytes())
    assert (CONTRACT.apply(path) == expected).all()
    with path.open("rb") as file:
        assert (CONTRACT.apply(file) == expected).all()


def test_content_and_not_the_name_says_that_it_is_one(scene, heic, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(heic(scene))
    assert CONTRACT.apply(tmp_path / "photo.jpg").shape == (32, 48, 3)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_rotation_that_both_the_picture_and_its_exif_tell_is_undone_once(scene, heic, pillow_heif, orientation):
    data = heic(scene, orientation=orientation)
    # As from an iPhone: the container turns the picture, and the EXIF block repeats the camera's orientation.
    turned = pillow_heif.HeifImageFile(io.BytesIO(data))
    assert turned.info["original_orientation"] == orientation
    jpeg = io.BytesIO()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    scene.save(jpeg, "JPEG", quality=100, subsampling=0, exif=exif)
    expected = CONTRACT.apply(jpeg.getvalue()).astype(int)
    assert np.abs(CONTRACT.apply(data) - expected).mean() < 2


def test_transparent_pixels_show_the_contracts_background(heic):
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    assert (CONTRACT.apply(heic(clear)) >= 253).all()


def test_damaged_file_is_one_sentence(scene, heic):
    data = heic(scene)
    for length in (12, 40, len(data) // 2, len(data) - 50):
        with pytest.raises(ImageReadError, match="damaged"):
            CONTRACT.apply(data[:length])


def test_more_pixels_than_the_limit_are_refused_before_decoding(scene, heic, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(ImageReadError, match="decompression bombs"):
        CONTRACT.apply(heic(scene))


def test_a_data_set_takes_it(scene, heic, tmp_path):
    (tmp_path / "a.heic").write_bytes(heic(scene))
    (image,), rejected = inspect_files([ListedFile(str(tmp_path / "a.heic"), "a")])
    assert (image.width_px, image.height_px) == scene.size
    assert rejected == []


def test_without_pillow_heif_it_is_named_with_the_way_out(scene, heic, tmp_path):
    (tmp_path / "a.heic").write_bytes(heic(scene))
    program = (
        "import sys; sys.modules['pillow_heif'] = None\n"
        "from edgewright_runtime.dataset.inspection import inspect_files\n"
        "from edgewright_runtime.dataset.types import ListedFile\n"
        "print(inspect_files([ListedFile(sys.argv[1], 'a')])[1][0].reason)"
    )
    command = [sys.executable, "-c", program, tmp_path / "a.heic"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith("it is a HEIC image: reading it needs pillow-heif, which ")
    assert said.strip().endswith("run: pip install 'edgewright[heif]', or save it as JPEG or PNG")


def test_pillow_itself_still_does_not_open_it(scene, heic):
    """In a process of its own, for pillow-heif's own users may have registered it in this one."""
    program = (
        "import io, sys; from PIL import Image; from edgewright_runtime.preprocessing import Preprocessing\n"
        "data = sys.stdin.buffer.read(); Preprocessing(8, 8).apply(data); print('HEIF' in Image.OPEN)"
    )
    done = subprocess.run([sys.executable, "-c", program], input=heic(scene), capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


def test_nothing_is_imported_until_one_is_met(scene, tmp_path):
    scene.save(tmp_path / "a.png")
    program = (
        "import sys; from edgewright_runtime.preprocessing import Preprocessing\n"
        "Preprocessing(8, 8).apply(sys.argv[1]); print('pillow_heif' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "a.png"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
