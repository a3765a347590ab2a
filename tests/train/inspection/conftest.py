"""A small data set with everything wrong with it."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from edgewright_train.inspection import Inspection, InspectOptions, inspect_dataset

PER_CLASS = 24


@pytest.fixture(scope="session")
def photographs() -> list[Image.Image]:
    """96 different parts, 90 x 90 pixels, of the two photographs that come with scikit-learn: china, then a flower."""
    parts = []
    for whole in load_sample_images().images:
        for place in range(48):
            top, left = place // 8 * 66, place % 8 * 76
            parts.append(Image.fromarray(whole[top : top + 90, left : left + 90]))
    return parts


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory, photographs: list[Image.Image]) -> Path:
    """Splits of two classes: sizes give them away, copies lie across splits and classes, three files are broken."""
    root = tmp_path_factory.mktemp("faulty")
    for number, image in enumerate(photographs):
        label, split = ("china", "flower")[number // 48], ("train", "train", "val", "test")[number % 4]
        (root / split / label).mkdir(parents=True, exist_ok=True)
        side = 90 if label == "china" else 70
        image.resize((side, side)).save(root / split / label / f"{number:03}.jpg", quality=90)
    shutil.copy(root / "train/china/000.jpg", root / "test/china/copy.jpg")
    shutil.copy(root / "train/china/001.jpg", root / "train/flower/other.jpg")
    with Image.open(root / "train/flower/052.jpg") as image:
        image.resize((60, 60)).save(root / "val/flower/smaller.jpg", quality=60)
    for number in range(3):
        (root / f"train/china/broken{number}.jpg").write_bytes((root / "train/china/000.jpg").read_bytes()[:300])
    Image.fromarray(np.full((70, 70, 3), 7, np.uint8)).save(root / "train/flower/black.png")
    return root


@pytest.fixture(scope="session")
def found(faulty: Path) -> Inspection:
    """What an inspection finds in it."""
    return inspect_dataset(faulty, InspectOptions(weights="none", processes=1))
