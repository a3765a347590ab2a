"""Selective fallback: the worst layers of an INT8 file left in float, one after the other, as long as it pays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from edgewright_runtime.errors import EdgewrightError

from .judge import Judged

Wanted = int | Literal["auto"]

AUTO_AGREEMENT = 0.99
"""Share of labels at which `auto` is content. It bounds the drop of accuracy too, at the gate's default of one point:
an answer that agrees with the float model's is exactly as right or wrong."""

_LEAST_GAIN = 0.05
"""Of the distance from the float model. Rounding is chaotic: on MobileNetV2 any one layer in float moves the distance
by several per cent, up or down, so that less than this is no gain at all, and a little more may be luck."""

_MOST_MISSES = 4
"""Steps in a row that do not pay, after which the rest is not tried: they are ranked by what they can gain."""

_MOST_AUTO = 12
"""Layers that `auto` may keep; a file with more has no right to the name INT8."""


@dataclass(frozen=True)
class Attempt:
    """One layer that was tried in float.

    Attributes:
        layer: its name.
        distance: of the file with it, and with those kept before, from the float model; None where the format cannot
            compute it in float.
        kept: whether that paid.
    """

    layer: str
    distance: float | None
    kept: bool


@dataclass(frozen=True)
class Fallback:
    """The file that came out.

    Attributes:
        data: its content.
        layers: whose output it keeps in float, in the order in which they were chosen.
        attempts: all that was tried.
        before: the file with none kept.
        after: this file.
    """

    data: bytes
    layers: tuple[str, ...]
    attempts: tuple[Attempt, ...]
    before: Judged
    after: Judged


def fallback(
    ranked: Sequence[str],
    build: Callable[[tuple[str, ...]], bytes],
    judge: Callable[[bytes], Judged],
    wanted: Wanted,
) -> Fallback:
    """Keeps layers in float, the most promising first, and steps back where one does not pay.

    Args:
        ranked: names of layers, the noisiest first.
        build: makes the file that keeps these layers in float.
        judge: compares a file with the float model.
        wanted: how many layers to keep, or `auto`: as few as bring `AUTO_AGREEMENT`.
    """
    kept: tuple[str, ...] = ()
    data = build(kept)
    before = now = judge(data)
    attempts: list[Attempt] = []
    misses = 0
    for layer in ranked:
        if _content(wanted, kept, now) or misses == _MOST_MISSES:
            break
        try:
            candidate = build((*kept, layer))
        except EdgewrightError:  # the format has no float operator for it
            attempts.append(Attempt(layer, None, kept=False))
            continue
        judged = judge(candidate)
        pays = judged.distance < now.distance * (1 - _LEAST_GAIN)
        attempts.append(Attempt(layer, judged.distance, pays))
        misses = 0 if pays else misses + 1
        if pays:
            kept, data, now = (*kept, layer), candidate, judged
    return Fallback(data, kept, tuple(attempts), before, now)


def _content(wanted: Wanted, kept: tuple[str, ...], now: Judged) -> bool:
    if wanted == "auto":
        return now.agreement >= AUTO_AGREEMENT or len(kept) == _MOST_AUTO
    return len(kept) >= wanted
