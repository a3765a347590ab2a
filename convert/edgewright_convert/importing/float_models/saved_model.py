"""A SavedModel made elsewhere, wrapped so that raw pixels go in and probabilities come out."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow reads it when it is first imported

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing.normalisations import DeclaredNormalisation
from edgewright_runtime.suggestion import named

from ...tensor_names import INPUT_NAME, OUTPUT_NAME
from ...tensorflow_internals import with_constants
from ..model_checks import Shape
from .binary import PairHead, pair_head
from .random_scopes import Exported, draws_random, without_random_scopes

_SIGNATURE = "serving_default"
_TAKEN = frozenset({"float32", "float16", "uint8"})


def load_imported_saved_model(path: Path) -> tuple[Any, tuple[str, ...]]:
    """The loaded SavedModel without layers that would have it answer at random, and the names of these.

    Raises:
        EdgewrightError: it is none, has no signature `serving_default`, or answers at random all the same.
    """
    try:
        loaded = tf.saved_model.load(str(path))
    except Exception as error:  # TensorFlow raises whatever the broken part happened to raise
        raise EdgewrightError(f"{path} is no SavedModel: {error}") from error
    if _SIGNATURE not in loaded.signatures:
        has = named(loaded.signatures) or "none"
        raise EdgewrightError(f"{path} has the signature(s) {has}; export it with the signature {_SIGNATURE}")
    return _without_random_layers(path, loaded)


def _without_random_layers(path: Path, loaded: Any) -> tuple[Any, tuple[str, ...]]:
    """The same where it has none; else its function with constants, written and loaded again."""
    signature = loaded.signatures[_SIGNATURE]
    if len(signature.structured_outputs) != 1 or len(signature.structured_input_signature[1]) != 1:
        return loaded, ()  # refused by what looks at its shapes
    frozen = with_constants(signature)
    if not draws_random(frozen):
        return loaded, ()
    stripped, names = without_random_scopes(signature, frozen, path=path)
    module = Exported(stripped, signature)
    with tempfile.TemporaryDirectory(prefix="edgewright-") as folder:
        tf.saved_model.save(module, folder, signatures={_SIGNATURE: module.serve})
        return tf.saved_model.load(folder), names


def saved_model_shapes(path: Path, loaded: Any) -> tuple[list[Shape], list[Shape]]:
    """Shapes of the signature's inputs and outputs.

    Raises:
        EdgewrightError: a shape is unknown, or the input is of a type that is no pixel's.
    """
    signature = loaded.signatures[_SIGNATURE]
    inputs, outputs = signature.structured_input_signature[1].values(), signature.structured_outputs.values()
    for spec in (*inputs, *outputs):
        if spec.shape.rank is None:
            raise EdgewrightError(f"{path} does not say the shape of {spec.name!r}; export it with a known shape")
    for spec in inputs:
        if spec.dtype.name not in _TAKEN:
            raise EdgewrightError(f"{path} takes {spec.dtype.name}; Edgewright feeds {', '.join(sorted(_TAKEN))}")
    return [tuple(spec.shape) for spec in inputs], [tuple(spec.shape) for spec in outputs]


def before_sigmoid(loaded: Any) -> Any | None:
    """The signature's function up to what its last sigmoid takes, its weights constants; None where it ends in another.

    It takes the model's input and gives a list of one tensor.
    """
    frozen = with_constants(loaded.signatures[_SIGNATURE])
    if len(frozen.outputs) != 1:
        return None
    operation = frozen.outputs[0].op
    while operation.type == "Identity":
        operation = operation.inputs[0].op
    return frozen.prune(frozen.inputs, [operation.inputs[0]]) if operation.type == "Sigmoid" else None


class WrappedSavedModel(tf.Module):  # type: ignore[misc]
    """A function of raw pixels, float32 (batch, height, width, channels) in 0..255, to the model's outputs."""

    def __init__(
        self,
        loaded: Any,
        shape: tuple[int, int, int],
        normalisation: DeclaredNormalisation,
        *,
        softmax: bool,
        pair: PairHead | None = None,
        logit: Any | None = None,
    ) -> None:
        """Wraps the loaded model.

        Args:
            loaded: what `load_imported_saved_model` gives.
            shape: height, width, channels.
            normalisation: for that number of channels.
            softmax: whether to add one.
            pair: how two outputs are made from one, where the model has one.
            logit: what gives that one in place of the model's signature; see `before_sigmoid`.
        """
        super().__init__(name="classifier")
        self.loaded = loaded  # tracked, so that its variables are saved with this module
        self._normalisation, self._softmax = normalisation, softmax
        self._pair, self._logit = pair, logit
        signature = loaded.signatures[_SIGNATURE]
        ((self._input_name, self._spec),) = signature.structured_input_signature[1].items()
        (self._output_name,) = signature.structured_outputs
        spec = tf.TensorSpec((self._spec.shape[0], *shape), tf.float32, name=INPUT_NAME)
        self.serve = tf.function(self._serve, input_signature=[spec], autograph=False)

    def _serve(self, pixels: Any) -> dict[str, Any]:
        values = pixels * tf.constant(self._normalisation.scale) + tf.constant(self._normalisation.offset)
        values = tf.gather(values, [2, 1, 0], axis=-1) if self._normalisation.bgr else values
        fed = tf.cast(pixels if self._normalisation.is_identity else values, self._spec.dtype)
        if self._logit is not None:
            (outputs,) = self._logit(fed)
        else:
            outputs = self.loaded.signatures[_SIGNATURE](**{self._input_name: fed})[self._output_name]
        outputs = tf.cast(outputs, tf.float32)
        if self._pair is not None:
            outputs = outputs @ tf.constant([self._pair.kernel]) + tf.constant(self._pair.bias)
        return {OUTPUT_NAME: tf.nn.softmax(outputs) if self._softmax else outputs}

    @classmethod
    def binary(
        cls,
        loaded: Any,
        logit: Any | None,
        shape: tuple[int, int, int],
        normalisation: DeclaredNormalisation,
        *,
        path: Path,
        kind: str,
        threshold: float,
    ) -> WrappedSavedModel:
        """As `WrappedSavedModel`, for a model of one output, of which `before_sigmoid` has found `logit`.

        Raises:
            EdgewrightError: see `pair_head`.
        """
        sees_logit = logit is not None or kind == "logits"
        head = pair_head(path, kind, sees_logit=sees_logit, threshold=threshold)
        return cls(loaded, shape, normalisation, softmax=head.softmax, pair=head, logit=logit)

    def outputs_of(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Its outputs for raw pixels, one image at a time: the batch may be fixed at 1."""
        single = [self.serve(tf.constant(image[np.newaxis], tf.float32))[OUTPUT_NAME].numpy()[0] for image in images]
        return np.asarray(single, np.float32)

    def save(self, path: Path) -> None:
        """Writes a SavedModel folder with the signature `serving_default`."""
        tf.saved_model.save(self, str(path), signatures={_SIGNATURE: self.serve})
