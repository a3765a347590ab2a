"""Full-integer files in which some activations are float32, through the real converter and interpreter."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from keras import layers
from numpy.typing import NDArray

from edgewright_convert.int8 import corrected_model
from edgewright_convert.int8.quantization_grids import ActivationRange
from edgewright_convert.tflite.corrected_file import tflite_from_ranges
from edgewright_convert.tflite.interpreter import outputs_of_tflite
from edgewright_convert.tflite.model_file import TfliteFile, TfliteOperator, TfliteTensor, read_tflite
from edgewright_convert.tflite.rewriting.mixed_precision_file import quantized_layers, tflite_with_float_layers
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import captured

from ....tolerances import INT8_STEP, INT32_BIASES, UINT8_STEP, probability_errors
from ...tiny import SIDE

pytestmark = pytest.mark.numeric

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Whole:
    """A corrected model, and its full-integer file."""

    model: Any
    ranges: dict[str, ActivationRange]
    file: bytes


def _whole(model: keras.Model, pixels: Pixels) -> Whole:
    with captured():
        corrected = corrected_model(model, pixels, effort="fast")
        return Whole(corrected.model, dict(corrected.ranges), tflite_from_ranges(corrected.model, corrected.ranges))


@pytest.fixture(scope="module")
def tiny(tiny_model: keras.Model, calibration: Pixels) -> Whole:
    return _whole(tiny_model, calibration)


@pytest.fixture(scope="module")
def branching(calibration: Pixels) -> Whole:
    """A model with what else occurs: padding and pooling of their own, a tensor on two grids, a gate, a reshape."""
    keras.utils.set_random_seed(5)
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Rescaling(1 / 127.5, -1, name="normalisation")(inputs)
    trunk = layers.ReLU(name="trunk")(layers.Conv2D(6, 3, strides=2)(x))
    left = layers.ZeroPadding2D(((3, 1), (3, 1)))(trunk)  # not what padding='same' would do, or it were fused
    left = layers.LeakyReLU(name="left")(
        layers.Conv2D(6, 5, strides=2, kernel_initializer=keras.initializers.RandomNormal(stddev=0.5))(left)
    )
    right = layers.MaxPooling2D(2, padding="same")(trunk)
    right = layers.Conv2D(6, 1, name="right")(right)
    x = layers.Concatenate(name="both")([left, right])
    further = layers.Conv2D(12, 1, name="further")(right)
    gate = layers.Dense(12, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True, name="mean")(x))
    x = layers.Add(name="sum")([layers.Multiply(name="gated")([x, gate]), further])
    x = layers.Flatten()(layers.AveragePooling2D(2)(x))
    model = keras.Model(inputs, layers.Dense(4, activation="softmax", name="scores")(x))
    return _whole(model, calibration)


@pytest.fixture(scope="module")
def moving(calibration: Pixels) -> Whole:
    """A model in which a layer only moves values, and another is nothing but a new grid for a pooled tensor."""
    keras.utils.set_random_seed(6)
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Rescaling(1 / 127.5, -1, name="normalisation")(inputs)
    x = layers.ReLU(name="trunk")(layers.Conv2D(6, 3, strides=4)(x))
    x = layers.UpSampling2D(2, name="larger")(x)
    x = layers.Conv2D(6, 3, name="behind")(x)
    x = layers.ReLU(name="clipped")(layers.AveragePooling2D(2)(x))
    x = layers.GlobalAveragePooling2D(name="mean")(layers.Conv2D(12, 1, name="last")(x))
    return _whole(keras.Model(inputs, layers.Dense(4, activation="softmax", name="scores")(x)), calibration)


def _error(file: bytes, whole: Whole, pixels: Pixels) -> float:
    reference = np.asarray(whole.model(pixels.astype(np.float32), training=False))
    return float(np.abs(outputs_of_tflite(file, pixels) - reference).mean())


def _assert_differs_by_rounding_alone(candidate: NDArray[np.float32], reference: NDArray[np.float32]) -> None:
    """Asserts that a file that computes in float is off by what the steps of its biases and of its output cost."""
    largest = 255 * UINT8_STEP
    allowed = UINT8_STEP / 2 + probability_errors(reference, INT32_BIASES)
    assert (np.abs(candidate - np.minimum(reference, largest)) <= allowed).all()


def _tensors_of(file: bytes, layer: str) -> list[TfliteTensor]:
    """What operators make in the layer's scope, converted tensors left out."""
    made = [tensor for operator in read_tflite(file).operators for tensor in operator.outputs]
    parts = [(tensor, tensor.name.split(";")) for tensor in made if not tensor.name.endswith("/float32")]
    return [tensor for tensor, names in parts if any(name.startswith(f"layer>{layer}/") for name in names)]


