"""Frames of a video or camera, labelled one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from ..classifier import Classifier
from ..frames.frame import Frame
from ..frames.smoothing import Smoothing
from .row import Row

Named = Callable[[Frame], str]
"""From a frame to what its row is called: no two frames of a source have one name."""


def rows_of_frames(
    frames: Iterable[Frame], classifier: Classifier, *, named: Named, smoothing: Smoothing, top_k: int
) -> Iterator[Row]:
    """A row for each frame, its probabilities smoothed over those before it.

    Args:
        frames: in the order of their times.
        classifier: its temperature is applied before smoothing.
        named: what rows are called.
        smoothing: fresh for each source.
        top_k: how many labels a frame.
    """
    for frame in frames:
        given = classifier.probabilities(classifier.decoder.apply(frame.pixels)[np.newaxis])[0]
        smooth = smoothing.smoothed(classifier.temperature.applied_to(given), frame.seconds)
        predictions = tuple(classifier.ranked(smooth, top_k=top_k))
        yield Row(named(frame), predictions, frame=frame.number, seconds=frame.seconds)


def name_in_video(source: str) -> Named:
    """`clip.mp4#12`: the file and the frame's number."""
    return lambda frame: f"{source}#{frame.number}"
