"""How long one .tflite file takes against another, in turns, so that other load meets both alike."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgewright_runtime.backends.quantization import quantize_input

from .interpreter import tensor_of

_ROUNDS = 100


def least_latencies(files: Mapping[str, bytes], image: NDArray[np.uint8], *, rounds: int = _ROUNDS) -> dict[str, float]:
    """The least seconds of one invocation of each file, with one thread.

    Args:
        files: .tflite files, by any name; each gets the image through its own quantization parameters.
        image: raw pixels, uint8, shape (height, width, channels).
        rounds: invocations of each file.
    """
    interpreters = {name: Interpreter(model_content=file, num_threads=1) for name, file in files.items()}
    for interpreter in interpreters.values():
        interpreter.allocate_tensors()
        detail = interpreter.get_input_details()[0]
        interpreter.set_tensor(detail["index"], quantize_input(image[np.newaxis], tensor_of(detail)))
        interpreter.invoke()
    taken: dict[str, list[float]] = {name: [] for name in files}
    for _ in range(rounds):
        for name, interpreter in interpreters.items():
            began = time.perf_counter()
            interpreter.invoke()
            taken[name].append(time.perf_counter() - began)
    return {name: min(times) for name, times in taken.items()}
