"""What importing a model has to give, computed once more with numpy alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

PIXELS = np.random.default_rng(1).integers(0, 256, (4, 32, 32, 3), np.uint8)


def by_hand(name: str, pixels: NDArray[np.uint8]) -> NDArray[Any]:
    """What each declared normalisation means, written out once more."""
    x = pixels.astype(np.float64)
    if name == "unit":
        return x / 255
    if name == "minus-one-to-one":
        return x / 127.5 - 1
    if name == "imagenet-torch":
        return (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    if name == "imagenet-caffe":
        return x[..., ::-1] - [103.939, 116.779, 123.68]
    return x


def softmax(logits: NDArray[Any]) -> NDArray[Any]:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)
