"""A teacher at work: loaded, introduced, and shown the same images as the student in its own preprocessing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgewright_runtime.console import Reporter
from edgewright_runtime.errors import EdgewrightError, first_line
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.splits import SplitRow

from ..data.batches import plain_batches
from ..data.pixels import Pixels, decoded
from ..teacher import TeacherFile, images_it_has_seen, outputs_of

_BATCH = 32


@dataclass(frozen=True)
class Teacher:
    """A trained classifier that answers for the same images.

    Attributes:
        call: the Keras model, as a TensorFlow function of float32 pixels.
        outputs: for each class the place among its outputs.
        pixels: the images as it sees them; the student's own where both see the same.
    """

    call: Any
    outputs: tuple[int, ...]
    pixels: Pixels

    def answers(self, images: Any) -> NDArray[np.float32]:
        """Probabilities, float32 of shape (batch, classes) in the student's order, of pixels 0 to 255."""
        probabilities = np.asarray(self.call(tf.constant(images, tf.float32)), np.float32)
        return np.ascontiguousarray(probabilities[:, list(self.outputs)])


@contextlib.contextmanager
def taught_by(
    file: TeacherFile | None,
    pixels: Pixels,
    *,
    rows: Sequence[SplitRow],
    labels: Sequence[str],
    contract: Preprocessing,
    out: Path,
    reporter: Reporter,
) -> Iterator[Teacher | None]:
    """The teacher, who sees each image through its own preprocessing; how good it is has been said. None without one.

    Args:
        file: who teaches.
        pixels: the images as the student sees them.
        rows: the images.
        labels: of the classes, in the student's order.
        contract: the student's.
        out: the run folder.
        reporter: what is told.

    Raises:
        EdgewrightError: the teacher cannot be loaded, has other classes, or its outputs are no probabilities.
    """
    if file is None:
        yield None
        return
    outputs = outputs_of(file, labels)
    model = _loaded(file, classes=len(labels))
    own = _contract(file, model, contract)
    seen = replace(own, normalisation=contract.normalisation)  # that is in the graph
    with contextlib.ExitStack() as stack:
        if seen != contract:
            pixels = stack.enter_context(decoded(rows, labels=labels, contract=own, out=out))
        teacher = Teacher(_as_function(model), outputs, pixels)
        _introduce(teacher, file, own, rows, reporter)
        yield teacher


def _loaded(file: TeacherFile, *, classes: int) -> Any:
    try:
        model = keras.saving.load_model(file.model, compile=False, safe_mode=True)
        (shape,), (outputs,) = ([each.shape for each in ends] for ends in (model.inputs, model.outputs))
    except Exception as error:  # Keras raises whatever the broken part happened to raise
        reason = first_line(error)
        raise EdgewrightError(f"The teacher {file.model} is no Keras classifier: {reason}") from error
    if len(shape) != 4 or len(outputs) != 2:
        raise EdgewrightError(
            f"The teacher {file.model} is no image classifier: it takes {shape} and gives {outputs}, where images and "
            f"a probability for each class were expected"
        )
    if outputs[-1] != classes:
        raise EdgewrightError(
            f"The teacher {file.model} has {outputs[-1]} outputs and the data {classes} classes; give a teacher of the "
            f"same classes, or put a labels.txt beside it that says which is which"
        )
    return model


def _as_function(model: Any) -> Any:
    kind = model.inputs[0].dtype
    return tf.function(lambda images: model(tf.cast(images, kind), training=False), reduce_retracing=True)


def _contract(file: TeacherFile, model: Any, contract: Preprocessing) -> Preprocessing:
    """The teacher's own contract; without one the student's, for images of the teacher's size."""
    if file.contract is not None:
        return file.contract
    _, height, width, channels = model.inputs[0].shape
    colour = "RGB" if channels == 3 else "grayscale"
    return replace(contract, height=height or contract.height, width=width or contract.width, colour_mode=colour)


def _introduce(
    teacher: Teacher, file: TeacherFile, contract: Preprocessing, rows: Sequence[SplitRow], reporter: Reporter
) -> None:
    """Says how good the teacher is and what about it was assumed."""
    classes = len(teacher.outputs)
    if file.contract is None or file.labels is None:
        lacking = [
            text
            for text, there in (
                ("preprocessing.json (it gets pixels 0 to 255, resized as the recipe says)", file.contract),
                ("labels.txt (its outputs are taken to be in the order of the labels)", file.labels),
            )
            if there is None
        ]
        reporter.line(f"Note: beside the teacher {file.model} there is no {', and no '.join(lacking)}.")
    truth = teacher.pixels.classes[teacher.pixels.places["val"]]
    batches = plain_batches(teacher.pixels, "val", batch_size=_BATCH, classes=classes)
    found = np.concatenate([teacher.answers(images) for images, _ in batches])
    if not (np.isfinite(found).all() and (found >= 0).all() and np.allclose(found.sum(axis=1), 1.0, atol=1e-2)):
        raise EdgewrightError(
            f"The outputs of the teacher {file.model} are no probabilities, each row of which adds up to 1; give it a "
            f"softmax, as edgewright import does"
        )
    accuracy = float((found.argmax(axis=1) == truth).mean())
    reporter.line(
        f"Teacher {file.source}: {accuracy:.1%} of {len(truth)} validation images right, at {contract.width} px."
    )
    if accuracy < 2 / (classes + 1):
        reporter.line(
            "Note: that is hardly better than chance; see that its preprocessing.json and labels.txt are as it was "
            "trained."
        )
    seen = images_it_has_seen(file, rows)
    if seen:
        reporter.line(
            f"Note: the teacher was trained on {seen} of the images that are held back here; with the same data, "
            f"recipe fractions and seed it would not have been."
        )
