import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from edgewright_runtime.errors import ImageReadError
from edgewright_runtime.preprocessing import Normalisation, Preprocessing

AS_IS = Preprocessing(24, 20, jpeg_scaled_decode=0)
WHITE = (255, 255, 255)
BLUE_BACKGROUND = Preprocessing(24, 20, transparency_background=(0, 0, 255))


def apply_file(image: Image.Image, encode, format="PNG", contract=AS_IS, **options):
    return contract.apply(encode(image, format, **options))


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "LAB", "HSV", "RGBX"])
def test_pil_image_of_an_opaque_mode_becomes_rgb_as_pillow_converts_it(noise, mode):
    image = Image.fromarray(noise).convert(mode)

    assert (AS_IS.apply(image) == np.asarray(image.convert("RGB"))).all()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "La", "RGBa", "P"])
@pytest.mark.parametrize("colour_mode", ["RGB", "grayscale"])
def test_transparency_of_every_mode_shows_the_background(mode, colour_mode):
    image = Image.new("RGBA", (20, 24), (80, 80, 80, 255))
    image.paste((80, 80, 80, 0), (0, 0, 10, 24))
    if mode == "P":
        image = image.quantize(4)
    elif mode in {"La", "LA"}:
        image = image.convert("LA").convert(mode)
    elif mode == "PA":
        alpha = image.getchannel("A")
        image = image.convert("RGB").quantize(4).convert("PA")
        image.putalpha(alpha)
        assert image.mode == "PA"
    else:
        image = image.convert(mode)
    channels = 3 if colour_mode == "RGB" else 1
    contract = Preprocessing(
        24,
        20,
        colour_mode=colour_mode,
        transparency_background=(0, 0, 255),
        normalisation=Normalisation((1.0,) * channels, (0.0,) * channels),
    )
    before = image.tobytes()

    pixels = contract.apply(image)

    assert (pixels[:, :10] == ((0, 0, 255) if channels == 3 else 29)).all()  # 29 is the luma of pure blue
    assert np.abs(pixels[:, 10:].astype(int) - 80).max() <= 1
    assert image.tobytes() == before


def test_half_transparency_is_composited_before_resizing():
    pixels = AS_IS.apply(Image.new("RGBA", (40, 48), (255, 0, 0, 128)))

    assert (pixels == (255, 127, 127)).all()


def test_hidden_colour_of_transparent_pixels_does_not_bleed(encode):
    image = Image.new("RGBA", (40, 48), (0, 255, 0, 0))  # green, but nothing of it is to be seen

    assert (apply_file(image, encode) == WHITE).all()
    assert (apply_file(image, encode, "WEBP", lossless=True, exact=True) == WHITE).all()
    assert (apply_file(image, encode, "TIFF") == WHITE).all()


@pytest.mark.parametrize(
    ("mode", "clear", "opaque"), [("L", 40, 41), ("RGB", (40, 50, 60), (40, 50, 61)), ("1", 0, 255), ("1", 255, 0)]
)
def test_one_transparent_colour_of_a_png_is_transparent(encode, mode, clear, opaque):
    image = Image.new(mode, (20, 24), clear)
    image.paste(opaque, (10, 0, 20, 24))
    # A 1-bit PNG counts its grey levels 0 and 1.
    transparency = int(clear > 0) if mode == "1" else clear

    pixels = apply_file(image, encode, contract=BLUE_BACKGROUND, transparency=transparency)

    assert (pixels[:, :10] == (0, 0, 255)).all()
    assert (pixels[:, 10:] == opaque).all()


@pytest.mark.parametrize("transparency", [1, b"\xff\x00\xff"])
def test_transparent_palette_entries_are_transparent_and_the_callers_palette_stays(encode, transparency):
    image = Image.new("P", (20, 24), 0)
    image.putpalette([10, 20, 30, 200, 100, 50, 70, 80, 90])
    image.paste(1, (0, 0, 10, 24))
    data = encode(image, "PNG", transparency=transparency)
    opened = Image.open(io.BytesIO(data))
    opened.load()
    palette, mode = opened.im.getpalette("RGBA", "RGBA"), opened.im.getpalettemode()

    for pixels in (BLUE_BACKGROUND.apply(data), BLUE_BACKGROUND.apply(opened)):
        assert (pixels[:, :10] == (0, 0, 255)).all()
        assert (pixels[:, 10:] == (10, 20, 30)).all()
    assert (opened.im.getpalette("RGBA", "RGBA"), opened.im.getpalettemode()) == (palette, mode)


def test_palette_colours_are_looked_up_before_resizing():
    image = Image.new("P", (40, 48), 0)
    image.putpalette([0, 0, 0, 255, 0, 0, 0, 0, 0])
    image.paste(2, (0, 0, 20, 48))  # black beside black: index 1, red, lies between their numbers only

    assert (AS_IS.apply(image) == 0).all()


SIXTEEN = np.array([0, 128, 129, 257, 32768, 65407, 65535], np.uint16)
EIGHT = [0, 0, 1, 1, 128, 255, 255]  # 128 / 257 is just below a half; 65407 / 257 = 254.502


