""".onnx files in float32, the source of all other .onnx files and of the TensorRT engines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import onnx
import tensorflow as tf
import tf2onnx

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.suggestion import named

from ..float_model import FloatModel
from ..options import DEFAULT_OPSET
from ..tensor_names import INPUT_NAME, OUTPUT_NAME
from .folding import folded
from .graph import canonical, set_metadata


def contract_metadata(contract: Preprocessing, labels: Sequence[str]) -> dict[str, str]:
    """What an .onnx file carries so that it can be used alone: the preprocessing contract and the labels, as JSON."""
    return {
        "edgewright.labels": json.dumps(list(labels), ensure_ascii=False),
        "edgewright.preprocessing": json.dumps(contract.to_dict(), ensure_ascii=False, sort_keys=True),
    }


def onnx_from_model(model: FloatModel, metadata: Mapping[str, str], *, opset: int = DEFAULT_OPSET) -> onnx.ModelProto:
    """The model in ONNX: float32 `pixels` (batch, height, width, channels) to `probabilities` (batch, classes).

    Raises:
        EdgewrightError: an operator of the model has no ONNX counterpart.
    """
    return finished(folded(canonical(exported(model, opset=opset))), model.classes, metadata)


def exported(model: FloatModel, *, opset: int = DEFAULT_OPSET) -> onnx.ModelProto:
    """What tf2onnx makes of the model, its input and output named.

    Raises:
        EdgewrightError: an operator of the model has no ONNX counterpart.
    """
    frozen = model.frozen(None)
    result = _converted(frozen, opset)
    _rename(result.graph, frozen.inputs[0].name, INPUT_NAME)
    _rename(result.graph, frozen.outputs[0].name, OUTPUT_NAME)
    return result


def finished(model: onnx.ModelProto, classes: int, metadata: Mapping[str, str]) -> onnx.ModelProto:
    """The canonical model with its output's shape and its metadata stated."""
    result = canonical(model)
    _state_output_shape(result.graph, classes)
    set_metadata(result, metadata)
    return result


def _converted(frozen: Any, opset: int) -> onnx.ModelProto:
    # tf2onnx declares its own use of TensorFlow 1 sessions; the default graph must not be ours.
    try:
        with tf.Graph().as_default():
            converted, _ = tf2onnx.convert.from_graph_def(
                frozen.graph.as_graph_def(),
                input_names=[frozen.inputs[0].name],
                output_names=[frozen.outputs[0].name],
                opset=opset,
                custom_op_handlers={"Erfc": (_write_erfc, [])},
            )
    except Exception as error:  # tf2onnx raises whatever its handler of the operator happened to raise
        raise EdgewrightError(f"tf2onnx cannot write this model as ONNX: {error}") from error
    _refuse_unknown_operators(converted.graph, opset)
    return cast("onnx.ModelProto", converted)


def _write_erfc(context: Any, node: Any, _name: str, _arguments: Any) -> None:
    """1 - erf(x), as ONNX has no erfc: Keras's GELU needs it."""
    (output,) = node.output
    shape, dtype = context.get_shape(output), context.get_dtype(output)
    context.remove_node(node.name)
    error = context.make_node("Erf", node.input)
    one = context.make_const(f"{node.name}_one", np.ones((), np.float32))
    context.make_node("Sub", [one.output[0], error.output[0]], outputs=[output], shapes=[shape], dtypes=[dtype])


def _refuse_unknown_operators(graph: onnx.GraphProto, opset: int) -> None:
    """What tf2onnx has no handler for, it logs and writes under TensorFlow's name."""
    unknown = sorted({node.op_type for node in graph.node if not onnx.defs.has(node.op_type, opset, node.domain)})
    if unknown:
        raise EdgewrightError(f"ONNX has no operator for {named(unknown)}; replace the layers that use it")


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    for value in (*graph.input, *graph.output):
        if value.name == old:
            value.name = new
    for node in graph.node:
        for field in (node.input, node.output):
            field[:] = [new if name == old else name for name in field]


def _state_output_shape(graph: onnx.GraphProto, classes: int) -> None:
    dims = graph.output[0].type.tensor_type.shape.dim
    dims[1].dim_value = classes
