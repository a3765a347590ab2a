"""Damaged files: pixels or one ImageReadError sentence, and nothing else."""

import random

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.errors import ImageReadError
from edgewright_runtime.preprocessing import Preprocessing

CONTRACT = Preprocessing(8, 8)


def small_files(noise, encode) -> dict[str, bytes]:
    image = Image.fromarray(noise)
    palette = image.quantize(16)
    second = image.rotate(180)
    exif = Image.Exif()
    exif[0x0112] = 6
    animated = {"save_all": True, "append_images": [second]}
    sixteen = Image.fromarray(noise[:, :, 0].astype(np.uint16) * 257)
    return {
        "jpeg": encode(image, "JPEG", exif=exif),
        "progressive jpeg": encode(image, "JPEG", progressive=True),
        "cmyk jpeg": encode(image.convert("CMYK"), "JPEG"),
        "mpo": encode(image, "MPO", **animated),
        "png": encode(image, "PNG", exif=exif),
        "palette png": encode(palette, "PNG", transparency=b"\0\x80"),
        "16-bit png": encode(sixteen, "PNG", transparency=5),
        "apng": encode(image, "PNG", **animated),
        "webp": encode(image.convert("RGBA"), "WEBP", exif=exif),
        "lossless webp": encode(image, "WEBP", lossless=True),
        "animated webp": encode(image, "WEBP", **animated),
        "bmp": encode(image, "BMP"),
        "palette bmp": encode(palette, "BMP"),
        "gif": encode(palette, "GIF", transparency=3),
        "animated gif": encode(palette, "GIF", save_all=True, append_images=[second.quantize(16)]),
        "tiff": encode(image, "TIFF", exif=exif),
        "lzw tiff": encode(image, "TIFF", compression="tiff_lzw"),
        "jpeg tiff": encode(image, "TIFF", compression="jpeg"),
        "16-bit tiff": encode(sixteen, "TIFF"),
        "ppm": encode(image, "PPM"),
        "pgm": encode(image.convert("L"), "PPM"),
        "pbm": encode(image.convert("1"), "PPM"),
    }


def pixels_or_sentence(data: bytes) -> str | None:
    try:
        pixels = CONTRACT.apply(data)
    except ImageReadError as error:
        sentence = str(error)
    else:
        assert pixels.shape == (8, 8, 3)
        return None
    assert "\n" not in sentence
    assert "the image data" in sentence
    return sentence


def test_flipped_and_overwritten_bytes_never_raise_anything_else(noise, encode, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)  # keeps the damaged sizes small, and this test quick
    chance = random.Random(20260101)
    for data in small_files(noise, encode).values():
        for _ in range(150):
            damaged = bytearray(data)
            for _ in range(chance.choice([1, 1, 2, 8])):
                # Headers break in more ways than pixels do.
                place = chance.randrange(len(data) if chance.random() < 0.5 else min(len(data), 200))
                damaged[place] = chance.choice(
                    [damaged[place] ^ 1 << chance.randrange(8), 0, 255, chance.randrange(256)]
                )
            if chance.random() < 0.2:
                del damaged[chance.randrange(len(damaged)) :]
            pixels_or_sentence(bytes(damaged))


COMPLETE_OR_REFUSED = ["jpeg", "progressive jpeg", "png", "palette png", "webp", "lossless webp", "gif", "bmp", "ppm"]


@pytest.mark.parametrize("kind", COMPLETE_OR_REFUSED)
def test_file_cut_off_at_any_tenth_is_refused(noise, encode, kind):
    data = small_files(noise, encode)[kind]

    for tenth in range(1, 10):
        sentence = pixels_or_sentence(data[: len(data) * tenth // 10])
        assert sentence is not None, f"{kind} cut off at {tenth}0 % was read"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "TIFF"])
def test_photo_sized_file_cut_off_at_any_tenth_is_refused_by_name(scene, encode, tmp_path, format):
    data = encode(scene.resize((640, 400)), format)

    for tenth in range(1, 10):
        path = tmp_path / f"half {tenth}.jpg"
        path.write_bytes(data[: len(data) * tenth // 10])
        with pytest.raises(ImageReadError, match=rf"half {tenth}\.jpg"):
            CONTRACT.apply(path)


def test_what_to_do_is_said(scene, encode):
    sentence = pixels_or_sentence(encode(scene, "JPEG")[:2000])

    assert sentence is not None
    assert "truncated" in sentence
    assert sentence.endswith("it may be damaged, so copy or export it again")
