"""A model that was made elsewhere, loaded and wrapped so that raw pixels go in and probabilities come out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.optional_imports import import_optional
from edgewright_runtime.preprocessing import Normalisation, Preprocessing
from edgewright_runtime.suggestion import named

from ..declaration import Declaration
from ..model_checks import ImageShape, Shape, check_outputs, image_shape, output_kind, probe_images
from .binary import DEFAULT_THRESHOLD


@dataclass(frozen=True)
class LoadedModel:
    """A model as its library loaded it, and what can be done with it.

    Attributes:
        inputs: shapes of its inputs.
        outputs: shapes of its outputs.
        activation: name of its last activation, where that can be seen.
        wrap: the model that takes raw pixels, from height, width and channels, a normalisation and `softmax`.
        wrap_binary: the same of a model with one output, from `kind` of output and `threshold` in place of `softmax`.
        outputs_of: what such a model gives, shape (n, classes), for uint8 images of shape (n, height, width, channels).
        left_out: names of layers that were left out, for they do something in training alone.
    """

    inputs: Sequence[Shape]
    outputs: Sequence[Shape]
    activation: str | None
    wrap: Callable[..., Any]
    wrap_binary: Callable[..., Any]
    outputs_of: Callable[[Any, NDArray[np.uint8]], NDArray[np.float32]]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class WrappedModel:
    """The wrapped model, its input, what its outputs were, the threshold where it had one output, and what is gone."""

    model: Any
    shape: ImageShape
    output: str
    threshold: float | None
    left_out: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know of it, a sentence each."""
        if not self.left_out:
            return ()
        return (f"Left out of the model, for they do something in training alone: {named(self.left_out)}.",)


def wrapped_model(source: Path, declared: Declaration, labels: tuple[str, ...], *, is_keras: bool) -> WrappedModel:
    """The model at `source`, wrapped so that raw pixels go in and one probability per label comes out.

    Raises:
        EdgewrightError: it is no image classifier, or does not fit the labels and the declaration.
    """
    imported = loaded_model(source, is_keras=is_keras)
    shape = image_shape(source, imported.inputs, size=declared.size)
    check_outputs(source, imported.outputs, labels, declared.labels)
    sides = shape.height, shape.width, shape.channels
    given = sides, declared.normalisation.for_channels(shape.channels)
    wrap = partial(imported.wrap, *given)
    bare = wrap(softmax=False)
    kind = output_kind(
        source,
        declared=declared.output,
        activation=imported.activation,
        outputs_of=partial(imported.outputs_of, bare),
        images=probe_images(shape),
    )
    if imported.outputs[0][1] == 1:
        threshold = DEFAULT_THRESHOLD if declared.threshold is None else declared.threshold
        binary = imported.wrap_binary(*given, kind=kind, threshold=threshold)
        return WrappedModel(binary, shape, kind, threshold, imported.left_out)
    if declared.threshold is not None:
        raise EdgewrightError(
            f"{source} has {imported.outputs[0][1]} outputs, of which the largest decides; --threshold is for a model "
            f"with one output"
        )
    model = wrap(softmax=True) if kind == "logits" else bare
    return WrappedModel(model, shape, kind, None, imported.left_out)


def loaded_model(source: Path, *, is_keras: bool) -> LoadedModel:
    """The model at `source` as its library loads it.

    Raises:
        EdgewrightError: it cannot be loaded.
    """
    return _from_keras(source) if is_keras else _from_saved_model(source)


def contract_of(wrapped: WrappedModel, declared: Declaration) -> Preprocessing:
    """How images become the wrapped model's input, as far as it was declared."""
    shape = wrapped.shape
    per_channel = declared.normalisation.for_channels(shape.channels)
    return Preprocessing(
        height=shape.height,
        width=shape.width,
        colour_mode="RGB" if shape.channels == 3 else "grayscale",
        resize_method=declared.resize_method,
        interpolation=declared.interpolation,
        crop_fraction=declared.crop_fraction,
        normalisation=Normalisation(per_channel.scale, per_channel.offset),
        decision_threshold=wrapped.threshold,
    )


def _leaf(module: str) -> Any:
    return import_optional(module, package="tensorflow", extra="convert", purpose="Converting a model")


def _from_keras(source: Path) -> LoadedModel:
    leaf = _leaf("edgewright_convert.importing.float_models.keras_model")
    model, left_out = leaf.load_imported_keras(source)
    inputs, outputs = leaf.keras_shapes(source, model)
    return LoadedModel(
        inputs,
        outputs,
        leaf.last_activation(model),
        partial(leaf.wrapped_keras, model),
        partial(leaf.wrapped_binary_keras, model, path=source),
        leaf.outputs_of,
        left_out,
    )


def _from_saved_model(source: Path) -> LoadedModel:
    leaf = _leaf("edgewright_convert.importing.float_models.saved_model")
    loaded, left_out = leaf.load_imported_saved_model(source)
    inputs, outputs = leaf.saved_model_shapes(source, loaded)
    wrapped = leaf.WrappedSavedModel
    logit = leaf.before_sigmoid(loaded)
    return LoadedModel(
        inputs,
        outputs,
        None if logit is None else "sigmoid",
        partial(wrapped, loaded),
        partial(wrapped.binary, loaded, logit, path=source),
        wrapped.outputs_of,
        left_out,
    )
