"""Where in an image the network finds its answer.

Source: Selvaraju et al. 2017, Grad-CAM, arXiv:1610.02391, equations 1 and 2.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .colours import enlarged, overlaid
from .gallery import Exhibit, Gallery, Row
from .network_parts import Parts
from .subject import Subject

_EACH = 6  # right ones and wrong ones


def grad_cam(parts: Parts, pixels: NDArray[np.float32], classes: NDArray[np.int64]) -> NDArray[np.float32]:
    """How much each place of the last feature map speaks for a class, 0 to 1, float32 of shape (n, rows, columns).

    Args:
        parts: of the classifier, whose last layer is dense with a softmax.
        pixels: float32 of shape (n, height, width, channels), 0 to 255.
        classes: for each image, the class index to explain.
    """
    both = keras.Model(parts.model.input, [parts.last_map.output, parts.output_layer.input])
    kernels = tf.gather(tf.cast(parts.output_layer.kernel, tf.float32), classes, axis=1)  # (features, n)
    with tf.GradientTape() as tape:
        given = tf.convert_to_tensor(pixels)
        tape.watch(given)  # else nothing is recorded where all layers are frozen
        maps, features = both(given, training=False)
        # The logit without its bias: probabilities have no slope where the network is certain.
        logits = tf.reduce_sum(tf.cast(features, tf.float32) * tf.transpose(kernels), axis=1)
    slopes = tf.cast(tape.gradient(logits, maps), tf.float32)
    weights = tf.reduce_mean(slopes, axis=(1, 2), keepdims=True)
    found = tf.nn.relu(tf.reduce_sum(weights * tf.cast(maps, tf.float32), axis=-1))
    highest = tf.reduce_max(found, axis=(1, 2), keepdims=True)
    return np.asarray(tf.math.divide_no_nan(found, highest), dtype=np.float32)


def look(subject: Subject) -> Gallery | None:
    """Overlays of a few right and a few wrong answers; None where there is no feature map."""
    if not subject.parts.maps:
        return None
    predictions = subject.predictions
    wrong = predictions.confident_mistakes(_EACH)
    right = predictions.sure_and_right(_EACH)
    rows = [
        Row(_overlays(subject, places), heading)
        for heading, places in (("Wrong, the surest first", wrong), ("Right", right))
        if len(places)
    ]
    meaning = (
        "Red is where the network finds what speaks for its answer. On a right answer it should lie on the subject; "
        "where it lies on the background, the network has learned something that will not be there elsewhere."
    )
    return Gallery("grad_cam", "What it looks at (Grad-CAM)", meaning, tuple(rows))


def _overlays(subject: Subject, places: NDArray[np.int64]) -> tuple[Exhibit, ...]:
    predictions, exhibits = subject.predictions, []
    found = grad_cam(subject.parts, subject.photos.batch(places), predictions.predicted[places])
    for place, warmth in zip(places, found, strict=True):
        pixels = subject.photos.at(place)
        overlay = overlaid(pixels, enlarged(warmth, *pixels.shape[:2]))
        is_wrong = bool(predictions.predicted[place] != predictions.classes[place])
        exhibits.append(Exhibit(overlay, subject.caption(place), is_wrong))
    return tuple(exhibits)
