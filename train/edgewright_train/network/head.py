"""The head: what turns features into probabilities."""

from __future__ import annotations

from typing import Any

import keras

NAME = "probabilities"
"""Of the layer, and so of the output of what is converted."""


def dense_head(classes: int) -> Any:
    """A dense layer from features of shape (None, channels) to float32 probabilities of shape (None, classes)."""
    return keras.layers.Dense(classes, activation="softmax", dtype="float32", name=NAME)
