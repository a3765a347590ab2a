"""The distribution shift from the representative dataset to the test split: in labels and in brightness.

Ranges from images that the model does not meet in use are wrong ranges, and the test split is the best picture there is
of what the model meets. Test images are looked at for their brightness only; no range ever comes from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.splits import SplitRow, rows_of

from .brightness import TEST_IMAGES, Brightness, brightness_of
from .label_balance import LabelBalance, label_balance
from .stratified_draw import in_turns


@dataclass(frozen=True)
class DistributionShift:
    """The representative dataset against the test split.

    Attributes:
        balance: of their labels; None where the representative dataset has none.
        brightness: their brightness; None where it could not be compared.
        why_no_brightness: the reason, where it could not be.
    """

    balance: LabelBalance | None
    brightness: Brightness | None
    why_no_brightness: str | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of it, one phrase each; empty where there is no shift worth a word."""
        unknown = (
            None
            if self.why_no_brightness is None
            else f"brightness not compared with test images: {self.why_no_brightness}"
        )
        balance = None if self.balance is None else self.balance.note
        found = (balance, None if self.brightness is None else self.brightness.note, unknown)
        return tuple(note for note in found if note is not None)

    def as_options(self) -> dict[str, Any]:
        """What the manifest keeps of it."""
        return {
            "label_balance": None if self.balance is None else self.balance.as_options(),
            "brightness": None if self.brightness is None else self.brightness.as_options(),
            "notes": list(self.notes),
        }


def measured_shift(
    representative: Sequence[SplitRow],
    pixels: NDArray[np.uint8],
    rows: Sequence[SplitRow],
    contract: Preprocessing,
    *,
    run_path: Path,
    seed: int,
) -> DistributionShift | None:
    """The shift from the representative dataset to the test split; None where there is no test image.

    Args:
        representative: its rows; without labels where they are of no split.
        pixels: its pixels, uint8 of shape (n, height, width, channels).
        rows: of all splits.
        contract: by which images become pixels.
        run_path: the run folder.
        seed: of the draw of the test images whose brightness is looked at, at most `TEST_IMAGES`.
    """
    test = rows_of(rows, "test")
    if not test:
        return None
    labelled = [row for row in representative if row.label]
    balance = label_balance(labelled, rows_of(rows, "train"), test) if labelled else None
    # Drawn as the representative dataset is, so that another balance of labels does not look like another brightness.
    some = in_turns(test, sorted({row.label for row in test}), seed=seed)[:TEST_IMAGES]
    try:
        return DistributionShift(balance, brightness_of(pixels, some, contract, run_path=run_path))
    except EdgewrightError as error:
        # Nothing is made from test images here, so a conversion must not depend on their being at hand.
        return DistributionShift(balance, None, str(error))
