"""Mixed precision: the most sensitive layers of an INT8 file excluded from quantization, one by one, where it pays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.suggestion import named

from ..fidelity import Fidelity, FidelityOfFile
from ..options import FloatLayers

AUTO_AGREEMENT = 0.99
"""Share of labels, as it is to be expected on further images, at which `auto` is content. It bounds the drop of
accuracy too, at the gate's default of one point: a label that agrees with the float model's is exactly as right or
wrong."""

_LEAST_GAIN = 0.05
"""Of the distance from the float model. Rounding is chaotic: on MobileNetV2 any one layer in float moves the distance
by several per cent, up or down, so that less than this is no gain at all, and a little more may be luck."""

_MOST_MISSES = 4
"""Steps in a row that do not pay, after which the rest is not tried: they are ranked by what they can gain."""

_MOST_AUTO = 12
"""Layers that `auto` may exclude; a file with more has no right to the name INT8."""

_NOT_CHOSEN = "no layer excluded from quantization, for there is no held-out image to choose it on"
_NOT_TAKEN = "no layer excluded from quantization, for the corrected file was not taken"


@dataclass(frozen=True)
class Attempt:
    """One layer that was tried in float.

    Attributes:
        layer: its name.
        distance: of the file with it, and with those excluded before, from the float model; None where the format
            cannot compute it in float.
        pays: whether it stays excluded from quantization.
    """

    layer: str
    distance: float | None
    pays: bool


@dataclass(frozen=True)
class MixedPrecision:
    """The file that came out.

    Attributes:
        data: its content.
        layers: whose output is excluded from quantization, in the order in which they were chosen.
        attempts: all that was tried.
        before: the file with none excluded.
        after: this file.
    """

    data: bytes
    layers: tuple[str, ...]
    attempts: tuple[Attempt, ...]
    before: Fidelity
    after: Fidelity


Affordable = Callable[[tuple[str, ...]], bool]
"""What tells whether all of these layers together may be in float, at what that costs."""


class Build(Protocol):
    """What makes a format's file with some layers excluded from quantization."""

    def __call__(self, layers: tuple[str, ...]) -> bytes:
        """The file; raises an EdgewrightError where the format cannot compute one of them in float."""
        ...


def search_mixed_precision(
    rank: Callable[[], Sequence[str]],
    build: Build,
    fidelity: FidelityOfFile,
    count: FloatLayers,
    affordable: Affordable | None = None,
) -> MixedPrecision:
    """The file with layers in float, the most promising first, without those that do not pay.

    Args:
        rank: names layers, the most sensitive first; it is called only where one has to be chosen.
        build: makes the file that has these layers in float.
        fidelity: compares a file with the float model.
        count: how many layers to exclude, or `auto`: as few as bring `AUTO_AGREEMENT`.
        affordable: layers that it refuses beside those already chosen are passed over; None allows all.
    """
    layers: tuple[str, ...] = ()
    data = build(layers)
    before = now = fidelity(data)
    attempts: list[Attempt] = []
    misses = 0
    for layer in () if _enough(count, layers, now) else rank():
        if _enough(count, layers, now) or misses == _MOST_MISSES:
            break
        if affordable is not None and not affordable((*layers, layer)):
            continue
        try:
            candidate = build((*layers, layer))
        except EdgewrightError:  # the format has no float operator for it
            attempts.append(Attempt(layer, None, pays=False))
            continue
        found = fidelity(candidate)
        pays = found.distance < now.distance * (1 - _LEAST_GAIN)
        attempts.append(Attempt(layer, found.distance, pays))
        misses = 0 if pays else misses + 1
        if pays:
            layers, data, now = (*layers, layer), candidate, found
    return MixedPrecision(data, layers, tuple(attempts), before, now)


def _enough(count: FloatLayers, layers: tuple[str, ...], now: Fidelity) -> bool:
    if count == "auto":
        return now.expected >= AUTO_AGREEMENT or len(layers) == _MOST_AUTO
    return len(layers) >= count


def note_without_search(*, held_out: int) -> str:
    """What the user reads where layers were to be excluded and none was tried, with this many validation images."""
    return _NOT_TAKEN if held_out else _NOT_CHOSEN


def mixed_precision_notes(
    found: MixedPrecision,
    precision: str,
    *,
    slower: float | None = None,
    grown: float | None = None,
    further: bool = False,
) -> tuple[str, ...]:
    """One phrase on what was excluded, gained and paid, and one on what was tried in vain.

    Args:
        found: the search's result.
        precision: what the excluded layers compute in, such as `float32`.
        slower: latency divided by that of the file with none excluded; None if not measured.
        grown: size divided by that of the file with none excluded.
        further: some are excluded already, for another reason.
    """
    vain = [attempt.layer for attempt in found.attempts if not attempt.pays]
    tried = (f"quantized again, since {precision} did not pay: {named(vain)}",) if vain else ()
    return (_result(found, precision, slower, grown, further=further), *tried)


def _result(found: MixedPrecision, precision: str, slower: float | None, grown: float | None, *, further: bool) -> str:
    images = f"on {found.after.images} images outside calibration and test"
    if not found.layers:
        reached = found.before.expected >= AUTO_AGREEMENT and not found.attempts
        why = "none is needed" if reached else "none pays"
        which = "no further layer" if further else "no layer"
        return f"{which} excluded from quantization, {why}: agreement {found.before.agreement:.1%} {images}"
    paid = [f"size x{grown:.2f}"] if grown is not None else []
    paid += [f"latency x{slower:.2f} here"] if slower is not None else []
    cost = f"; cost: {', '.join(paid)}" if paid else ""
    return (
        f"excluded from quantization, in {precision}: {named(found.layers)}; agreement "
        f"{found.before.agreement:.1%} to {found.after.agreement:.1%}, difference of probabilities "
        f"{found.before.distance:.4f} to {found.after.distance:.4f} {images}{cost}"
    )