def _requantized(file: TfliteFile) -> list[TfliteOperator]:
    """The operators that bring an INT8 tensor to another INT8 grid."""
    return [o for o in file.operators if o.name == "QUANTIZE" and {t.dtype for t in o.inputs + o.outputs} == {"INT8"}]


def _computing(file: TfliteFile) -> list[TfliteOperator]:
    return [operator for operator in file.operators if operator.name not in {"QUANTIZE", "DEQUANTIZE"}]


def _float(tensors: tuple[TfliteTensor, ...]) -> bool:
    return any(tensor.dtype == "FLOAT32" for tensor in tensors)


def test_every_layer_with_a_range_is_found_in_the_file(tiny: Whole, branching: Whole) -> None:
    for whole in (tiny, branching):
        assert set(quantized_layers(whole.file)) == set(whole.ranges)


def test_tensor_in_float_is_float_and_so_are_its_maker_and_its_readers(tiny: Whole, branching: Whole) -> None:
    for whole in (tiny, branching):
        for layer in whole.ranges:
            file = tflite_with_float_layers(whole.file, [layer])
            (kept,) = _tensors_of(file, layer)
            assert kept.dtype == "FLOAT32"
            touching = [o for o in _computing(read_tflite(file)) if kept in (*o.inputs, *o.outputs)]
            assert len(touching) >= 2
            for operator in touching:
                assert {t.dtype for t in (*operator.inputs, *operator.outputs)} <= {"FLOAT32", "INT32"}


def test_weights_and_biases_of_float_operators_are_those_of_the_integer_ones(tiny: Whole, held_out: Pixels) -> None:
    everything = tflite_with_float_layers(tiny.file, list(tiny.ranges))
    reference = np.asarray(tiny.model(held_out.astype(np.float32), training=False))
    assert not [t for t in read_tflite(everything).tensors if t.constant and t.dtype == "INT8"]
    _assert_differs_by_rounding_alone(outputs_of_tflite(everything, held_out), reference)


def test_branches_all_in_float_answer_like_the_model(branching: Whole, moving: Whole, held_out: Pixels) -> None:
    for whole in (branching, moving):
        everything = tflite_with_float_layers(whole.file, list(whole.ranges))
        reference = np.asarray(whole.model(held_out.astype(np.float32), training=False))
        _assert_differs_by_rounding_alone(outputs_of_tflite(everything, held_out), reference)


def test_reshape_between_two_float_operators_is_float(branching: Whole) -> None:
    file = read_tflite(tflite_with_float_layers(branching.file, ["sum", "scores"]))
    (pooled,) = [operator for operator in file.operators if operator.name == "AVERAGE_POOL_2D"]
    (reshaped,) = [operator for operator in file.operators if operator.name == "RESHAPE"]
    (scores,) = [o for o in file.operators if o.name == "FULLY_CONNECTED" and reshaped.outputs[0] in o.inputs]
    assert reshaped.inputs[0] == pooled.outputs[0]
    assert {each.outputs[0].dtype for each in (pooled, reshaped, scores)} == {"FLOAT32"}


def test_keeping_the_noisy_tensor_brings_the_answers_nearer(tiny: Whole, held_out: Pixels) -> None:
    *_, noisy, _ = tiny.ranges  # the pooled features
    wide = {**tiny.ranges, noisy: ActivationRange(tiny.ranges[noisy].low * 16, tiny.ranges[noisy].high * 16)}
    with captured():
        file = tflite_from_ranges(tiny.model, wide)
    other = list(tiny.ranges)[3]
    before = _error(file, tiny, held_out)
    assert _error(tflite_with_float_layers(file, [noisy]), tiny, held_out) < 0.5 * before
    assert _error(tflite_with_float_layers(file, [other]), tiny, held_out) > 0.8 * before


