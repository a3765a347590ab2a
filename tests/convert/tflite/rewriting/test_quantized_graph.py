"""Questions about the tensors and operators of a full-integer file."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from edgewright_convert.tflite.rewriting.quantized_graph import QuantizedGraph


@pytest.fixture(scope="module")
def file(converted_run):
    return (converted_run / "tflite" / "model_int8.tflite").read_bytes()


@pytest.fixture(scope="module")
def graph(file):
    return QuantizedGraph(file)


def test_constants_are_told_from_activations(graph):
    convolution = next(each for each in graph.operators if graph.kind(each) == schema.BuiltinOperator.CONV_2D)
    given, kernel, bias = (int(index) for index in convolution.inputs)
    assert [graph.is_constant(index) for index in (given, kernel, bias)] == [False, True, True]
    assert graph.activations(convolution.inputs) == (given,)
    assert all(graph.is_quantized(index) for index in (given, kernel, bias))


def test_shapes_and_axes_are_no_quantized_numbers(graph):
    plain = [i for i in range(len(graph.tensors)) if graph.is_constant(i) and not graph.is_quantized(i)]
    assert all(graph.tensors[index].type == schema.TensorType.INT32 for index in plain)


def test_constants_mean_what_the_interpreter_reads_with_their_scales(graph, file):
    # XNNPACK packs the weights away, so the reference kernels are taken.
    resolver = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(model_content=file, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    kernels = [i for i in range(len(graph.tensors)) if graph.is_constant(i) and graph.is_quantized(i)]
    assert len(kernels) >= 6
    details = {each["index"]: each for each in interpreter.get_tensor_details()}
    for index in kernels:
        found = details[index]["quantization_parameters"]
        shape = np.ones(len(details[index]["shape"]), int)
        if len(found["scales"]) > 1:
            shape[found["quantized_dimension"]] = -1
        scales, zeros = (found[key].reshape(shape) for key in ("scales", "zero_points"))
        expected = (interpreter.get_tensor(index) - zeros.astype(np.float64)) * scales.astype(np.float64)
        np.testing.assert_allclose(graph.dequantized(index), expected, rtol=1e-6)


def test_move_to_bytes_at_an_end_is_a_requantization(graph):
    moves = [each for each in graph.operators if graph.is_requantization(each)]
    assert all(graph.tensors[each.inputs[0]].type == schema.TensorType.INT8 for each in moves)
    assert int(moves[-1].outputs[0]) in graph.outputs
    assert graph.name(int(moves[-1].outputs[0]))
