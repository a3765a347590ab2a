"""A changed .tflite model as bytes again, without the tensors and weights that nothing reads any more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

_IDENTIFIER = b"TFL3"

_ALIGNMENT = 16
"""The schema's `force_align` of buffers: kernels read weights in place. Python's generated code does not keep it."""


def repacked(model: Any) -> bytes:
    """The file of a `ModelT`, which is changed; the same model gives the same bytes."""
    _drop_unused_tensors(model)
    _drop_unused_buffers(model)
    model.buffers = [_AlignedBuffer(buffer.data) for buffer in model.buffers]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


class _AlignedBuffer(schema.BufferT):  # type: ignore[misc]  # the schema has no types
    """A buffer whose content begins where kernels want it."""

    def __init__(self, data: Any) -> None:
        super().__init__()
        self.data = data

    def Pack(self, builder: Any) -> int:  # noqa: N802  # flatbuffers' name
        if self.data is None:
            return int(super().Pack(builder))
        builder.Prep(_ALIGNMENT, len(self.data))
        vector = builder.CreateByteVector(bytes(self.data))
        schema.BufferStart(builder)
        schema.BufferAddData(builder, vector)
        return int(schema.BufferEnd(builder))


def _drop_unused_tensors(model: Any) -> None:
    """Of the main graph; what is left keeps its order."""
    main = model.subgraphs[0]
    signature = [
        each for one in model.signatureDefs or [] if one.subgraphIndex == 0 for each in one.inputs + one.outputs
    ]
    lists = [(main, "inputs"), (main, "outputs")]
    lists += [(operator, side) for operator in main.operators for side in ("inputs", "outputs", "intermediates")]
    used = {int(index) for holder, side in lists for index in _indices(holder, side)}
    used |= {each.tensorIndex for each in signature}
    new = _renumbered(used)
    for holder, side in lists:
        if getattr(holder, side) is not None:
            setattr(holder, side, np.array([new.get(int(i), -1) for i in _indices(holder, side)], np.int32))
    for each in signature:
        each.tensorIndex = new[each.tensorIndex]
    main.tensors = [tensor for index, tensor in enumerate(main.tensors) if index in new]


def _drop_unused_buffers(model: Any) -> None:
    """Buffer 0 stays: it is the empty one of all tensors without content."""
    tensors = [tensor for graph in model.subgraphs for tensor in graph.tensors]
    metadata = list(model.metadata or [])
    new = _renumbered({0} | {each.buffer for each in tensors + metadata})
    for each in tensors + metadata:
        each.buffer = new[each.buffer]
    model.buffers = [buffer for index, buffer in enumerate(model.buffers) if index in new]


def _indices(holder: Any, side: str) -> list[int]:
    found = getattr(holder, side)
    return [] if found is None else [int(index) for index in found]


def _renumbered(used: Iterable[int]) -> dict[int, int]:
    """New indices without gaps; -1 means an input that is left out, and stays."""
    return {old: number for number, old in enumerate(sorted(index for index in used if index >= 0))}
