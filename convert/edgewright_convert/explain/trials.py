"""What other files of the same model would give: made, run and timed, so that advice need not guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from ..float_model import FloatModel
from ..int8 import Fidelity, fidelity_of, search_mixed_precision
from ..options import ConvertOptions
from ..product import Product
from ..run_inputs import OpenedRun
from ..tflite import products
from ..tflite.int8_file import FidelityOfTflite
from ..tflite.interpreter import outputs_of_tflite
from ..tflite.latency import least_latencies
from ..tflite.rewriting import tflite_with_float_layers, tflite_with_float_output

MOST_LAYERS = 3
"""Layers that are tried in float. Error that sits in more of them is spread, and no matter for this remedy."""

_OTHERS = (("tflite-fp16", products.fp16), ("tflite-dynamic", products.dynamic))


@dataclass(frozen=True)
class Trial:
    """One other file against the INT8 file that is explained.

    Attributes:
        fidelity: how near it is to the float model, on the images that the INT8 file was compared on.
        size_ratio: its size / the INT8 file's.
        latency_ratio: its latency / the INT8 file's, with one thread on this machine.
    """

    fidelity: Fidelity
    size_ratio: float
    latency_ratio: float


@dataclass(frozen=True)
class FloatLayers:
    """The search for layers to leave in float.

    Attributes:
        layers: those that pay, in the order in which they were chosen; may be none.
        in_vain: those that were tried and do not.
        trial: of the file with `layers` in float.
    """

    layers: tuple[str, ...]
    in_vain: tuple[str, ...]
    trial: Trial


@dataclass(frozen=True)
class FloatOutput:
    """What `convert --float-output` would give.

    Attributes:
        before: agreement to be expected of the INT8 file, with what the 256 levels of its output cost; 0 to 1.
        trial: of the file with a float32 last layer.
    """

    before: float
    trial: Trial


@dataclass(frozen=True)
class OtherFormat:
    """Another format of the same float model.

    Attributes:
        format: its name, such as `tflite-fp16`.
        trial: of its file; None where it cannot be made.
        why_not: the reason, where it cannot; otherwise empty.
    """

    format: str
    trial: Trial | None
    why_not: str = ""


def try_float_layers(
    int8_file: bytes, ranked: Sequence[str], pixels: NDArray[np.uint8], reference: NDArray[np.float32]
) -> FloatLayers:
    """What `convert --keep-float` would find with up to `MOST_LAYERS` layers; the search is the same.

    Args:
        int8_file: full-integer, from `tflite_from_ranges`.
        ranked: its layers, the most sensitive first.
        pixels: uint8, shape (n, height, width, channels).
        reference: the float model's probabilities of them, shape (n, classes).
    """
    found = search_mixed_precision(
        lambda: ranked,
        lambda layers: tflite_with_float_layers(int8_file, layers),
        FidelityOfTflite(pixels, reference),
        MOST_LAYERS,
    )
    in_vain = tuple(attempt.layer for attempt in found.attempts if not attempt.pays)
    return FloatLayers(found.layers, in_vain, _trial(found.data, found.after, int8_file, pixels[0]))


def try_float_output(int8_file: bytes, pixels: NDArray[np.uint8], reference: NDArray[np.float32]) -> FloatOutput | None:
    """The same file with a float32 last layer; None where it does not end in a layer with weights.

    Args:
        int8_file: full-integer.
        pixels: uint8, shape (n, height, width, channels).
        reference: the float model's probabilities of them, shape (n, classes).
    """
    try:
        file = tflite_with_float_output(int8_file)
    except EdgewrightError:
        return None
    # Not before the output is rounded, as files are compared elsewhere: that rounding is what is looked at.
    before, after = (fidelity_of(outputs_of_tflite(each, pixels), reference) for each in (int8_file, file))
    return FloatOutput(before.expected, _trial(file, after, int8_file, pixels[0]))


def try_other_formats(
    run: OpenedRun,
    options: ConvertOptions,
    model: FloatModel,
    int8_file: bytes,
    pixels: NDArray[np.uint8],
    reference: NDArray[np.float32],
) -> tuple[OtherFormat, ...]:
    """The formats that do with less INT8 or none, each as `convert` makes it, with what it gives and costs.

    Args:
        run: the run.
        options: for what the files say of themselves.
        model: its float model.
        int8_file: what they are compared with.
        pixels: uint8, shape (n, height, width, channels).
        reference: the float model's probabilities of them, shape (n, classes).
    """
    fidelity = FidelityOfTflite(pixels, reference)

    def tried(name: str, product: Callable[..., Product]) -> OtherFormat:
        try:
            file = product(run=run, options=options, float_model=model).data
        except EdgewrightError as error:
            return OtherFormat(name, None, str(error))
        return OtherFormat(name, _trial(file, fidelity(file), int8_file, pixels[0]))

    return tuple(tried(name, product) for name, product in _OTHERS)


def _trial(file: bytes, fidelity: Fidelity, int8_file: bytes, image: NDArray[np.uint8]) -> Trial:
    seconds = least_latencies({"other": file, "int8": int8_file}, image)
    return Trial(fidelity, len(file) / len(int8_file), seconds["other"] / seconds["int8"])
