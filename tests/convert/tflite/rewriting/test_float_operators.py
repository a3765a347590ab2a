"""Operators of an integer graph rewritten to compute in float32, between conversions."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgewright_convert.int8 import corrected_model
from edgewright_convert.tflite.corrected_file import tflite_from_ranges
from edgewright_convert.tflite.interpreter import float_operators, outputs_of_tflite
from edgewright_convert.tflite.rewriting.float_operators import rewrite
from edgewright_convert.tflite.rewriting.quantized_graph import QuantizedGraph
from edgewright_convert.tflite.rewriting.repacking import repacked
from edgewright_runtime.library_noise import captured

pytestmark = pytest.mark.numeric

OPERATOR = schema.BuiltinOperator


@pytest.fixture(scope="module")
def file(tiny_model, calibration):
    with captured():
        corrected = corrected_model(tiny_model, calibration, effort="fast")
        return tflite_from_ranges(corrected.model, corrected.ranges)


def rewritten(file, *places):
    graph = QuantizedGraph(file)
    rewrite(graph, places)
    return repacked(graph.model)


def test_nothing_in_float_is_the_same_graph(file):
    assert [QuantizedGraph(file).kind(each) for each in QuantizedGraph(file).operators] == [
        QuantizedGraph(rewritten(file)).kind(each) for each in QuantizedGraph(rewritten(file)).operators
    ]


def test_one_operator_in_float_stands_between_two_conversions(file):
    graph = QuantizedGraph(file)
    place = next(i for i, each in enumerate(graph.operators) if graph.kind(each) == OPERATOR.DEPTHWISE_CONV_2D)
    changed = QuantizedGraph(rewritten(file, place))
    kinds = [changed.kind(each) for each in changed.operators]
    at = next(
        i
        for i, each in enumerate(changed.operators)
        if changed.tensors[each.outputs[0]].type == schema.TensorType.FLOAT32
        and changed.kind(each) == OPERATOR.DEPTHWISE_CONV_2D
    )
    assert (kinds[at - 1], kinds[at + 1]) == (OPERATOR.DEQUANTIZE, OPERATOR.QUANTIZE)
    assert len(kinds) == len(graph.operators) + 2


def test_all_in_float_computes_what_the_integer_graph_means(file, held_out):
    graph = QuantizedGraph(file)
    everything = [i for i, each in enumerate(graph.operators) if graph.kind(each) != OPERATOR.QUANTIZE]
    changed = rewritten(file, *everything)
    assert len(float_operators(changed)) > 5
    names = [each.argmax(axis=1) for each in (outputs_of_tflite(changed, held_out), outputs_of_tflite(file, held_out))]
    assert np.mean(names[0] == names[1]) > 0.8
