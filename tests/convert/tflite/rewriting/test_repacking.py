"""A changed model becomes a file again: nothing unread in it, weights where kernels want them."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgewright_convert.tflite.interpreter import outputs_of_tflite
from edgewright_convert.tflite.rewriting.repacking import repacked


@pytest.fixture(scope="module")
def file(converted_run):
    return (converted_run / "tflite" / "model_int8.tflite").read_bytes()


def unpacked(file):
    return schema.ModelT.InitFromPackedBuf(file, 0)


def test_unchanged_model_computes_the_same_and_is_its_own_packed_form(file, test_pixels):
    once = repacked(unpacked(file))
    assert repacked(unpacked(once)) == once
    assert np.array_equal(outputs_of_tflite(once, test_pixels), outputs_of_tflite(file, test_pixels))


def test_tensors_and_weights_that_nothing_reads_are_dropped(file):
    before, model = unpacked(repacked(unpacked(file))), unpacked(file)
    main = model.subgraphs[0]
    unread = schema.TensorT()
    unread.name, unread.shape, unread.buffer = b"unread", np.array([4], np.int32), len(model.buffers)
    unread.type = schema.TensorType.FLOAT32
    content = schema.BufferT()
    content.data = np.zeros(16, np.uint8)
    model.buffers.append(content)
    main.tensors.append(unread)
    after = unpacked(repacked(model))
    assert len(after.subgraphs[0].tensors) == len(before.subgraphs[0].tensors)
    assert len(after.buffers) == len(before.buffers)
    assert b"unread" not in [tensor.name for tensor in after.subgraphs[0].tensors]


def test_weights_begin_where_kernels_read_them_in_place(file):
    packed = repacked(unpacked(file))
    model = schema.Model.GetRootAs(packed, 0)
    starts = [
        buffer._tab.Vector(offset)
        for buffer in (model.Buffers(i) for i in range(model.BuffersLength()))
        if (offset := buffer._tab.Offset(4)) and buffer.DataLength()
    ]
    assert len(starts) > 5
    assert [start for start in starts if start % 16] == []
