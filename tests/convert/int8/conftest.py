"""One small model and two sets of images for all tests of INT8 accuracy."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from .tiny import classifier, images


@pytest.fixture(scope="session")
def tiny_model() -> keras.Model:
    return classifier()


@pytest.fixture(scope="session")
def calibration() -> NDArray[np.uint8]:
    return images(64, seed=1)


@pytest.fixture(scope="session")
def held_out() -> NDArray[np.uint8]:
    return images(64, seed=2)
