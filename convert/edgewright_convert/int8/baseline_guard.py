"""The guard of a corrected file: the converter's own file takes its place where that is nearer to the float model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..fidelity import Fidelity, FidelityOfFile

_GUARD_IMAGES = 50
"""Calibration images for the baseline that `fast` is compared with: all of them would double its time."""


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
        build: makes the baseline file from this many calibration images, or from all.
        fidelity: compares a file with the float model.
    """
    images = _GUARD_IMAGES if effort == "fast" else None
    baseline = build(images)
    found = fidelity(baseline)
    if not found.is_nearer_than(ours):
        return None
    if images is not None:
        baseline = build(None)
        found = fidelity(baseline)
    why = f"the baseline conversion is nearer to the float model on {found.images} held-out images"
    return NearerBaseline(baseline, found, why)
