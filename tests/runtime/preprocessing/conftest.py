"""Pictures to preprocess, made here so that every pixel is known."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

Encode = Callable[..., bytes]


@pytest.fixture(scope="session")
def scene() -> Image.Image:
    """A smooth picture with no symmetry, 320 x 200: every turn and flip of it is told from the others."""
    y, x = np.mgrid[0:200, 0:320] / 200
    red = 255 * x / x.max()
    green = 255 * y / y.max()
    blue = 127 + 127 * np.sin(6 * x + 11 * y)
    return Image.fromarray(np.stack([red, green, blue], axis=-1).round().astype(np.uint8))


@pytest.fixture(scope="session")
def encode() -> Encode:
    """`encode(image, format, **options)`: the bytes of a file."""

    def _encode(image: Image.Image, format: str, **options: Any) -> bytes:
        stream = io.BytesIO()
        image.save(stream, format, **options)
        return stream.getvalue()

    return _encode


@pytest.fixture(scope="session")
def noise() -> np.ndarray:
    """Random RGB pixels of shape (24, 20, 3): nothing about them survives a wrong turn or a wrong channel."""
    return np.random.default_rng(7).integers(0, 256, (24, 20, 3), dtype=np.uint8)
