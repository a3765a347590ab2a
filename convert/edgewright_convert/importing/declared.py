"""What was said on the command line about a model that was made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from edgewright_runtime.errors import EdgewrightError

if TYPE_CHECKING:
    from .declaration import Declaration


@dataclass(frozen=True)
class Declared:
    """What the user says on the command line about a model that was made elsewhere; None where nothing is said."""

    labels: Path | None = None
    data: Path | None = None
    normalisation: str | None = None
    channel_order: str | None = None
    output: str | None = None
    size: str | None = None
    resize: str | None = None
    interpolation: str | None = None
    crop_fraction: float | None = None
    label_offset: int | None = None
    threshold: float | None = None
    seed: int = 0
    find_contract: bool = False

    def declaration(self) -> Declaration:
        """What is declared, checked for what must not be missing: all of that is named at once.

        Raises:
            EdgewrightError: naming what is missing.
        """
        from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS, normalisation_named

        from .declaration import Declaration

        required = {"--labels FILE": self.labels, "--normalisation NAME": self.normalisation}
        absent = [name for name, value in required.items() if value is None]
        if self.labels is None or self.normalisation is None:
            raise EdgewrightError(
                f"A model made elsewhere needs {' and '.join(absent)}; the normalisations are "
                f"{', '.join(NORMALISATIONS)} or SCALE,OFFSET (--find-contract --data PHOTOS finds it by trying), and "
                f"INT8 needs --data FOLDER as well, or --calibrate FOLDER when it is converted"
            )
        normalisation = normalisation_named(self.normalisation)
        if self.channel_order is not None:
            normalisation = replace(normalisation, bgr=self.channel_order == "BGR")
        return Declaration(
            labels=self.labels,
            normalisation=normalisation,
            output=self.output,
            size=self.size,
            resize_method=self.resize or "squash",
            interpolation=self.interpolation or "bilinear",
            crop_fraction=1.0 if self.crop_fraction is None else self.crop_fraction,
            threshold=self.threshold,
            label_offset=self.label_offset or 0,
        )
