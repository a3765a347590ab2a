"""The float model of a run, loaded once and frozen once for all formats that are made from it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow reads it when it is first imported

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgewright_runtime.backends.keras_safety import refuse_code_layers
from edgewright_runtime.errors import EdgewrightError, first_line
from edgewright_runtime.run.manifest import verify

from .calibration.class_coverage import ClassCoverage, coverage_of
from .run_inputs import OpenedRun
from .tensor_names import INPUT_NAME, OUTPUT_NAME
from .tensorflow_internals import with_constants

if TYPE_CHECKING:
    from .calibration import RepresentativeDataset, ValidationImages

_SIGNATURE = "serving_default"
_CHUNK = 8


@dataclass
class FloatModel:
    """A classifier from raw pixels to probabilities.

    Attributes:
        path: where it was loaded from.
        call: from a float32 tensor (batch, height, width, channels) of 0..255 to probabilities (batch, classes).
        input_shape: height, width, channels.
        classes: number of outputs.
        loaded: the Keras model or SavedModel itself, which must stay alive while `call` is used.
    """

    path: Path
    call: Callable[[Any], Any]
    input_shape: tuple[int, int, int]
    classes: int
    loaded: Any
    _frozen: dict[int | None, Any] = field(default_factory=dict)

    def frozen(self, batch: int | None) -> Any:
        """The model as a TensorFlow function whose weights are constants; `batch` None leaves the batch free.

        Freezing first makes each TFLite conversion about eight times faster than handing the converter a model with
        variables, and gives all converters one and the same graph.
        """
        if batch not in self._frozen:
            spec = tf.TensorSpec((batch, *self.input_shape), tf.float32, name=INPUT_NAME)

            def traced(pixels: Any) -> Any:
                return tf.identity(self.call(pixels), name=OUTPUT_NAME)

            concrete = tf.function(traced, autograph=False).get_concrete_function(spec)
            self._frozen[batch] = with_constants(concrete)
        return self._frozen[batch]

    def probabilities(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The float model's outputs, shape (n, classes), for raw pixels of shape (n, height, width, channels)."""
        rows = [np.zeros((0, self.classes), np.float32)]
        for start in range(0, len(pixels), _CHUNK):  # the activations of all images at once would take gigabytes
            outputs = self.frozen(None)(tf.constant(pixels[start : start + _CHUNK], tf.float32))
            first = outputs[0] if isinstance(outputs, (list, tuple)) else outputs
            rows.append(np.asarray(first.numpy(), np.float32))
        return np.concatenate(rows)


def float_model_of_run(run: OpenedRun) -> FloatModel:
    """The run's float model, loaded and frozen; the file is compared with the manifest first.

    Raises:
        EdgewrightError: the run holds none, it cannot be loaded, or it disagrees with the contract or the labels.
        CheckFailedError: it is not what the manifest says.
    """
    finished = run.folder.imported_finished()
    if finished is not None:
        raise EdgewrightError(
            f"{run.folder.file_of(finished.name)} was imported as it is, and nothing is made from a finished file; "
            f"import the Keras model or SavedModel that it comes from"
        )
    path, contract = run.folder.file_of(run.folder.reference().name), run.contract
    verify(path)
    model = load_float_model(path)
    if model.input_shape != (contract.height, contract.width, contract.channels):
        raise EdgewrightError(
            f"{path} takes (height, width, channels) {model.input_shape}, but {run.folder.preprocessing} makes "
            f"{(contract.height, contract.width, contract.channels)}"
        )
    if model.classes != len(run.labels):
        raise EdgewrightError(
            f"{path} has {model.classes} outputs, but {run.folder.labels} names {len(run.labels)} labels"
        )
    model.frozen(None)
    return model


def coverage_by_float_model(
    float_model: FloatModel, representative_dataset: RepresentativeDataset
) -> ClassCoverage | None:
    """Which classes appear in the representative dataset; None where its labels say it."""
    source = representative_dataset.without_labels
    if source is None:
        return None
    return coverage_of(source, float_model.probabilities(representative_dataset.pixels))


def reference_outputs(float_model: FloatModel, validation_images: ValidationImages) -> NDArray[np.float32]:
    """The float model's probabilities of the held-out validation images, shape (n, classes); n may be 0."""
    if not len(validation_images.pixels):
        return np.zeros((0, float_model.classes), np.float32)
    return float_model.probabilities(validation_images.pixels)


def float_model_of_keras(model: Any, call: Callable[[Any], Any] | None = None) -> FloatModel:
    """A Keras model in memory as the converters take it; `call` takes the place of its own computation."""
    shape = tuple(int(size) for size in model.inputs[0].shape[1:])
    return FloatModel(
        Path(model.name),
        call or (lambda pixels: model(pixels, training=False)),
        (shape[0], shape[1], shape[2]),
        int(model.outputs[0].shape[-1]),
        loaded=model,
    )


def load_float_model(path: Path) -> FloatModel:
    """The float model in a .keras file or SavedModel folder.

    Raises:
        EdgewrightError: it cannot be loaded safely, or is no classifier with one image input and one output.
    """
    return _from_saved_model(path) if path.is_dir() else _from_keras(path)


def _from_keras(path: Path) -> FloatModel:
    refuse_code_layers(path)
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever the broken part happened to raise
        reason = first_line(error)
        raise EdgewrightError(f"{path} is no Keras model that can be loaded safely: {reason}") from error
    input_shape, classes = _shapes(
        path, [tuple(t.shape) for t in model.inputs], [tuple(t.shape) for t in model.outputs]
    )
    return FloatModel(path, lambda pixels: model(pixels, training=False), input_shape, classes, loaded=model)


def _from_saved_model(path: Path) -> FloatModel:
    try:
        loaded = tf.saved_model.load(str(path))
        signature = loaded.signatures[_SIGNATURE]
    except Exception as error:  # TensorFlow raises whatever the broken part happened to raise
        raise EdgewrightError(f"{path} is no SavedModel with the signature {_SIGNATURE!r}: {error}") from error
    inputs, outputs = signature.structured_input_signature[1], signature.structured_outputs
    input_shape, classes = _shapes(
        path, [tuple(spec.shape) for spec in inputs.values()], [tuple(spec.shape) for spec in outputs.values()]
    )
    (input_name,), (output_name,) = inputs, outputs
    return FloatModel(
        path, lambda pixels: signature(**{input_name: pixels})[output_name], input_shape, classes, loaded=loaded
    )


def _shapes(
    path: Path, inputs: list[tuple[int | None, ...]], outputs: list[tuple[int | None, ...]]
) -> tuple[tuple[int, int, int], int]:
    for tensors, role in ((inputs, "input"), (outputs, "output")):
        if len(tensors) != 1:
            raise EdgewrightError(f"{path} has {len(tensors)} {role}s; an image classifier has one")
    (shape,), (output,) = inputs, outputs
    if len(shape) != 4 or None in shape[1:] or len(output) != 2 or output[1] is None:
        raise EdgewrightError(
            f"{path} goes from shape {shape} to {output}; a run's model goes from (batch, height, width, channels) to "
            f"(batch, classes)"
        )
    height, width, channels = (int(size or 0) for size in shape[1:])
    return (height, width, channels), int(output[1])
