"""A SavedModel without the layers that change images at random, which Keras exports switched on.

`model.export(FOLDER)` traces layers such as RandomFlip as they are in training, so that the exported function answers
at random. A layer's operations lie in a name scope of its own; where one takes one tensor and makes one of the same
shape, draws random numbers and reads no weights, it gives back what it takes at inference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from edgewright_runtime.errors import EdgewrightError

from ...tensorflow_internals import with_constants

_DRAWS = re.compile(r"Random(?!.*(Key|Counter|Alg))|Multinomial|TruncatedNormal")
_WEIGHT = "ReadVariableOp"


@dataclass(frozen=True)
class _Scope:
    """A layer's operations, and the one tensor on either side."""

    prefix: str
    taken: Any
    made: Any


def draws_random(frozen: Any) -> bool:
    """Whether what the function gives depends on random numbers."""
    return any(True for _ in _draws(frozen))


def without_random_scopes(concrete_function: Any, frozen: Any, *, path: Any) -> tuple[Any, tuple[str, ...]]:
    """The function with constants, what its random layers take in place of what they make; and their names.

    Args:
        concrete_function: of the SavedModel.
        frozen: the same `with_constants`.
        path: of the model, for messages.

    Raises:
        EdgewrightError: a layer draws random numbers and does more than that, such as cropping.
    """
    replaced: dict[str, str] = {}
    names: list[str] = []
    for _ in range(len(frozen.graph.get_operations())):
        draw = next(_draws(frozen), None)
        if draw is None:
            return frozen, tuple(names)
        scope = _scope_of(draw, frozen)
        if scope is None:
            raise EdgewrightError(
                f"{path} answers at random ({draw.type} in {draw.name.rpartition('/')[0]}): it was exported with a "
                f"random layer switched on that cannot be taken out of it; give the .keras or .h5 file of the model"
            )
        replaced[scope.made.name] = scope.taken.name
        names.append(scope.prefix.rstrip("/").rpartition("/")[2])
        frozen = with_constants(concrete_function, lambda graph: _mend(graph, replaced))
    return frozen, tuple(names)


def _draws(frozen: Any) -> Iterator[Any]:
    for operation in _ancestors(frozen.outputs):
        if _DRAWS.search(operation.type):
            yield operation


def _ancestors(tensors: Sequence[Any]) -> list[Any]:
    """All operations that these tensors are computed from, each once."""
    seen: dict[str, Any] = {}
    waiting = [tensor.op for tensor in tensors]
    while waiting:
        operation = waiting.pop()
        if operation.name not in seen:
            seen[operation.name] = operation
            waiting += [tensor.op for tensor in operation.inputs]
    return list(seen.values())


def _scope_of(draw: Any, frozen: Any) -> _Scope | None:
    """The innermost scope around the operation that is a random layer's."""
    operations = _ancestors(frozen.outputs)
    moving = _from_images(operations, frozen.inputs)
    parts = draw.name.split("/")[:-1]
    for depth in range(len(parts), 0, -1):
        found = _layer_in("/".join(parts[:depth]) + "/", operations, moving, frozen.outputs)
        if found is not None:
            return found
    return None


def _from_images(operations: Sequence[Any], inputs: Sequence[Any]) -> frozenset[str]:
    """Names of the operations that depend on the function's inputs."""
    found = {tensor.op.name for tensor in inputs}
    by_name: Mapping[str, Any] = {operation.name: operation for operation in operations}
    waiting = [consumer for tensor in inputs for consumer in tensor.consumers()]
    while waiting:
        operation = waiting.pop()
        if operation.name in by_name and operation.name not in found:
            found.add(operation.name)
            waiting += [consumer for tensor in operation.outputs for consumer in tensor.consumers()]
    return frozenset(found)


def _layer_in(prefix: str, operations: Sequence[Any], moving: frozenset[str], outputs: Sequence[Any]) -> _Scope | None:
    inside = [operation for operation in operations if operation.name.startswith(prefix)]
    if any(_reads_weight(operation) for operation in inside):
        return None
    names = {operation.name for operation in inside}
    taken = {
        tensor.name: tensor
        for operation in inside
        for tensor in operation.inputs
        if tensor.op.name not in names and tensor.op.name in moving
    }
    read = [tensor for operation in operations if operation.name not in names for tensor in operation.inputs]
    made = {tensor.name: tensor for tensor in (*read, *outputs) if tensor.op.name in names}
    if len(taken) != 1 or len(made) != 1:
        return None
    (before,), (after,) = taken.values(), made.values()
    return _Scope(prefix, before, after) if _alike(before, after) else None


def _reads_weight(operation: Any) -> bool:
    last = operation.name.rpartition("/")[2]
    return last.startswith(_WEIGHT) and bool(operation.outputs) and operation.outputs[0].dtype.is_floating


def _alike(before: Any, after: Any) -> bool:
    if not before.dtype.is_floating or before.dtype != after.dtype:
        return False
    shapes = before.shape, after.shape
    if any(shape.rank is None or shape.rank < 2 for shape in shapes):
        return False
    return bool(shapes[0][1:].is_fully_defined() and shapes[0][1:] == shapes[1][1:])


def _mend(graph: Any, replaced: Mapping[str, str]) -> None:
    """Has every operation read what a random layer takes in place of what it makes."""
    by_node = {_as_input(made): _as_input(taken) for made, taken in replaced.items()}
    for node in graph.node:
        node.input[:] = [_followed(name, by_node) for name in node.input]


def _followed(name: str, replaced: Mapping[str, str]) -> str:
    while name in replaced:
        name = replaced[name]
    return name


def _as_input(tensor_name: str) -> str:
    """As nodes name the tensor: the first output of an operation without its number."""
    return tensor_name.removesuffix(":0")


class Exported(tf.Module):  # type: ignore[misc]
    """A function that was frozen, with the input and output names that it had."""

    def __init__(self, frozen: Any, signature: Any) -> None:
        """Wraps it as a function of the same signature."""
        super().__init__(name="exported")
        ((name, spec),) = signature.structured_input_signature[1].items()
        (output,) = signature.structured_outputs

        def serve(image: Any) -> dict[str, Any]:
            outputs = frozen(image)
            return {output: outputs[0] if isinstance(outputs, (list, tuple)) else outputs}

        spec = tf.TensorSpec(spec.shape, spec.dtype, name=name)
        self.serve = tf.function(serve, input_signature=[spec], autograph=False)
