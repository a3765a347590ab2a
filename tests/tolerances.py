"""How far two computations of the same numbers may lie apart, on any processor, and why.

Instruction sets, kernels and threads add the same products in different orders, so no two processors give the same
float32 numbers. What arithmetic promises:

- A sum of N products in float32 (unit roundoff u = 2**-24) is off by at most N u times the sum of their magnitudes,
  and, rounding errors being as good as independent, by about sqrt(N) u of it (Higham, Accuracy and Stability of
  Numerical Algorithms, 2nd ed., 3.1 and 4.2).
- A network of L layers adds L such errors, and magnifies each on its way to the output; for that, and for sums whose
  terms all but cancel, the factor is `_GAIN`. It is relative to the largest value of the tensor, not to each value:
  values near zero are differences of large ones, and share their absolute error.
- Softmax turns logits that are off by d into probabilities off by a factor between exp(-2 d) and exp(2 d).

A float tolerance must be far above this, and far below what the fault that the test looks for would cause.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

UNIT_ROUNDOFF = 2.0**-24
"""Of float32."""

_GAIN = 8


def float32_network(*, layers: int, products: int) -> float:
    """The error of a network's output relative to its largest value; `products` per sum of its widest layer."""
    return _GAIN * layers * sqrt(products) * UNIT_ROUNDOFF


ONE_OPERATION = 4 * UNIT_ROUNDOFF
"""Relative error of one multiplication and one addition with a rounded constant: four roundings, each of at most u."""

SHALLOW = float32_network(layers=10, products=500)
"""1.1e-4: the small networks that most tests build."""

DEEP = float32_network(layers=53, products=1300)
"""9.1e-4: MobileNetV2, whose widest sum is the 1280 features of its head."""

SMALLEST_PROBABILITY = 2e-6
"""Absolute error of a probability whatever its size: kernels approximate exp by polynomials, flush to zero what is
below, and divide by a sum of up to a thousand terms; some 32 roundings of numbers up to 1."""

_LEAST_SPREAD = 4.0
"""Logits may be near each other and yet the differences of sums that are several times as large."""

FLOAT32_PROBABILITY = float(np.expm1(2 * SHALLOW * 30) / 4)
"""1.6e-3: the most by which any probability of a shallow network may be off, its logits spread over 30."""

PROBABILITY_SUM = 1e-5
"""Relative error of the sum of one image's probabilities: each is off by a few u, whatever its logits were."""

FLOAT16_STEP = 2.0**-11
INT8_STEP = 1 / 127
"""Where a last bit of float32 makes a rounding to float16 or INT8 end otherwise, a value moves by one step: by this
much of itself in float16, of the largest value of its tensor in INT8."""

INT32_BIASES = _GAIN * 10 * 2 / (255 * 127)
"""4.9e-3 of the largest value: what an INT8 file's biases cost a network of ten layers that computes in float. They are
whole steps of the input's range / 255 times the largest weight / 127, and off by half a step, where an output
reaches about a quarter of range times weight. Measured: 1.7e-3."""

UINT8_STEP = 1 / 256
"""Of the probabilities of a full-integer file: their scale is 1/256."""

# What a format's own precision costs the probabilities of the digits' run, whose logits are some twelve apart.
FLOAT16_PROBABILITY = 0.02
"""Weights, and in ONNX sums too, are off by 2**-11 each, logits of 12 by up to a hundredth. Measured: 0.0012."""

INT8_PROBABILITY = 0.2
"""Weights and activations are off by up to half a step of 1/127, logits of 12 by several tenths. Measured: 0.03 in
.tflite files, 0.09 in the .onnx file; a wrong class would cost 0.9 of most images."""


def rounding_of(format_name: str) -> float:
    """By how much of its logits two computations of the same file of this format, or precision, may differ."""
    if format_name.endswith(("int8", "dynamic")):
        return INT8_STEP
    return FLOAT16_STEP if format_name.endswith("fp16") else SHALLOW


def float_difference(format_name: str) -> float:
    """By how much a probability of this format, or precision, may differ from the float model's, for the digits."""
    if format_name.endswith(("int8", "dynamic")):
        return INT8_PROBABILITY
    return FLOAT16_PROBABILITY if format_name.endswith("fp16") else FLOAT32_PROBABILITY


def assert_close(found: ArrayLike, expected: ArrayLike, relative: float) -> None:
    """Asserts that float32 values differ by no more than `relative` of the largest expected value."""
    wanted = np.asarray(expected, np.float64)
    np.testing.assert_allclose(np.asarray(found, np.float64), wanted, rtol=0, atol=relative * np.abs(wanted).max())


def assert_probabilities_close(found: ArrayLike, expected: ArrayLike, relative: float = SHALLOW) -> None:
    """Asserts that softmax outputs, shape (n, classes), differ by no more than logits off by `relative` explain."""
    wanted = np.asarray(expected, np.float64)
    errors = np.abs(np.asarray(found, np.float64) - wanted)
    allowed = probability_errors(wanted, relative)
    worst = np.unravel_index((errors - allowed).argmax(), errors.shape)
    assert (errors <= allowed).all(), (
        f"probability {worst} is {np.asarray(found)[worst]}, not {wanted[worst]} to within {allowed[worst]:.2g}"
    )


def probability_errors(expected: NDArray[Any], relative: float) -> NDArray[np.float64]:
    """By how much each probability may be off where logits are off by `relative` of their spread, shape of `expected`.

    The spread of an image's logits is known from its probabilities: the logarithm of the largest over the smallest.
    """
    wanted = np.maximum(np.asarray(expected, np.float64), 1e-30)
    factor = np.expm1(2 * relative * _spread(wanted))
    # What one class gains the others lose, so the error is as small where a class is all but certain.
    return factor * np.minimum(wanted, 1 - wanted + SMALLEST_PROBABILITY) + SMALLEST_PROBABILITY


def logarithm_error(expected: NDArray[Any], relative: float) -> float:
    """By how much the logarithm of any of the probabilities may be off: softmax's error is a factor."""
    return float(2 * relative * _spread(np.maximum(np.asarray(expected, np.float64), 1e-30)).max())


def _spread(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how much an image's logits differ, shape (n, 1)."""
    largest, smallest = probabilities.max(axis=1, keepdims=True), probabilities.min(axis=1, keepdims=True)
    return np.maximum(np.log(largest / smallest), _LEAST_SPREAD)
