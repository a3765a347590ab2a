"""Which flags a version of TensorRT needs for the precision that stands in the ONNX file."""

from __future__ import annotations

import re

from edgewright_runtime.errors import EdgewrightError

OLDEST = (8, 5)
_EXPLICIT_BATCH_IS_DEFAULT = (10, 0)
_STRONGLY_TYPED = (10, 12)

_PRECISION_FLAGS = {"fp16": ("FP16",), "int8": ("FP16", "INT8")}
"""What TensorRT before 10.12 must be allowed to use; without it float16 layers run in float32."""


def network_flags(version: str) -> tuple[str, ...]:
    """Names of NetworkDefinitionCreationFlag: explicit batch for 8, none before 10.12, then strongly typed."""
    number = _number(version)
    if number < _EXPLICIT_BATCH_IS_DEFAULT:
        return ("EXPLICIT_BATCH",)
    return ("STRONGLY_TYPED",) if number >= _STRONGLY_TYPED else ()


def builder_flags(version: str, precision: str) -> tuple[str, ...]:
    """Names of BuilderFlag: the precisions before 10.12; none afterwards, where the file's own types decide."""
    return () if _number(version) >= _STRONGLY_TYPED else _PRECISION_FLAGS[precision]


def _number(version: str) -> tuple[int, int]:
    match = re.match(r"(\d+)\.(\d+)", version)
    number = (int(match[1]), int(match[2])) if match else (0, 0)
    if number < OLDEST:
        raise EdgewrightError(
            f"TensorRT {version} is too old; Edgewright builds with {OLDEST[0]}.{OLDEST[1]} and newer"
        )
    return number
