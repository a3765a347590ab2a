"""The first gradients."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from ...fitting.losses import made_loss
from ..finding import ERROR, Finding
from .seen import NetworkSeen

_LARGEST = 100.0
"""Norm of the loss's gradients by all weights of the head; 1 to 10 is usual, whatever the head."""

_IMAGES = 64


def exploding_gradients(seen: NetworkSeen) -> Iterator[Finding]:
    """Gradients so large, or no numbers, that the first steps destroy the weights."""
    if not np.isfinite(seen.features).all():
        return  # another finding
    head = keras.Sequential([keras.Input(seen.features.shape[1:]), *seen.network.head])
    with tf.GradientTape() as tape:
        answers = head(seen.features[:_IMAGES], training=False)
        loss = made_loss(seen.recipe.loss)(seen.labels[:_IMAGES], answers)
    gradients = [each for each in tape.gradient(loss, head.trainable_variables) if each is not None]
    norm = float(tf.linalg.global_norm(gradients)) if gradients else 0.0
    if np.isfinite(norm) and norm <= _LARGEST:
        return
    yield Finding(
        "exploding_gradients",
        ERROR,
        "The gradients of the first batch are so large that training tears the weights apart.",
        f"Their norm is {norm:.3g}, where 1 to 10 is usual; the loss is {float(loss):.3g}, and features reach "
        f"{np.abs(seen.features).max():.3g}.",
        "Look at the weights: their features are on a scale that no head expects. Take others with --weights FILE, or "
        "set "
        "batch_norm = true in the recipe's [head].",
    )
