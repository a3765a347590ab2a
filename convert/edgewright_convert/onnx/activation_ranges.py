"""The values that each tensor of the float model takes on the representative dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

_BATCH = 16
_ERRORS_ONLY = 3


@dataclass(frozen=True)
class Range:
    """The least and the greatest value of a tensor."""

    low: float
    high: float

    @property
    def scale(self) -> float:
        """Of symmetric INT8: the least step with which -128 reaches the one end and 127 the other."""
        return max(self.high / 127, -self.low / 128)


def ranges_of(model: onnx.ModelProto, names: Iterable[str], pixels: NDArray[np.uint8]) -> Mapping[str, Range]:
    """The range of each named tensor over all images.

    Args:
        model: float32 ONNX model with one input.
        names: tensors to watch.
        pixels: uint8, shape (n, height, width, channels).
    """
    watched = list(dict.fromkeys(names))
    session = _session(model, watched)
    input_name = model.graph.input[0].name
    low, high = np.full(len(watched), np.inf), np.full(len(watched), -np.inf)
    for start in range(0, len(pixels), _BATCH):
        batch = pixels[start : start + _BATCH].astype(np.float32)
        values = session.run(watched, {input_name: batch})
        low = np.minimum(low, [value.min() for value in values])
        high = np.maximum(high, [value.max() for value in values])
    return {name: Range(float(low[i]), float(high[i])) for i, name in enumerate(watched)}


def _session(model: onnx.ModelProto, watched: list[str]) -> onnxruntime.InferenceSession:
    opened = onnx.ModelProto()
    opened.CopyFrom(model)
    known = {value.name for value in opened.graph.output}
    opened.graph.output.extend(onnx.ValueInfoProto(name=name) for name in watched if name not in known)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    # Fusions would change or remove the tensors that are watched.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(opened.SerializeToString(), options, providers=["CPUExecutionProvider"])
