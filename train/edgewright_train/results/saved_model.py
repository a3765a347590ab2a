"""The trained model as a SavedModel folder, for the converters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tensorflow as tf


def export_saved_model(model: Any, path: Path) -> None:
    """Writes a SavedModel with the one signature `serving_default`.

    Its input is `pixels`, float32 of shape (None, height, width, channels), values 0 to 255; its output is
    `probabilities`, float32 of shape (None, classes). Dropout and moving averages are as in inference.
    """
    module = tf.Module()
    module.model = model  # the module owns the variables that the function reads

    def serve(pixels: Any) -> dict[str, Any]:
        return {"probabilities": model(pixels, training=False)}

    signature = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name="pixels")
    module.serve = tf.function(serve, input_signature=[signature])
    tf.saved_model.save(module, str(path), signatures={"serving_default": module.serve})
