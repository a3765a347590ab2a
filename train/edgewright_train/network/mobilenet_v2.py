"""MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381) as Keras builds it."""

from __future__ import annotations

from collections import Counter
from typing import Any

Shape = tuple[int, ...]

# Table 2 of the paper: expansion, channels, blocks. Strides do not change the shape of a kernel.
_STAGES = ((1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1))

# Where Keras publishes its ImageNet weights, and for which input sizes (keras.applications.mobilenet_v2).
_PUBLISHED = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/"
_PUBLISHED_SIZES = (96, 128, 160, 192, 224)


def build(scaled: Any, *, alpha: float) -> Any:
    """The backbone on top of a Keras tensor of shape (None, side, side, 3), values -1 to 1, as a Keras model.

    Its layers are those of the tensor too. Output: (None, ceil(side / 32), ceil(side / 32), channels).
    """
    import keras  # here, so that weights can be checked by their shapes without it

    return keras.applications.MobileNetV2(input_tensor=scaled, include_top=False, alpha=alpha, weights=None)


def kernel_shapes(alpha: float) -> Counter[Shape]:
    """How often each kernel shape (rows, columns, in, out) occurs in the backbone's 52 convolutions."""
    channels = _divisible(32 * alpha)
    shapes: list[Shape] = [(3, 3, 3, channels)]
    for expansion, width, blocks in _STAGES:
        for _ in range(blocks):
            expanded = expansion * channels
            if expansion > 1:
                shapes.append((1, 1, channels, expanded))
            channels = _divisible(width * alpha)
            shapes += [(3, 3, expanded, 1), (1, 1, expanded, channels)]
    return Counter([*shapes, (1, 1, channels, max(1280, _divisible(1280 * alpha)))])


def _divisible(value: float) -> int:
    """The nearest multiple of 8, though not more than a tenth below `value` (the authors' `_make_divisible`)."""
    nearest = max(8, int(value + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * value else nearest


def imagenet_url(*, alpha: float, size: int) -> str:
    """Where Keras publishes the ImageNet weights without the top; those of 224 pixels where the size has none."""
    published = size if size in _PUBLISHED_SIZES else 224
    return f"{_PUBLISHED}mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{published}_no_top.h5"
