"""What an INT8 file does to the labels: on how many images it names another one than the float model, and on which."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..int8 import Fidelity, fidelity_of
from ..int8.mixed_precision import AUTO_AGREEMENT

_DEVIATIONS = 2.0
"""Standard errors by which the images may tell more than the agreement to be expected does."""

_NEAR_TIE = 0.2
"""Probability by which the float model's winner may lead for the image to be called a near tie."""


@dataclass(frozen=True)
class LabelChanges:
    """The file's labels against the float model's, on the same images.

    Attributes:
        fidelity: how near the outputs are.
        changed: images whose label changed.
        lead_where_changed: probability by which the float model's winner leads over its runner-up, the median over
            these images, 0 to 1; None where no label changed.
        lead: the same over all images.
        held_out: whether the images are in neither the representative dataset nor the test split; otherwise they are
            those that the ranges were measured on.
    """

    fidelity: Fidelity
    changed: int
    lead_where_changed: float | None
    lead: float
    held_out: bool

    @property
    def matters(self) -> bool:
        """Whether more labels change than `--keep-float auto` puts up with, as far as these images can tell."""
        agreement, images = self.fidelity.agreement, self.fidelity.images
        margin = _DEVIATIONS * math.sqrt(agreement * (1 - agreement) / images)
        return self.fidelity.expected < AUTO_AGREEMENT or agreement + margin < AUTO_AGREEMENT

    @property
    def near_ties(self) -> bool:
        """Whether the labels that changed are ones that the float model itself hardly preferred."""
        lead = self.lead_where_changed
        return lead is not None and lead < min(_NEAR_TIE, self.lead / 2)


def label_changes(
    outputs: NDArray[np.float32], fine: NDArray[np.float32], reference: NDArray[np.float32], *, held_out: bool
) -> LabelChanges:
    """The comparison of an INT8 file's probabilities with the float model's.

    Args:
        outputs: the file's, shape (n, classes), n at least 1.
        fine: the same without the rounding of its output.
        reference: the float model's, same shape.
        held_out: as in `LabelChanges`.
    """
    changed = outputs.argmax(axis=1) != reference.argmax(axis=1)
    ranked = np.sort(reference, axis=1)
    leads = ranked[:, -1] - (ranked[:, -2] if ranked.shape[1] > 1 else 0.0)
    return LabelChanges(
        fidelity_of(outputs, reference, fine),
        int(changed.sum()),
        float(np.median(leads[changed])) if changed.any() else None,
        float(np.median(leads)),
        held_out,
    )
