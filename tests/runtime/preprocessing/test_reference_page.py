"""docs/reference/preprocessing.md says what the code does: its example is the default, its script gives our pixels."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.preprocessing import Normalisation, Preprocessing
from edgewright_runtime.preprocessing.source import ACCEPTED_FORMATS

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "preprocessing.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def script() -> str:
    return next(block for block in blocks("python") if "def pixels_of" in block)


@pytest.fixture(scope="module")
def pixels_of(script):
    names = {"__name__": "script"}
    exec(compile(script, "preprocessing.md", "exec"), names)
    return names["pixels_of"]


@pytest.fixture(scope="module")
def files(scene, encode, tmp_path_factory) -> list[Path]:
    """Images of every kind that people have."""
    clear = scene.convert("RGBA")
    clear.putalpha(Image.fromarray(np.tile(np.arange(320) % 256, (200, 1)).astype(np.uint8)))
    grey = scene.convert("L")
    sixteen = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257 + 100)
    large = scene.resize((1281, 803), Image.Resampling.BICUBIC)
    kinds = {
        "squash.jpg": encode(scene, "JPEG"),
        "large.jpg": encode(large, "JPEG", progressive=True),
        "grey.jpg": encode(grey, "JPEG"),
        "cmyk.jpg": encode(large.convert("CMYK"), "JPEG"),
        "two.mpo": encode(large, "MPO", save_all=True, append_images=[scene]),
        "clear.png": encode(clear, "PNG"),
        "clear.webp": encode(clear, "WEBP"),
        "palette.png": encode(scene.quantize(40), "PNG", transparency=7),
        "palette.gif": encode(scene.quantize(40), "GIF", transparency=7, save_all=True, append_images=[scene]),
        "sixteen.png": encode(sixteen, "PNG"),
        "sixteen.tif": encode(sixteen, "TIFF"),
        "sixteen.pgm": encode(sixteen, "PPM"),
        "one.png": encode(scene.convert("1"), "PNG"),
        "lab.tif": encode(scene.convert("LAB"), "TIFF"),
        "tiny.bmp": encode(scene.resize((3, 2)), "BMP"),
    }
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        kinds[f"turned {orientation}.jpg"] = encode(large, "JPEG", exif=exif)
        kinds[f"turned {orientation}.png"] = encode(scene, "PNG", exif=exif)
        kinds[f"turned {orientation}.tif"] = encode(scene, "TIFF", exif=exif)
    folder = tmp_path_factory.mktemp("pictures")
    for name, data in kinds.items():
        (folder / name).write_bytes(data)
    return sorted(folder.iterdir())


CONTRACTS = [
    Preprocessing(64, 64),
    Preprocessing(41, 77, interpolation="bicubic"),
    Preprocessing(64, 48, resize_method="crop", crop_fraction=0.875, transparency_background=(10, 20, 30)),
    Preprocessing(50, 50, resize_method="crop", jpeg_scaled_decode=1, interpolation="lanczos"),
    Preprocessing(63, 90, resize_method="pad", pad_colour=(114, 115, 116)),
    Preprocessing(64, 64, jpeg_scaled_decode=0),
    Preprocessing(
        32,
        33,
        colour_mode="grayscale",
        resize_method="pad",
        pad_colour=(255, 0, 0),
        normalisation=Normalisation((1.0,), (0.0,)),
    ),
]


@pytest.mark.parametrize("contract", CONTRACTS, ids=range(len(CONTRACTS)))
def test_script_on_the_page_gives_exactly_our_pixels(pixels_of, files, contract):
    value = json.loads(json.dumps(contract.to_dict()))

    differing = [path.name for path in files if not np.array_equal(pixels_of(path, value), contract.apply(path))]

    assert differing == []


def test_script_without_orientation_gives_exactly_our_pixels(pixels_of, files):
    contract = Preprocessing(40, 60, exif_orientation=False)

    for path in files:
        if path.suffix != ".tif":
            assert np.array_equal(pixels_of(path, contract.to_dict()), contract.apply(path)), path.name


def test_script_needs_nothing_but_numpy_pillow_and_an_interpreter(script):
    assert set(re.findall(r"^\s*(?:import|from) (\w+)", script, re.MULTILINE)) == {
        "io",
        "json",
        "pathlib",
        "sys",
        "numpy",
        "PIL",
        "ai_edge_litert",
    }


def test_example_on_the_page_is_the_default_contract():
    (example,) = blocks("json")

    assert json.loads(example) == json.loads(json.dumps(Preprocessing(224, 224).to_dict()))


def test_every_field_and_format_is_on_the_page():
    for name in Preprocessing(224, 224).to_dict():
        assert f"`{name}`" in PAGE
    formats = PAGE.split("**Decode.**")[1].split(", told by content")[0].lower()
    assert all(name.lower() in formats for name in ACCEPTED_FORMATS)
