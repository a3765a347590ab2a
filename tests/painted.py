"""A small data set of real files that a classifier can tell apart."""

from pathlib import Path

import numpy as np
from PIL import Image

COLOURS = {"blue": (40, 60, 200), "green": (50, 180, 60), "red": (200, 50, 40)}


def paint(folder: Path, *, per_class: int = 12, first: int = 0) -> Path:
    """Noisy squares of three colours: real files that a classifier can tell apart."""
    for place, (label, colour) in enumerate(COLOURS.items()):
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(first, first + per_class):
            noise = np.random.default_rng((place, number)).normal(0, 40, (40, 40, 3))
            pixels = np.clip(noise + colour, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / label / f"{number:03}.png")
    return folder
