"""The one place that uses what TensorFlow does not promise; pyproject.toml bounds the versions that it was tried with.

`convert_variables_to_constants_v2` lies under `tensorflow.python`, which is private, and nothing public does its work:
`tf.compat.v1.graph_util.convert_variables_to_constants` wants a session and variables of TensorFlow 1. TFLiteConverter
and tf2onnx call it themselves.
"""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow reads it when it is first imported

from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2


def with_constants(concrete_function: Any) -> Any:
    """The concrete function, with the values of its variables as constants in its graph; it reads no variable."""
    return convert_variables_to_constants_v2(concrete_function)
