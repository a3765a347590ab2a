"""One set of corrected weights and ranges, two writers: .tflite and .onnx."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from edgewright_convert.fidelity import fidelity_of
from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.int8 import Corrected, corrected_model
from edgewright_convert.int8.quantization_grids import ActivationRange
from edgewright_convert.onnx.activation_ranges import Range, ranges_of
from edgewright_convert.onnx.checks import check_explicit_int8, check_onnx, outputs_of_onnx
from edgewright_convert.onnx.corrected_model import RangedModel, onnx_from_corrected
from edgewright_convert.onnx.export import onnx_from_model
from edgewright_convert.onnx.graph import attribute, initializers, serialised
from edgewright_convert.onnx.int8_file import onnx_int8_from_corrected
from edgewright_convert.onnx.qdq import onnx_int8_from_onnx, tensors_to_watch
from edgewright_convert.onnx.signed_activations import with_signed_activations
from edgewright_convert.tflite.corrected_file import tflite_from_ranges
from edgewright_convert.tflite.interpreter import outputs_of_tflite
from edgewright_runtime.errors import CheckFailedError
from edgewright_runtime.library_noise import captured

from ...tolerances import assert_probabilities_close
from ..tiny import classifier, images

pytestmark = pytest.mark.numeric

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return classifier()


@pytest.fixture(scope="module")
def calibration() -> Pixels:
    return images(64, seed=1)


@pytest.fixture(scope="module")
def held_out() -> Pixels:
    return images(64, seed=2)


@pytest.fixture(scope="module")
def corrected(model: keras.Model, calibration: Pixels) -> Corrected:
    return corrected_model(model, calibration)


@pytest.fixture(scope="module")
def ranged(corrected: Corrected, calibration: Pixels) -> RangedModel:
    with captured():
        return onnx_from_corrected(corrected, {"name": "tiny"}, calibration)


@pytest.fixture(scope="module")
def reference(model: keras.Model, held_out: Pixels) -> NDArray[np.float32]:
    return np.asarray(model(held_out.astype(np.float32), training=False))


def test_float_graph_is_the_corrected_model(ranged: RangedModel, corrected: Corrected, held_out: Pixels) -> None:
    expected = np.asarray(corrected.model(held_out.astype(np.float32), training=False))
    assert_probabilities_close(outputs_of_onnx(serialised(ranged.model), held_out), expected)
    assert not {"QuantizeLinear", "DequantizeLinear", "Pad"} & {node.op_type for node in ranged.model.graph.node}
    assert [(each.key, each.value) for each in ranged.model.metadata_props] == [("name", "tiny")]


def test_every_quantized_tensor_has_the_range_of_its_layer(
    ranged: RangedModel, corrected: Corrected, calibration: Pixels
) -> None:
    watched = tensors_to_watch(ranged.model)
    assert set(watched) <= ranged.ranges.keys() & ranged.layers.keys()
    measured = ranges_of(ranged.model, watched, calibration)
    for tensor in watched:
        given = corrected.ranges[ranged.layers[tensor]]
        assert ranged.ranges[tensor] == Range(given.low, given.high)
        # The ranges were taken while the layers before were quantized, so that they are near, and not the same.
        assert measured[tensor].high == pytest.approx(given.high, abs=0.1 * (given.high - given.low))


def test_kernels_are_stored_in_the_codes_that_tflite_has(ranged: RangedModel, corrected: Corrected) -> None:
    quantized = onnx_int8_from_onnx(ranged.model, ranged.ranges)
    constants = initializers(quantized.graph)
    stored = [value for value in constants.values() if value.dtype == np.int8 and value.ndim == 4]
    kernels = [layer.get_weights()[0] for layer in corrected.model.layers if layer.get_weights()]
    convolutions = [kernel for kernel in kernels if kernel.ndim == 4]
    assert len(stored) == len(convolutions)
    for kernel, codes in zip(convolutions, stored, strict=True):
        assert np.abs(codes.reshape(codes.shape[0], -1)).max(axis=1).tolist() == [127] * codes.shape[0]
        assert kernel.size == codes.size


def test_moved_activations_change_nothing_but_their_range(ranged: RangedModel, held_out: Pixels) -> None:
    moved, ranges = with_signed_activations(ranged.model, ranged.ranges)
    expected = outputs_of_onnx(serialised(ranged.model), held_out)
    assert_probabilities_close(outputs_of_onnx(serialised(moved), held_out), expected)
    changed = {tensor for tensor in ranges if ranges[tensor] != ranged.ranges[tensor]}
    readers = {name: node for node in moved.graph.node for name in node.input}
    assert len(changed) >= 2
    for tensor in changed:
        assert ranges[tensor].scale == pytest.approx(ranged.ranges[tensor].high / 255)
        assert not any(attribute(readers[tensor], "pads", []))


def test_tflite_and_onnx_agree_and_are_nearer_than_the_baseline(
    model: keras.Model, corrected: Corrected, calibration: Pixels, held_out: Pixels, reference: NDArray[np.float32]
) -> None:
    with captured():
        ours = onnx_int8_from_corrected(corrected, {}, calibration, held_out, reference, effort="balanced")
        tflite = outputs_of_tflite(tflite_from_ranges(corrected.model, corrected.ranges), held_out)
        float32 = onnx_from_model(float_model_of_keras(model), {})
    baseline = onnx_int8_from_onnx(float32, ranges_of(float32, tensors_to_watch(float32), calibration))
    candidate = outputs_of_onnx(ours.data, held_out)
    ranked = np.sort(reference, axis=1)
    clear = ranked[:, -1] - ranked[:, -2] > 0.2
    assert clear.mean() > 0.25
    assert fidelity_of(candidate[clear], tflite[clear]).agreement == 1
    assert (
        fidelity_of(candidate, reference).distance
        < 0.8 * fidelity_of(outputs_of_onnx(serialised(baseline), held_out), reference).distance
    )
    check_explicit_int8(check_onnx(ours.data), some_in_float=bool(ours.float_layers))


def test_excluded_layer_loses_its_pair_and_comes_nearer(
    corrected: Corrected, calibration: Pixels, held_out: Pixels, reference: NDArray[np.float32]
) -> None:
    (coarse,) = [layer for layer in corrected.ranges if layer.startswith("add")]
    known = corrected.ranges[coarse]
    ranges = {**corrected.ranges, coarse: ActivationRange(known.low * 32, known.high * 32)}  # eight levels are left
    with captured():
        none, some = (
            onnx_int8_from_corrected(
                replace(corrected, ranges=ranges),
                {},
                calibration,
                held_out,
                reference,
                effort="balanced",
                exclude=count,
            )
            for count in (0, 1)
        )
    assert none.float_layers == {}
    assert some.mixed_precision is not None
    assert some.float_layers == {coarse: None}
    assert some.mixed_precision.after.distance < 0.5 * some.mixed_precision.before.distance
    check_explicit_int8(check_onnx(none.data))
    pairs = [_count(check_onnx(file.data), "QuantizeLinear") for file in (none, some)]
    assert pairs[1] < pairs[0]


def test_convolution_that_reads_an_excluded_tensor_is_float16(ranged: RangedModel) -> None:
    convolution = [node for node in ranged.model.graph.node if node.op_type == "Conv"][2]
    quantized = onnx_int8_from_onnx(ranged.model, ranged.ranges, exclude={convolution.input[0]})
    kernels = [value.dtype for value in initializers(quantized.graph).values() if value.ndim == 4]
    assert kernels.count(np.dtype(np.float16)) == 1
    assert kernels.count(np.dtype(np.int8)) == len(kernels) - 1
    check_explicit_int8(quantized, some_in_float=True)
    with pytest.raises(CheckFailedError, match=r"convolution.* in float"):
        check_explicit_int8(quantized)


def _count(model: onnx.ModelProto, kind: str) -> int:
    return sum(node.op_type == kind for node in model.graph.node)


def test_auto_excludes_at_least_what_is_excluded_without_it(
    corrected: Corrected, calibration: Pixels, held_out: Pixels, reference: NDArray[np.float32]
) -> None:
    with captured():
        usual = onnx_int8_from_corrected(corrected, {}, calibration, held_out, reference, effort="balanced")
        auto = onnx_int8_from_corrected(
            corrected, {}, calibration, held_out, reference, effort="balanced", exclude="auto"
        )
    assert usual.float_layers.items() <= auto.float_layers.items()
    assert auto.fidelity is not None
    assert auto.fidelity.agreement >= fidelity_of(outputs_of_onnx(usual.data, held_out), reference).agreement


def test_same_input_gives_the_same_bytes(
    corrected: Corrected, calibration: Pixels, held_out: Pixels, reference: NDArray[np.float32]
) -> None:
    with captured():
        first, second = (
            onnx_int8_from_corrected(corrected, {}, calibration, held_out, reference, effort="balanced", exclude=1)
            for _ in range(2)
        )
    assert first.data == second.data
