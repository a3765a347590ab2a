"""All that was found out about one INT8 conversion: what advice rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..options import BASELINE, ConvertOptions
from .efforts import OwnFile
from .error_shares import ErrorShares
from .label_changes import LabelChanges
from .trials import FloatLayers, FloatOutput, OtherFormat, Trial


@dataclass(frozen=True)
class Calibration:
    """The representative dataset, as far as it may be what INT8 lacks.

    Attributes:
        images: how many it has.
        available: how many there were to draw from.
        faults: in what it differs from what the model will meet, one phrase each.
    """

    images: int
    available: int
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Findings:
    """One conversion of a run.

    Attributes:
        run: the run folder, as it was typed.
        effort: of the conversion explained; `baseline` for the converter's own.
        why_not_corrected: why the model cannot be corrected, as a phrase; otherwise empty.
        options: with which it was converted.
        own: the run's own model_int8.tflite; None where there is none.
        labels: what it does to the labels.
        shares: where its error comes from.
        calibration: the images that its ranges come from.
        float_layers: what leaving layers in float would do; None if that was not tried.
        float_output: what a float32 last layer would do; None if that was not tried.
        others: other formats that were tried.
    """

    run: Path
    effort: str
    why_not_corrected: str
    options: ConvertOptions
    own: OwnFile | None
    labels: LabelChanges
    shares: ErrorShares
    calibration: Calibration
    float_layers: FloatLayers | None = None
    float_output: FloatOutput | None = None
    others: tuple[OtherFormat, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether the run's own file is that conversion."""
        return self.own is not None and self.own.effort == self.effort and not self.own.excluded

    @property
    def correction_did_not_help(self) -> bool:
        """Whether `convert` corrected the model, and kept the baseline for being nearer to the float model."""
        return self.effort == BASELINE and self.own is not None and self.own.guarded

    @property
    def formats_nearer(self) -> Mapping[str, Trial]:
        """The other formats that keep more labels than the INT8 file, the nearest first."""
        tried = {other.format: other.trial for other in self.others if other.trial is not None}
        ranked = sorted(tried.items(), key=lambda item: -item[1].fidelity.expected)
        ours = self.labels.fidelity.expected
        return {name: trial for name, trial in ranked if trial.fidelity.expected > ours}
