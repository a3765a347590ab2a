"""A 12-megapixel JPEG file to a 224 x 224 model input: ours, against Pillow alone and against a full decode.

Run with `pytest benchmarks/test_preprocessing.py`; the numbers to compare are those of one run. The goal is at most
1.15 times `pillow_scaled_decode`, which does the least that any Pillow script can do, without EXIF, colour or checks.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.preprocessing import Preprocessing

SIDE = 224


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JPEG of 4000 x 3000 pixels and about 3.4 MB: smooth shapes, edges and sensor noise, like a photograph's."""
    chance = np.random.default_rng(0)
    shapes = Image.fromarray(chance.integers(0, 256, (94, 125, 3), dtype=np.uint8))
    pixels = np.asarray(shapes.resize((4000, 3000), Image.Resampling.BICUBIC)).astype(np.int16)
    pixels += chance.normal(0, 6, (3000, 4000, 1)).astype(np.int16)
    path = tmp_path_factory.mktemp("photo") / "photo.jpg"
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=88)
    return path


def apply(path: Path) -> np.ndarray:
    return Preprocessing(SIDE, SIDE).apply(path)


def pillow_scaled_decode(path: Path) -> np.ndarray:
    image = Image.open(path)
    image.draft(None, (2 * SIDE, 2 * SIDE))
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def pillow_full_decode(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR))


@pytest.mark.benchmark(group="12 MP JPEG to 224 x 224")
@pytest.mark.parametrize("function", [apply, pillow_scaled_decode, pillow_full_decode], ids=lambda f: f.__name__)
def test_12_megapixel_jpeg(benchmark, photo, function):
    pixels = benchmark.pedantic(function, args=(photo,), rounds=15, warmup_rounds=2)

    assert np.abs(pixels.astype(int) - pillow_full_decode(photo)).mean() < 0.5