def test_nothing_is_quantized_between_two_float_operators(tiny: Whole, branching: Whole, moving: Whole) -> None:
    for whole in (tiny, branching, moving):
        names = list(whole.ranges)
        for kept in [names[i : i + 3 : 2] for i in range(len(names))]:
            file = read_tflite(tflite_with_float_layers(whole.file, kept))
            for quantized in [o.outputs[0] for o in file.operators if o.name == "QUANTIZE" and _float(o.inputs)]:
                readers = _readers_behind(file, quantized)
                assert "DEQUANTIZE" not in readers
                assert readers or quantized in file.outputs
            dequantized = [o.inputs[0].name for o in file.operators if o.name == "DEQUANTIZE"]
            assert max(Counter(dequantized).values(), default=1) == 1


def _readers_behind(file: TfliteFile, tensor: TfliteTensor) -> list[str]:
    """The operators that read it, or what only moving operators make of it."""
    found = []
    for operator in [o for o in file.operators if tensor in o.inputs]:
        moving = operator.name in {"PAD", "MAX_POOL_2D", "RESHAPE", "TILE"}
        found += _readers_behind(file, operator.outputs[0]) if moving else [operator.name]
    return found


def test_integer_operators_stay_as_they_were(tiny: Whole, branching: Whole, moving: Whole) -> None:
    for whole in (tiny, branching, moving):
        before = {str(operator): operator for operator in _computing(read_tflite(whole.file))}
        for layer in whole.ranges:
            file = read_tflite(tflite_with_float_layers(whole.file, [layer]))
            integer = [o for o in _computing(file) if not _float((*o.inputs, *o.outputs))]
            assert integer
            for operator in integer:
                assert operator == before[str(operator)]
            assert len(_computing(file)) == len(before)


def test_one_tensor_in_float_costs_one_conversion_in_and_one_out(tiny: Whole) -> None:
    relu = list(tiny.ranges)[4]  # of a convolution, read by one depthwise convolution
    before = Counter(o.name for o in read_tflite(tiny.file).operators)
    after = Counter(o.name for o in read_tflite(tflite_with_float_layers(tiny.file, [relu])).operators)
    assert after - before == Counter({"QUANTIZE": 1, "DEQUANTIZE": 1})
    assert not before - after


def test_padding_and_pooling_between_a_tensor_in_float_and_its_readers_are_float(branching: Whole) -> None:
    file = read_tflite(tflite_with_float_layers(branching.file, ["trunk"]))
    in_float = Counter(operator.name for operator in _computing(file) if _float(operator.inputs))
    # The trunk's own convolution and the two behind padding and pooling.
    assert in_float == Counter({"CONV_2D": 3, "PAD": 1, "MAX_POOL_2D": 1})


def test_tensor_on_two_grids_is_not_quantized_on_either(branching: Whole) -> None:
    assert len(_requantized(read_tflite(branching.file))) == 1
    file = read_tflite(tflite_with_float_layers(branching.file, ["right"]))
    assert not _requantized(file)
    (joined,) = [o for o in file.operators if o.name == "CONCATENATION"]
    (right,) = _tensors_of(tflite_with_float_layers(branching.file, ["right"]), "right")
    assert right in joined.inputs


def test_layer_that_only_moves_values_takes_those_with_it(moving: Whole) -> None:
    alone = tflite_with_float_layers(moving.file, ["larger"])
    assert [tensor.dtype for tensor in _tensors_of(alone, "trunk")] == ["FLOAT32"]
    assert alone == tflite_with_float_layers(moving.file, ["trunk"])
    assert {tensor.dtype for tensor in _tensors_of(alone, "larger")} == {"FLOAT32"}


