"""What the measuring process is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ...backends.hardware.acceleration import LIBRARY_DECIDES, Acceleration
from ...structured import from_builtins
from .timing import Sampling


@dataclass(frozen=True)
class Order:
    """One format to measure.

    Attributes:
        model: the run folder or model file.
        format: which of the run's; None for a file.
        images: files that take turns.
        sampling: how long to measure.
        threads: that inference is allowed; None for the library's choice.
        figures: the file to write `LatencyFigures` to, as JSON.
        acceleration: what runs it in place of what the library would choose.
        labels: labels.txt, in place of the one that lies there.
        preprocessing: preprocessing.json, likewise.
    """

    model: str
    format: str | None
    images: tuple[str, ...]
    sampling: Sampling
    threads: int | None
    figures: str
    acceleration: Acceleration = LIBRARY_DECIDES
    labels: str | None = None
    preprocessing: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self)

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Order:
        """The order that `to_dict` wrote.

        Raises:
            EdgewrightError: a field is missing, unknown or of another kind.
        """
        return from_builtins(cls, value, where="the order")
