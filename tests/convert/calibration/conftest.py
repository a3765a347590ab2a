"""A run folder that a test may change, and photographs that nobody labelled."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.run.run_folder import RunFolder


@pytest.fixture
def editable_run(tmp_path, float_run):
    path = tmp_path / "run"
    shutil.copytree(float_run, path)
    return RunFolder(path)


@pytest.fixture
def bare_run(editable_run):
    """A run that names no images, as one that was imported without data."""
    editable_run.splits.unlink()
    return editable_run


@pytest.fixture
def photographs(tmp_path):
    """A function that makes a folder of so many different photographs, half of them deeper in it."""

    def make(count):
        folder = tmp_path / "photographs"
        (folder / "deeper").mkdir(parents=True)
        for number in range(count):
            pixels = np.random.default_rng(number).integers(0, 256, (36, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save((folder / "deeper" if number % 2 else folder) / f"{number:03}.png")
        return folder

    return make
