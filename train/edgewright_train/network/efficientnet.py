"""EfficientNet (Tan and Le 2019, arXiv:1905.11946) as Keras builds it: with the pixels' statistics inside.

Its first two layers are Rescaling and Normalization. They are what normalises the pixels here, once: nothing stands in
front of them, and they hold the contract's numbers whatever a weights file says.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Normalisation

from .backbones import IMAGENET_STATISTICS, Backbone


def build(pixels: Any, *, row: Backbone, normalisation: Normalisation, alpha: float, activation: str) -> Any:  # noqa: ARG001  it has one width and an activation of its own
    """As `keras_application.build`, but what `normalisation` says is done by Keras's own first two layers."""
    model = getattr(keras.applications, row.application)(input_tensor=pixels, include_top=False, weights=None)
    _set_statistics(model, normalisation)
    return model


def normalise_as_published(model: Any) -> None:
    """Gives the model that a file was loaded into ImageNet's statistics in the form that its layers need.

    The files that Keras publishes hold the standard deviations where Normalization takes variances, and Keras makes up
    for it with a third layer.

    Raises:
        EdgewrightError: the file's weights were trained on pixels that were normalised otherwise.
    """
    held = np.asarray(_layer(model, keras.layers.Normalization).adapt_mean).ravel()
    means = -np.divide(IMAGENET_STATISTICS.offset, IMAGENET_STATISTICS.scale) / 255
    if not np.allclose(held, means, atol=1e-3):
        raise EdgewrightError(
            f"The weights are for pixels normalised by the means {np.round(held, 3).tolist()}, not by ImageNet's "
            f"{np.round(means, 3).tolist()}; give ImageNet weights or such as were trained from them"
        )
    _set_statistics(model, IMAGENET_STATISTICS)


def _set_statistics(model: Any, normalisation: Normalisation) -> None:
    scale, offset = np.asarray(normalisation.scale), np.asarray(normalisation.offset)
    first = _layer(model, keras.layers.Rescaling).scale
    statistics = _layer(model, keras.layers.Normalization)
    statistics.adapt_mean.assign(-offset / scale * first)
    statistics.adapt_variance.assign((first / scale) ** 2)
    statistics.finalize_state()


def _layer(model: Any, kind: type) -> Any:
    return next(layer for layer in model.layers if isinstance(layer, kind))
