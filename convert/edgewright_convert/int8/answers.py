"""What a full-integer .tflite file answers."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray


def answers(file: bytes, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The probabilities that a full-integer .tflite file gives, shape (n, classes)."""
    interpreter = Interpreter(model_content=file)
    interpreter.allocate_tensors()
    (given,), (taken,) = interpreter.get_input_details(), interpreter.get_output_details()
    scale, zero_point = taken["quantization"]
    rows: list[Any] = []
    for image in pixels:
        interpreter.set_tensor(given["index"], image[np.newaxis])
        interpreter.invoke()
        rows.append(interpreter.get_tensor(taken["index"])[0])
    return np.asarray((np.array(rows, np.float32) - zero_point) * scale, np.float32)
