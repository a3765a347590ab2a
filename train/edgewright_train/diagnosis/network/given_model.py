"""A trained Keras classifier that is given: whether it fits the data set, and whether anything in it can be trained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ..finding import ERROR, WARNING, Finding
from ..trained.answers import one_answer, permuted_labels
from .loss_form import loss_form
from .normalisation import normalisation_of
from .seen import predicted


@dataclass(frozen=True)
class ModelSeen:
    """A model and images to look at it with.

    Attributes:
        model: from pixels 0 to 255 to one output for each class.
        images: of any split, values 0 to 255.
        classes: class index of each.
        names: of the classes of the data set.
    """

    model: Any
    images: NDArray[np.float32]
    classes: NDArray[np.int64]
    names: Sequence[str]

    @cached_property
    def outputs(self) -> NDArray[np.float32]:
        """For the images."""
        return predicted(self.model, self.images)

    @property
    def fits(self) -> bool:
        """Whether it has one output for each class."""
        return self.outputs.ndim == 2 and self.outputs.shape[1] == len(self.names)


def outputs(seen: ModelSeen) -> Iterator[Finding]:
    """Outputs that are too many or too few, or no probabilities."""
    values = seen.outputs
    if not seen.fits:
        yield Finding(
            "labels_against_loss",
            ERROR,
            "The model has another number of outputs than the data set has classes.",
            f"Its outputs have the shape {values.shape[1:]}, and there are {len(seen.names)} classes.",
            "Give the model the data set that it was made for, or a last layer with one unit for each class.",
        )
        return
    sums = values.sum(axis=1)
    if np.abs(sums - 1).max() > 0.02 or values.min() < -1e-3:
        yield Finding(
            "labels_against_loss",
            ERROR,
            "The model's outputs are no probabilities of classes that exclude each other.",
            f"They add up to {sums.min():.3g} to {sums.max():.3g} for an image, and should to 1; the lowest is "
            f"{values.min():.3g}.",
            'End the model with activation="softmax" (sigmoid is for labels that may hold at once, and logits need '
            "from_logits=True in the loss).",
        )


def compiled_loss(seen: ModelSeen) -> Iterator[Finding]:
    """A compiled loss that does not fit one-hot labels."""
    loss = getattr(seen.model, "loss", None)
    if loss is None or not seen.fits:
        return
    function = keras.losses.get(loss) if isinstance(loss, str | dict) else loss
    name = getattr(function, "name", None) or getattr(function, "__name__", str(function))
    remedy = "Compile with keras.losses.CategoricalCrossentropy() for one-hot labels behind a softmax."
    if "sparse" in str(name):
        return  # takes class indices, which is right as well
    if "binary" in str(name) and len(seen.names) > 2:
        yield Finding(
            "labels_against_loss",
            WARNING,
            "The model is compiled with a loss for labels that may hold at once.",
            f"The loss is {name}, and the data set has {len(seen.names)} classes of which one holds.",
            remedy,
        )
        return
    yield from loss_form(function, len(seen.names), remedy)


def frozen(seen: ModelSeen) -> Iterator[Finding]:
    """A last layer, or a whole model, that cannot be trained."""
    layers = [layer for layer in seen.model.layers if layer.weights]
    if layers and not layers[-1].trainable_variables:
        able = sum(bool(layer.trainable_variables) for layer in layers)
        yield Finding(
            "frozen_head",
            ERROR,
            "The last layer with weights is frozen, so training cannot fit it to these classes.",
            f"Layer {layers[-1].name} has {layers[-1].count_params()} weights and none that is trained; {able} of "
            f"{len(layers)} layers with weights are trained.",
            f'Set model.get_layer("{layers[-1].name}").trainable = True, and compile again.',
        )


def pixels(seen: ModelSeen) -> Iterator[Finding]:
    """Pixels that reach the first convolution in another range than its BatchNorm remembers."""
    yield from normalisation_of(seen.model, seen.images[:64])


def answers(seen: ModelSeen) -> Iterator[Finding]:
    """Answers that are the same for every image, or whose classes stand in another order."""
    if seen.fits:
        yield from one_answer(seen.outputs, seen.classes, seen.names)
        yield from permuted_labels(seen.outputs, seen.classes, seen.names)
