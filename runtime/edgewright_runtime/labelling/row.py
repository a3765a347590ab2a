"""What is known of one image once it was labelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..classifier import Prediction


@dataclass(frozen=True)
class Row:
    """One image.

    Attributes:
        path: as its source names it.
        predictions: the best labels, best first; empty where the image could not be read.
        error: why it could not be read, one sentence; None where it could.
        frame: of a video or camera, the frame's number; None of an image.
        seconds: likewise, since it began.
    """

    path: str
    predictions: tuple[Prediction, ...] = ()
    error: str | None = None
    frame: int | None = None
    seconds: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """One JSON object: path, label, probability, predictions, error; of a video or camera frame and seconds."""
        best = self.predictions[0] if self.predictions else None
        of_frame = {} if self.seconds is None else {"frame": self.frame, "seconds": round(self.seconds, 3)}
        return {
            "path": self.path,
            "label": None if best is None else best.label,
            "probability": None if best is None else best.probability,
            "predictions": [dict(vars(prediction)) for prediction in self.predictions],
            "error": self.error,
            **of_frame,
        }


def is_utf8(text: str) -> bool:
    """Whether it can be written as UTF-8: a path may hold bytes that cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
