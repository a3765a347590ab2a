"""Small ONNX graphs, made node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper, numpy_helper

SIDE, CHANNELS = 6, 3


def node(kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> onnx.NodeProto:
    return helper.make_node(kind, list(inputs), [output], name=f"{kind}/{output}", **attributes)


def model_of(nodes: Sequence[onnx.NodeProto], constants: Mapping[str, NDArray[Any]], output: str) -> onnx.ModelProto:
    """From `x`, float32 (batch, 3, 6, 6), to `output`."""
    graph = helper.make_graph(
        list(nodes),
        "small",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["batch", CHANNELS, SIDE, SIDE])],
        [helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, ["batch", "channels", "height", "width"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run(model: onnx.ModelProto, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """What onnxruntime makes of the images, with none of its own optimisations."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"x": images})[0])


def images(seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(2, CHANNELS, SIDE, SIDE)).astype(np.float32)


def weights(*shape: int, seed: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def kinds(model: onnx.ModelProto) -> list[str]:
    return [each.op_type for each in model.graph.node]