def test_reader_behind_a_change_of_grids_is_float(moving: Whole) -> None:
    assert len(_requantized(read_tflite(moving.file))) == 1
    file = read_tflite(tflite_with_float_layers(moving.file, ["clipped"]))
    assert not _requantized(file)
    in_float = [operator.name for operator in _computing(file) if _float(operator.outputs)]
    assert in_float == ["AVERAGE_POOL_2D", "CONV_2D"]


def test_input_output_and_signature_stay(tiny: Whole) -> None:
    names = list(tiny.ranges)
    seen = []
    for file in (tiny.file, tflite_with_float_layers(tiny.file, [names[0], names[-1]])):
        interpreter = Interpreter(model_content=file)
        ends = [*interpreter.get_input_details(), *interpreter.get_output_details()]
        seen.append(
            (
                interpreter.get_signature_list(),
                [(end["name"], end["dtype"], end["quantization"], end["shape"].tolist()) for end in ends],
            )
        )
    assert seen[0] == seen[1]
    assert [end[1] for end in seen[1][1]] == [np.uint8, np.uint8]


def test_answers_are_the_same_without_the_fast_kernels(branching: Whole, held_out: Pixels) -> None:
    file = tflite_with_float_layers(branching.file, ["trunk", "gated"])
    plain = Interpreter(
        model_content=file, experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    )
    plain.allocate_tensors()
    (given,), (taken,) = plain.get_input_details(), plain.get_output_details()
    rows = []
    for image in held_out[:16]:
        plain.set_tensor(given["index"], image[np.newaxis])
        plain.invoke()
        rows.append(plain.get_tensor(taken["index"])[0] / 256)
    fast = outputs_of_tflite(file, held_out[:16])
    # Kernels rescale sums in fixed point or in float: in some layers, a value ends a step of its tensor away.
    assert (np.abs(np.array(rows) - fast) <= probability_errors(fast, 2 * INT8_STEP) + UINT8_STEP).all()


def test_same_file_and_layers_give_the_same_bytes_in_any_order(branching: Whole) -> None:
    first = tflite_with_float_layers(branching.file, ["trunk", "sum"])
    assert first == tflite_with_float_layers(branching.file, {"sum", "trunk"})
    assert first == tflite_with_float_layers(branching.file, ("sum", "trunk", "sum"))


def test_no_layers_change_nothing(tiny: Whole) -> None:
    assert tflite_with_float_layers(tiny.file, ()) == tiny.file


def test_file_holds_each_weight_once_and_where_kernels_want_it(tiny: Whole) -> None:
    file = tflite_with_float_layers(tiny.file, [list(tiny.ranges)[4]])
    model = schema.Model.GetRootAs(file)
    graph = model.Subgraphs(0)
    used = {index for i in range(graph.OperatorsLength()) for index in graph.Operators(i).InputsAsNumpy().tolist()}
    used |= {index for i in range(graph.OperatorsLength()) for index in graph.Operators(i).OutputsAsNumpy().tolist()}
    assert used - {-1} == set(range(graph.TensorsLength()))
    tensors = [graph.Tensors(i) for i in range(graph.TensorsLength())]
    assert len({tensor.Name() for tensor in tensors}) == len(tensors)
    referred = {t.Buffer() for t in tensors} | {model.Metadata(i).Buffer() for i in range(model.MetadataLength())}
    assert referred | {0} == set(range(model.BuffersLength()))
    begins = np.frombuffer(file, np.uint8).ctypes.data
    filled = [model.Buffers(i).DataAsNumpy() for i in range(model.BuffersLength()) if model.Buffers(i).DataLength()]
    assert [(content.ctypes.data - begins) % 16 for content in filled] == [0] * len(filled)


def test_unknown_layer_is_refused_by_name(branching: Whole) -> None:
    with pytest.raises(
        EdgewrightError,
        match=r"no activation of a layer 'furthest' that could stay in float; it has, for example, further$",
    ):
        tflite_with_float_layers(branching.file, ["trunk", "furthest"])


def test_partly_float_file_is_not_taken_again(tiny: Whole) -> None:
    first, second = list(tiny.ranges)[2:4]
    once = replace(tiny, file=tflite_with_float_layers(tiny.file, [first])).file
    with pytest.raises(EdgewrightError, match="only in a full-integer file"):
        tflite_with_float_layers(once, [second])
