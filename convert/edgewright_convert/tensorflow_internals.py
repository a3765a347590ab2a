"""The one place that uses what TensorFlow does not promise; pyproject.toml bounds the versions that it was tried with.

The three functions of `convert_to_constants` lie under `tensorflow.python`, which is private, and nothing public does
their work: `tf.compat.v1.graph_util.convert_variables_to_constants` wants a session and variables of TensorFlow 1.
TFLiteConverter and tf2onnx call `convert_variables_to_constants_v2`, which is these three one after the other; between
them the graph can be mended.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow reads it when it is first imported

from tensorflow.python.framework.convert_to_constants import (
    _construct_concrete_function,
    _FunctionConverterDataInEager,
    _replace_variables_by_constants,
)

_ASSIGNMENTS = frozenset({"AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp"})


def with_constants(concrete_function: Any, mend: Callable[[Any], None] = lambda _: None) -> Any:
    """The concrete function, with the values of its variables as constants in its graph; it reads no variable.

    What it would write into a variable is left out: a layer that draws random numbers counts them, even where it then
    makes no use of them.

    Args:
        concrete_function: with one graph, or with functions in it, which are laid open.
        mend: given the GraphDef, to change it.
    """
    found = _FunctionConverterDataInEager(func=concrete_function, lower_control_flow=True, aggressive_inlining=False)
    graph, converted_inputs = _replace_variables_by_constants(converter_data=found)
    _drop_assignments(graph)
    mend(graph)
    return _construct_concrete_function(concrete_function, graph, converted_inputs)


def _drop_assignments(graph: Any) -> None:
    dropped = {node.name for node in graph.node if node.op in _ASSIGNMENTS}
    if not dropped:
        return
    kept = [node for node in graph.node if node.name not in dropped]
    for node in kept:
        node.input[:] = [name for name in node.input if name.removeprefix("^") not in dropped]
    # Taken out of the graph one and all, then put back: nodes of a GraphDef cannot be removed from its middle cheaply.
    copies = [type(node).FromString(node.SerializeToString()) for node in kept]
    del graph.node[:]
    graph.node.extend(copies)
