"""Whether a .tflite file is what its format's name says: read from the file, never assumed from how it was made."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from edgewright_runtime.errors import CheckFailedError
from edgewright_runtime.suggestion import named

from .model_file import TfliteFile, TfliteOperator, TfliteTensor
from .rewriting.float16_file import SMALL

_FLOAT_TYPES = frozenset({"FLOAT32", "FLOAT16", "FLOAT64", "BFLOAT16"})
_QUANTIZED_TYPES = frozenset({"INT8", "UINT8", "INT16", "INT4"})
_WEIGHTED = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"})

_DYNAMIC_MINIMUM = 1024
"""TFLiteConverter leaves kernels with fewer elements in float32 (`minimum_elements_for_weights` in its quantizer)."""

_BETWEEN = frozenset({"QUANTIZE", "DEQUANTIZE"})


def check_fp32(file: TfliteFile) -> tuple[str, ...]:
    """Nothing to note; refuses custom operators, quantized tensors, and inputs or outputs other than float32.

    Raises:
        CheckFailedError: naming the operators or tensors.
    """
    _check_builtin(file)
    _check_ends(file, "FLOAT32")
    _refuse([t.name for t in file.tensors if t.dtype in _QUANTIZED_TYPES], "tflite-fp32", "quantized tensor(s)")
    _refuse([t.name for t in file.tensors if t.dtype == "FLOAT16"], "tflite-fp32", "float16 tensor(s)")
    return ()


def check_fp16(file: TfliteFile, unheld: Collection[str] = ()) -> tuple[str, ...]:
    """Nothing to note; refuses a file in which a large weight is still float32.

    Args:
        file: the file.
        unheld: names of weights that float16 cannot hold.

    Raises:
        CheckFailedError: naming the operators or tensors.
    """
    _check_builtin(file)
    _check_ends(file, "FLOAT32")
    if not any(t.constant and t.dtype == "FLOAT16" for t in file.tensors):
        raise CheckFailedError("The tflite-fp16 file holds no float16 weight; the model has no weights to shrink")
    large = [t for t in file.tensors if t.constant and t.dtype == "FLOAT32" and t.elements >= SMALL]
    _refuse([t.name for t in large if t.name not in unheld], "tflite-fp16", "float32 weight(s)")
    return ()


def check_dynamic(file: TfliteFile) -> tuple[str, ...]:
    """Notes about small kernels; refuses a file in which a large kernel is not INT8.

    Raises:
        CheckFailedError: naming the operators or tensors.
    """
    _check_builtin(file)
    _check_ends(file, "FLOAT32")
    _refuse([t.name for t in file.tensors if t.dtype == "FLOAT16"], "tflite-dynamic", "float16 tensor(s)")
    kernels = [kernel for operator in file.operators if (kernel := _kernel(operator)) is not None]
    wide = [k.name for k in kernels if k.dtype in _FLOAT_TYPES and k.elements >= _DYNAMIC_MINIMUM]
    _refuse(wide, "tflite-dynamic", "float kernel(s)")
    small = sum(kernel.dtype in _FLOAT_TYPES for kernel in kernels)
    if small:
        return (f"{small} of {len(kernels)} kernels have fewer than {_DYNAMIC_MINIMUM} weights and stay float32",)
    return ()


def check_int8(file: TfliteFile, *, some_in_float: bool = False, float_output: bool = False) -> tuple[str, ...]:
    """Notes about the input's scale; refuses anything but a full-integer file with uint8 input and output.

    Args:
        file: the file.
        some_in_float: operators that compute in float are wanted.
        float_output: the last ones do, and the output is float32.

    Raises:
        CheckFailedError: naming the operators that compute in float, or that are not TFLite's own.
    """
    _check_builtin(file)
    in_float = [o for o in file.operators if any(t.dtype in _FLOAT_TYPES for t in (*o.inputs, *o.outputs))]
    # What converts to float and back only stands around the operators that are the reason.
    reasons = [o for o in in_float if o.name not in _BETWEEN] or in_float
    _refuse(
        [] if some_in_float or float_output else [str(o) for o in reasons],
        "tflite-int8",
        "operator(s) that compute in float",
        advice="; TFLite has no INT8 kernel for them: replace these layers, or take tflite-dynamic or tflite-fp16",
    )
    _check_ends(file, "UINT8", "FLOAT32" if float_output else "UINT8")
    for tensor in (*file.inputs, *(() if float_output else file.outputs)):
        if len(tensor.scales) != 1 or tensor.scales[0] <= 0:
            raise CheckFailedError(f"The tflite-int8 file's tensor {tensor.name!r} has no scale and zero point")
    (pixels,) = file.inputs
    if (pixels.scales[0], pixels.zero_points[0]) != (1.0, 0):
        return (
            f"the input has scale {pixels.scales[0]:.6g} and zero point {pixels.zero_points[0]}, not 1 and 0: feed it "
            f"through its quantization parameters, as Edgewright's runtime does",
        )
    return ()


def _check_builtin(file: TfliteFile) -> None:
    custom = [str(operator) for operator in file.operators if operator.custom]
    if custom:
        raise CheckFailedError(
            f"The .tflite file needs operators that the TFLite interpreter does not have: {named(custom)}; replace "
            f"these layers by ordinary ones"
        )


def _check_ends(file: TfliteFile, of_input: str, of_output: str | None = None) -> None:
    for tensors, role, dtype in ((file.inputs, "input", of_input), (file.outputs, "output", of_output or of_input)):
        if [tensor.dtype for tensor in tensors] != [dtype]:
            found = ", ".join(tensor.dtype for tensor in tensors) or "nothing"
            raise CheckFailedError(f"The .tflite file's {role} is {found}; it must be one {dtype} tensor")


def _kernel(operator: TfliteOperator) -> TfliteTensor | None:
    if operator.name not in _WEIGHTED or len(operator.inputs) < 2:
        return None
    kernel = operator.inputs[1]
    return kernel if kernel.constant else None


def _refuse(found: Iterable[str], format_name: str, what: str, *, advice: str = "") -> None:
    names = list(found)
    if names:
        raise CheckFailedError(f"The {format_name} file has {what}: {named(names)}{advice}")
