import io
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from PIL.Image import Transpose

from edgewright_runtime.errors import ImageReadError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.preprocessing.decode import decode

# How an upright picture is stored by a camera held in each of the eight ways.
STORED = {
    1: None,
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_90,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_270,
}
LOSSLESS = [
    ("PNG", {}),
    ("WEBP", {"lossless": True, "exact": True}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("TIFF", {"compression": "tiff_adobe_deflate"}),
]
METHODS = [{"resize_method": "squash"}, {"resize_method": "crop", "crop_fraction": 0.7}, {"resize_method": "pad"}]


def stored(image: Image.Image, orientation: int) -> tuple[Image.Image, Image.Exif]:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = STORED[orientation]
    return (image if turn is None else image.transpose(turn)), exif


@pytest.mark.parametrize(("format", "options"), LOSSLESS)
@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("method", METHODS, ids=lambda method: method["resize_method"])
def test_a_picture_gives_the_same_pixels_however_the_camera_was_held(
    scene, encode, format, options, orientation, method
):
    image, exif = stored(scene, orientation)
    data = encode(image, format, exif=exif, **options)
    contract = Preprocessing(37, 61, **method)

    assert (contract.apply(data) == contract.apply(scene)).all()


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("size", [(320, 200), (321, 201), (327, 207)])
@pytest.mark.parametrize("method", METHODS, ids=lambda method: method["resize_method"])
def test_rotated_jpeg_stands_upright_also_when_decoded_at_a_smaller_size(scene, encode, orientation, size, method):
    upright = scene.resize(size, Image.Resampling.BICUBIC)
    image, exif = stored(upright, orientation)
    data = encode(image, "JPEG", exif=exif, quality=98, subsampling=0)
    contract = Preprocessing(23, 34, **method)

    assert decode(data, contract).image.size < size
    difference = np.abs(contract.apply(data).astype(int) - contract.apply(upright))
    assert difference.max() <= 8
    assert difference.mean() < 1.2


@pytest.mark.parametrize(("format", "options"), [*LOSSLESS, ("JPEG", {"quality": 95})])
@pytest.mark.parametrize("orientation", STORED)
def test_contract_without_orientation_takes_the_picture_as_it_is_stored(scene, encode, format, options, orientation):
    image, exif = stored(scene, orientation)
    contract = Preprocessing(37, 61, exif_orientation=False, jpeg_scaled_decode=0)

    with_exif = contract.apply(encode(image, format, exif=exif, **options))
    without = contract.apply(encode(image, format, **options))

    assert (with_exif == without).all()


@pytest.mark.parametrize("orientation", STORED)
def test_pil_image_is_turned_by_its_own_exif_and_keeps_it(scene, encode, orientation):
    image, exif = stored(scene, orientation)
    given_image = Image.open(io.BytesIO(encode(image, "PNG", exif=exif)))

    pixels = Preprocessing(37, 61).apply(given_image)

    assert (pixels == Preprocessing(37, 61).apply(scene)).all()
    assert given_image.size == image.size
    assert given_image.getexif()[0x0112] == orientation
    assert ImageOps.exif_transpose(given_image).tobytes() == scene.tobytes()


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_orientation_outside_the_standard_is_ignored(scene, encode, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation

    data = encode(scene, "PNG", exif=exif)

    assert (Preprocessing(20, 20).apply(data) == Preprocessing(20, 20).apply(scene)).all()


@pytest.mark.parametrize("broken", [b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\0\x05", b"Exif\0\0nonsense" * 9])
def test_broken_exif_is_ignored_without_a_warning(scene, encode, broken):
    data = encode(scene, "JPEG", exif=broken)

    assert (Preprocessing(20, 20).apply(data) == Preprocessing(20, 20).apply(encode(scene, "JPEG"))).all()


@pytest.mark.parametrize("divisor", [1, 2, 4, 8])
@pytest.mark.parametrize("spare", [0, 1, 7])
def test_jpeg_is_decoded_at_the_largest_scale_that_leaves_twice_the_target(encode, divisor, spare):
    size = (2 * 32 * divisor + spare, 2 * 24 * divisor + spare)
    data = encode(Image.new("RGB", size), "JPEG")

    upright = decode(data, Preprocessing(24, 32))

    assert upright.full_size == size
    assert upright.image.size == (-(-size[0] // divisor), -(-size[1] // divisor))
    assert upright.extent == (0, 0, size[0] / divisor, size[1] / divisor)


@pytest.mark.parametrize(
    ("options", "divisor"),
    [
        ({}, 8),
        ({"jpeg_scaled_decode": 0}, 1),
        ({"jpeg_scaled_decode": 1}, 8),
        ({"jpeg_scaled_decode": 4}, 4),
        ({"jpeg_scaled_decode": 64}, 1),
        ({"resize_method": "crop", "crop_fraction": 0.5}, 4),  # half of each side is all that is used
        ({"resize_method": "crop", "crop_fraction": 0.1}, 1),
        ({"resize_method": "pad"}, 8),
    ],
)
def test_scale_follows_the_part_of_the_jpeg_that_is_used(encode, options, divisor):
    data = encode(Image.new("RGB", (512, 512)), "JPEG")

    assert decode(data, Preprocessing(32, 32, **options)).image.size == (512 // divisor, 512 // divisor)


def test_scaled_decode_looks_at_the_upright_sides(scene, encode):
    # 640 x 100 stored, 100 x 640 upright: against a wide target only the narrow side counts.
    image, exif = stored(Image.new("RGB", (100, 640)), 6)

    assert image.size == (640, 100)
    assert decode(encode(image, "JPEG", exif=exif), Preprocessing(20, 50)).image.size == (100, 640)
    assert decode(encode(image, "JPEG", exif=exif), Preprocessing(50, 20)).image.size == (50, 320)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(130, 420), st.integers(130, 420), st.sampled_from(METHODS))
def test_scaled_decode_stays_close_to_full_decode_at_every_size(scene, encode, width, height, method):
    data = encode(scene.resize((width, height), Image.Resampling.BICUBIC), "JPEG", quality=98, subsampling=0)

    scaled = Preprocessing(32, 32, **method).apply(data).astype(int)
    full = Preprocessing(32, 32, jpeg_scaled_decode=0, **method).apply(data)

    assert np.abs(scaled - full).mean() < 1.0
    assert np.abs(scaled - full).max() <= 12


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 0}, {"subsampling": 2}, {"optimize": True}])
def test_every_kind_of_jpeg_is_scaled(scene, encode, options):
    data = encode(scene, "JPEG", quality=98, **options)
    contract = Preprocessing(20, 32)

    assert decode(data, contract).image.size == (80, 50)
    assert np.abs(contract.apply(data).astype(int) - contract.apply(scene)).max() <= 6


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_gray_and_cmyk_jpegs_are_scaled(scene, encode, mode):
    image = scene.convert(mode)
    contract = Preprocessing(20, 32)

    data = encode(image, "JPEG", quality=98)

    assert decode(data, contract).image.size == (80, 50)
    assert np.abs(contract.apply(data).astype(int) - contract.apply(image)).max() <= 8


def test_multi_picture_jpeg_gives_its_first_picture_scaled(scene, encode):
    second = ImageOps.invert(scene)
    data = encode(scene, "MPO", save_all=True, append_images=[second], quality=98)
    contract = Preprocessing(20, 32)

    assert decode(data, contract).image.size == (80, 50)
    assert np.abs(contract.apply(data).astype(int) - contract.apply(scene)).max() <= 6


def test_grayscale_contract_decodes_jpegs_scaled_too(scene, encode):
    contract = Preprocessing(20, 32, colour_mode="grayscale", normalisation=one_channel())

    pixels = contract.apply(encode(scene, "JPEG", quality=98))

    assert pixels.shape == (20, 32, 1)
    assert np.abs(pixels.astype(int) - contract.apply(scene)).max() <= 4


def one_channel():
    from edgewright_runtime.preprocessing import Normalisation

    return Normalisation((1.0,), (0.0,))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM"])
@pytest.mark.parametrize("limit", [320 * 200 - 1, 320 * 200 // 2 - 1])
def test_image_over_the_decompression_bomb_limit_is_refused(scene, encode, monkeypatch, tmp_path, format, limit):
    path = tmp_path / "bomb.img"
    path.write_bytes(encode(scene, format))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)  # above the limit Pillow warns, above twice it raises

    with pytest.raises(ImageReadError, match=r"bomb\.img has more pixels than the limit of"):
        Preprocessing(8, 8).apply(path)


def test_image_at_the_limit_is_read(scene, encode, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 320 * 200)

    assert Preprocessing(8, 8).apply(encode(scene, "PNG")).shape == (8, 8, 3)


def test_tiny_file_that_claims_a_gigantic_picture_is_refused_at_once(encode):
    data = bytearray(encode(Image.new("L", (8, 8)), "BMP"))
    data[18:26] = (60_000).to_bytes(4, "little") * 2

    with pytest.raises(ImageReadError, match="more pixels than the limit"):
        Preprocessing(8, 8).apply(bytes(data))


def test_images_with_warnings_are_read_in_many_threads_without_a_warning(scene, encode):
    # This file makes Pillow warn about its EXIF block.
    broken = b"Exif\0\0MM\0*\0\0\0\x08\0\x05" + b"\x01\x12\0\x03\0\0\xff\xff\0\0\0\x01" * 5
    data = encode(scene, "JPEG", exif=broken)
    with pytest.warns(UserWarning, match="."):
        Image.open(io.BytesIO(data)).getexif()

    with warnings.catch_warnings(record=True) as seen, ThreadPoolExecutor(8) as threads:
        warnings.simplefilter("always")
        before = list(warnings.filters)
        results = list(threads.map(Preprocessing(8, 8).apply, [data] * 200))
        assert warnings.filters[-len(before) :] == before

    assert len({result.tobytes() for result in results}) == 1
    assert seen == []
