"""The head: what turns feature maps into probabilities."""

from __future__ import annotations

from typing import Any

import keras

from .head_choices import Head

NAME = "probabilities"
"""Of the last layer, and so of the output of what is converted."""


def pooling(head: Head) -> Any:
    """What turns feature maps of shape (None, rows, columns, channels) into features of shape (None, channels).

    With `both` there are twice as many: the averages first, then the largest values.
    """
    average, largest = keras.layers.GlobalAveragePooling2D, keras.layers.GlobalMaxPooling2D
    if head.pooling != "both":
        return {"average": average, "max": largest}[head.pooling](name="pooling")
    of_average, of_largest = average(name="pooling_average"), largest(name="pooling_max")
    beside = keras.layers.Concatenate(name="pooling")
    return lambda maps: beside([of_average(maps), of_largest(maps)])


def classifier_head(head: Head, classes: int) -> tuple[Any, ...]:
    """New layers that, one after the other, turn features into float32 probabilities of shape (None, classes)."""
    layers: list[Any] = []
    if head.batch_norm:
        layers.append(keras.layers.BatchNormalization(name="head_norm"))
    if head.dropout:
        layers.append(keras.layers.Dropout(head.dropout, name="dropout"))
    for number, units in enumerate(head.layers, 1):
        layers += _dense_block(head, units, number)
    return (*layers, keras.layers.Dense(classes, activation="softmax", dtype="float32", name=NAME))


def _dense_block(head: Head, units: int, number: int) -> list[Any]:
    regularizer = keras.regularizers.L2(head.l2) if head.l2 else None
    block = [keras.layers.Dense(units, kernel_regularizer=regularizer, name=f"dense_{number}")]
    # An activation of its own, not inside Dense: a converter fuses it, and its range can be seen.
    block.append(keras.layers.Activation(head.activation, name=f"dense_{number}_activation"))
    if head.layer_batch_norm:
        block.append(keras.layers.BatchNormalization(name=f"dense_{number}_norm"))
    if head.layer_dropout:
        block.append(keras.layers.Dropout(head.layer_dropout, name=f"dense_{number}_dropout"))
    return block
