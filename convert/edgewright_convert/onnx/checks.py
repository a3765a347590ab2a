"""Whether an .onnx file is what its format's name says, and whether its outputs are the float model's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from edgewright_runtime.errors import CheckFailedError, first_line
from edgewright_runtime.suggestion import named

from ..tensor_names import INPUT_NAME, OUTPUT_NAME
from .graph import BATCH_NAME, initializers
from .schemes import TENSORRT, Scheme

FP32_TOLERANCE = 1e-3
"""Greatest difference of a probability between Keras and float32 ONNX. Different orders of summation were seen to cause
1e-6 in small networks and a little over 1e-4 in a MobileNetV2 whose logits lie far apart."""

_ERRORS_ONLY = 3
_BATCH = 20
_FLOAT = onnx.TensorProto.FLOAT


def check_onnx(data: bytes) -> onnx.ModelProto:
    """The model, once the ONNX checker, its interface and a first run in onnxruntime have passed.

    Raises:
        CheckFailedError: saying which of them did not.
    """
    model = onnx.load_from_string(data)
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise CheckFailedError(f"The ONNX checker refuses the file: {first_line(error)}") from error
    _check_interface(model.graph.input, INPUT_NAME, rank=4)
    _check_interface(model.graph.output, OUTPUT_NAME, rank=2)
    unknown = sorted({node.op_type for node in model.graph.node if node.domain not in {"", "ai.onnx"}})
    if unknown:
        raise CheckFailedError(f"The ONNX file needs operators outside the standard: {named(unknown)}")
    return model


def check_agrees(data: bytes, pixels: NDArray[np.uint8], reference: NDArray[np.float32], tolerance: float) -> None:
    """Runs the file on real images and compares with the float model's outputs.

    Raises:
        CheckFailedError: onnxruntime cannot run it, or a probability differs by more than `tolerance`.
    """
    worst = float(np.abs(run_onnx(data, pixels) - reference).max())
    if not worst <= tolerance:
        raise CheckFailedError(
            f"The ONNX file's probabilities differ by up to {worst:.3g} from the float model's; at most {tolerance:g} "
            f"is rounding"
        )


def run_onnx(data: bytes, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Probabilities, shape (n, classes), of raw pixels of shape (n, height, width, channels), all at once.

    Raises:
        CheckFailedError: onnxruntime cannot run the file.
    """
    return _outputs(_session(data), pixels)


def outputs_of_onnx(data: bytes, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The same a few images at a time, for any number of them."""
    session = _session(data)
    starts = range(0, len(pixels), _BATCH)
    return np.concatenate([_outputs(session, pixels[start : start + _BATCH]) for start in starts])


def _session(data: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own exception classes share no base but Exception
        raise _cannot_run(error) from error


def _outputs(session: onnxruntime.InferenceSession, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    try:
        (outputs,) = session.run([OUTPUT_NAME], {INPUT_NAME: pixels.astype(np.float32)})
    except Exception as error:
        raise _cannot_run(error) from error
    return np.asarray(outputs, np.float32)


def _cannot_run(error: Exception) -> CheckFailedError:
    return CheckFailedError(f"onnxruntime cannot run the file: {first_line(error)}")


def check_finite(data: bytes, pixels: NDArray[np.uint8]) -> None:
    """Runs the file once: float16 holds nothing above 65504, and the outputs of a network that overflows are NaN.

    Raises:
        CheckFailedError: onnxruntime cannot run the file, or its outputs are NaN or infinity.
    """
    if not np.isfinite(run_onnx(data, pixels)).all():
        raise CheckFailedError(
            "The network gives NaN or infinity on real images: its activations leave the range of float16"
        )


def check_float16(model: onnx.ModelProto, *, wide: Collection[str] = ()) -> None:
    """Refuses a model that still holds float32 weights.

    Args:
        model: the float16 graph.
        wide: names of operators whose weights may be float32.

    Raises:
        CheckFailedError: naming them.
    """
    allowed = {name for node in model.graph.node if node.name in wide for name in node.input}
    floats = [t.name for t in model.graph.initializer if t.data_type == _FLOAT and np.prod(t.dims) > 1]
    left = [name for name in floats if name not in allowed]
    if left:
        raise CheckFailedError(f"The file has float32 weight(s): {named(left)}")


def check_explicit_int8(model: onnx.ModelProto, scheme: Scheme = TENSORRT, *, some_in_float: bool = False) -> None:
    """Refuses a model whose Q/DQ nodes are not what the scheme says, or with a convolution left in float.

    Args:
        model: the INT8 graph.
        scheme: what it was made by.
        some_in_float: convolutions in float, float16 where the scheme says so, are wanted.

    Raises:
        CheckFailedError: naming the nodes.
    """
    constants = initializers(model.graph)
    makers = {name: node for node in model.graph.node for name in node.output}
    for node in model.graph.node:
        if node.op_type in {"QuantizeLinear", "DequantizeLinear"} and not _is_of(scheme, node, constants):
            raise CheckFailedError(f"The node {node.name!r} has another zero point than {scheme.format} may have")
    left = [node for node in model.graph.node if node.op_type == "Conv" and not _is_int8(node, makers)]
    if some_in_float:
        left = [node for node in left if scheme.half and not _is_half(node, constants)]
    if left:
        raise CheckFailedError(f"The {scheme.format} file has convolution(s) in float: {named(n.name for n in left)}")
    wide = [n.name for n in model.graph.node if n.op_type in {"MatMul", "Gemm"} and _is_wide(n, constants)]
    if wide and not some_in_float:
        raise CheckFailedError(f"The {scheme.format} file has float32 matrix product(s): {named(wide)}")


def _is_of(scheme: Scheme, node: onnx.NodeProto, constants: Mapping[str, NDArray[Any]]) -> bool:
    """Whether the node's levels are signed around 0, or unsigned where the scheme has zero points for activations."""
    zero_point = constants.get(node.input[2]) if len(node.input) > 2 else None
    if zero_point is None:
        return False
    if scheme.zero_points and node.input[0] not in constants:
        return zero_point.dtype == np.uint8
    return zero_point.dtype == np.int8 and not np.any(zero_point)


def _is_int8(node: onnx.NodeProto, makers: dict[str, onnx.NodeProto]) -> bool:
    sources = [makers.get(name) for name in node.input[:2]]
    return all(source is not None and source.op_type == "DequantizeLinear" for source in sources)


def _is_half(node: onnx.NodeProto, constants: dict[str, NDArray[Any]]) -> bool:
    weights = constants.get(node.input[1])
    return weights is not None and weights.dtype == np.float16


def _is_wide(node: onnx.NodeProto, constants: dict[str, NDArray[Any]]) -> bool:
    weights = constants.get(node.input[1])
    return weights is not None and weights.dtype == np.float32


def _check_interface(values: Sequence[onnx.ValueInfoProto], name: str, *, rank: int) -> None:
    found = [value.name for value in values]
    if found != [name]:
        raise CheckFailedError(f"The ONNX file's tensors are {named(found)}; expected only {name!r}")
    tensor = values[0].type.tensor_type
    dims = tensor.shape.dim
    fixed = all(dim.dim_value > 0 for dim in dims[1:])
    if tensor.elem_type != _FLOAT or len(dims) != rank or dims[0].dim_param != BATCH_NAME or not fixed:
        raise CheckFailedError(f"The ONNX file's {name!r} must be float32 with a free first dimension and no other")
