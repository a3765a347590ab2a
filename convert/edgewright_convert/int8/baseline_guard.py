"""The guard of a corrected file: the converter's own file takes its place where that is nearer to the float model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..fidelity import Fidelity, FidelityOfFile

_GUARD_IMAGES: Mapping[str, int] = {"fast": 50, "balanced": 100}
"""Calibration images for the baseline that a file of this effort is compared with: all of them would double the time of
`fast`, and add half a minute to that of `balanced`. Where it is nearer, it is made again from all."""


@dataclass(frozen=True)
class NearerBaseline:
    """The baseline file, where it is nearer to the float model than the corrected one.

    Attributes:
        data: its content.
        fidelity: how near it is.
        why: a phrase for the user.
    """

    data: bytes
    fidelity: Fidelity
    why: str


def nearer_baseline(
    ours: Fidelity, effort: str, build: Callable[[int | None], bytes], fidelity: FidelityOfFile
) -> NearerBaseline | None:
    """The baseline file if it is nearer to the float model than ours; else None.

    Args:
        ours: how near our file is.
        effort: that it was made with.
        build: makes the baseline file from this many calibration images at most, or from all.
        fidelity: compares a file with the float model.
    """
    images = _GUARD_IMAGES.get(effort)
    baseline = build(images)
    found = fidelity(baseline)
    if images is not None and found.is_nearer_than(ours):
        baseline = build(None)
        found = fidelity(baseline)
    if not found.is_nearer_than(ours):
        return None
    why = f"the baseline conversion is nearer to the float model on {found.images} held-out images"
    return NearerBaseline(baseline, found, why)
