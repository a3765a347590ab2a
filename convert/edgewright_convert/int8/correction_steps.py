"""The steps of a correction, each of which can be switched, and which of them an effort tries in what order.

Which steps pay differs from model to model: equalization helped a MobileNetV2 fine-tuned to five flowers and harmed
each of three ImageNet classifiers. So each is tried, and kept where the outputs on held-out images come nearer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..options import Effort


@dataclass(frozen=True)
class Equalization:
    """Channels brought to similar size; see fitting/cross_layer_equalization.py.

    Attributes:
        stream: how much of the difference in size is taken away in bottlenecks that additions tie together, 0 to 1.
        relu: channels of ReLU layers are enlarged as well, as far as there is room.
    """

    stream: float
    relu: bool


@dataclass(frozen=True)
class CorrectionSteps:
    """What is done to a model besides correcting its biases.

    Attributes:
        equalization: of channels; None for none.
        clipped: ranges leave out rare large values, see fitting/clipped_ranges.py.
        regression: kernels refitted to the inputs that the quantized layers before them deliver.
        rounding: each weight rounded for the layer's output and not by itself.
        last_layer: regression and rounding of the last linear layer too. It sees one position per image, so that few
            images say little about its many weights.
    """

    equalization: Equalization | None = None
    clipped: bool = False
    regression: bool = False
    rounding: bool = False
    last_layer: bool = False

    @property
    def fits_kernels(self) -> bool:
        """Whether kernels are fitted or rounded layer by layer, which takes several times as long as all else."""
        return self.regression or self.rounding

    def biases_alone(self) -> CorrectionSteps:
        """The same without a step that changes kernels one by one."""
        return replace(self, regression=False, rounding=False)

    def __str__(self) -> str:
        parts = ["biases"]
        if self.equalization is not None:
            where = "streams and ReLUs" if self.equalization.relu else "streams"
            parts.append(f"equalization of {where} ({self.equalization.stream:g})")
        parts += ["clipped ranges"] if self.clipped else []
        parts += ["regression"] if self.regression else []
        parts += ["rounding"] if self.rounding else []
        parts += ["the last layer"] if self.last_layer else []
        return ", ".join(parts)


@dataclass(frozen=True)
class Decision:
    """One thing that is decided: which of these changes is kept, if any brings the outputs nearer.

    Attributes:
        name: what is decided.
        changes: fields of `CorrectionSteps`, in the order in which they are tried.
    """

    name: str
    changes: tuple[Mapping[str, Any], ...]

    def alternatives(self, steps: CorrectionSteps) -> tuple[CorrectionSteps, ...]:
        """The steps with each of the changes, and those alone."""
        return tuple(replace(steps, **change) for change in self.changes)


_STREAMS, _GENTLE = Equalization(0.7, relu=True), Equalization(0.5, relu=False)
_CLIPPED = Decision("ranges", ({"clipped": True},))
_FITTED = Decision("kernels", ({"regression": True, "rounding": True},))

DECISIONS: Mapping[Effort, tuple[Decision, ...]] = {
    "fast": (),
    "balanced": (
        Decision("equalization", ({"equalization": _STREAMS}, {"equalization": _GENTLE})),
        _CLIPPED,
        _FITTED,
    ),
    "best": (
        Decision(
            "equalization",
            tuple(
                {"equalization": Equalization(stream, relu=relu)}
                for relu in (True, False)
                for stream in (0.3, 0.5, 0.7, 1.0)
            ),
        ),
        _CLIPPED,
        Decision("kernels", (*_FITTED.changes, {"rounding": True}, {"regression": True})),
        Decision("last layer", ({"last_layer": True},)),
        Decision(
            "equalization of fitted kernels",
            ({"equalization": None}, {"equalization": _STREAMS}, {"equalization": _GENTLE}),
        ),
    ),
}
"""What each effort decides, in this order; what was decided before holds for what comes after. Equalization and
ranges are decided with biases alone, which takes a fraction of the time of fitting kernels."""
