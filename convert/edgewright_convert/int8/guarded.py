"""The INT8 .tflite file of a model: the corrected one, or the plain one where that is nearer to the float model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from ..float_model import FloatModel
from ..options import PLAIN
from ..tflite import tflite_int8_from_model
from .answers import answers
from .correct import DEFAULT_EFFORT, MOST_JUDGES, Corrected, Correction, Effort, check_effort, correction_of
from .fallback import Fallback, Wanted, fallback
from .judge import Judged, judged
from .noise import noise_of
from .partly_float import layers_to_keep, tflite_with_float_layers
from .writer import as_float_model, tflite_from_ranges

_GUARD_IMAGES = 50
"""Calibration images for the plain file that `fast` is compared with: all of them would double its time."""


@dataclass(frozen=True)
class Int8File:
    """A full-integer .tflite file and how it came about.

    Attributes:
        data: its content.
        effort: what made it, or `plain` for TFLiteConverter's own calibration.
        why: a phrase for the user where it is not the corrected file; otherwise empty.
        judged: how near it is to the float model; None if that was not measured.
        fallback: the search for layers to keep in float, if there was one and the file is its result.
        integer: the file with no layer kept in float.
    """

    data: bytes
    effort: str
    why: str = ""
    judged: Judged | None = None
    fallback: Fallback | None = None
    integer: bytes = b""


@dataclass(frozen=True)
class _Judge:
    """Compares .tflite files with the float model's answers, `wanted`, to the same images."""

    pixels: NDArray[np.uint8]
    wanted: NDArray[np.float32]

    def __call__(self, file: bytes) -> Judged:
        return judged(answers(file, self.pixels), self.wanted)


def tflite_int8_from_keras(
    model: FloatModel,
    pixels: NDArray[np.uint8],
    judging: NDArray[np.uint8],
    *,
    effort: Effort = DEFAULT_EFFORT,
    correction: Correction | None = None,
    keep_float: Wanted = 0,
    wanted: NDArray[np.float32] | None = None,
) -> Int8File:
    """The INT8 file with uint8 input and output; never one that is farther from the float model than the plain one.

    Args:
        model: the float model; its `held` is looked at for a graph of layers.
        pixels: the representative dataset, uint8, shape (n, height, width, channels), classes taking turns.
        judging: training or validation images that are not in `pixels`, same shape; at most 200 are used.
        effort: see `corrected_model`.
        correction: what `correction_of` gives for the same, where it is known already.
        keep_float: how many layers compute in float32; see `fallback`.
        wanted: the float model's probabilities for `judging`, shape (n, classes), where they are known already.

    Raises:
        EdgewrightError: TFLiteConverter refuses the model, or there is no such effort.
    """
    check_effort(effort)
    correction = correction or correction_of(model.held, pixels, judging, effort=effort)
    judges = judging[:MOST_JUDGES]
    if correction.corrected is None:
        return Int8File(tflite_int8_from_model(model, pixels), PLAIN, correction.why_not)
    if wanted is None and len(judges):
        wanted = model.probabilities(judges)
    judge = None if wanted is None else _Judge(judges, wanted[:MOST_JUDGES])
    made = _made(correction.corrected, pixels, judge, effort, keep_float)
    return made if judge is None else _better(model, made, pixels, judge)


def _made(
    corrected: Corrected,
    pixels: NDArray[np.uint8],
    judge: _Judge | None,
    effort: str,
    keep_float: Wanted,
) -> Int8File:
    """The corrected model's file; where a layer becomes several operators, the converter measures all the ranges."""
    try:
        data = tflite_from_ranges(corrected.model, corrected.ranges)
    except EdgewrightError:
        data = tflite_int8_from_model(as_float_model(corrected.model), pixels)
        why = "no layer kept in float: a layer becomes several operators, whose ranges TFLiteConverter measured"
        return Int8File(data, effort, why if keep_float else "", integer=data)
    if not keep_float or judge is None:
        return Int8File(data, effort, integer=data)
    layers = tuple(layer for layer in layers_to_keep(data) if layer in corrected.ranges)
    found = fallback(
        tuple(noise_of(corrected.model, corrected.ranges, layers, judge.pixels)),
        lambda layers: tflite_with_float_layers(data, layers) if layers else data,
        judge,
        keep_float,
    )
    return Int8File(found.data, effort, judged=found.after, fallback=found, integer=data)


def _better(model: FloatModel, made: Int8File, pixels: NDArray[np.uint8], judge: _Judge) -> Int8File:
    """The file, or the plain one where that is nearer to the float model."""
    ours = made.judged or judge(made.data)
    plain = nearer_plain(ours, made.effort, lambda images: tflite_int8_from_model(model, pixels[:images]), judge)
    if plain is None:
        return replace(made, judged=ours)
    return Int8File(plain.data, PLAIN, plain.why, plain.judged, integer=plain.data)


@dataclass(frozen=True)
class NearerPlain:
    """The plain file, where it is nearer to the float model than the corrected one.

    Attributes:
        data: its content.
        judged: how near it is.
        why: a phrase for the user.
    """

    data: bytes
    judged: Judged
    why: str


def nearer_plain(
    ours: Judged, effort: str, build: Callable[[int | None], bytes], judge: Callable[[bytes], Judged]
) -> NearerPlain | None:
    """The plain file if it is nearer to the float model than ours; else None.

    Args:
        ours: how near our file is.
        effort: that it was made with.
        build: makes the plain file from this many calibration images, or from all.
        judge: compares a file with the float model.
    """
    images = _GUARD_IMAGES if effort == "fast" else None
    plain = build(images)
    found = judge(plain)
    if found.distance >= ours.distance:
        return None
    if images is not None:
        plain = build(None)
        found = judge(plain)
    return NearerPlain(plain, found, f"the plain conversion is nearer to the float model on {found.images} images")
