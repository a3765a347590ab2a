"""The fast decoder gives the definition's pixels within one grey level, and its errors word for word."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.errors import EdgewrightError, ImageReadError
from edgewright_runtime.preprocessing import Normalisation, Preprocessing

pytest.importorskip("simplejpeg", reason="simplejpeg (the extra fast) is not installed")
pytest.importorskip("cykooz_resizer", reason="cykooz-resizer (the extra fast) is not installed")

from edgewright_runtime.preprocessing.fast import FastPixels

CONTRACTS = [
    Preprocessing(32, 48),
    Preprocessing(24, 40, resize_method="crop", crop_fraction=0.875),
    Preprocessing(40, 32, resize_method="pad", pad_colour=(9, 99, 200)),
    Preprocessing(20, 20, exif_orientation=False, jpeg_scaled_decode=0),
]


class Counted:
    """A resizer that says how often it was asked, which tells that an image went through it."""

    def __init__(self, fast: FastPixels) -> None:
        self.resizer, self.calls = fast._own.resizer, 0
        fast._own.resizer = self  # type: ignore[assignment]

    def resized(self, *arguments, **options):
        self.calls += 1
        return self.resizer.resized(*arguments, **options)


def outcome(preprocessing, image):
    try:
        return preprocessing.apply(image, name="it")
    except ImageReadError as error:
        return str(error)


def assert_alike(given, expected):
    assert given.shape == expected.shape
    assert np.abs(given.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.resize_method)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_turn_of_a_photo_is_the_definitions(contract, orientation, scene, encode):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(scene.crop((0, 0, 319, 197)), "JPEG", exif=exif, quality=90)
    fast = FastPixels(contract)
    counted = Counted(fast)
    assert_alike(fast.apply(data), contract.apply(data))
    assert counted.calls == 1


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 0}, {"subsampling": 1}, {"quality": 30}])
def test_each_kind_of_jpeg_is_the_definitions(options, scene, encode):
    contract = CONTRACTS[0]
    for image in (scene, scene.convert("L")):
        data = encode(image, "JPEG", **options)
        fast = FastPixels(contract)
        counted = Counted(fast)
        assert_alike(fast.apply(data), contract.apply(data))
        assert counted.calls == 1


def test_frames_of_a_camera_are_the_definitions(scene):
    frame = np.asarray(scene)
    fast = FastPixels(CONTRACTS[0])
    counted = Counted(fast)
    assert_alike(fast.apply(frame), CONTRACTS[0].apply(frame))
    assert_alike(fast.apply(frame[::-1, ::2]), CONTRACTS[0].apply(frame[::-1, ::2]))
    assert counted.calls == 2


@pytest.mark.parametrize("format", ["PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM"])
def test_other_files_are_pillows(format, scene, encode):
    data = encode(scene, format)
    assert (FastPixels(CONTRACTS[0]).apply(data) == CONTRACTS[0].apply(data)).all()


def test_what_rounding_might_change_more_is_pillows(scene, encode):
    close = Preprocessing(110, 150)  # of 200 rows and 320 columns, less than twice as many
    cmyk = encode(scene.convert("CMYK"), "JPEG")
    for contract, image in ((close, encode(scene, "JPEG")), (close, np.asarray(scene)), (CONTRACTS[0], cmyk)):
        fast = FastPixels(contract)
        counted = Counted(fast)
        assert (fast.apply(image) == contract.apply(image)).all()
        assert counted.calls == 0


def test_path_file_bytes_and_image_give_the_same(scene, encode, tmp_path):
    fast = FastPixels(CONTRACTS[0])
    data = encode(scene, "JPEG")
    expected = fast.apply(data)
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    assert (fast.apply(path) == expected).all()
    assert (fast.apply(bytearray(data)) == expected).all()
    with path.open("rb") as file:
        assert (fast.apply(file) == expected).all()
        assert not file.closed
    with Image.open(path) as image:
        assert (fast.apply(image) == CONTRACTS[0].apply(path.read_bytes())).mean() > 0.5


def test_damaged_files_end_as_by_the_definition(scene, encode):
    chance = random.Random(3)
    data = encode(scene, "JPEG", quality=85)
    fast, ends = FastPixels(CONTRACTS[0]), {"pixels": 0, "error": 0}
    for turn in range(300):
        damaged = bytearray(data[: chance.randrange(len(data))] if turn % 3 == 0 else data)
        for _ in range(turn % 3 * 2):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        given, expected = outcome(fast, bytes(damaged)), outcome(CONTRACTS[0], bytes(damaged))
        if isinstance(expected, str):
            assert given == expected
        else:
            assert_alike(given, expected)
        ends["error" if isinstance(expected, str) else "pixels"] += 1
    assert min(ends.values()) > 50


def test_what_is_no_image_ends_as_by_the_definition(tmp_path):
    fast = FastPixels(CONTRACTS[0])
    for content in (b"", b"\xff\xd8\xff", b"no image", b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xe0" + bytes(60)):
        (tmp_path / "it.jpg").write_bytes(content)
        assert outcome(fast, tmp_path / "it.jpg") == outcome(CONTRACTS[0], tmp_path / "it.jpg")
        assert isinstance(outcome(fast, content), str)
    assert outcome(fast, tmp_path) == outcome(CONTRACTS[0], tmp_path)
    assert outcome(fast, tmp_path / "gone.jpg") == outcome(CONTRACTS[0], tmp_path / "gone.jpg")
    assert outcome(fast, np.zeros((3, 3), np.float32)) == outcome(CONTRACTS[0], np.zeros((3, 3), np.float32))


def test_more_pixels_than_the_limit_are_refused(scene, encode, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(ImageReadError, match="decompression bombs"):
        FastPixels(CONTRACTS[0]).apply(encode(scene, "JPEG"))


@pytest.mark.parametrize(
    ("contract", "word"),
    [
        (Preprocessing(32, 32, colour_mode="grayscale", normalisation=Normalisation((1.0,), (0.0,))), "grayscale"),
        (Preprocessing(32, 32, interpolation="bicubic"), "bicubic"),
    ],
)
def test_contract_that_is_pillows_alone_is_refused(contract, word):
    with pytest.raises(EdgewrightError, match=f"fast decoder .* {word}; leave it out"):
        FastPixels(contract)


@pytest.mark.shared
def test_two_hundred_photographs_are_the_definitions(shared):
    photographs = sorted((shared / "data" / "imagenet500").glob("*/*"))[::2][:200]
    contract = Preprocessing(64, 80)
    fast = FastPixels(contract)
    counted = Counted(fast)
    for photograph in photographs:
        assert_alike(fast.apply(photograph), contract.apply(photograph))
    assert len(photographs) == 200
    assert counted.calls > 190


def test_threads_that_share_one_get_the_pixels_of_their_own_photos(scene, encode):
    photos = [encode(scene.resize((640, 480)).rotate(90 * turn), "JPEG", quality=90) for turn in range(4)]
    fast = FastPixels(Preprocessing(32, 32))
    expected = [fast.apply(photo) for photo in photos]
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = list(pool.map(fast.apply, photos * 50))
    assert all((pixels == expected[number % 4]).all() for number, pixels in enumerate(found))
