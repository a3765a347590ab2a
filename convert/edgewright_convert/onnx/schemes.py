"""The two kinds of INT8 .onnx file, as rows: what TensorRT takes, and what onnxruntime computes best on a CPU."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..options import FloatLayers


@dataclass(frozen=True)
class Scheme:
    """What an INT8 .onnx file quantizes, and how.

    Attributes:
        format: that is made so.
        zero_points: activations are unsigned, with a zero point; otherwise they are signed and symmetric.
        weighted: operators whose constant kernel becomes INT8, and the kernel's axis of output channels.
        unweighted: operators whose inputs are quantized too.
        half: convolutions and matrix products that are not quantized compute in float16, else in float32.
        excludes: how many layers are excluded from quantization where nothing is asked for.
        per_channel: weights have a scale for each output channel, otherwise one for the whole kernel.
    """

    format: str
    zero_points: bool
    weighted: Mapping[str, int]
    unweighted: frozenset[str]
    half: bool
    excludes: FloatLayers
    per_channel: bool = True


TENSORRT = Scheme(
    "onnx-int8",
    zero_points=False,
    weighted={"Conv": 0},
    # Between convolutions these let the whole block run in INT8.
    unweighted=frozenset({"Add", "GlobalAveragePool"}),
    half=True,
    excludes="auto",
)
"""Symmetric INT8, as TensorRT wants it. Matrix products are float16: tensorrt-rtx refuses INT8 ones on Turing."""

CPU = Scheme(
    "onnx-int8-cpu",
    zero_points=True,
    weighted={"Conv": 0, "MatMul": 1},
    unweighted=frozenset({"Add", "AveragePool", "Concat", "GlobalAveragePool", "MaxPool", "Mul", "Sigmoid"}),
    half=False,
    excludes=0,
)
"""Unsigned activations with a zero point, for which onnxruntime has kernels on every CPU: no level is wasted on values
that a ReLU never gives. What follows the last matrix product stays float32, so that close classes do not tie."""


def schemes_tried(scheme: Scheme) -> tuple[Scheme, ...]:
    """The scheme, and for processors the same with one scale for each kernel.

    Which of the two is nearer to the float model depends on the network and the processor: without VNNI, onnxruntime
    adds pairs of products in 16 bits, which overflow where kernels fill the grid in each channel. Of MobileNetV3 it is
    known that a scale per channel does worse (onnxruntime issue 11415).
    """
    return (scheme, replace(scheme, per_channel=False)) if scheme.zero_points else (scheme,)


SCHEMES: Mapping[str, Scheme] = {scheme.format: scheme for scheme in (TENSORRT, CPU)}
"""By the format that is made so."""
