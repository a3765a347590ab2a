"""ONNX graphs made canonical: the same model gives the same bytes, whatever the converter counted or shuffled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

BATCH_NAME = "batch"

_COUNTER = re.compile(r"__\d+$")


def canonical(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same model with nodes in the order of the graph from its output back, and names that depend on nothing else.

    Nodes, initializers and tensors that no output needs are dropped, and so are the converter's doc strings.
    """
    return canonical_with_names(model)[0]


def canonical_with_names(model: onnx.ModelProto) -> tuple[onnx.ModelProto, Mapping[str, str]]:
    """The canonical model, and the new name of each tensor that it kept."""
    nodes = _ordered_nodes(model.graph)
    names = _new_names(model.graph, nodes)
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    graph = onnx.GraphProto(name="classifier")
    graph.input.extend(_renamed_value(value, names) for value in model.graph.input if value.name not in constants)
    graph.output.extend(_renamed_value(value, names) for value in model.graph.output)
    for node, name in zip(nodes, _unique(_node_base(node) for node in nodes), strict=True):
        graph.node.append(_renamed_node(node, name, names))
    for name in dict.fromkeys(name for node in nodes for name in node.input if name in constants):
        tensor = onnx.TensorProto()
        tensor.CopyFrom(constants[name])
        tensor.name, tensor.doc_string = names[name], ""
        graph.initializer.append(tensor)
    result = onnx.ModelProto(ir_version=model.ir_version, producer_name="edgewright", graph=graph)
    result.opset_import.extend(used for used in model.opset_import if used.domain in {node.domain for node in nodes})
    result.metadata_props.extend(model.metadata_props)
    return result, names


def opset_in(model: onnx.ModelProto) -> int:
    """The version of ONNX's own operators that the model is written in."""
    return max(int(used.version) for used in model.opset_import if used.domain in {"", "ai.onnx"})


def serialised(model: onnx.ModelProto) -> bytes:
    """The file's bytes; equal for equal models."""
    return bytes(model.SerializeToString(deterministic=True))


def set_metadata(model: onnx.ModelProto, properties: Mapping[str, str]) -> None:
    """Sets metadata_props, in the order of their keys."""
    del model.metadata_props[:]
    for key in sorted(properties):
        model.metadata_props.add(key=key, value=properties[key])


def initializers(graph: onnx.GraphProto) -> dict[str, NDArray[Any]]:
    """The graph's constants by name."""
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}


def consumers(graph: onnx.GraphProto) -> dict[str, list[onnx.NodeProto]]:
    """The nodes that read each tensor."""
    found: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in dict.fromkeys(node.input):
            found.setdefault(name, []).append(node)
    return found


def attribute(node: onnx.NodeProto, name: str, default: object = None) -> object:
    """The value of a node's attribute."""
    return next((onnx.helper.get_attribute_value(each) for each in node.attribute if each.name == name), default)


def _ordered_nodes(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """Every node after those it reads from, in an order that depends only on how they are connected."""
    makers = {name: index for index, node in enumerate(graph.node) for name in node.output if name}
    done: dict[int, onnx.NodeProto] = {}
    stack = [(makers[value.name], False) for value in reversed(graph.output)]
    while stack:
        index, ready = stack.pop()
        if index in done:
            continue
        node = graph.node[index]
        if ready:
            done[index] = node
            continue
        stack.append((index, True))
        stack.extend((makers[name], False) for name in reversed(node.input) if name in makers)
    return list(done.values())


def _new_names(graph: onnx.GraphProto, nodes: list[onnx.NodeProto]) -> dict[str, str]:
    """Graph inputs and outputs keep their names; others are called after the node that makes or first reads them."""
    kept = [value.name for value in (*graph.input, *graph.output)]
    constants = {tensor.name for tensor in graph.initializer}
    order: dict[str, str] = {}
    for node in nodes:
        base = _node_base(node)
        for place, name in enumerate(node.input):
            if name in constants and name not in kept:
                order.setdefault(name, f"{base}/{_role(node, place)}")
        for name in node.output:
            if name and name not in kept:
                order.setdefault(name, f"{base}:0")
    taken = Counter(kept)
    return {name: name for name in kept} | dict(zip(order, _unique(order.values(), taken), strict=True))


def _role(node: onnx.NodeProto, place: int) -> str:
    if node.op_type in {"Conv", "Gemm", "MatMul"}:
        return ("input", "weight", "bias")[min(place, 2)]
    return f"constant_{place}"


def _node_base(node: onnx.NodeProto) -> str:
    """The layer's name without the converter's counter: Keras's own where it is known, else the operator's."""
    return _COUNTER.sub("", node.name).strip("/") or node.op_type


def _unique(names: Iterable[str], taken: Counter[str] | None = None) -> list[str]:
    seen = Counter(taken or {})
    result = []
    for name in names:
        candidate = f"{name}_{seen[name]}" if seen[name] else name
        while candidate in result:
            seen[name] += 1
            candidate = f"{name}_{seen[name]}"
        seen[name] += 1
        result.append(candidate)
    return result


def _renamed_value(value: onnx.ValueInfoProto, names: Mapping[str, str]) -> onnx.ValueInfoProto:
    renamed = onnx.ValueInfoProto()
    renamed.CopyFrom(value)
    renamed.name, renamed.doc_string = names[value.name], ""
    first = renamed.type.tensor_type.shape.dim[0]
    if not first.HasField("dim_value"):
        first.dim_param = BATCH_NAME
    return renamed


def _renamed_node(node: onnx.NodeProto, name: str, names: Mapping[str, str]) -> onnx.NodeProto:
    renamed = onnx.NodeProto()
    renamed.CopyFrom(node)
    renamed.name, renamed.doc_string = name, ""
    for field in (renamed.input, renamed.output):
        field[:] = [names.get(given, given) for given in field]
    renamed.attribute.sort(key=lambda each: each.name)
    return renamed
