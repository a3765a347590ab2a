"""What the softmax at the end of a .tflite file is given.

A full-integer file gives probabilities in steps of 1/256, of which most of a thousand classes have none. To tell two
files apart, the logits behind them say more.
"""

from __future__ import annotations

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from .interpreter import outputs_of_tflite
from .rewriting.quantized_graph import QuantizedGraph
from .rewriting.repacking import repacked

_ENDS = frozenset({schema.BuiltinOperator.SOFTMAX, schema.BuiltinOperator.QUANTIZE, schema.BuiltinOperator.DEQUANTIZE})


def fine_outputs_of_tflite(file: bytes, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The file's probabilities, shape (n, classes), not rounded to the levels of its output.

    Where it does not end in a softmax they are its outputs as they are.

    Args:
        file: a .tflite file for one image at a time.
        pixels: raw pixels, uint8, shape (n, height, width, channels).
    """
    cut = without_softmax(file)
    if cut is None:
        return outputs_of_tflite(file, pixels)
    logits = outputs_of_tflite(cut, pixels).astype(np.float64)
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True), np.float32)


def without_softmax(file: bytes) -> bytes | None:
    """The file up to its last softmax, whose input it gives; None where it ends in another operator."""
    graph = QuantizedGraph(file)
    places = [place for place, each in enumerate(graph.operators) if graph.kind(each) == schema.BuiltinOperator.SOFTMAX]
    if not places or any(graph.kind(each) not in _ENDS for each in graph.operators[places[-1] :]):
        return None
    main = graph.model.subgraphs[0]
    main.outputs = np.array([graph.operators[places[-1]].inputs[0]], np.int32)
    main.operators = graph.operators[: places[-1]]
    graph.model.signatureDefs = None
    return repacked(graph.model)