@pytest.mark.parametrize(
    ("format", "mode"),
    [("PNG", "I;16"), ("TIFF", "I;16"), ("TIFF", "I;16B"), ("PPM", "I")],
)
def test_sixteen_bit_grey_is_divided_by_257_and_rounded(encode, format, mode):
    image = Image.fromarray(SIXTEEN[None])
    image = Image.frombytes("I;16B", image.size, SIXTEEN.astype(">u2").tobytes()) if mode == "I;16B" else image
    data = encode(image, format)

    pixels = Preprocessing(1, 7).apply(data)

    assert Image.open(io.BytesIO(data)).mode == mode
    assert pixels[0, :, 0].tolist() == EIGHT


def test_sixteen_bit_png_with_a_transparent_level(encode):
    data = encode(Image.fromarray(np.array([[300, 301]], np.uint16)), "PNG", transparency=300)

    pixels = Preprocessing(1, 2, transparency_background=(0, 0, 255)).apply(data)

    assert pixels.tolist() == [[[0, 0, 255], [1, 1, 1]]]


def test_sixteen_bit_colour_keeps_the_high_byte():
    rows = struct.pack(">B6H", 0, 0x12FF, 0x8000, 0xFFFF, 0x00FF, 0x0100, 0xFEFF)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")

    assert Preprocessing(1, 2).apply(data).tolist() == [[[0x12, 0x80, 0xFF], [0x00, 0x01, 0xFE]]]


@pytest.mark.parametrize("mode", ["I", "F"])
def test_pixels_without_a_known_range_are_refused(encode, mode, tmp_path):
    path = tmp_path / "depth.tif"
    path.write_bytes(encode(Image.new(mode, (4, 4), 200), "TIFF"))

    with pytest.raises(ImageReadError, match=r"depth\.tif: its pixels have 32 bits or a sign; save it with 8 or 16"):
        AS_IS.apply(path)
    with pytest.raises(ImageReadError, match="the image: its pixels"):
        AS_IS.apply(Image.new(mode, (4, 4), 200))


def test_sixteen_bit_tiff_whose_white_is_zero_is_refused_rather_than_read_as_a_negative(encode):
    data = encode(Image.fromarray(SIXTEEN[None]), "TIFF", tiffinfo={262: 0})

    with pytest.raises(ImageReadError, match="stored in an unusual way; save it as a PNG"):
        AS_IS.apply(data)


def test_cmyk_jpeg_of_the_inverted_adobe_kind_is_not_a_negative(encode):
    image = Image.new("CMYK", (20, 24), (0, 255, 255, 0))
    data = encode(image, "JPEG", quality=100)

    assert b"Adobe" in data
    assert np.abs(AS_IS.apply(data).astype(int) - (255, 0, 0)).max() <= 2


def test_ycck_jpeg_is_read(encode):
    # YCCK is the amount of ink, taken as RGB, in YCbCr: for red that is no cyan, full magenta and full yellow, or
    # (179, 171, 1). Pillow stores a CMYK image inverted; the Adobe marker's last byte makes it YCCK.
    data = bytearray(encode(Image.new("CMYK", (20, 24), (255 - 179, 255 - 171, 255 - 1, 0)), "JPEG", quality=100))
    data[data.index(b"Adobe") + 11] = 2

    pixels = AS_IS.apply(bytes(data))

    assert Image.open(io.BytesIO(data)).mode == "CMYK"
    assert np.abs(pixels.astype(int) - (255, 0, 0)).max() <= 3


def test_lab_tiff_becomes_rgb(encode):
    grey = Image.new("LAB", (20, 24), (128, 128, 128))

    pixels = apply_file(grey, encode, "TIFF")

    assert np.ptp(pixels.astype(int)) <= 8


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK"])
def test_tiff_of_any_mode_gives_what_the_image_gives(noise, encode, mode):
    image = Image.fromarray(noise).convert(mode)

    assert (apply_file(image, encode, "TIFF") == AS_IS.apply(image)).all()


@pytest.mark.parametrize(
    ("format", "options"), [("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {}), ("TIFF", {})], ids=str
)
def test_animated_file_gives_its_first_frame(encode, format, options):
    frames = [Image.new("RGB", (20, 24), colour) for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    data = encode(frames[0], format, save_all=True, append_images=frames[1:], **options)

    assert Image.open(io.BytesIO(data)).n_frames == 3
    assert (AS_IS.apply(data) == (255, 0, 0)).all()


def test_transparent_gif_shows_the_background(encode):
    image = Image.new("P", (20, 24), 0)
    image.putpalette([10, 20, 30, 200, 100, 50])

    pixels = apply_file(image, encode, "GIF", contract=BLUE_BACKGROUND, transparency=0)

    assert (pixels == (0, 0, 255)).all()


def test_colour_profile_is_ignored(noise, encode):
    image = Image.fromarray(noise)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()

    assert (apply_file(image, encode, icc_profile=profile) == noise).all()


def test_grayscale_is_the_luma_of_the_colours(noise):
    contract = Preprocessing(24, 20, colour_mode="grayscale", normalisation=Normalisation((1.0,), (0.0,)))

    expected = noise @ [0.299, 0.587, 0.114]

    assert np.abs(contract.apply(noise)[:, :, 0] - expected).max() <= 0.51
