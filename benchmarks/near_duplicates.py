"""The time that finding near-duplicates takes, against that of reading the images; prints a table of ratios.

    python benchmarks/near_duplicates.py [FOLDER] [--images 50000]

Looks of many images are made from those of FOLDER (or of scikit-learn's two photographs) by mixing pairs of them.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_sample_images

from edgewright_runtime.dataset import list_files
from edgewright_runtime.dataset.inspection import inspect_files
from edgewright_runtime.dataset.looks import alike_pairs, look_of
from edgewright_runtime.preprocessing import Preprocessing


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--images", type=int, default=50_000)
    chosen = parser.parse_args()
    looks, reading_s = read(chosen.folder)
    generator = np.random.default_rng(0)
    grey = np.frombuffer(b"".join(looks), np.uint8).reshape(-1, 256).astype(np.float32)
    one, other = generator.integers(0, len(grey), (2, chosen.images))
    share = generator.uniform(0.2, 0.8, (chosen.images, 1))
    mixed = (share * grey[one] + (1 - share) * grey[other]).astype(np.uint8)
    many = [each.tobytes() for each in mixed]
    start = time.perf_counter()
    pairs = alike_pairs(many)
    comparing_s = time.perf_counter() - start
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{chosen.images} looks compared: {comparing_s:.1f} s, {len(pairs)} pairs, peak memory {peak_mb:.0f} MB")
    if reading_s is not None:
        print(f"share of the time that reading so many images takes: {comparing_s / (reading_s * chosen.images):.1%}")


def read(folder: Path | None) -> tuple[list[bytes], float | None]:
    """The looks of real images, and the seconds that reading one took."""
    if folder is None:
        contract = Preprocessing(32, 32)
        wholes = [Image.fromarray(each) for each in load_sample_images().images]
        boxes = [(left, top, left + 200, top + 200) for left in range(0, 440, 20) for top in range(0, 220, 20)]
        return [look_of(contract.apply(whole.crop(box))) for whole in wholes for box in boxes], None
    files = list_files(folder).files
    start = time.perf_counter()
    images, _ = inspect_files(files)
    return [image.look for image in images if image.look], (time.perf_counter() - start) / len(files)


if __name__ == "__main__":
    main()
