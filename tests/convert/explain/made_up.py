"""Findings about no run in particular: what the rules of the advice are tried on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from edgewright_convert.explain.efforts import OwnFile
from edgewright_convert.explain.error_shares import ErrorShares
from edgewright_convert.explain.findings import Calibration, Findings
from edgewright_convert.explain.label_changes import LabelChanges
from edgewright_convert.explain.layers import LayerError
from edgewright_convert.explain.trials import FloatLayers, FloatOutput, OtherFormat, Trial
from edgewright_convert.int8 import Fidelity
from edgewright_convert.options import ConvertOptions


def labels(*, expected: float = 0.98, changed: int = 6, lead: float = 0.05, held_out: bool = True) -> LabelChanges:
    fidelity = Fidelity(1 - changed / 200, 0.01, 200, expected)
    return LabelChanges(fidelity, changed, lead if changed else None, 0.9, held_out)


def spread(count: int = 20) -> ErrorShares:
    """An error that all layers share, the first a little more than the others."""
    whole = sum(range(count, 2 * count))
    return ErrorShares({f"conv_{n}": (2 * count - 1 - n) / whole for n in range(count)}, 0.1)


def trial(expected: float, *, size_ratio: float = 1.02, latency_ratio: float = 1.1) -> Trial:
    return Trial(Fidelity(expected, 0.005, 200, expected), size_ratio, latency_ratio)


FINDINGS = Findings(
    run=Path("runs/flowers"),
    effort="balanced",
    why_not_corrected="",
    options=ConvertOptions(),
    own=OwnFile("balanced", "balanced"),
    labels=labels(),
    shares=spread(),
    calibration=Calibration(200, 900),
)
"""A `balanced` file that loses too much, though nothing stands out."""


def findings(**changes: Any) -> Findings:
    return replace(FINDINGS, **changes)


def float_layers(*layers: str, expected: float = 0.99) -> FloatLayers:
    return FloatLayers(layers, ("conv_7",), trial(expected))


def float_output(expected: float, *, before: float = 0.98) -> FloatOutput:
    return FloatOutput(before, trial(expected))


def other(name: str, expected: float) -> OtherFormat:
    return OtherFormat(name, trial(expected, size_ratio=2.0, latency_ratio=1.5))


def row(number: int = 0, **changes: Any) -> LayerError:
    made = LayerError(
        layer=f"conv_{number}",
        operator="CONV_2D",
        shape=(1, 8, 8, 4),
        sqnr_db=30.0 - number,
        lost_db=1.5,
        weights_db=None,
        activations_db=None,
        rmse_over_scale=0.3,
        range_utilisation=0.8,
        saturation=0.0,
        scale=0.02,
        zero_point=0,
    )
    return replace(made, **changes)
